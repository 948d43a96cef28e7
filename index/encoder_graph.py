"""Writes a BERT encoder, all-MiniLM-L6-v2 or a larger one, as an ONNX graph, from its safetensors.

The graph is the textbook one (Devlin et al. 2019, arXiv 1810.04805): embeddings, then per layer
multi-head self-attention and a feed-forward block, each with a residual and a layer normalisation.
One builder serves the sentence embedder and, with other heads, whatever reads with an encoder.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of an encoder, from its config.json."""

    layers: int
    heads: int
    hidden: int
    epsilon: float
    """Of the layer normalisations."""
    first_place: int = 0
    """The row of the place embeddings that the first token gets."""
    half: bool = False
    """Its weights are stored in 16 bits, and reckoned with in 32: half the file, a third of the memory to write it."""


MINILM = Architecture(layers=6, heads=12, hidden=384, epsilon=1e-12)

Head = Callable[["GraphBuilder", str, str], list[str]]
"""Adds nodes to a builder after the encoder; given the names of the token states (batch, tokens, hidden)
and of the attention mask (batch, tokens; int64), gives the names of the graph's outputs."""


class GraphBuilder:
    """Collects nodes and weights; each `add` gives back the name of the node's output."""

    def __init__(self, tensors: Mapping[str, np.ndarray], architecture: Architecture):
        self.tensors = tensors
        self.architecture = architecture
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        """A weight or constant of the graph; the same name is stored once."""
        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def tensor(self, name: str, transpose: bool = False) -> str:
        """The model's tensor of that name, as float32."""
        value = np.asarray(self.tensors[name], np.float16 if self.architecture.half else np.float32)
        stored = self.constant(f"{name}.T" if transpose else name, value.T if transpose else value)
        return self.add("Cast", stored, to=TensorProto.FLOAT) if self.architecture.half else stored

    def add(self, operator: str, *inputs: str, **attributes: object) -> str:
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def linear(self, states: str, prefix: str) -> str:
        """states · Wᵀ + b"""
        product = self.add("MatMul", states, self.tensor(f"{prefix}.weight", transpose=True))
        return self.add("Add", product, self.tensor(f"{prefix}.bias"))

    def normalise(self, states: str, prefix: str) -> str:
        return self.add(
            "LayerNormalization",
            states,
            self.tensor(f"{prefix}.weight"),
            self.tensor(f"{prefix}.bias"),
            axis=-1,
            epsilon=self.architecture.epsilon,
        )


KINDS = "embeddings.token_type_embeddings.weight"
DISTANCES = "encoder.relative_attention_bias"
"""What attention adds for each distance between two tokens, for encoders that have it: (heads, 2 · longest - 1)."""


def encode(builder: GraphBuilder, ids: str, mask: str, types: str | None) -> str:
    """The encoder's token states (batch, tokens, hidden); `types` None stands for all zero."""
    first = builder.architecture.first_place
    tokens = builder.add("Gather", builder.tensor("embeddings.word_embeddings.weight"), ids)
    length = builder.add("Shape", ids, start=1, end=2)
    start = builder.constant("first_place", np.array([first], np.int64))
    places = builder.add(
        "Slice",
        builder.tensor("embeddings.position_embeddings.weight"),
        start,
        builder.add("Add", length, start) if first else length,
        builder.constant("zero", np.array([0], np.int64)),
    )
    states = builder.add("Add", tokens, places)
    if types is not None:
        states = builder.add("Add", states, builder.add("Gather", builder.tensor(KINDS), types))
    elif KINDS in builder.tensors:
        states = builder.add("Add", states, builder.constant("type_0", builder.tensors[KINDS][0]))
    states = builder.normalise(states, "embeddings.LayerNorm")

    # 0 where a token is, a very large negative number where padding is: (batch, 1, 1, tokens)
    real = builder.add("Cast", mask, to=TensorProto.FLOAT)
    real = builder.add("Unsqueeze", real, builder.constant("axes_12", np.array([1, 2], np.int64)))
    hidden = builder.add("Sub", builder.constant("one", np.float32(1)), real)
    bias = builder.add("Mul", hidden, builder.constant("far_below", np.float32(-1e9)))
    if DISTANCES in builder.tensors:
        bias = builder.add("Add", bias, _by_distance(builder, length))

    for layer in range(builder.architecture.layers):
        prefix = f"encoder.layer.{layer}"
        attended = builder.linear(
            _attention(builder, states, bias, f"{prefix}.attention.self"), f"{prefix}.attention.output.dense"
        )
        states = builder.normalise(
            builder.add("Add", attended, states), f"{prefix}.attention.output.LayerNorm"
        )
        inner = builder.add("Gelu", builder.linear(states, f"{prefix}.intermediate.dense"))
        outer = builder.linear(inner, f"{prefix}.output.dense")
        states = builder.normalise(builder.add("Add", outer, states), f"{prefix}.output.LayerNorm")
    return states


