"""An article for a person's eye: what was selected, as what, and what was left out."""

from collections.abc import Iterator

from ingest.articles import Article

WIDTH = 11


def show_article(article: Article) -> Iterator[tuple[str, str]]:
    """Pairs of a label and a text in the order of the file; the label `left out` marks what is not content."""
    at = 0
    for block in article.blocks:
        yield from _left_out(article.text[at : block.start])
        yield block.kind.replace("_", " "), article.text[block.start : block.end]
        at = block.end
    yield from _left_out(article.text[at:])


def _left_out(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.strip():
            yield "left out", line.strip()
