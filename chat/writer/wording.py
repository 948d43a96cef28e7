"""A text as the units that a check compares: names, numbers and words, each with its clause and polarity."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from index.analyzer import STOP_WORDS, Analyzer
from index.synonyms import Group

UnitKind = Literal["name", "number", "word"]

_TOKEN = re.compile(
    r"(?P<money>[$€£])?(?P<word>(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.,](?=\d)\d+|[.'](?=[^\W_])[^\W_]+|'s)*)(?P<percent>\s?%)?"
)
_GAP_ENDS_CLAUSE = re.compile(r"[,;:()—–!?]|\.(?:\s|$)|\.{3}|…| - ")
_GAP_ENDS_SENTENCE = re.compile(r"[.!?…][\"')\]]*(?:\s|$)")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th|s)?$")

_EMPTY = STOP_WORDS | frozenset(
    "against toward towards upon across amid among within alongside despite without per via onto every each also "
    "however moreover therefore thus would should may might must shall whether yet still even well much many".split()
)
"""Words that need no evidence of their own; those that change what is said are looked at apart."""

_IRREGULAR = {
    form: verb
    for verb, *forms in map(
        str.split,
        "leave left|hold held|take took taken|give gave given|send sent|lead led|see saw seen|begin began begun|"
        "fight fought|bring brought|seek sought|become became|keep kept|lose lost|win won|meet met|build built|"
        "break broke broken|rise rose risen|fall fell fallen|withdraw withdrew withdrawn|go went gone|come came|"
        "tell told|make made|choose chose chosen|speak spoke spoken|write wrote written|show shown|know knew known|"
        "grow grew grown|buy bought|sell sold|pay paid|think thought|draw drew drawn|strike struck|drive drove driven|"
        "freeze froze frozen|shake shook shaken|spend spent|stand stood|understand understood|feel felt".split(
            "|"
        ),
    )
    for form in forms
}

_CONJUNCTIONS = frozenset(
    "but while whereas although though because since which who whom where when nor however if unless".split()
)
_NOT_NAMES = STOP_WORDS | frozenset(
    "although though however moreover furthermore meanwhile overall similarly additionally also according instead "
    "nevertheless nonetheless therefore thus hence yet still since despite unlike besides apart aside except even "
    "until unless whether whereas within without against among amid along following given today now later then "
    "another both many most several some much one two three first second finally it its their this these those "
    "that there an a the he she they we i neither nor none nobody not no thanks due owing based seen viewed asked "
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
    "hundred": 100,
}
_COUNTS = {
    "twice": "2",
    "thrice": "3",
    "dozen": "12",
    "dozens": "dozens",
    "hundreds": "hundreds",
    "doubled": "double",
    "tripled": "triple",
    "halved": "half",
} | {word: word for word in ("thousands", "millions", "billions", "half", "double", "triple")}
_ORDINALS = {
    word: f"{number}th"
    for number, word in enumerate(
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 2
    )
}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 10**12}

NEGATORS = re.compile(
    r"(?:not|no|none|never|neither|nor|nobody|nothing|without|hardly|barely|scarcely|cannot|unable|unwilling|"
    r"lack(?:s|ed|ing)?|fail(?:s|ed|ing|ure)?|refus(?:e|es|ed|ing|al)|reluctan(?:t|ce|tly)|reject(?:s|ed|ing)?|"
    r"den(?:y|ies|ied)|avoid(?:s|ed|ing)?|evad(?:e|es|ed|ing)|ignor(?:e|es|ed|ing)|absen(?:ce|t)|declined|"
    r"hesitat(?:e|es|ed|ing|ion|ant)|abstain(?:s|ed|ing)?|short|little|few|dismiss(?:es|ed|ing)?|turn(?:s|ed)?|rul(?:es|ed)|"
    r"(?:did|do|does|is|are|was|were|has|have|had|wo|would|could|should|ca|must)nt)$"
)
"""Words that turn what follows them in their clause into its opposite; "short" as in "stopped short"."""

_HOLDS_ON = frozenset("no nor neither without".split())
"""These turn also what follows an "and"."""

DETERMINERS = frozenset(
    "the a an its their his her our this that these those all some other any both each".split()
)

_ADDS = frozenset("alongside including together such like especially notably".split())
"""After a comma these add to the clause before it."""

_BE = frozenset("is are was were be been being".split())

_OPENS_PHRASE = frozenset(
    "by against to into from inside of with without for on over at in through toward towards within after before "
    "during amid under between alongside than except including unlike despite".split()
)
_TITLES = frozenset("president prime minister chancellor mr mrs ms dr king queen premier foreign".split())


@dataclass(frozen=True, slots=True)
class Unit:
    """A name, a number or a word that matters."""

    text: str
    """Normal form, for messages and for comparing by meaning."""
    keys: frozenset[str]
    """Two units with a key in common are the same."""
    kind: UnitKind
    sentence: int
    clause: int
    at: int
    """Which token of the text it is."""
    negated: bool = False
    scope: int = -1
    """Which token turns it into its opposite, or back; -1 for none."""
    opening: bool = False
    """True for a capitalised word at the start of a sentence, which may or may not be a name."""
    is_past: bool = False
    """True for what has the form of a past tense or a participle: "sent", "opened"."""
    is_infinitive: bool = False
    """True for a verb after "to"."""
    phrase: str = ""
    """The preposition that opens the phrase it stands in; "'s" for a possessive."""

    @property
    def may_be_verb(self) -> bool:
        """True for what looks like a verb; of one in the present nothing tells it from a noun."""
        return self.is_past or self.is_infinitive or (self.kind == "word" and self.text.endswith("ing"))

    @property
    def named(self) -> bool:
        """True for what is a name or may be one."""
        return self.kind == "name" or self.opening


@dataclass(frozen=True, slots=True)
class Wording:
    """A text taken apart."""

    units: tuple[Unit, ...]
    words: frozenset[str]
    """All tokens in lower case, stop words included."""
    tokens: tuple[str, ...]
    clause_texts: tuple[str, ...]
    """The text of each clause, in lower case."""

    def of_kind(self, kind: UnitKind) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if unit.kind == kind)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for unit in self.units for key in unit.keys)

    def clauses(self) -> list[tuple[Unit, ...]]:
        """The units of each clause that has any, in order."""
        grouped: dict[int, list[Unit]] = {}
        for unit in self.units:
            grouped.setdefault(unit.clause, []).append(unit)
        return [tuple(units) for units in grouped.values()]


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    low: str
    gap: str
    """What stands between it and the token before."""
    money: str
    percent: bool
    parts: tuple[str, ...] = ()
    """Of a word with a hyphen."""


class Worder:
    """Takes texts apart, with a corpus's synonyms."""

    def __init__(self, groups: Sequence[Group] = ()):
        plain_terms = Analyzer().terms
        # without synonyms and for one word its terms are the stem alone, or nothing for a stop word
        self._stem = lru_cache(maxsize=50_000)(lambda word: next(iter(plain_terms(word)), word))
        self._marks: dict[tuple[str, ...], set[str]] = {}
        self._longest = 1
        for number, group in enumerate(groups):
            for term in (*group.asked, *group.found):
                words = tuple(token.low for token in _tokens(term))
                if words:
                    self._marks.setdefault(words, set()).add(f"={number}")
                    self._longest = max(self._longest, len(words))

    def stem(self, word: str) -> str:
        return self._stem(_IRREGULAR.get(word, word))

    def read(self, text: str) -> Wording:
        """The units of a text; an empty or symbol-only text has none."""
        tokens = _tokens(text)
        units: list[Unit] = []
        sentence = clause = 0
        flips = False
        scope = -1
        phrase = ""
        at = 0
        clauses: list[list[str]] = [[]]
        while at < len(tokens):
            token = tokens[at]
            if at and _GAP_ENDS_SENTENCE.search(token.gap):
                sentence += 1
            starts = at == 0 or bool(_GAP_ENDS_SENTENCE.search(token.gap)) or token.gap.endswith(("“", '"'))
            goes_on = _is_list(tokens, at) or (token.gap.strip() == "," and token.low in _ADDS)
            ends_clause = bool(_GAP_ENDS_CLAUSE.search(token.gap)) and not goes_on
            joins = token.low == "and" and at + 1 < len(tokens) and not tokens[at + 1].raw[:1].isupper()
            if at and (ends_clause or token.low in _CONJUNCTIONS or joins):
                clause += 1
                clauses.append([])
                phrase = ""
                goes_on = joins and not ends_clause and scope >= 0 and tokens[scope].low in _HOLDS_ON
                # "not because they are against it"
                if not (goes_on or (token.low == "because" and scope == at - 1 >= 0)):
                    flips, scope = False, -1
            negates = self._negates(tokens, at)
            if negates:
                # "did not refuse" is none; in "will not agree to talks that do not ..." each is one
                flips, scope = not flips or at - scope > 3, at
                if tokens[at - 1].low in _BE and token.low.endswith("ed"):
                    # "calls were ignored" turns what comes before it
                    units = [
                        replace(u, negated=True, scope=at) if u.clause == clause and not u.negated else u
                        for u in units
                    ]
            if token.low in _OPENS_PHRASE:
                phrase = "" if token.low == "to" and _is_infinitive(tokens, at) else token.low
            length, unit = self._unit(tokens, at, starts)
            if unit is not None and not negates:
                owns = tokens[at + length - 1].raw.endswith("'s")
                units.append(
                    replace(
                        unit,
                        sentence=sentence,
                        clause=clause,
                        negated=flips,
                        scope=scope,
                        is_past=token.raw.islower() and (token.low in _IRREGULAR or token.low.endswith("ed")),
                        is_infinitive=_is_after_to(tokens, at),
                        phrase="'s" if owns else phrase,
                    )
                )
            # May the month must not be read as "may"
            is_month = unit is not None and unit.text.startswith("month")
            clauses[-1] += ["month"] if is_month else [t.low for t in tokens[at : at + length]]
            at += length
        lows = tuple(token.low for token in tokens)
        return Wording(tuple(units), frozenset(lows), lows, tuple(" ".join(words) for words in clauses))

    def _negates(self, tokens: Sequence[_Token], at: int) -> bool:
        low = tokens[at].low
        following = tokens[at + 1].low if at + 1 < len(tokens) else ""
        if not NEGATORS.match(low) or (
            low in ("not", "no") and following in ("only", "doubt", "necessarily")
        ):
            return False
        before = tokens[at - 1].low if at else ""
        if low in ("no", "nobody", "none") and _is_surpassed(tokens, at):
            return False
        if low in ("little", "few"):
            return before != "a"
        if low.startswith(("turn", "rul")):
            return f"{low[:3]} {following}" in ("tur down", "rul out")
        return low != "short" or before.startswith("stop")

    def _unit(self, tokens: Sequence[_Token], at: int, starts: bool) -> tuple[int, "Unit | None"]:
        """How many tokens the next unit takes, and the unit; None for a word that does not matter."""
        token = tokens[at]
        if number := _number(tokens, at):
            length, key = number
            return length, Unit(key, frozenset([key]), "number", 0, 0, at)
        capital = token.raw[:1].isupper()
        for length in range(min(self._longest, len(tokens) - at), 0, -1):
            run = tokens[at : at + length]
            marks = self._marks.get(tuple(t.low for t in run))
            if marks is None or (length == 1 and token.low in STOP_WORDS and not token.raw.isupper()):
                continue
            name = any(t.raw[:1].isupper() for t in run)
            keys = set(marks)
            if length == 1:
                keys.add(self.stem(token.low))
            return length, Unit(
                " ".join(t.low for t in run), frozenset(keys), "name" if name else "word", 0, 0, at
            )
        if token.low in _EMPTY and not (token.raw.isupper() and len(token.raw) > 1):
            return 1, None
        if capital and token.low in _NOT_NAMES and starts:
            return 1, None
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        name = (
            capital
            and token.low not in _TITLES
            and (
                not starts
                or token.raw[1:2].isupper()
                or bool(following and following.raw[:1].isupper() and not following.gap.strip())
            )
        )
        keys = frozenset(self.stem(word) for word in (token.low, *(p for p in token.parts if len(p) > 3)))
        return 1, Unit(
            token.low,
            keys,
            "name" if name else "word",
            0,
            0,
            at,
            opening=capital
            and starts
            and not name
            and token.low not in _TITLES
            and _may_name(token, following),
        )


