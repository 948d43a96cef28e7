"""Does the evidence support a statement? A small model reads both; no language model is asked."""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from chat.checker import Checker
from chat.writer.telling import told_as_fact
from chat.writer.wording import Unit, Worder, implied_numbers, plain
from index.synonyms import Group

SURE = 0.4
"""A statement passes from so much support on; chosen on the `fit` pairs by `fit_sure`."""
SURE_OF_RECKONED = 0.8
"""The same where it gives a number that only follows from those of the evidence: the checker reckons badly."""
BRIEF = 7
SURE_OF_BRIEF = 0.9
"""The same where it takes a quote of so few words or fewer: beside what says little, the checker takes to much."""
SURE_OF_SHORT = 0.7
STEP = 0.05
"""Beside a quote of one word more it is this, and for each further word so much less, down to `SURE` at fourteen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether evidence supports a statement, and what speaks against it."""

    supported: bool
    against: tuple[str, ...]
    """One line for each thing that is not supported; empty when all is."""
    support: float | None = None
    """How surely the evidence says it, 0 to 1, as the checker reads both; None where something else decides."""


class Verifier:
    """Checks statements against evidence, with a checker and a corpus's synonyms; safe to use from several threads."""

    def __init__(self, checker: Checker, groups: Sequence[Group] = ()):
        self._checker = checker
        self._worder = Worder(groups)

    def check(self, statement: str, evidence: Sequence[str]) -> Verdict:
        """The verdict on a statement; of `evidence`, the cited quotes, those that belong together are neighbours."""
        said, quotes = plain(statement), [plain(quote) for quote in evidence]
        joined = ". \n".join(quotes)  # a full stop between, so that each quote begins a sentence
        units, known = self._worder.read(said), self._worder.read(joined)
        given = _given(joined, known)
        # what is refused anyway need not be read
        if missing := tuple(_missing(said, units, joined, known, given)):
            return Verdict(False, missing)
        if _bare(said) in map(_bare, quotes):
            return Verdict(True, (), 1.0)
        tellers = [told_as_fact(said, quote, self._worder.terms) for quote in quotes]
        if quotes and all(tellers):
            return Verdict(False, (f"the evidence does not say so itself, but {tellers[0]!r}",))
        plainly = [quote for quote, teller in zip(quotes, tellers, strict=True) if not teller]
        said = _in_its_terms(said, units, joined, known)
        if set(self._worder.terms(said)).isdisjoint(self._worder.terms(joined)):
            # of such the checker learned little: it read statements about their evidence
            return Verdict(False, ("it has no word in common with the evidence",))
        support = self._checker.support(said, plainly)
        reckons = any(unit.kind == "number" and unit.keys.isdisjoint(given) for unit in units)
        if not self._is_sure(said, plainly, support, SURE_OF_RECKONED if reckons else SURE):
            return Verdict(False, (f"read beside it, the evidence does not say so ({support:.1%})",), support)
        return Verdict(True, (), support)

    def _is_sure(self, said: str, quotes: Sequence[str], support: float, least: float) -> bool:
        """True when the support of all quotes is enough for the briefest, or that of the longer ones for theirs.

        It is `least` beside the longest.
        """
        words = [len(quote.split()) for quote in quotes]
        more = min(words) - BRIEF
        limit = max(least, SURE_OF_BRIEF if more <= 0 else SURE_OF_SHORT - STEP * (more - 1))
        if support >= limit or limit == least:
            return support >= limit
        longer = [quote for quote, count in zip(quotes, words, strict=True) if count > min(words)]
        return bool(longer) and self._is_sure(said, longer, self._checker.support(said, longer), least)


def _missing(
    said: str, units: Sequence[Unit], joined: str, known: Sequence[Unit], given: Set[str]
) -> Iterable[str]:
    """What no reading makes up for: numbers, names and quoted words that the evidence does not have.

    And what is no statement. A name is there as a synonym, an adjective, a people or initials, too; `given` is of `_given`.
    """
    if not any(map(str.isalpha, said)):
        yield "it says nothing that can be checked"
    if said.rstrip().endswith("?"):
        yield "it asks, and says nothing"
    keys = given | _reckoned(joined, known)
    shortened = _shortened(said, joined)
    for unit in units:
        if unit.keys & keys:
            continue
        if unit.kind == "number":
            yield f"{unit.text} is not in the evidence"
        elif unit.kind == "name" and not (_starts_alike(unit, known) or unit.start in shortened):
            yield f"the name {unit.text} is not in the evidence"
    words = f" {_words(joined)} "
    for quoted in re.findall(r'"([^"]*)"', said):
        if _words(quoted) and f" {_words(quoted)} " not in words:
            yield f"the quoted words {quoted[:40]!r} are not in the evidence"


def _given(joined: str, known: Sequence[Unit]) -> set[str]:
    """The keys of what the evidence names, and of the numbers that it gives by a list of names or by a word like "both"."""
    lists = _lists(joined, known)
    counts = {str(count) for count in (*lists, sum(lists)) if count}
    words = {number for words, number in _BY_WORDS if words.search(joined)}
    return {key for unit in known for key in unit.keys} | counts | words


