"""A text as the units that a check compares: names, numbers and words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Literal

from index.analyzer import STOP_WORDS, Analyzer
from index.synonyms import Group, parse_synonyms

UnitKind = Literal["name", "number", "word"]

_TOKEN = re.compile(
    r"(?P<money>[$€£])?(?P<word>(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.,](?=\d)\d+|[.'](?=[^\W_])[^\W_]+)*)(?P<percent>\s?%)?"
)
_GAP_ENDS_SENTENCE = re.compile(r"[.!?…][\"')\]]*(?:\s|$)")
_PLAIN_NUMBER = re.compile(r"(\d+)(?:th)?")
_YEARS = range(1000, 2101)
_MOST_COUNTED = 4
"""Of more numbers nearly any is some sum or difference."""
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th|s)?$")

_NOT_NAMES = STOP_WORDS | frozenset(
    "although though however moreover furthermore meanwhile overall similarly additionally also according instead "
    "nevertheless nonetheless therefore thus hence yet still since despite unlike besides apart aside except even "
    "until unless whether whereas within without against among amid along following given today now later then "
    "another both many most several some much one two three first second finally it its their this these those "
    "that there every each across alongside per might shall like beyond throughout around inside outside behind near former neighboring neighbouring toward towards upon onto via much well may would should must an a the he she they we i neither nor none nobody not no thanks due owing based seen viewed asked "
    "critics analysts experts officials observers reports sources authors leaders politicians members countries "
    "states nations people troops soldiers relations support attempts efforts part parts".split()
)
_MONTHS = "january february march april may june july august september october november december".split()
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_MANY = {"dozens": 24, "hundreds": 200, "thousands": 2_000, "millions": 2_000_000, "billions": 2_000_000_000}
"""From how many on one speaks of them."""
_COUNTS = (
    {"dozen": "12", "half": "half", "halved": "half", "halves": "half"}
    | dict.fromkeys("twice double doubled doubles doubling twofold".split(), "2")
    | dict.fromkeys("thrice triple tripled triples tripling treble trebled threefold".split(), "3")
    | dict.fromkeys("quadruple quadrupled fourfold".split(), "4")
    | {f"{word}fold": str(number) for word, number in _NUMBER_WORDS.items() if number > 4}
    | {word: word for word in _MANY}
)
_ORDINALS = {
    word: f"{number}th"
    for number, word in enumerate(
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
        "sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        2,
    )
} | {
    word: f"{number}0th"
    for number, word in enumerate(
        "thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth".split(), 3
    )
}
_ROMAN = {
    numeral: f"{number}th" for number, numeral in enumerate("II III IV V VI VII VIII IX X XI XII".split(), 2)
}
_COUNTING = _NUMBER_WORDS.keys() | _ORDINALS.keys()
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 10**12,
}
_SHORT_SCALES = {"k": 1_000, "m": 1_000_000, "bn": 1_000_000_000, "tn": 10**12}

_PEOPLES = parse_synonyms(
    """
    America, American, Americans, US, U.S., USA, United States
    Britain, British, Briton, Britons, UK, U.K., United Kingdom, Great Britain
    England, English, Englishman, Englishmen
    Scotland, Scottish, Scots
    Wales, Welsh
    Ireland, Irish
    France, French, Frenchman, Frenchmen
    Spain, Spanish, Spaniard, Spaniards
    Portugal, Portuguese
    Netherlands, Dutch, Holland
    Belgium, Belgian, Belgians
    Switzerland, Swiss
    Denmark, Danish, Dane, Danes
    Sweden, Swedish, Swede, Swedes
    Norway, Norwegian, Norwegians
    Finland, Finnish, Finn, Finns
    Poland, Polish, Pole, Poles
    Czechia, Czech, Czechs
    Greece, Greek, Greeks
    Turkey, Türkiye, Turkiye, Turkish, Turk, Turks
    Cyprus, Cypriot, Cypriots
    Philippines, Filipino, Filipinos, Philippine
    Myanmar, Burma, Burmese
    United Arab Emirates, UAE, Emirati
    Rome, Roman, Romans
    Jewish, Jew, Jews
    China, Chinese
    """
)
"""Countries and their people, where the words do not begin alike."""
_TITLES = frozenset("president prime minister chancellor mr mrs ms dr king queen premier foreign".split())


@dataclass(frozen=True, slots=True)
class Unit:
    """A name, a number or a word."""

    text: str
    """Normal form."""
    keys: frozenset[str]
    """Two units with a key in common are the same."""
    kind: UnitKind
    start: int
    end: int
    """Where it stands in the text, an "'s" not included."""
    is_synonym: bool = False
    """True for a term of a group of the corpus's synonyms."""


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    low: str
    start: int
    end: int
    gap: str
    """What stands between it and the token before."""
    money: str
    percent: bool
    parts: tuple[str, ...] = ()
    """Of a word with a hyphen."""