_AFTER_NO_NAME = frozenset("to enough that how what than".split())
_FORM_OF_NO_NAME = re.compile(
    r".{3,}(?:ed|ing|ly|ness|ment|tion|sion|ious|ous|ful|less|able|ible|ive|ance|ence|ency|ity|ship|ism)"
)


def _may_name(opening: _Token, following: _Token | None) -> bool:
    """False for a sentence's first word that its form or the next word tells to be none: "Anxious to"."""
    if _FORM_OF_NO_NAME.fullmatch(opening.low):
        return False
    return following is None or following.low not in _AFTER_NO_NAME


def plain(text: str) -> str:
    """The text with straight quotes, hyphens, and ordinary spaces, one character for one."""
    return text.translate(_PLAIN)


_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " ", "\u202f": " ", "\u2009": " ", "‑": "-", "‐": "-"}
)


def _tokens(text: str) -> list[_Token]:
    text = plain(text)
    tokens: list[_Token] = []
    end = 0
    for found in _TOKEN.finditer(text):
        gap = text[end : found.start()]
        end = found.end()
        raw = found["word"]
        tokens.append(_Token(raw, Analyzer.normal(raw), gap, found["money"] or "", bool(found["percent"])))
    return _hyphens_joined(tokens)


def _hyphens_joined(tokens: Iterable[_Token]) -> list[_Token]:
    """`multi-vector` as one word, as many write it; `Moscow-led` and `30-year` stay two."""
    joined: list[_Token] = []
    for token in tokens:
        if token.gap == "-" and joined and token.raw.islower() and joined[-1].raw.islower():
            last = joined.pop()
            parts = (*(last.parts or (last.low,)), token.low)
            token = _Token(
                last.raw + token.raw, last.low + token.low, last.gap, last.money, token.percent, parts
            )
        joined.append(token)
    return joined