def _reckoned(joined: str, known: Sequence[Unit]) -> set[str]:
    """The numbers that follow from those given, of which the checker must be surer."""
    reckoned = implied_numbers(known, _lists(joined, known), bool(_LATER.search(joined)))
    if not any(unit.kind == "number" and unit.text.isdigit() and int(unit.text) < 100 for unit in known):
        reckoned.add("2")  # of two things told one after the other nobody says that they are two
    return reckoned


def _lists(text: str, units: Iterable[Unit]) -> list[int]:
    """How many names each list of a text has."""
    lists, end = [0], 0
    for unit in units:
        if text[unit.start].isupper():  # the first of a sentence may be no name, and in a list it is one
            if not _JOINS.fullmatch(text[end : unit.start]):
                lists.append(0)
            lists[-1] += 1
            end = unit.end
    return [count for count in lists if count > 1]


def _in_its_terms(said: str, units: Iterable[Unit], joined: str, known: Sequence[Unit]) -> str:
    """The statement with the evidence's own names and numerals for its names and numbers.

    The checker does not know a corpus's synonyms, nor that 1500 is 1,500. That Russian goes with Russia it knows.
    """
    parts, at = [], 0
    for unit in units:
        own = said[unit.start : unit.end]
        same = [
            form
            for o in known
            if o.keys & unit.keys and not _ADJECTIVE.search(form := joined[o.start : o.end])
        ]
        if unit.kind == "number":
            differs = _DIGIT.match(own) and all(map(_DIGIT.match, same))
        else:
            differs = (
                unit.kind == "name"
                and unit.is_synonym
                and not any(_shared(own, other) >= 4 for other in same)
            )
        if same and differs and own.casefold() not in map(str.casefold, same):
            parts += [said[at : unit.start], same[0]]
            at = unit.end
    return "".join([*parts, said[at:]])


_BY_WORDS = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), number)
    for words, number in (
        ("both|neither|either|pair|couple|latter|co-\\w+|each other|one another", "2"),
        ("both|two|latter|other|another|again|co-\\w+", "2th"),
        ("decades?", "10"),
        ("half-century|half a century", "50"),
        ("century|centuries", "100"),
    )
)
_MOST_INITIALS = 10
"""Of one name; so a long run of capitals is gone through in a time that grows with its length."""
_SHORT = re.compile(r"\b[A-Z]{2,}\b")
_CAPITAL = re.compile(r"[A-Z][\w']*")
_LATER = re.compile(r"\b(?:years?|decades?) (?:later|earlier|before|after)\b")
_CAPITALS = re.compile(r"\b[A-Z][\w']*(?:(?: (?:of|for|on|the|and)){0,2} [A-Z][\w']*|-[A-Z]\w*)+")
_JOINS = re.compile(r"(?:'s)?(?:,|,? (?:and|or)(?: the)?) |(?:'s)?, the ")
_ADJECTIVE = re.compile(r"(?:ian|ish|ese|ani)$")
"""Of a country; in the place of its name it would make no sentence."""
_DIGIT = re.compile(r"\d")


def _bare(text: str) -> str:
    """The text without quotation marks, outer punctuation and double spaces."""
    return re.sub(r'["\s]+', " ", text).strip(" .,;:")


def _words(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _starts_alike(name: Unit, others: Iterable[Unit]) -> bool:
    """ "Western" for "West", "Europe" for "European"; not "Article 4" for "Article 5"."""
    if not name.text.isalpha():
        return False
    words = (word for other in others for word in other.text.split() if word.isalpha())
    return any(_shared(name.text, word) >= max(4, min(len(name.text), len(word)) - 1) for word in words)


def _shortened(said: str, joined: str) -> set[int]:
    """Where names of a statement begin that the evidence gives as initials, or whose initials it spells out.

    "EU" for "European Union", "NATO" for "North Atlantic Treaty", and each of such words for the letters.
    """
    spelled = _initials(joined)
    spelled |= {initials + "O" for initials in spelled}
    shorts = set(_SHORT.findall(joined))
    starts = {m.start() for m in _SHORT.finditer(said) if m[0] in spelled}
    for run in _CAPITALS.finditer(said):
        if not shorts.isdisjoint(_initials(run[0])):
            starts |= {run.start() + word.start() for word in _CAPITAL.finditer(run[0])}
    return starts


def _initials(text: str) -> set[str]:
    """The first letters of two and more words with capitals that follow one another, wherever one begins or ends."""
    runs = [[word[0][0] for word in _CAPITAL.finditer(m[0])] for m in _CAPITALS.finditer(text)]
    return {
        "".join(run[start:end])
        for run in runs
        for start in range(len(run))
        for end in range(start + 2, min(start + _MOST_INITIALS, len(run)) + 1)
    }


def _shared(one: str, other: str) -> int:
    """How many letters the two begin with in common."""
    both = zip(one.casefold(), other.casefold(), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
