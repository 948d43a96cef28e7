"""Dates and numbers in a text, in a form in which equal ones are equal."""

import re
from dataclasses import dataclass

from chat.question import Kind
from index.analyzer import STOP_WORDS

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}",
        rf"\b{_MONTH}\s+{_DAY}\b(?!\d)",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b",
        r"\b(?P<decade>(?:early |late |mid-)?(?:1[5-9]|20)\d0s)\b",
        # "in 1999–twice" has a year, "2019–2025" none: a span of years is no date
        rf"(?<!\d[-–])(?<!\d\s[-–]\s)\b{_YEAR}(?!\d|\s?[-–]\s?\d)",
    )
)
_MAY = re.compile(
    r"\b(?:in|last|this|next|since|until|by|of)\s+(?P<month>january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = {
    word: value
    for value, words in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
    )
    for word in [words]
} | {"once": 1, "twice": 2, "thrice": 3, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "hundreds": 100, "thousands": 1000, "dozens": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000, "decade": 10, "decades": 10}  # fmt: skip
_NUMBER = re.compile(
    rf"(?<![\w.,])(?:[$€£]\s?)?(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)(?:\s?%|st\b|nd\b|rd\b|th\b)?(?![\w])|\b(?P<word>{'|'.join(_NUMBER_WORDS)})\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|thanks to|since|as a result|therefore|thus|hence|so that|in order to|reasons?|causes?|"
    r"caused|prompted|driven|drove|linked to|in response|in light of|given|amid|for fear|concerns?|designed to|seeks?|"
    r"aims?|attempt to|in an attempt|to (?:fill|avoid|prevent|protect|counter|guarantee|ensure|retain|sustain|receive|"
    r"defend|signal|show|quell|stabili[sz]e|preserve|force|pressure)|as (?:they|it|he|she|the|some|there)|considering|"
    r"view of|resulting|following|after|without)\b",
    re.IGNORECASE,
)
_DATE_KEY = re.compile(
    r"(?P<year>-|(?:(?:early|late) |mid-)?\d{4}s?)(?:-(?P<month>\d\d))?(?:-(?P<day>\d\d))?"
)
_IN_DECADE = {"early": (0, 5), "mid": (3, 8), "late": (5, 10)}
_COUNTED = re.compile(r"\b(?:how (?:many|much)|number of|amount of)\s+((?:\w+\s*){1,3})", re.IGNORECASE)
"""What a question asks the number of: the words right after "how many"."""
_UNITS = frozenset(
    "day days week weeks month months year years decade decades hour hours percent times time".split()
)


@dataclass(frozen=True, slots=True)
class Value:
    """A date or a number where it stands."""

    start: int
    end: int
    key: str
    """Equal for equal values: `2024-08-06`, `--08-06`, `1992`, `1500`."""


def find_values(text: str, kind: Kind) -> list[Value]:
    """The values that a question of this kind asks for: dates for `when`, numbers for `how_many`."""
    if kind == "when":
        return find_dates(text)
    if kind == "how_many":
        dates = find_dates(text)
        return [n for n in find_numbers(text) if not any(d.start < n.end and n.start < d.end for d in dates)]
    return []


def asked_values(text: str, question: str, kind: Kind) -> list[Value]:
    """The values in a text that can answer this question: of its numbers only those that count what is asked for.

    1,500 troops and base number 102 are no two versions of anything.
    """
    values = find_values(text, kind)
    if kind == "how_many":
        asked = _COUNTED.search(question)
        counted = set(re.findall(r"[a-z]{3,}", asked[1].lower())) - STOP_WORDS if asked else _UNITS
        values = [
            v for v in values if counted & set(re.findall(r"[a-z]{3,}", text[v.end : v.end + 30].lower()))
        ]
    return values


def has_form(text: str, kind: Kind) -> bool:
    """True when a text has what an answer of this kind must have: a date, a count, a word of cause."""
    if kind == "why":
        return _CAUSE.search(text) is not None
    # any number will do here: who asks for soldiers may read of troops
    return bool(find_values(text, kind))


def find_dates(text: str) -> list[Value]:
    """Days, months and years, the most exact reading first; in the order of the text."""
    found: list[Value] = []
    for pattern in (*_DATES, _MAY):
        for m in pattern.finditer(text):
            parts = m.groupdict()
            start = m.start("month") if pattern is _MAY else m.start()
            if any(value.start < m.end() and start < value.end for value in found):
                continue
            found.append(Value(start, m.end(), _date_key(parts)))
    return sorted(found, key=lambda value: value.start)


def find_numbers(text: str) -> list[Value]:
    """Numbers in digits and in words."""
    values = []
    for m in _NUMBER.finditer(text):
        number = m["digits"].replace(",", "") if m["digits"] else str(_NUMBER_WORDS[m["word"].lower()])
        values.append(Value(m.start(), m.end(), number))
    return values


def agree(one: str, other: str) -> bool:
    """True when two dates can be the same and have something in common.

    `--08-06` and `2024-08-06`, `2022` and `2022-09`, `1992` and `early 1990s`; numbers only when equal.
    """
    if one == other:
        return True
    a, b = _DATE_KEY.fullmatch(one), _DATE_KEY.fullmatch(other)
    if a is None or b is None:
        return False
    years = _years(a["year"]), _years(b["year"])
    common = [set(years[0]) & set(years[1])] if all(years) else []
    common += [a[part] == b[part] for part in ("month", "day") if a[part] and b[part]]
    return bool(common) and all(common)


def says_more(one: str, other: str) -> bool:
    """True when a date is more exact than one that it agrees with: `2021-08` than `2021`, `1992` than `1990s`."""
    exact = [0 if key.endswith("s") else len(key) for key in (one, other)]
    return exact[0] > exact[1]


def _years(text: str) -> range:
    """The years that a year or a decade of a key stands for; none for `-`."""
    if text == "-":
        return range(0)
    first = int(text.removesuffix("s")[-4:])
    if not text.endswith("s"):
        return range(first, first + 1)
    start, end = _IN_DECADE.get(text[:-5].rstrip(" -"), (0, 10))
    return range(first + start, first + end)


def _date_key(parts: dict[str, str | None]) -> str:
    if parts.get("decade"):
        return parts["decade"].lower()
    month = f"-{_MONTHS[parts['month'].lower()]:02d}" if parts.get("month") else ""
    day = f"-{int(parts['day']):02d}" if parts.get("day") else ""
    return f"{parts.get('year') or '-'}{month}{day}"
