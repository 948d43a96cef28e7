"""The offline checker: all-MiniLM-L6-v2 fine-tuned to read a statement and its evidence together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from chat.reader import Candidate
from chat.reader.minilm import (
    CONTEXT_TOKENS,
    QUESTION_TOKENS,
    SENTENCE_TOKENS,
    Tokens,
    arrange,
    front_logits,
    open_tuned,
)
from index.encoder import Encoder

if TYPE_CHECKING:
    from index.encoder_graph import GraphBuilder

WEIGHTS = Path(__file__).parent / "weights"
ADAPTER = "checker"
"""The stem of the adapter's file and of its hash."""
STATEMENT_TOKENS = QUESTION_TOKENS + CONTEXT_TOKENS
"""Word pieces of a statement that are read: it has no context, and takes its place."""
GRAPH_VERSION = 1
"""Raised when encoder_graph or the head changes what it writes."""


class MiniLMChecker:
    """Checks with an open graph; safe to use from several threads."""

    name = "all-MiniLM-L6-v2/checker"

    def __init__(self, encoder: Encoder):
        self._encoder = encoder

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How surely the evidence says all of the statement, 0 to 1; 0 where there is no evidence.

        What is more than SENTENCE_TOKENS word pieces is read in parts, and the part that says the most counts.
        """
        parts = windows(self._encoder.tokenizer, evidence)
        if not parts:
            return 0.0
        (logits,) = self._encoder.run(pair_tokens(self._encoder.tokenizer, statement, parts))
        return float(1 / (1 + np.exp(-logits.max())))


def pair_tokens(tokenizer: Tokenizer, statement: str, evidence: Sequence[str]) -> list[Tokens]:
    """The statement with each piece of evidence, as the encoder reads them: in the places of question and sentence."""
    return arrange(tokenizer, statement, [Candidate(text) for text in evidence], STATEMENT_TOKENS)


def windows(tokenizer: Tokenizer, evidence: Sequence[str]) -> list[str]:
    """The evidence as one text, or as the longest runs of quotes that can be read at once."""
    sizes = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in evidence]
    runs: list[str] = []
    for start in range(len(evidence)):
        end, size = start + 1, sizes[start]
        while end < len(evidence) and size + sizes[end] <= SENTENCE_TOKENS:
            size += sizes[end]
            end += 1
        runs.append(" ".join(evidence[start:end]))
        if end == len(evidence):
            break
    return runs


def checking_head(builder: "GraphBuilder", states: str, mask: str) -> list[str]:
    """Support logits (batch,) from [CLS]."""
    return [front_logits(builder, states)]


def open_checker(home: Path, model: Path | None = None, weights: Path = WEIGHTS) -> MiniLMChecker:
    """The offline checker, see `open_tuned`; `weights` names a folder with another trained adapter."""
    return MiniLMChecker(open_tuned(home, model, weights, ADAPTER, checking_head, GRAPH_VERSION))
