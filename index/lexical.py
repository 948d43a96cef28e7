"""Search by words: BM25 (Robertson and Zaragoza 2009) over stems, by bm25s, rebuilt at each start."""

import logging
from collections.abc import Sequence

import bm25s
import numpy as np

from index.analyzer import Analyzer

# it logs each index that it builds, on a handler of its own
logging.getLogger("bm25s").setLevel(logging.WARNING)

K1 = 1.2
B = 0.75


class Lexical:
    """BM25 over a fixed list of texts."""

    def __init__(self, texts: Sequence[str], analyzer: Analyzer):
        self.analyzer = analyzer
        self.size = len(texts)
        corpus = [analyzer.terms(text) for text in texts]
        counts: dict[str, int] = {}
        for terms in corpus:
            for term in set(terms):
                counts[term] = counts.get(term, 0) + 1
        self._counts = counts
        self._retriever = None
        if counts:  # bm25s cannot index texts that have no term at all
            self._retriever = bm25s.BM25(k1=K1, b=B, method="lucene")
            self._retriever.index(corpus, show_progress=False)

    def idf(self, term: str) -> float:
        """ln(1 + (N − n + ½)/(n + ½)), as in Lucene; largest for a term that no text has."""
        n = self._counts.get(term, 0)
        return float(np.log1p((self.size - n + 0.5) / (n + 0.5)))

    def scores(self, question: str) -> np.ndarray:
        """For each text how much of the question's weight it holds: float32 (texts,), 0 to about 1.

        BM25 divided by the score of a text of average length that held every term of the question once, so that
        scores of different questions can be compared: a word that no text has counts in the divisor.
        """
        terms = list(dict.fromkeys(self.analyzer.terms(question, question=True)))
        known = [term for term in terms if term in self._counts]
        if not known or self._retriever is None:
            return np.zeros(self.size, np.float32)
        # a term and the mark of its synonyms say the same thing: only the rarer counts in the divisor
        whole = sum(self.idf(term) for term in terms if not term.startswith("=")) or sum(map(self.idf, terms))
        # Lucene's BM25 leaves out the constant factor k1 + 1: one occurrence weighs idf / (1 + k1)
        return self._retriever.get_scores(known).astype(np.float32) * np.float32((1 + K1) / whole)

    def known_share(self, question: str) -> float:
        """Share of the question's weight that is in words which some text has, or has a synonym of: 0 to 1."""
        known = whole = 0.0
        for word in set(self.analyzer.words(question)):
            terms = self.analyzer.terms(word, question=True)
            own = next((term for term in terms if not term.startswith("=")), None)
            if own is not None:
                whole += self.idf(own)
                known += self.idf(own) if any(term in self._counts for term in terms) else 0.0
        return known / whole if whole else 0.0
