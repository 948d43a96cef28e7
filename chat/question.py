"""What kind of answer a question asks for."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["when", "who", "where", "how_many", "which", "list", "why", "how", "broad", "what", "yes_no"]

_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|will|would|should)\b"
_PLURAL = rf"(?!{_AUXILIARY})\w{{2,}}[^\Wsui]s"  # not "does", "crisis", "status", "loss"

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        "broad",
        r"\b(?:summar|overview|in short|gist|tl;?dr|outline|main (?:points?|arguments?|ideas?|message|claims?|thesis)"
        r"|key (?:points?|arguments?|takeaways?)|what (?:is|does|do) (?!the (?:title|name|author|date|year)s?\b).{0,80}\b(?:articles?|piece|text|author)\b.{0,60}\b(?:about|argue|claim|say)\b"
        r"|what (?:is|are) (?!the (?:title|name|author|date|year)s?\b).{0,60}\b(?:articles?|piece|text)s?\b.{0,60}\babout\b|tell me about|what do the articles say)",
    ),
    ("why", r"\b(?:why|what (?:is|was|were|are) the (?:main |real |chief )?(?:reasons?|causes?|purpose)|reasons?|how come|what made|what (?:caused|prompted|drove|led)|because of what|for what (?:reason|purpose)|what for)\b"),
    ("how_many", r"\b(?:how (?:many|much|long|old|often|far|large|big|high)|number of|what (?:number|percentage|share|amount))\b"),
    ("when", r"\b(?:when|what (?:year|date|day|month|time)|which (?:year|date|day|month)|in what (?:year|month)|since (?:when|which|what)|date of|year of|until when|year\s*\??$|date\s*\??$|dates? (?:of|when))"),
    ("where", r"\b(?:where|in (?:which|what) (?:country|city|town|place|region)|what place|location)\b"),
    (
        "list",
        r"\b(?:list|name (?:the|all|two|three|four|five)|enumerate|(?:which|what) (?:\w+ ){0,2}"
        r"(?:countries|states|nations|members|republics|powers|actors|reasons|factors|challenges|threats|conflicts|problems|goods|weapons|organisations|organizations|groups|journals|outlets|publications|people|leaders|presidents|analysts|authors)"
        r"|who are|what are the)\b"
        # any other plural: "what goals does", "in what ways has", "what possible futures for"
        rf"|\b(?:which|what) {_PLURAL} (?:{_AUXILIARY})\b|\b(?:which|what) (?!{_AUXILIARY})[\w-]+ {_PLURAL} (?:{_AUXILIARY}|for|of|in)\b",
    ),
    ("who", r"\b(?:who|whom|whose|which (?:\w+ )?(?:person|man|woman|leader|president|politician|official|analyst|expert|author|minister|chancellor))\b"),
    ("how", r"\bhow\b|\bin what (?:way|manner)\b|\bby what means\b"),
    ("which", r"\b(?:which|what (?:\w+ )?(?:name|title|kind|sort|type|country|state|article|organisation|organization|group|base|summit|deal|agreement))\b"),
    ("what", r"\bwhat\b"),
    ("yes_no", r"^(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


_WH = re.compile(
    r"\b(?:what|who|whom|whose|when|where|why|which|how(?! (?:many|much|long|old|often|far)\b))\b",
    re.IGNORECASE,
)
MIN_CLAUSE = 3
"""A question is cut before its second question word when so many words stand before that."""


def whole_text(text: str) -> str:
    """The text without halves of characters, which a browser or a terminal can send and no library takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def as_searched(question: str) -> str:
    """The question on one line: whatever parts its words is a space, which is all that every library takes for one."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", question).strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the kind of answer that it asks for."""

    text: str
    kind: Kind


@lru_cache(maxsize=20_000)
def classify(question: str) -> Asked:
    """The kind of a question by its words; `what` when nothing tells."""
    starts = _COMPILED[-1]
    main = _main_clause(question)
    if starts[1].match(question.strip()) and not re.search(
        r"\bor\b.*\?|\bwhy\b|\bhow\b", question, re.IGNORECASE
    ):
        broad = _COMPILED[0][1].search(question)
        return Asked(question, "broad" if broad else "yes_no")
    for kind, pattern in _COMPILED:
        if pattern.search(question if kind == "broad" else main):
            return Asked(question, kind)
    return Asked(question, "what")


def _main_clause(question: str) -> str:
    """What stands before a second question word: "how did it react when it was asked" asks how."""
    words = list(_WH.finditer(question))
    if len(words) < 2:
        return question
    before = question[: words[1].start()]
    return before if len(before.split()) >= MIN_CLAUSE else question
