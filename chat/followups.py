"""A follow-up question to questions that stand on their own, without a language model."""

import re
from collections.abc import Callable, Mapping, Sequence

from chat.answers import Turn
from chat.config import MAX_QUESTION
from chat.names import find_names
from chat.parts import QUESTION_WORDS, topic_of
from chat.question import as_searched

_HE = re.compile(r"\b(he|she|him|his|her|hers)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|there|then|here|such|same|one|ones|both|else|former|latter|he|she|him|his|her|hers|also|too)\b",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(
    r"^(?:(?:and|but|or|so|ok|okay)[\s,]+)*(?:what about|how about|and for|and in|and|or)?\s*(?:the\s+)?([\w’' .-]{2,40}?)\s*\?*$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:(?:and|but|so|ok|okay|well|also|or)[\s,]+)+", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:why|how|when|where|who|how come|how so|since when|why not|when was (?:that|this|it)|where was (?:that|this|it)|why is that|why was that|why that|how many|how much|how long|says who|who said (?:that|so|this|it))\W*$",
    re.IGNORECASE,
)
MARKER = re.compile(r"\[\d+\]")

MOST_NAMES = 4
"""So many names of an earlier turn are tried, each of them a search of its own."""
MOST_COMPARED = 12
"""So many names of an earlier question are compared with the one that may take their place."""


def standalone(
    question: str,
    history: Sequence[Turn],
    persons: Mapping[str, str],
    alikeness: Callable[[str, str], float],
) -> list[str]:
    """Ways to say a follow-up so that it stands on its own, the likeliest first.

    Only the question itself when there is no history or nothing in it points back. `persons` are the
    corpus's family names; `alikeness` says how alike two names are in kind, from -1 to 1.
    """
    # who writes the history can put anything in it: no more is read than could have been asked
    earlier = [
        turn.content[:MAX_QUESTION] for turn in history if turn.role == "user" and turn.content.strip()
    ]
    if not earlier:
        return [question]
    asked = earlier[-1]
    answers = [turn.content[:MAX_QUESTION] for turn in history if turn.role == "assistant"]
    said = MARKER.sub("", answers[-1]) if answers else ""
    bare = as_searched(question)  # a long run of white space would make the patterns slow
    text = _OPENING.sub("", bare)
    if swapped := _swap(bare, asked, alikeness):
        return swapped
    own_names = [name for name in find_names(text) if name.casefold() not in ("i",)]
    opened = bool(_OPENING.match(bare))
    points = bool(_POINTING.search(bare))
    short = len(bare.split()) <= 3
    topic = topic_of(_OPENING.sub("", asked.strip()))
    if not (points or opened or short or _BARE.match(text)):
        # it names what it is about: a new topic, or one that needs no help
        return (
            [question]
            if own_names or len(bare.split()) > 6
            else [question, f"{bare} ({topic_of(_OPENING.sub('', asked.strip()))})"]
        )
    ways = []
    if he := _HE.search(text):
        for name in (_persons_in(asked, persons) + _persons_in(said, persons))[:MOST_NAMES]:
            ways.append(_put(text, he, name))
    if _BARE.match(text):
        words = re.sub(r"\W+$", "", text)
        ways.append(f"{words} {topic}?")
        if said:
            ways.append(f"{words}: {_first_sentence(said)}")
    else:
        ways.append(f"{text} ({topic})")
        names = [name for name in find_names(said) if name not in text and name not in topic]
        ways += [f"{text} ({name})" for name in names[:MOST_NAMES]]
    if own_names and not he:
        ways.append(text)
    return list(dict.fromkeys(ways))


def _swap(question: str, asked: str, alikeness: Callable[[str, str], float]) -> list[str]:
    """ "And Georgia?" after "When did Baku leave?" → "When did Georgia leave?"; empty when it is no such question."""
    found = _WHAT_ABOUT.match(question)
    if not found or not find_names(found[1].strip().title() if found[1].islower() else found[1]):
        return []
    new = found[1].strip()
    if len(new.split()) > 4 or _BARE.match(question) or _POINTING.search(new) or QUESTION_WORDS.match(new):
        return []
    old = sorted(find_names(asked)[:MOST_COMPARED], key=lambda name: -alikeness(name, new))
    ways = [re.sub(rf"\b{re.escape(old[0])}\b", new, asked)] if old else []
    return [*ways, f"{asked.rstrip('? ')}: {new}?"]


def _put(text: str, pronoun: re.Match[str], name: str) -> str:
    owns = pronoun[1].lower() in ("his", "hers") or (
        pronoun[1].lower() == "her" and re.match(r"\s+\w", text[pronoun.end() :]) is not None
    )
    return f"{text[: pronoun.start()]}{name}{'’s' if owns else ''}{text[pronoun.end() :]}"


def _persons_in(text: str, persons: Mapping[str, str]) -> list[str]:
    places = {name: re.search(rf"\b{re.escape(name)}\b", text) for name in persons}
    found = sorted((match.start(), name) for name, match in places.items() if match)
    return [persons[name] for _, name in found]


def _first_sentence(said: str) -> str:
    """The start of an earlier answer, without who said it."""
    quoted = re.search(r"“([^”]{20,300})", said)
    return (quoted[1] if quoted else said)[:300]
