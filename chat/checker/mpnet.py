"""The offline checker: all-mpnet-base-v2 fine-tuned to read a statement and its evidence together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from chat.reader.adapter import check_adapter, merge
from chat.reader.minilm import front_logits
from index.encoder import Encoder, cached_graph
from index.weights import check_weights, find_weights

if TYPE_CHECKING:
    from index.encoder_graph import GraphBuilder

WEIGHTS = Path(__file__).parent / "weights"
ADAPTER = "checker"
"""The stem of the adapter's file and of its hash."""
STATEMENT_TOKENS = 120
EVIDENCE_TOKENS = 180
"""Word pieces of each that are read; longer evidence loses its end."""
START, END = 0, 2
"""The ids of <s> and </s>."""
SHIFT = 4
"""MPNet's word pieces are BERT's behind four of its own, so that the embedder's tokenizer serves both."""
GRAPH_VERSION = 1
"""Raised when encoder_graph or the head changes what it writes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the encoder reads: <s> statement </s></s> evidence </s>."""

    ids: list[int]

    @property
    def attention_mask(self) -> list[int]:
        return [1] * len(self.ids)


class MPNetChecker:
    """Checks with a graph that is opened for the first statement, which takes a second; safe to use from several threads."""

    name = "all-mpnet-base-v2/checker"

    def __init__(self, open_encoder: Callable[[], Encoder]):
        self._open_encoder = open_encoder
        self._opened: Encoder | None = None
        self._opening = Lock()

    @property
    def _encoder(self) -> Encoder:
        with self._opening:
            self._opened = self._opened or self._open_encoder()
        return self._opened

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How surely the evidence says all of the statement, 0 to 1.

        0 where there is no evidence, and where a statement is longer than is read: its end may say anything.

        Several quotes are read in parts as well, see `windows`; the part that says the most counts.
        """
        encoder = self._encoder
        parts = windows(encoder.tokenizer, evidence)
        if not parts or len(encoder.tokenizer.encode(statement, add_special_tokens=False)) > STATEMENT_TOKENS:
            return 0.0
        (logits,) = encoder.run(pair_tokens(encoder.tokenizer, statement, parts))
        return float(1 / (1 + np.exp(-logits.max())))


def pair_tokens(tokenizer: Tokenizer, statement: str, evidence: Sequence[str]) -> list[Tokens]:
    """The statement with each piece of evidence, as the encoder reads them."""

    def shifted(text: str, limit: int) -> list[int]:
        return [piece + SHIFT for piece in tokenizer.encode(text, add_special_tokens=False).ids[:limit]]

    said = [START, *shifted(statement, STATEMENT_TOKENS), END]
    return [Tokens([*said, END, *shifted(text, EVIDENCE_TOKENS), END]) for text in evidence]


def windows(tokenizer: Tokenizer, evidence: Sequence[str]) -> list[str]:
    """Each quote by itself, each two that follow one another, and the longest runs that can be read at once.

    Of a statement that rests on one quote among many the checker makes little: it learned on one or two sentences.
    """
    evidence = [text for text in evidence if text.strip()]
    sizes = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in evidence]
    runs: dict[str, None] = {}
    for start in range(len(evidence)):
        end, size = start + 1, sizes[start]
        while end < len(evidence) and size + sizes[end] <= EVIDENCE_TOKENS:
            size += sizes[end]
            end += 1
        for stop in (start + 1, min(start + 2, end), end):
            runs[" ".join(evidence[start:stop])] = None
    return list(runs)


def checking_head(builder: "GraphBuilder", states: str, mask: str) -> list[str]:
    """Support logits (batch,) from <s>."""
    return [front_logits(builder, states)]


def open_checker(home: Path, model: Path | None = None, weights: Path = WEIGHTS) -> MPNetChecker:
    """The offline checker; its graph is written once to `home`/models and reused.

    `model` names a folder with the embedder's model when that is not installed; of it the tokenizer is used. `weights`
    names a folder with another trained adapter. WeightsError when one of them or, for the graph, the base model is
    missing or not the right one.
    """
    embedder = find_weights(model)
    check_weights(embedder)
    adapter = check_adapter(weights, ADAPTER)

    def build() -> bytes:
        # here, because a start with a cached graph needs none of them
        from safetensors.numpy import load_file

        from chat.checker.base import MPNET, as_bert, find_pieces, unpacked
        from index.encoder_graph import build_graph

        with unpacked(find_pieces()) as file:
            base = as_bert(load_file(file))
        tuned = merge(base, load_file(weights / f"{ADAPTER}.safetensors"))
        return build_graph(tuned, checking_head, architecture=MPNET)

    graph = cached_graph(home / "models", f"{ADAPTER}-{adapter[:8]}-v{GRAPH_VERSION}", build)
    longest = STATEMENT_TOKENS + EVIDENCE_TOKENS + 4
    return MPNetChecker(lambda: Encoder(graph, embedder.tokenizer, longest))
