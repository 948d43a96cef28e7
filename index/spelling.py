"""Mends misspelt words of a question that the corpus knows in another spelling."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from index.analyzer import STOP_WORDS, Analyzer

MIN_LENGTH = 4
"""Shorter words have too many neighbours."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of the question and the corpus's spelling of it."""

    asked: str
    meant: str


class Speller:
    """Knows a corpus's words; corrects only what neither the corpus nor English has."""

    def __init__(self, texts: Iterable[str], is_english: Callable[[str], bool], names: Iterable[str] = ()):
        """`is_english` tells common words, which are left alone; `names` are words to know besides the texts'."""
        forms: dict[str, Counter[str]] = {}
        for text in (*texts, *names):
            for word in re.findall(r"[^\W\d_]+(?:[’'][^\W\d_]+)?", text):
                normal = Analyzer.normal(word)
                forms.setdefault(normal, Counter())[re.sub(r"[’']s$", "", word)] += 1
        # what ever stands in lower case is no name, however often it starts a sentence
        self._spelling = {
            word: next((form for form, _ in seen.most_common() if form.islower()), seen.most_common(1)[0][0])
            for word, seen in forms.items()
        }
        self._frequency = {word: sum(seen.values()) for word, seen in forms.items()}
        self._by_length: dict[int, list[str]] = {}
        for word in forms:
            if len(word) >= MIN_LENGTH:
                self._by_length.setdefault(len(word), []).append(word)
        self._is_english = is_english

    def knows(self, word: str) -> bool:
        return Analyzer.normal(word) in self._spelling

    @property
    def words(self) -> Collection[str]:
        """The normal forms of all words of the texts and names."""
        return self._spelling.keys()

    def is_word(self, word: str) -> bool:
        """True for a word of the texts, of the names, or of common English."""
        normal = Analyzer.normal(word)
        return normal in self._spelling or self._is_english(normal)

    def truecase(self, text: str) -> str:
        """The text with the capitals that the corpus gives its names: `astana` becomes `Astana`."""

        def raise_name(found: re.Match[str]) -> str:
            word = found[0]
            known = self._spelling.get(Analyzer.normal(word), word)
            return known if word.islower() and known[0].isupper() and word not in STOP_WORDS else word

        return re.sub(r"[^\W\d_]{3,}", raise_name, text)

    def correct(self, question: str) -> tuple[str, list[Correction]]:
        """The question with its misspelt words mended, and what was changed."""
        corrections: list[Correction] = []

        def mend(found: re.Match[str]) -> str:
            word = found[0]
            # a capital inside a question is a name's, and a name is not a misspelt common word
            meant = self._nearest(word, only_names=word[0].isupper() and found.start() > 0)
            if meant is None:
                return word
            corrections.append(Correction(word, meant))
            return meant

        mended = re.sub(rf"[^\W\d_]{{{MIN_LENGTH},}}", mend, question)
        return mended, corrections

    def _nearest(self, word: str, only_names: bool) -> str | None:
        normal = Analyzer.normal(word)
        if len(normal) > 40 or normal in self._spelling or self._is_english(normal):
            return None
        allowed = 1 if len(normal) <= 5 else 2 if len(normal) <= 9 else 3
        near = [
            candidate
            for length in range(len(normal) - allowed, len(normal) + allowed + 1)
            for candidate in self._by_length.get(length, ())
        ]
        best: tuple[int, bool, int, str] | None = None
        for candidate, distance, _ in process.extract(
            normal, near, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=20
        ):
            # people get the first letter right
            cost = int(distance) + (candidate[0] != normal[0])
            # and misspell names badly; a common word that differs as much is another word
            name = self._is_name(candidate)
            if cost <= (allowed if name else max(1, allowed - 1)) and (name or not only_names):
                found = (cost, not name, -self._frequency[candidate], candidate)
                best = min(best, found) if best else found
        return self._spelling[best[-1]] if best else None

    def _is_name(self, word: str) -> bool:
        return self._spelling[word][0].isupper()
