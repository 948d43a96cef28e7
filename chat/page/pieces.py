"""What every part of the page is put together from."""

import html
from collections.abc import Mapping

from ingest.articles import Article

Shelf = Mapping[str, Article]
"""The articles by id."""


def escaped(text: str) -> str:
    """The text for use between tags and in quoted attributes."""
    return html.escape(text, quote=True)


def folded(key: str, summary: str, body: str) -> str:
    return f'<details id="{escaped(key)}"><summary>{summary}</summary>{body}</details>'


def opens(article: str, start: int, end: int) -> str:
    return f'data-open data-article="{escaped(article)}" data-start="{start}" data-end="{end}"'


def title_of(article: str, shelf: Shelf) -> str:
    return shelf[article].title if article in shelf else article


def credits_of(article: Article) -> tuple[str, ...]:
    """Authors together, then the publisher; only what the article itself names."""
    authors = (", ".join(article.authors),) if article.authors else ()
    return authors + ((article.publisher,) if article.publisher else ())


def words_of(article: str, start: int, end: int, shelf: Shelf) -> str:
    return shelf[article].text[start:end] if article in shelf else f"{start} to {end}"


def count_articles(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    name = words[count] if count < len(words) else f"{count:,}"
    return f"{name} article{'' if count == 1 else 's'}"
