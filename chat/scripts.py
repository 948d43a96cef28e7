"""Which scripts a text is written in, as far as the names of its letters tell."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Set


def scripts_of(texts: Iterable[str]) -> set[str]:
    """The scripts of all letters in the texts, by the first word of their Unicode names: `LATIN`, `CYRILLIC`, ..."""
    characters: set[str] = set()
    for text in texts:
        characters |= set(text)
    return set(_counted("".join(characters)))


def is_in_other_script(text: str, scripts: Set[str]) -> bool:
    """True when more than half of the text's letters are of a script that is not among `scripts`."""
    counts = _counted(text)
    return sum(n for script, n in counts.items() if script not in scripts) * 2 > counts.total()


def _counted(text: str) -> Counter[str]:
    # compatible forms first: a bold or fullwidth letter is named for its form
    letters = filter(str.isalpha, unicodedata.normalize("NFKC", text))
    return Counter(unicodedata.name(letter, "").split(" ", 1)[0] for letter in letters)
