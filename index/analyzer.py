"""Texts to the terms that the lexical search compares: stems, and one mark for each group of synonyms."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from index.synonyms import Group

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*", re.UNICODE)

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "me",
        "more",
        "most",
        "my",
        "no",
        "nor",
        "not",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "s",
        "t",
        "don",
        "please",
        "tell",
        "give",
        "say",
        "says",
        "said",
        "article",
        "articles",
        "according",
    ]
)
"""Words that say nothing about what a text is about; 'us' the pronoun, 'US' is kept (see `terms`)."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


class Analyzer:
    """Makes texts and questions comparable; the same settings must be used for both."""

    def __init__(self, groups: Sequence[Group] = (), language: str = "english"):
        self._stem = lru_cache(maxsize=100_000)(Stemmer.Stemmer(language).stemWord)
        self._asked: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
        self._found: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
        for number, group in enumerate(groups):
            for table, terms in ((self._asked, group.asked), (self._found, group.found)):
                for term in terms:
                    words = tuple(self.normal(word.text) for word in _words(term))
                    if words:
                        # 'US' must not be found in 'let us'
                        shouted = term.isupper() and len(term.replace(".", "")) <= 3
                        table.setdefault(words[0], []).append((words, f"={number}", shouted))

    @staticmethod
    def normal(word: str) -> str:
        """A word without accents, case, dots and a possessive ending; not stemmed."""
        word = word.replace("’", "'").casefold()
        word = word.removesuffix("'s").replace("'", "").replace(".", "")
        return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))

    def words(self, text: str) -> list[str]:
        """The normal forms of all words of a text, in order."""
        return [self.normal(word.text) for word in _words(text)]

    def terms(self, text: str, question: bool = False) -> list[str]:
        """Stems of the words that matter and, for words of a synonym group, the group's mark."""
        found = _words(text)
        normal = [self.normal(word.text) for word in found]
        # who types no capital at all may mean the union by 'eu'; 'us' stays the pronoun
        hasty = question and text == text.lower()
        table = self._asked if question else self._found
        terms = []
        for i, (word, form) in enumerate(zip(found, normal, strict=True)):
            country = form == "us" and word.text.replace(".", "") == "US"
            if (form not in STOP_WORDS or country) and form:
                terms.append(self._stem(form))
            for words, mark, shouted in table.get(form, ()):
                if tuple(normal[i : i + len(words)]) != words:
                    continue
                if shouted and not word.text.isupper() and not (hasty and form != "us"):
                    continue
                terms.append(mark)
        return terms

    def is_stop_word(self, word: str) -> bool:
        return self.normal(word) in STOP_WORDS


def _words(text: str) -> list[_Word]:
    return [_Word(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
