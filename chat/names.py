"""Names in a text, and which of them a corpus speaks of as persons."""

import re
from collections.abc import Iterable

# bounded: a text without spaces must not be gone through once from each of its characters
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w’'-]{0,60}"
_NAME = re.compile(rf"{_WORD}(?:(?:\s+(?:of|the|for|de|bin|al)(?:\s+the)?)?\s+{_WORD})*")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "because",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "may",
        "might",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "she",
        "should",
        "since",
        "so",
        "such",
        "than",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
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
        "whose",
        "why",
        "will",
        "with",
        "would",
        "yes",
        "aside",
        "bogged",
        "both",
        "despite",
        "due",
        "during",
        "even",
        "furthermore",
        "given",
        "however",
        "instead",
        "just",
        "looking",
        "more",
        "moreover",
        "much",
        "nevertheless",
        "nonetheless",
        "now",
        "often",
        "one",
        "only",
        "other",
        "over",
        "particularly",
        "predictably",
        "previously",
        "recent",
        "recently",
        "similarly",
        "some",
        "still",
        "strikingly",
        "tell",
        "thus",
        "unlike",
        "until",
        "whilst",
        "without",
        "name",
        "please",
        "according",
        "after",
        "all",
        "although",
        "amid",
        "among",
        "any",
        "before",
        "besides",
        "between",
    ]
)
_TITLES = (
    "president|prime minister|chancellor|minister|analyst|official|director|leader|secretary|spokesperson|"
    "spokesman|spokeswoman|journalist|researcher|professor|mr|mrs|ms|dr|king|queen|chairman|commander|ambassador"
)
_TITLE_WORDS = frozenset(_TITLES.split("|"))
_PERSON = re.compile(
    rf"(?:\b(?i:{_TITLES})\.?\s+({_WORD}(?:\s+{_WORD}){{0,2}}))"
    rf"|(?:({_WORD}(?:\s+{_WORD}){{1,2}})(?:\s+(?:said|told|is an?\b|was an?\b)|,\s+(?:\w+\s+)?(?i:{_TITLES})\b))"
)


def find_names(text: str) -> list[str]:
    """The capitalised names in a text, in order, without small words at their start; none twice."""
    names = []
    for found in _NAME.finditer(text):
        words = found[0].split()
        while words and words[0].casefold().strip("’'") in _SMALL:
            words.pop(0)
        name = re.sub(r"[’']s$", "", " ".join(words))
        if len(name) > 1:
            names.append(name)
    return list(dict.fromkeys(names))


def find_persons(texts: Iterable[str], known: Iterable[str] = ()) -> dict[str, str]:
    """Family name → full name of everybody whom the texts introduce with a title, or quote."""
    persons = {name.split()[-1]: name for name in known if name.strip()}
    for text in texts:
        for found in _PERSON.finditer(text):
            words = re.sub(r"[’']s$", "", found[1] or found[2]).split()
            words = [w for w in words if w.casefold() not in _SMALL and w.casefold() not in _TITLE_WORDS]
            if not words or len(words[-1]) < 3 or words[-1].isupper():
                continue
            name = " ".join(words)
            # "President Tokayev" must not hide "Kassym-Jomart Tokayev"
            if len(name) > len(persons.get(words[-1], "")):
                persons[words[-1]] = name
    return persons