class Worder:
    """Takes texts apart, with a corpus's synonyms."""

    def __init__(self, groups: Sequence[Group] = ()):
        self.terms = Analyzer().terms
        """The stems of a text's words that are no stop words."""
        # without synonyms and for one word its terms are the stem alone, or nothing for a stop word
        self._stem = lru_cache(maxsize=50_000)(lambda word: next(iter(self.terms(word)), word))
        self._marks: dict[tuple[str, ...], set[str]] = {}
        self._common: set[tuple[str, ...]] = set()
        """Terms that the groups give in lower case: no names."""
        self._longest = 1
        marked = [(f"={number}", group) for number, group in enumerate(groups)]
        marked += [(f"~{number}", group) for number, group in enumerate(_PEOPLES)]
        for mark, group in marked:
            for term in (*group.asked, *group.found):
                words = tuple(token.low for token in _tokens(term))
                if words:
                    self._marks.setdefault(words, set()).add(mark)
                    if term.islower():
                        self._common.add(words)
                    self._longest = max(self._longest, len(words))

    def read(self, text: str) -> list[Unit]:
        """The units of a text; an empty or symbol-only text has none."""
        tokens = _tokens(text)
        units: list[Unit] = []
        at = 0
        while at < len(tokens):
            gap = tokens[at].gap
            starts = at == 0 or bool(_GAP_ENDS_SENTENCE.search(gap)) or gap.endswith('"')
            length, unit = self._unit(tokens, at, starts)
            if unit is not None:
                units.append(unit)
            at += length
        return units

    def _unit(self, tokens: Sequence[_Token], at: int, starts: bool) -> tuple[int, "Unit | None"]:
        """How many tokens the next unit takes, and the unit; None for a word that does not matter."""
        token = tokens[at]
        if number := _number(tokens, at):
            length, key = number
            return length, Unit(key, frozenset([key]), "number", *_span(tokens[at : at + length]))
        capital = token.raw[:1].isupper()
        for length in range(min(self._longest, len(tokens) - at), 0, -1):
            run = tokens[at : at + length]
            words = tuple(t.low for t in run)
            marks = self._marks.get(words)
            if marks is None or (length == 1 and token.low in STOP_WORDS and not token.raw.isupper()):
                continue
            name = any(t.raw[:1].isupper() for t in run) and not (starts and words in self._common)
            keys = set(marks)
            if length == 1:
                keys.add(self._stem(token.low))
            kind: UnitKind = "name" if name else "word"
            own = any(mark.startswith("=") for mark in marks)
            return length, Unit(" ".join(words), frozenset(keys), kind, *_span(run), is_synonym=own)
        if token.low in STOP_WORDS and not (token.raw.isupper() and len(token.raw) > 1):
            return 1, None
        if capital and token.low in _NOT_NAMES and starts:
            return 1, None
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        # one at the start of a sentence may be any word
        name = (
            capital
            and token.low not in _TITLES
            and (not starts or token.raw[1:2].isupper() or _begins_name(token, following))
        )
        keys = frozenset(self._stem(word) for word in (token.low, *(p for p in token.parts if len(p) > 3)))
        return 1, Unit(token.low, keys, "name" if name else "word", *_span([token]))


_FORM_OF_NO_NAME = re.compile(
    r".{3,}(?:ed|ing|ly|ness|ment|tion|sion|ious|ous|ful|less|able|ible|ive|ance|ence|ency|ity|ship|ism|[^aious]s)"
)


def _begins_name(opening: _Token, following: _Token | None) -> bool:
    """True for a sentence's first word before another with a capital, if its form does not tell it to be no name."""
    capitals = following and following.raw[:1].isupper() and not following.gap.strip()
    return bool(capitals) and not _FORM_OF_NO_NAME.fullmatch(opening.low)


def plain(text: str) -> str:
    """The text with straight quotes, hyphens, and ordinary spaces, one character for one."""
    return text.translate(_PLAIN)


_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " ", "\u202f": " ", "\u2009": " ", "‑": "-", "‐": "-"}
)


