"""What a declined or partial answer says: what the articles do not say, and what they do mention."""

import re
from collections.abc import Mapping, Sequence

from index import Found
from ingest import Article

GAP = 0.80
"""A gap question at least this near (cosine) is taken for the one that was asked."""
OTHER_SCRIPT = (
    "This question is in letters that the articles do not use, so it cannot be looked up in them. "
    "Ask it in the language of the articles."
)


def refusal(
    found: Found, articles: Mapping[str, Article], asks_for: Mapping[str, str], unnamed: str = ""
) -> str:
    """What a declined answer says: that the articles do not say, and where known what they do not say.

    `asks_for` gives, for a gap question, what it asks for as a noun phrase; `unnamed` is a name that none has.
    """
    count = len(articles)
    who, they = ("The article does", "it") if count == 1 else (f"The {_number(count)} articles do", "them")
    if unnamed:
        return f"{who} not say this: nothing in {they} names {unnamed}."
    nearest = found.gaps[0] if found.gaps else None
    if nearest and nearest.score >= GAP and nearest.question in asks_for:
        mention = "It mentions" if count == 1 else "They mention"
        return f"{who} not say this. {mention} the matter, but not {_noun(asks_for[nearest.question])}."
    return f"{who} not say this: nothing in {they} answers the question."


def not_covered(questions: Sequence[str], articles: Mapping[str, Article]) -> str:
    """What a partial answer says of the parts that nothing was found for."""
    who = "The article does" if len(articles) == 1 else f"The {_number(len(articles))} articles do"
    # the name in brackets was put there for the search
    asked = [re.sub(r" \([^()]*\)\?$", "?", question.strip()) for question in questions]
    return f"{who} not say: {' '.join(asked)}"


def _noun(phrase: str) -> str:
    phrase = phrase.strip().rstrip(".")
    first = phrase.split(" ", 1)[0]
    starts_bare = first[:1].islower() and first not in (
        "the",
        "a",
        "an",
        "what",
        "who",
        "whether",
        "how",
        "why",
    )
    return f"the {phrase}" if starts_bare else phrase


def _number(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)
