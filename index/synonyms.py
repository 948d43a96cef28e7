"""Names that stand for each other, in the format of Solr's synonym files."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import DossierIndexError

MAX_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """Terms that count as one: any of `asked` in a question finds any of `found` in a text."""

    asked: tuple[str, ...]
    found: tuple[str, ...]


def parse_synonyms(text: str) -> list[Group]:
    """The groups of a synonyms.txt; `#` starts a comment.

    `Baku, Azerbaijan` stand for each other; `Baku => Azerbaijan` widens only questions about Baku.
    DossierIndexError names the line that cannot be read.
    """
    groups = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        sides = [_terms(side) for side in line.split("=>")]
        if len(sides) > 2 or not all(sides) or (len(sides) == 1 and len(sides[0]) < 2):
            raise DossierIndexError(
                f"synonyms.txt, line {number}: {line[:60]!r} is not a group. Write `Baku, Azerbaijan` or "
                "`Baku => Azerbaijan`."
            )
        # in Solr, too, the left side of an arrow still finds itself
        groups.append(Group(sides[0], sides[-1]))
    if len(groups) > MAX_GROUPS:
        raise DossierIndexError(f"synonyms.txt has {len(groups)} groups; at most {MAX_GROUPS} are read.")
    return groups


def _terms(side: str) -> tuple[str, ...]:
    return tuple(term.strip() for term in side.split(",") if term.strip())


def names_of(groups: Sequence[Group], name: str) -> set[str]:
    """All terms, case-folded, that `name` may stand for; only itself when it is in no group."""
    folded = name.casefold()
    same = {folded}
    for group in groups:
        terms = {term.casefold() for term in (*group.asked, *group.found)}
        if folded in terms:
            same |= terms
    return same
