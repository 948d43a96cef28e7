"""A statement and its evidence, unit by unit: which words of the one stand for which of the other."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chat.writer.opposites import opposites_by
from chat.writer.wording import Unit, Worder, Wording, plain
from index.synonyms import Group

ALIKE = 0.60
"""Two words mean about the same from this cosine on; chosen on the `fit` pairs."""

HARDLY_ALIKE = 0.3
"""What is less alike says nothing of which clause is meant."""

MOST_WORDS = 20_000
"""So many words are kept embedded."""

Embed = Callable[[Sequence[str]], np.ndarray]
"""Texts to unit vectors, one row for each."""

_NEGATIVE = re.compile(r"(?:un|non|in|im|ir|il|dis)(?=\w{4})")


@dataclass(frozen=True)
class Pair:
    """A statement and its evidence, taken apart, with which unit stands for which."""

    statement: Wording
    evidence: Wording
    said: str
    read: str
    same: Mapping[int, tuple[Unit, ...]]
    """`at` of a unit of the statement → the units of the evidence that mean the same."""
    contrary: Mapping[int, Unit]
    """`at` of a unit of the statement → a unit of the evidence that means the opposite."""
    vectors: Mapping[str, np.ndarray]
    """Of the words of both; empty without an embedder."""

    @cached_property
    def matters(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.statement.units if unit.kind != "number")


class Matcher:
    """Takes statements and evidence apart, with a corpus's synonyms and an embedder for single words."""

    def __init__(self, groups: Sequence[Group] = (), embed: Embed | None = None):
        self._worder = Worder(groups)
        self._embed = embed
        self._opposites = opposites_by(self._worder.stem)
        self._kept: dict[str, np.ndarray] = {}

    def pair(self, statement: str, evidence: Sequence[str]) -> Pair:
        """The two taken apart; `evidence` are the cited quotes, in the order of their articles."""
        said = self._worder.read(statement)
        # a full stop between, so that no clause runs from one quote into the next
        joined = ". \n".join(evidence)
        read = self._worder.read(joined)
        said, read = _openings_settled(said, read), _openings_settled(read, said)
        by_key: dict[str, list[Unit]] = {}
        for unit in read.units:
            for key in unit.keys:
                by_key.setdefault(key, []).append(unit)
        same: dict[int, tuple[Unit, ...]] = {}
        loose: list[Unit] = []
        for unit in said.units:
            equal = {other.at: other for key in unit.keys for other in by_key.get(key, ())}
            if equal:
                same[unit.at] = tuple(equal.values())
            elif unit.kind == "word" or unit.opening:
                loose.append(unit)
        words = [unit for unit in read.units if unit.kind == "word"]
        vectors = self._vectors_of(
            unit.text for unit in (*said.units, *words) if unit.kind == "word" or unit.opening
        )
        contrary = self._contraries(said, read, same)
        for unit in loose:
            if unit.at in contrary:
                continue
            least = ALIKE + 0.15 if unit.opening else ALIKE
            alike = [
                other
                for other in words
                if alikeness(unit.text, other.text, vectors) >= least
                and not self._are_opposites(unit.text, other.text)
            ]
            if alike:
                same[unit.at] = tuple(alike)
        return Pair(said, read, plain(statement), plain(joined), same, contrary, vectors)

    def _contraries(self, said: Wording, read: Wording, same: dict[int, tuple[Unit, ...]]) -> dict[int, Unit]:
        """Words whose opposite stands in their place; they are taken from what is the same.

        In its place: beside a word that also stands beside the word in the statement, and nearer than the word
        itself does. A word that the statement has as well is not against it: "won back what it had lost".
        """
        met = {other.at for others in same.values() for other in others}
        contrary: dict[int, Unit] = {}
        for unit in said.units:
            opposites = [
                other
                for other in read.units
                if unit.kind == other.kind == "word" and self._are_opposites(unit.text, other.text)
            ]
            if not opposites:
                continue
            near = {other.at for beside in around(said, unit, 1) for other in same.get(beside.at, ())}

            def shared(other: Unit, near: frozenset[int] = frozenset(near)) -> int:
                return len(near & {beside.at for beside in around(read, other, 2)})

            exact = [other for other in read.units if other.text == unit.text]
            best = max(opposites, key=shared)
            if exact:
                stands = shared(best) > max(map(shared, exact))
            else:
                stands = best.at not in met and shared(best) > 0
            if stands:
                contrary[unit.at] = best
                same.pop(unit.at, None)
        return contrary

    def _are_opposites(self, one: str, other: str) -> bool:
        for a, b in ((one, other), (other, one)):
            bare = _NEGATIVE.sub("", a, count=1)
            if bare != a and self._worder.stem(bare) == self._worder.stem(b):
                return True
        return self._worder.stem(other) in self._opposites.get(self._worder.stem(one), ())

    def _vectors_of(self, words: Iterable[str]) -> Mapping[str, np.ndarray]:
        """The vector of each word; those that are not known yet are embedded all at once."""
        if self._embed is None:
            return {}
        wanted = dict.fromkeys(words)
        # a copy of what is needed, because other threads check too, and may empty what is kept
        known = {word: vector for word in wanted if (vector := self._kept.get(word)) is not None}
        new = [word for word in wanted if word not in known]
        if new:
            found = dict(zip(new, self._embed(new), strict=True))
            if len(self._kept) > MOST_WORDS:
                self._kept = {}
            self._kept.update(found)
            known |= found
        return known


def around(wording: Wording, unit: Unit, steps: int) -> list[Unit]:
    """The units up to `steps` before and after one, in its sentence."""
    units = wording.units
    place = next(i for i, other in enumerate(units) if other.at == unit.at)
    around = units[max(0, place - steps) : place] + units[place + 1 : place + 1 + steps]
    return [other for other in around if other.sentence == unit.sentence]


def _openings_settled(one: Wording, other: Wording) -> Wording:
    """A capitalised first word is no name where the other text has it in lower case."""
    words = {key for unit in other.units if unit.kind == "word" and not unit.opening for key in unit.keys}
    units = (replace(unit, opening=unit.opening and not unit.keys & words) for unit in one.units)
    return replace(one, units=tuple(units))


def alikeness(one: str, other: str, vectors: Mapping[str, np.ndarray]) -> float:
    """How much two words mean the same: 1 for "defend" and "defence", else the cosine of their vectors."""
    shared = len(common_start(one, other))
    if shared >= 5 and shared >= 0.6 * max(len(one), len(other)):
        return 1.0
    return float(vectors[one] @ vectors[other]) if one in vectors and other in vectors else 0.0


def common_start(one: str, other: str) -> str:
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[:length] if length is not None else min(one, other, key=len)