def _by_distance(builder: GraphBuilder, length: str) -> str:
    """The row of DISTANCES for each two tokens: (heads, tokens, tokens)."""
    longest = (builder.tensors[DISTANCES].shape[1] + 1) // 2
    axis = builder.constant("axis_0", np.array([0], np.int64))
    counted = builder.add(
        "Range",
        builder.constant("none", np.int64(0)),
        builder.add("Squeeze", length, axis),
        builder.constant("step", np.int64(1)),
    )
    rows = builder.add("Unsqueeze", counted, builder.constant("axis_1", np.array([1], np.int64)))
    apart = builder.add("Sub", builder.add("Unsqueeze", counted, axis), rows)
    at = builder.add("Add", apart, builder.constant("middle", np.int64(longest - 1)))
    return builder.add("Gather", builder.tensor(DISTANCES), at, axis=1)


def _attention(builder: GraphBuilder, states: str, bias: str, prefix: str) -> str:
    """softmax(QKᵀ/√d + bias)·V over the heads, side by side again: (batch, tokens, hidden)."""
    heads, hidden = builder.architecture.heads, builder.architecture.hidden
    split = builder.constant("split_heads", np.array([0, 0, heads, hidden // heads], np.int64))
    join = builder.constant("join_heads", np.array([0, 0, hidden], np.int64))

    def in_heads(name: str, order: list[int]) -> str:
        return builder.add(
            "Transpose",
            builder.add("Reshape", builder.linear(states, f"{prefix}.{name}"), split),
            perm=order,
        )

    scores = builder.add("MatMul", in_heads("query", [0, 2, 1, 3]), in_heads("key", [0, 2, 3, 1]))
    scale = builder.constant("scale", np.float32((hidden // heads) ** -0.5))
    scores = builder.add("Add", builder.add("Mul", scores, scale), bias)
    mixed = builder.add("MatMul", builder.add("Softmax", scores, axis=-1), in_heads("value", [0, 2, 1, 3]))
    return builder.add("Reshape", builder.add("Transpose", mixed, perm=[0, 2, 1, 3]), join)


def mean_pooling(builder: GraphBuilder, states: str, mask: str) -> list[str]:
    """The mean of the real tokens' states, scaled to length 1: (batch, hidden)."""
    real = builder.add(
        "Unsqueeze",
        builder.add("Cast", mask, to=TensorProto.FLOAT),
        builder.constant("axis_2", np.array([2], np.int64)),
    )
    axis = builder.constant("axis_1", np.array([1], np.int64))
    total = builder.add("ReduceSum", builder.add("Mul", states, real), axis, keepdims=0)
    mean = builder.add("Div", total, builder.add("ReduceSum", real, axis, keepdims=0))
    return [builder.add("LpNormalization", mean, axis=-1, p=2)]


def build_graph(
    tensors: Mapping[str, np.ndarray], head: Head, pairs: bool = False, architecture: Architecture = MINILM
) -> bytes:
    """The serialised graph with inputs `input_ids`, `attention_mask` and, for pairs, `token_type_ids`.

    `tensors` are the model's by their names in BERT's safetensors. Outputs are those of `head`.
    """
    builder = GraphBuilder(tensors, architecture)
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if pairs else [])
    states = encode(builder, inputs[0], inputs[1], inputs[2] if pairs else None)
    outputs = head(builder, states, inputs[1])
    graph = helper.make_graph(
        builder.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        list(builder.weights.values()),
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9, producer_name="dossier"
    )
    return model.SerializeToString()
