"""Reading: which sentence answers a question, with which words, and whether any does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence to be read for a question, with what a reader needs to understand it."""

    text: str
    """The sentence itself; spans of a `Reading` refer to it."""
    context: str = ""
    """What stands before it: title, heading, the sentence that it leans on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader thinks of one candidate."""

    relevance: float
    """How surely this sentence answers the question: 0 to 1, comparable between candidates and questions."""
    span: tuple[int, int] | None = None
    """The exact words of the candidate's text that answer, `[start, end)`; None when there are none."""
    span_score: float = 0.0
    """How surely the span is the answer: 0 to 1."""


class Reader(Protocol):
    """Scores sentences for a question."""

    name: str

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[Reading]:
        """One reading for each candidate, in order."""
        ...
