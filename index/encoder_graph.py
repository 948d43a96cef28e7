"""Writes the BERT encoder of all-MiniLM-L6-v2 as an ONNX graph, from its safetensors.

The graph is the textbook one (Devlin et al. 2019, arXiv 1810.04805): embeddings, then per layer
multi-head self-attention and a feed-forward block, each with a residual and a layer normalisation.
One builder serves the sentence embedder and, with other heads, whatever reads with the same encoder.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS = 6
HEADS = 12
HIDDEN = 384
EPSILON = 1e-12  # of the layer normalisations, from the model's config.json

Head = Callable[["GraphBuilder", str, str], list[str]]
"""Adds nodes to a builder after the encoder; given the names of the token states (batch, tokens, 384)
and of the attention mask (batch, tokens; int64), gives the names of the graph's outputs."""


class GraphBuilder:
    """Collects nodes and weights; each `add` gives back the name of the node's output."""

    def __init__(self, tensors: Mapping[str, np.ndarray]):
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        """A weight or constant of the graph; the same name is stored once."""
        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def tensor(self, name: str, transpose: bool = False) -> str:
        """The model's tensor of that name, as float32."""
        value = np.asarray(self.tensors[name], dtype=np.float32)
        return self.constant(f"{name}.T" if transpose else name, value.T if transpose else value)

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
            epsilon=EPSILON,
        )


def encode(builder: GraphBuilder, ids: str, mask: str, types: str | None, layers: int = LAYERS) -> str:
    """The encoder's token states (batch, tokens, 384); `types` None stands for all zero."""
    tokens = builder.add("Gather", builder.tensor("embeddings.word_embeddings.weight"), ids)
    length = builder.add("Shape", ids, start=1, end=2)
    places = builder.add(
        "Slice",
        builder.tensor("embeddings.position_embeddings.weight"),
        builder.constant("zero", np.array([0], np.int64)),
        length,
        builder.constant("zero", np.array([0], np.int64)),
    )
    states = builder.add("Add", tokens, places)
    name = "embeddings.token_type_embeddings.weight"
    if types is None:
        kind = builder.constant("type_0", builder.tensors[name][0])
    else:
        kind = builder.add("Gather", builder.tensor(name), types)
    states = builder.normalise(builder.add("Add", states, kind), "embeddings.LayerNorm")

    # 0 where a token is, a very large negative number where padding is: (batch, 1, 1, tokens)
    real = builder.add("Cast", mask, to=TensorProto.FLOAT)
    real = builder.add("Unsqueeze", real, builder.constant("axes_12", np.array([1, 2], np.int64)))
    hidden = builder.add("Sub", builder.constant("one", np.float32(1)), real)
    bias = builder.add("Mul", hidden, builder.constant("far_below", np.float32(-1e9)))

    for layer in range(layers):
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


def _attention(builder: GraphBuilder, states: str, bias: str, prefix: str) -> str:
    """softmax(QKᵀ/√d + bias)·V over 12 heads of 32, side by side again: (batch, tokens, 384)."""
    split = builder.constant("split_heads", np.array([0, 0, HEADS, HIDDEN // HEADS], np.int64))
    join = builder.constant("join_heads", np.array([0, 0, HIDDEN], np.int64))

    def heads(name: str, order: list[int]) -> str:
        return builder.add(
            "Transpose",
            builder.add("Reshape", builder.linear(states, f"{prefix}.{name}"), split),
            perm=order,
        )

    scores = builder.add("MatMul", heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]))
    scale = builder.constant("scale", np.float32((HIDDEN // HEADS) ** -0.5))
    scores = builder.add("Add", builder.add("Mul", scores, scale), bias)
    mixed = builder.add("MatMul", builder.add("Softmax", scores, axis=-1), heads("value", [0, 2, 1, 3]))
    return builder.add("Reshape", builder.add("Transpose", mixed, perm=[0, 2, 1, 3]), join)


def mean_pooling(builder: GraphBuilder, states: str, mask: str) -> list[str]:
    """The mean of the real tokens' states, scaled to length 1: (batch, 384)."""
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
    tensors: Mapping[str, np.ndarray], head: Head, pairs: bool = False, layers: int = LAYERS
) -> bytes:
    """The serialised graph with inputs `input_ids`, `attention_mask` and, for pairs, `token_type_ids`.

    `tensors` are the model's by their names in the safetensors file. Outputs are those of `head`.
    """
    builder = GraphBuilder(tensors)
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if pairs else [])
    states = encode(builder, inputs[0], inputs[1], inputs[2] if pairs else None, layers)
    outputs = head(builder, states, inputs[1])
    graph = helper.make_graph(
        builder.nodes,
        "minilm",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        list(builder.weights.values()),
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9, producer_name="dossier"
    )
    return model.SerializeToString()
