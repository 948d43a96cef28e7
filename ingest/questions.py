"""Prepared questions: written beforehand for each sentence, so that a question can find a question.

doc2query (Nogueira et al. 2019, arXiv 1904.08375), with the questions kept as entries of their own
instead of being appended to the text. Gap questions ask what an article mentions but does not say.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.articles import Article
from ingest.errors import IngestError
from ingest.reading import bytes_beside

FOLDER = "questions"
BY_MODEL = "by-model.jsonl"
"""The file of those that a language model wrote; each of its lines says in `by` which model."""
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
    contrast: str = ""
    """The same name on spans of several articles: they answer the questions, and not in the same way."""


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

    IngestError names file and line when a line cannot be read, or a quote is not in its article. What a
    language model wrote is left out instead when its quote is not there any more: it is written anew.
    """
    prepared: list[Prepared] = []
    gaps: list[Gap] = []
    for file in sorted((folder / FOLDER).glob("*.jsonl")):
        for number, line in _lines(file, folder):
            try:
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError("it is not a JSON object")
                if "quotes" in row:
                    item = _prepared(row, articles)
                    prepared += [item] if item.questions else []
                else:
                    gaps.append(_gap(row, articles))
            except _NotThere as error:
                if "by" not in row:
                    raise _wrong_line(file, number, str(error)) from error
            except (ValueError, KeyError, RecursionError) as error:
                what = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
                raise _wrong_line(file, number, what) from error
    return tuple(prepared), tuple(gaps)


class _NotThere(ValueError):
    """What a line rests on is not in the corpus."""


def _wrong_line(file: Path, number: int, what: str) -> IngestError:
    return IngestError(f"{FOLDER}/{file.name}, line {number}: {what}. Mend the line or take it out.")


def _lines(file: Path, folder: Path) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers from 1."""
    try:
        content = bytes_beside(file, folder, FILE_MOST)
        # a crash of the machine can cut off the line that a program was writing, inside a character too
        if file.name == BY_MODEL:
            content = content[: content.rfind(b"\n") + 1]
        # not splitlines(): a line separator may stand inside a text, where JSON allows it
        lines = content.decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"byte {error.start} is not UTF-8"
        raise IngestError(f"{FOLDER}/{file.name} cannot be read: {why}. Mend it or take it away.") from error
    yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _prepared(row: Mapping[str, Any], articles: Mapping[str, Article]) -> Prepared:
    quotes, questions = row["quotes"], row["questions"]
    if not (quotes and _are_texts(quotes) and _are_texts(questions)):
        raise ValueError("`quotes` and `questions` must be lists of texts")
    contrast = row.get("contrast", "")
    if not isinstance(contrast, str):
        raise ValueError("`contrast` must be a text, the same for each version")
    for question in questions:
        _check_question(question)
    article = _article(row["article"], articles)
    spans = tuple(_locate(quote, article) for quote in quotes)
    return Prepared(article.id, spans, tuple(questions), contrast)


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
        raise _NotThere(f"there is no article {repr(name)[:60]}; known are {', '.join(articles)}")
    return articles[name]


def _locate(quote: str, article: Article) -> tuple[int, int]:
    start = article.text.find(quote) if isinstance(quote, str) and quote else -1
    if start < 0:
        raise _NotThere(f"the quote {str(quote)[:60]!r} is not in {article.id}")
    return start, start + len(quote)
