"""A sentence of an article as a language model and the checks see it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of an article with what is needed to understand it; `text` is the article's slice."""

    article: str
    start: int
    end: int
    text: str
    source: str = ""
    """Whose words: publisher, authors or title, and the heading."""
    context: tuple[int, int] | None = None
    """The span of the sentence before it, cited too where a statement needs it."""
    context_text: str = ""
    leans: bool = False
    """True when it is not understood, or not dated, without its context: the model is then shown both."""

    @property
    def span(self) -> tuple[str, int, int]:
        return self.article, self.start, self.end
