"""The citation contract: every quote is the slice of its article, or it is not shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chat.answers import Answer, Citation, Statement
from ingest import Article


class Cites:
    """Numbers the spans of one answer in the order in which they are first cited."""

    def __init__(self, articles: Mapping[str, Article]):
        self._articles = articles
        self._numbers: dict[tuple[str, int, int], int] = {}

    def number(self, article: str, start: int, end: int) -> int:
        """The citation number of a span; ValueError when it is not inside the article."""
        self._articles[article].slice(start, end)
        return self._numbers.setdefault((article, start, end), len(self._numbers) + 1)

    def citations(self) -> tuple[Citation, ...]:
        return tuple(
            Citation(number, article, start, end, self._articles[article].slice(start, end))
            for (article, start, end), number in self._numbers.items()
        )


def keep_supported(answer: Answer, articles: Mapping[str, Article]) -> tuple[Answer, int]:
    """The answer without citations that are not the slice of their article, and without statements that
    lose all of theirs; and how many citations were dropped.

    Checked for every answer, whoever made it. An answer that is left with nothing has failed.
    """
    given = Counter(citation.number for citation in answer.citations)
    # a number that two citations bear says nothing
    good = [c for c in answer.citations if given[c.number] == 1 and _holds(c, articles)]
    numbers = {citation.number for citation in good}
    statements = []
    for statement in answer.statements:
        kept = tuple(number for number in statement.citations if number in numbers)
        if kept and (not statement.verbatim or _is_quoted(statement, kept, good)):
            statements.append(replace(statement, citations=kept))
    used = {number for statement in statements for number in statement.citations}
    citations = tuple(citation for citation in good if citation.number in used)
    dropped = len(answer.citations) - len(citations)
    lost = len(statements) < len(answer.statements)
    empty = not statements and answer.outcome in ("answered", "partial")
    if not dropped and not lost and not empty:
        return answer, 0
    outcome = "failed" if empty else answer.outcome
    message = answer.message if not empty else (
        "The answer was dropped because its quotations did not agree with the articles. "
        "Run `python -m ingest` and ask again."
    )  # fmt: skip
    return (
        replace(answer, statements=tuple(statements), citations=citations, outcome=outcome, message=message),
        dropped,
    )


def _holds(citation: Citation, articles: Mapping[str, Article]) -> bool:
    article = articles.get(citation.article)
    return (
        article is not None
        and 0 <= citation.start < citation.end <= len(article.text)
        and article.text[citation.start : citation.end] == citation.quote
    )


def _is_quoted(statement: Statement, numbers: Sequence[int], citations: Sequence[Citation]) -> bool:
    """A verbatim statement is made of its quotes' own words and nothing else."""
    quotes = [citation.quote for citation in citations if citation.number in numbers]
    rest = statement.text
    if not any(quote in rest for quote in quotes):
        return False
    for quote in sorted(quotes, key=len, reverse=True):
        rest = rest.replace(quote, " ", 1)
    return not rest.replace("…", " ").strip()