def _is_infinitive(tokens: Sequence[_Token], at: int) -> bool:
    """True for "to leave", where "to the region" and "to Russia" are phrases."""
    following = tokens[at + 1].raw if at + 1 < len(tokens) else ""
    return following.islower() and following not in DETERMINERS


def _is_surpassed(tokens: Sequence[_Token], at: int) -> bool:
    """True for "no state helped more than Belarus", which says that Belarus helped."""
    rest = [token.low for token in tokens[at + 1 :]]
    if "than" not in rest:
        return False
    until = rest[: rest.index("than")]
    return any(low in ("more", "less", "better", "worse") or low.endswith("er") for low in until)


def _is_after_to(tokens: Sequence[_Token], at: int) -> bool:
    """True for "to leave" and "to further sustain"."""
    before = [token.low for token in tokens[max(0, at - 2) : at]]
    return (
        tokens[at].raw.islower()
        and not tokens[at].low.endswith(("ed", "ing"))
        and (before[-1:] == ["to"] or (before[:1] == ["to"] and before[1].endswith(("ly", "er"))))
    )


def _is_list(tokens: Sequence[_Token], at: int) -> bool:
    """True for the comma in "Armenia, Belarus"."""
    if tokens[at].gap.strip() != ",":
        return False
    here = tokens[at + 1] if tokens[at].low == "and" and at + 1 < len(tokens) else tokens[at]
    return here.raw[:1].isupper() and tokens[at - 1].raw[:1].isupper()


