"""What programs may ask for, as plain JSON: an answer, passages, an article. The API and the MCP server offer it."""

from collections.abc import Collection
from typing import Any

from chat.answers import Answer
from chat.config import MAX_QUESTION
from chat.engine import Answerer, is_collection_of_texts
from chat.question import as_searched, whole_text
from ingest import Article

PASSAGES_MOST = 50
CHARACTERS_MOST = 20_000
"""Of an article in one reply; what follows can be asked for."""


def ask_articles(
    answerer: Answerer, question: str, articles: Collection[str] | None = None
) -> dict[str, Any]:
    """The answer with its outcome, statements and numbered citations; `articles` None asks all.

    ValueError when one of them does not exist, or something given is not of its type.
    """
    _check_text("question", question)
    scope = _scope(answerer, articles)
    answer = answerer.answer(question, scope=scope)
    return answer_as_json(answer, answerer)


def answer_as_json(answer: Answer, answerer: Answerer) -> dict[str, Any]:
    """The answer without how it was found."""
    return {
        "outcome": answer.outcome,
        "answer": answer.text(),
        "statements": [
            {"lead": s.lead, "text": s.text, "citations": list(s.citations)} for s in answer.statements
        ],
        "citations": [
            {
                "number": c.number,
                **_source(answerer.articles[c.article]),
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
            }
            for c in answer.citations
        ],
        "message": answer.message,
        "understood": answer.understood,
        "seconds": round(answer.seconds, 4),
    }


def search_passages(
    answerer: Answerer, query: str, articles: Collection[str] | None = None, limit: int = 5
) -> list[dict[str, Any]]:
    """The passages nearest to a query, best first; ValueError for an unknown article or an impossible limit."""
    _check_text("query", query)
    _check_number("limit", limit)
    if not 1 <= limit <= PASSAGES_MOST:
        raise ValueError(f"limit has to be from 1 to {PASSAGES_MOST}, and is {limit}")
    if len(query) > MAX_QUESTION or not query.strip():
        raise ValueError(f"a query has 1 to {MAX_QUESTION:,} characters, and this has {len(query.strip()):,}")
    found = answerer.finder().searcher.search(
        as_searched(whole_text(query)), _scope(answerer, articles), limit
    )
    return [
        {
            **_source(answerer.articles[match.article]),
            "start": match.start,
            "end": match.end,
            "text": answerer.articles[match.article].slice(match.start, match.end),
            "score": round(match.score, 4),
        }
        for match in found.passages
    ]


def read_article(answerer: Answerer, article: str, start: int = 0) -> dict[str, Any]:
    """An article's text from `start`, as its citations count characters; ValueError when there is none such."""
    _check_text("article", article)
    _check_number("start", start)
    [id] = _scope(answerer, [article])
    found = answerer.articles[id]
    if not 0 <= start < len(found.text):
        raise ValueError(f"start has to be from 0 to {len(found.text) - 1}, and is {start}")
    end = min(start + CHARACTERS_MOST, len(found.text))
    return {
        **_source(found),
        "authors": list(found.authors),
        "words": found.words,
        "start": start,
        "end": end,
        "characters": len(found.text),
        "text": found.text[start:end],
    }


def _source(article: Article) -> dict[str, Any]:
    return {"article": article.id, "title": article.title, "publisher": article.publisher}


def _check_text(name: str, given: object) -> None:
    if not isinstance(given, str):
        raise ValueError(f"{name} has to be a text, and is of type {type(given).__name__}")


def _check_number(name: str, given: object) -> None:
    if type(given) is not int:  # True is an int to isinstance
        raise ValueError(f"{name} has to be a whole number, and is {str(given)[:40]!r}")


def _scope(answerer: Answerer, articles: Collection[str] | None) -> set[str] | None:
    if articles is None:
        return None
    if not is_collection_of_texts(articles):
        raise ValueError("articles has to be a list of ids")
    unknown = sorted(set(articles) - answerer.articles.keys())
    if unknown:
        raise ValueError(f"there is no article {unknown[0]!r}; there are {', '.join(answerer.articles)}")
    return set(articles)
