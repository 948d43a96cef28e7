"""From spans to the sentences of the articles that they touch: the unit in which citations are measured."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from eval.cases import Case
from ingest import split_sentences
from ingest.articles import Article


class SentenceMap:
    """Holds where the sentences of the articles start and end; each article is split when first asked for."""

    def __init__(self, articles: Mapping[str, Article]):
        self.articles = articles
        self._spans: dict[str, tuple[list[int], list[int]]] = {}

    def touched(self, article: str, start: int, end: int) -> frozenset[str]:
        """Ids (`article:start`) of the sentences that share at least one character with `[start, end)`.

        A span that touches none (site chrome, an unknown article) is its own unit, `article:start-end`.
        """
        found = [f"{article}:{begin}" for begin, _ in self.spans(article, start, end)]
        return frozenset(found) or frozenset({f"{article}:{start}-{end}"})

    def spans(self, article: str, start: int, end: int) -> list[tuple[int, int]]:
        """The sentences themselves that share a character with `[start, end)`, in order."""
        starts, ends = self._sentences(article)
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        return list(zip(starts[first:last], ends[first:last], strict=True))

    def gold(self, case: Case) -> tuple[frozenset[str], ...]:
        """For each fact of the case the ids of the sentences that prove it."""
        gold: list[set[str]] = [set() for _ in case.facts]
        for evidence in case.evidence:
            for start, end in evidence.spans:
                gold[evidence.fact] |= self.touched(evidence.article, start, end)
        return tuple(frozenset(ids) for ids in gold)

    def _sentences(self, article: str) -> tuple[list[int], list[int]]:
        if article not in self._spans:
            sentences = split_sentences(self.articles[article]) if article in self.articles else []
            self._spans[article] = ([s.start for s in sentences], [s.end for s in sentences])
        return self._spans[article]