def _number(tokens: Sequence[_Token], at: int) -> tuple[int, str] | None:
    """The tokens that a number takes and its value with its unit: `1500`, `5%`, `$2000000`, `month 8`."""
    token = tokens[at]
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    before = tokens[at - 1] if at else None
    if token.low in _MONTHS and token.raw[:1].isupper():
        near = (before and _DIGITS.match(before.low)) or _DIGITS.match(following)
        if (
            token.low not in ("may", "march")
            or near
            or (before and before.low in ("in", "last", "next", "since"))
        ):
            return 1, f"month {_MONTHS.index(token.low) + 1}"
        return None
    if any(c.isdigit() for c in token.raw):
        key = token.raw.replace(",", "").casefold()
        if (before and before.low in _MONTHS) or following in _MONTHS:
            key = re.sub(r"(?:st|nd|rd|th)$", "", key)
        key = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "th", key)
    elif token.low in _NUMBER_WORDS and token.low not in ("one",):
        key = str(_NUMBER_WORDS[token.low])
    elif token.low in _COUNTS:
        return 1, _COUNTS[token.low]
    elif token.low == "once" and following in ("a", "per", "every"):
        return 1, "1"
    elif token.low in _ORDINALS:
        return 1, _ORDINALS[token.low]
    else:
        return None
    length = 1
    if following in _SCALES and re.fullmatch(r"\d+(?:\.\d+)?", key):
        key = f"{float(key) * _SCALES[following]:.0f}"
        length = 2
        following = tokens[at + 2].low if at + 2 < len(tokens) else ""
    if token.percent or following in ("percent", "percentage"):
        key += "%"
    currencies = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£"}
    return length, (token.money or currencies.get(following, "")) + key
