"""Prepared questions: written beforehand for each sentence, so that a question can find a question.

doc2query (Nogueira et al. 2019, arXiv 1904.08375), with the questions kept as entries of their own
instead of being appended to the text. Gap questions ask what an article mentions but does not say.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.articles import Article
from ingest.errors import IngestError
from ingest.reading import read_beside

FOLDER = "questions"
FILE_MOST = 20_000_000
"""Bytes of one file of questions."""
QUESTION_MOST = 1_000
"""Characters of one question, or of what it asks for."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Questions and the spans of one article that answer them."""

    article: str
    spans: tuple[tuple[int, int], ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that a sentence gives rise to and that the corpus does not answer."""

    article: str
    start: int
    end: int
    question: str
    asks_for: str
    """What is not said, as a noun phrase: "the number of peacekeepers"."""


def read_questions(
    folder: Path, articles: Mapping[str, Article]
) -> tuple[tuple[Prepared, ...], tuple[Gap, ...]]:
    """All of `folder`/questions/*.jsonl; two empty tuples when there is no such folder.

    IngestError names file and line when a line cannot be read, or a quote is not in its article.
    """
    prepared: list[Prepared] = []
    gaps: list[Gap] = []
    for file in sorted((folder / FOLDER).glob("*.jsonl")):
        try:
            # not splitlines(): a line separator may stand inside a text, where JSON allows it
            lines = read_beside(file, folder, FILE_MOST).split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else f"byte {error.start} is not UTF-8"
            raise IngestError(
                f"{FOLDER}/{file.name} cannot be read: {why}. Mend it or take it away."
            ) from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError("it is not a JSON object")
                if "quotes" in row:
                    prepared.append(_prepared(row, articles))
                else:
                    gaps.append(_gap(row, articles))
            except (ValueError, KeyError, RecursionError) as error:
                what = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
                raise IngestError(
                    f"{FOLDER}/{file.name}, line {number}: {what}. Mend the line or take it out."
                ) from error
    return tuple(prepared), tuple(gaps)


def _prepared(row: Mapping[str, Any], articles: Mapping[str, Article]) -> Prepared:
    quotes, questions = row["quotes"], row["questions"]
    if not (quotes and _are_texts(quotes) and _are_texts(questions)):
        raise ValueError("`quotes` and `questions` must be lists of texts")
    for question in questions:
        _check_question(question)
    article = _article(row["article"], articles)
    return Prepared(article.id, tuple(_locate(quote, article) for quote in quotes), tuple(questions))


def _gap(row: Mapping[str, Any], articles: Mapping[str, Article]) -> Gap:
    article = _article(row["article"], articles)
    for key in ("question", "asks_for"):
        if not isinstance(row[key], str):
            raise ValueError(f"`{key}` must be a text")
        _check_question(row[key])
    return Gap(article.id, *_locate(row["quote"], article), row["question"], row["asks_for"])


def _check_question(text: str) -> None:
    if not text.strip() or len(text) > QUESTION_MOST:
        raise ValueError(
            f"a question has 1 to {QUESTION_MOST:,} characters, and one has {len(text.strip()):,}"
        )
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("a question has half of a character, \\ud800 to \\udfff without its other half")


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _article(name: Any, articles: Mapping[str, Article]) -> Article:
    if not isinstance(name, str) or name not in articles:
        raise ValueError(f"there is no article {repr(name)[:60]}; known are {', '.join(articles)}")
    return articles[name]


def _locate(quote: str, article: Article) -> tuple[int, int]:
    start = article.text.find(quote) if isinstance(quote, str) and quote else -1
    if start < 0:
        raise ValueError(f"the quote {str(quote)[:60]!r} is not in {article.id}")
    return start, start + len(quote)
