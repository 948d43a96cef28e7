"""What an article is once it is read: the text as it stands, and which spans of it are content."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "title",
    "standfirst",  # the sentence under the title that sums the article up
    "byline",
    "dateline",  # where the report was written: "BALYKCHY, Kyrgyzstan:"
    "heading",
    "paragraph",
    "list_item",
    "quotation",  # a paragraph that somebody else says; who speaks is in the line before
    "note",  # about the authors, or the publisher's disclaimer
]

PROSE: frozenset[Kind] = frozenset({"standfirst", "paragraph", "list_item", "quotation", "note"})
"""The kinds that are split into sentences; the others are one sentence each."""


@dataclass(frozen=True, slots=True)
class Block:
    """A selected piece of an article's text: `[start, end)` in code points, without outer white space."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its untouched text and the blocks of it that are content, in reading order."""

    id: str
    """Stable name, from articles.toml or from the file's name."""
    text: str
    """The file's text as it stands on disk; for HTML, PDF and Word the text as extracted."""
    title: str
    blocks: tuple[Block, ...]
    """Content only, in order and without overlap; what lies between is white space or left out."""
    file: str
    """Path relative to the corpus folder, with forward slashes."""
    sha256: str
    """Of the file's bytes, in hex."""
    authors: tuple[str, ...] = ()
    publisher: str | None = None

    def slice(self, start: int, end: int) -> str:
        """The text of `[start, end)`; ValueError when the span is empty or leaves the text."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(
                f"span [{start}, {end}) is not inside {self.id}, which has {len(self.text)} characters"
            )
        return self.text[start:end]

    @property
    def words(self) -> int:
        """White-space separated words of the content."""
        return sum(len(self.text[b.start : b.end].split()) for b in self.blocks)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article's content; `text` is exactly `article.text[start:end]`."""

    article: str
    start: int
    end: int
    text: str
    kind: Kind
    section: str = ""
    """The heading it stands under; empty before the first."""
    context: tuple[int, int] | None = None
    """The span it leans on: for a quotation the sentence that says who speaks, else the sentence
    before it under the same heading; None for the first."""
    leans: bool = False
    """True when its meaning is not whole without `context`: it starts with a pronoun or 'this', or
    somebody else's words stand in it whose name is in the line before."""

    @property
    def id(self) -> str:
        return f"{self.article}:{self.start}"


@dataclass(frozen=True, slots=True)
class Passage:
    """One or more neighbouring paragraphs under one heading; `text` is `article.text[start:end]`."""

    article: str
    start: int
    end: int
    text: str
    section: str = ""
    sentences: tuple[str, ...] = ()
    """Ids of the sentences inside, in order."""
    before: str | None = None
    """Id of the passage before it in the article."""
    after: str | None = None

    @property
    def id(self) -> str:
        return f"{self.article}:{self.start}"
