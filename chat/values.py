"""Dates and numbers in a text, in a form in which equal ones are equal."""

import re
from dataclasses import dataclass

from chat.question import Kind

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
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}",
        rf"\b{_MONTH}\s+{_DAY}\b(?!\d)",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b",
        r"\b(?P<decade>(?:early |late |mid-)?(?:1[5-9]|20)\d0s)\b",
        rf"(?<![\d-]){_YEAR}(?![\d-]|\s*(?:-|–)\s*\d)",
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
        counted = set(re.findall(r"[a-z]{4,}", question.lower())) | _UNITS
        values = [
            v for v in values if counted & set(re.findall(r"[a-z]{4,}", text[v.end : v.end + 30].lower()))
        ]
    return values


def has_form(text: str, question: str, kind: Kind) -> bool:
    """True when a text has what an answer of this kind must have: a date, a count, a word of cause."""
    if kind == "why":
        return _CAUSE.search(text) is not None
    return bool(asked_values(text, question, kind))


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
    """True when two dates can be the same: `--08-06` and `2024-08-06`, or `2022` and `2022-09`."""
    if one == other:
        return True
    a, b = (key.removeprefix("--") if key.startswith("--") else key for key in (one, other))
    return (one.startswith("--") != other.startswith("--") and (a.endswith(b) or b.endswith(a))) or (
        not one.startswith("--")
        and not other.startswith("--")
        and (a.startswith(b + "-") or b.startswith(a + "-"))
    )


def _date_key(parts: dict[str, str | None]) -> str:
    if parts.get("decade"):
        return parts["decade"].lower()
    month = f"-{_MONTHS[parts['month'].lower()]:02d}" if parts.get("month") else ""
    day = f"-{int(parts['day']):02d}" if parts.get("day") else ""
    return f"{parts.get('year') or '-'}{month}{day}"
