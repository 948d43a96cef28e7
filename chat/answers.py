"""What an answer is: statements, each resting on cited spans, and one of four outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["answered", "partial", "declined", "failed"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words of an article that a statement rests on: `text[start:end] == quote`."""

    number: int
    """From 1, in order of first appearance in the answer."""
    article: str
    start: int
    """First code point of the quote in the article's text."""
    end: int
    """One past the last."""
    quote: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the answer says, with the numbers of the citations that carry it."""

    text: str
    """Without markers. Verbatim where `verbatim` is true."""
    citations: tuple[int, ...]
    lead: str = ""
    """Who says it or how it relates, in our own words: "The Diplomat writes:"; empty for none."""
    marked: tuple[tuple[int, int], ...] = ()
    """Spans of `text` that are the exact answer, shown in bold."""
    verbatim: bool = True


@dataclass(frozen=True, slots=True)
class Closest:
    """A passage near a question that was declined; never an answer."""

    article: str
    start: int
    end: int
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. A declined answer has no statement and no citation."""

    question: str
    """As it was asked; of one that is too long, the beginning."""
    outcome: Outcome
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    message: str = ""
    """What we say ourselves: what was not found, which part is not covered, what went wrong."""
    understood: str = ""
    """The question as it was searched for: spelling mended, follow-up resolved."""
    closest: tuple[Closest, ...] = ()
    matches: tuple["Found", ...] = ()
    """What the search ranked, best first; for explaining and for measuring."""
    trace: Mapping[str, Any] = field(default_factory=dict)
    """How it was found: thresholds, scores, decisions, seconds. Plain JSON values."""
    seconds: float = 0.0

    def text(self) -> str:
        """The answer as one plain string, each statement followed by its markers `[n]`."""
        lines = []
        for statement in self.statements:
            markers = "".join(f"[{number}]" for number in statement.citations)
            lines.append(f"{statement.lead + ' ' if statement.lead else ''}{statement.text} {markers}")
        if self.message:
            lines.append(self.message)
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that the search ranked for the question."""

    article: str
    start: int
    end: int
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    """List name to rank in it, from 1."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, for a person who waits."""

    doing: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str