def implied_numbers(units: Iterable[Unit], lengths: Iterable[int], later: bool) -> set[str]:
    """What the numbers of a text imply that it need not name, as texts of units, for somebody to judge.

    A tenth one that there are ten, 1965 the 1960s, 42,000 tens of thousands, 44 % less than half, 1931 and nine years
    later 1940; five of seven the other two, 1992 and 2002 ten years. `lengths` are those of lists;
    `later` is true where a year may be counted from another, as in "two years later".
    """
    texts = [unit.text for unit in units if unit.kind == "number"]
    named = {int(match[1]) for text in texts if (match := _PLAIN_NUMBER.fullmatch(text))}
    counted = named | set(lengths)
    implied = {text.removesuffix("th") for text in texts}
    implied |= {f"{number // 10}0s" for number in named if number in _YEARS}
    implied |= {
        word for word, least in _MANY.items() if any(number >= least for number in named.difference(_YEARS))
    }
    if len(counted) > 1 or any(text.endswith("%") for text in texts):
        implied.add("half")
    if len(counted) <= _MOST_COUNTED:
        reached = {abs(one + sign * two) for one, two in combinations(counted, 2) for sign in (1, -1)}
        implied |= {str(number) for number in reached if later or number not in _YEARS}
    return implied


def _span(tokens: Sequence[_Token]) -> tuple[int, int]:
    last = tokens[-1]
    return tokens[0].start, last.end - 2 * last.raw.casefold().endswith("'s")


def _tokens(text: str) -> list[_Token]:
    text = plain(text)
    tokens: list[_Token] = []
    end = 0
    for found in _TOKEN.finditer(text):
        gap = text[end : found.start()]
        end = found.end()
        start, word_end = found.span("word")
        raw, money = found["word"], found["money"] or ""
        tokens.append(_Token(raw, Analyzer.normal(raw), start, word_end, gap, money, bool(found["percent"])))
    return _hyphens_joined(tokens)


def _hyphens_joined(tokens: Iterable[_Token]) -> list[_Token]:
    """`multi-vector` as one word, as many write it; `Moscow-led`, `30-year` and `six-member` stay two."""
    joined: list[_Token] = []
    for token in tokens:
        both_words = joined and token.raw.islower() and joined[-1].raw.islower()
        if token.gap == "-" and both_words and not {token.low, joined[-1].low} & _COUNTING:
            last = joined.pop()
            parts = (*(last.parts or (last.low,)), token.low)
            raw, low = last.raw + token.raw, last.low + token.low
            token = _Token(raw, low, last.start, token.end, last.gap, last.money, token.percent, parts)
        joined.append(token)
    return joined


def _number(tokens: Sequence[_Token], at: int) -> tuple[int, str] | None:
    """The tokens that a number takes and its value with its unit: `1500`, `5%`, `$2000000`, `month 8`."""
    token = tokens[at]
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    before = tokens[at - 1] if at else None
    if token.low in _MONTHS and token.raw[:1].isupper():
        near = (before and _DIGITS.match(before.low)) or _DIGITS.match(following)
        inside = before and not _GAP_ENDS_SENTENCE.search(token.gap)  # at the start it may be no month
        if token.low not in ("may", "march") or near or inside:
            return 1, f"month {_MONTHS.index(token.low) + 1}"
        return None
    if any(c.isdigit() for c in token.raw):
        key = token.raw.replace(",", "").casefold().removesuffix("'s")
        if (before and before.low in _MONTHS) or following in _MONTHS:
            key = re.sub(r"(?:st|nd|rd|th)$", "", key)
        key = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "th", key)
        if (short := re.fullmatch(r"(\d+(?:\.\d+)?)(bn|tn|m|k)", key)) and (
            token.money or short[2] in ("bn", "tn")
        ):
            key = f"{float(short[1]) * _SHORT_SCALES[short[2]]:.0f}"
    elif token.low in _NUMBER_WORDS and (token.low != "one" or following in _SCALES):
        key = str(_NUMBER_WORDS[token.low])
        if key[-1] == "0" and 0 < _NUMBER_WORDS.get(following, 0) < 10 and tokens[at + 1].gap == "-":
            return 2, str(int(key) + _NUMBER_WORDS[following])
    elif token.low in _COUNTS:
        return 1, _COUNTS[token.low]
    elif token.low in _ORDINALS:
        return 1, _ORDINALS[token.low]
    elif token.raw in _ROMAN and before and before.raw[:1].isupper():
        return 1, _ROMAN[token.raw]
    elif token.low in _SCALES:
        key = str(_SCALES[token.low])
    else:
        return None
    length = 1
    if following in ("decades", "centuries") and key.isdigit():
        return 2, str(int(key) * (10 if following == "decades" else 100))
    if following in _SCALES and re.fullmatch(r"\d+(?:\.\d+)?", key):
        key = f"{float(key) * _SCALES[following]:.0f}"
        length = 2
        following = tokens[at + 2].low if at + 2 < len(tokens) else ""
    if token.percent or following in ("percent", "percentage"):
        key += "%"
    currencies = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£"}
    return length, (token.money or currencies.get(following, "")) + key
