"""Does the evidence support a statement? Checks by rules and one fitted threshold; no language model."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from chat.writer.wording import Unit, UnitKind, Worder, Wording, plain
from index.synonyms import Group

COVERED = 0.65
"""The least share of a statement's words that its evidence must have; fitted on the `fit` pairs."""

ALIKE = 0.60
"""Two words mean about the same from this cosine on; chosen on the `fit` pairs."""

HARDLY_ALIKE = 0.3
"""What is less alike says nothing of which clause is meant."""

MOST_WORDS = 20_000
"""So many words are kept embedded."""

Embed = Callable[[Sequence[str]], np.ndarray]
"""Texts to unit vectors, one row for each."""

_STRONG: tuple[tuple[str, str], ...] = (
    (
        "all every each everyone everybody entire entirely whole wholly complete completely full fully total totally any",
        "all every each everyone everybody entire entirely whole wholly complete completely full fully total totally any "
        "both none no nor neither throughout across",
    ),
    ("always never ever constantly invariably permanent permanently forever", "no not longer"),
    (
        "only sole solely alone exclusive exclusively",
        "just merely nothing except exception apart aside besides small little few limited unless",
    ),
    ("must required obliged mandatory", "shall have need needs necessary"),
    ("certain certainly definitely undoubtedly doubtless proven proves proof guaranteed", "doubt"),
    ("first", "originally initially"),
    ("most mostly majority predominantly mainly largely primarily chiefly", "main more often key"),
    ("immediately instantly swiftly quickly", "rapidly soon"),
    ("unanimous unanimously", ""),
    ("best worst largest biggest strongest highest greatest", ""),
)
"""Words that say much: one of the left in a statement needs one of the left or the right in the evidence."""

_IDIOMS = re.compile(
    r"\b(?:most of all|first of all|above all|after all|at all|all the same|not only|most notably|"
    r"it (?:should|must|can) be \w+|it may be \w+ that)\b"
)
"""What looks strong and is not."""

_OPEN = re.compile(
    r"\b(?:may|might|could|can|whether|likely|unlikely|probab(?:ly|le)|possibl[ey]|possibility|potential(?:ly)?|"
    r"perhaps|hypothetical(?:ly)?|unverified|unconfirmed|alleged(?:ly)?|reportedly|suggest(?:s|ed|ing)?|"
    r"appear(?:s|ed)?|seem(?:s|ed|ingly)?|arguabl[ey]|speculat\w+|scenarios?|chances?)\b"
)
"""Words that leave open whether it is so."""

_FUTURE = re.compile(r"\b(?:will|would|should|going to|expected|about to)\b")
"""Words that say it is not done."""

_OPEN_OR_FUTURE = re.compile(rf"{_OPEN.pattern}|{_FUTURE.pattern}")
_OPEN_OR_IF = re.compile(rf"{_OPEN.pattern}|\b(?:would|should|if)\b")

_IF = re.compile(r"\b(?:if|unless)\b")
_NOT_DONE = re.compile(
    rf"{_OPEN_OR_FUTURE.pattern}|{_IF.pattern}|^(?!.*\b(?:has|have|had|was|were|did|(?<!is )(?<!are )\w+ed)\b)"
)
"""What answers a condition: one in the statement, or that it speaks of nothing as done."""

_TRIED = re.compile(
    r"\b(?:attempt\w*|tr(?:y|ies|ied|ying)|seek(?:s|ing)?|sought|ask(?:s|ed|ing)?|request\w*|urg(?:e|es|ed|ing)|"
    r"call(?:s|ed|ing)? (?:\w+ )?(?:for|on)|want(?:s|ed|ing)?|hop(?:e|es|ed|ing)|wish\w*|plan(?:s|ned|ning)?|"
    r"propos\w+|consider(?:s|ed|ing)?|entertain(?:s|ed|ing)?|efforts?|"
    r"next (?:\w+ )?step|look(?:s|ed|ing)? (?:\w+ ){0,3}(?:to|for)|invok(?:e|es|ed|ing)|demand\w*|appeal\w*)\b"
)
"""Words that say it was wanted or begun, not that it came about."""

_MEANT = re.compile(
    r"\b(?:intend\w*|intention|intent|aim(?:s|ed|ing)?|designed|in order to|purpose|in an (?:attempt|effort) to)\b"
)
_FOR = re.compile(r"\b(?:to|for)\b")

_BELIEVED = re.compile(
    r"\b(?:(?:say|claim|write|state|report|answer|reply|respond|repeat|pretend) that|believ\w+|think(?:s|ing)?|thought|claim(?:s|ed|ing)?|accus\w+|alleg\w+|opinion)\b"
)
"""Words that make it somebody's opinion."""

_SAID = re.compile(
    r"\b(?:believ\w+|think(?:s|ing)?|thought|claim\w*|accus\w+|alleg\w+|opinion|according|sa(?:y|ys|id|ying)|told|"
    r"argu\w+|view\w*|consider\w*|regard\w*|see(?:s|n)?|call(?:s|ed)?|describ\w+|perceiv\w+|blam\w+|critici\w+|"
    r"feels?|felt|in the eyes)\b"
)

_OPPOSITES = tuple(
    frozenset(pair.split())
    for pair in (
        "likely unlikely",
        "large small",
        "big small",
        "increase decrease",
        "increase reduce",
        "rise fall",
        "strengthen weaken",
        "support oppose",
        "support condemn",
        "approve condemn",
        "approve reject",
        "agree refuse",
        "accept reject",
        "heed ignore",
        "join leave",
        "join withdraw",
        "enter leave",
        "begin end",
        "start end",
        "start stop",
        "win lose",
        "buy sell",
        "import export",
        "import sell",
        "friend enemy",
        "ally enemy",
        "internal external",
        "success failure",
        "before after",
        "north south",
        "east west",
        "more less",
        "easier harder",
        "better worse",
        "higher lower",
        "longer shorter",
        "stronger weaker",
        "gain lose",
        "lose reclaim",
        "lose regain",
        "open closed",
        "rise decline",
        "active frozen",
        "war peace",
        "old new",
        "first last",
        "arrive depart",
        "allow forbid",
        "praise criticize",
        "trust distrust",
        "unity division",
        "same different",
        "easy hard",
        "easy difficult",
        "possible impossible",
        "remain leave",
        "suspend end",
        "suspend leave",
        "suspend withdraw",
        "freeze leave",
        "speculation certain",
        "seek obtain",
        "formal informal",
        "frequent rare",
        "deploy withdraw",
        "give receive",
        "provide receive",
        "attack defend",
        "expand shrink",
        "advantage disadvantage",
    )
)

_NEGATIVE = re.compile(r"(?:un|non|in|im|ir|il|dis)(?=\w{4})")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether evidence supports a statement, and what speaks against it."""

    supported: bool
    coverage: float
    """Share of the statement's words that the evidence has, 0 to 1."""
    against: tuple[str, ...]
    """One line for each thing that is not supported; empty when all is."""


@dataclass(frozen=True)
class _Pair:
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


class Verifier:
    """Checks statements against evidence, with a corpus's synonyms and an embedder for single words."""

    def __init__(self, groups: Sequence[Group] = (), embed: Embed | None = None, covered: float = COVERED):
        self._worder = Worder(groups)
        self._embed = embed
        self._covered = covered
        self._opposites = {frozenset(self._worder.stem(word) for word in pair) for pair in _OPPOSITES}
        self._kept: dict[str, np.ndarray] = {}

    def check(self, statement: str, evidence: Sequence[str]) -> Verdict:
        """The verdict on a statement; `evidence` are the cited quotes, in the order of their articles."""
        pair = self._pair(statement, evidence)
        if not any(unit.kind != "number" for unit in pair.statement.units):
            return Verdict(False, 0.0, ("it says nothing that can be checked",))
        against = [
            *_missing_numbers(pair),
            *_missing_names(pair),
            *_changed_quotes(pair),
            *_stronger(pair),
            *_reversed(pair),
            *_bound_otherwise(pair),
            *_swapped(pair),
        ]
        against += _added(pair)
        coverage = _coverage(pair)
        if coverage < self._covered:
            against.append(f"only {coverage:.0%} of its words are in the evidence")
        return Verdict(not against, coverage, tuple(against))

    def _pair(self, statement: str, evidence: Sequence[str]) -> _Pair:
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
        contrary: dict[int, Unit] = {}
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
        for unit in loose:
            opposite = next((other for other in words if self._are_opposites(unit.text, other.text)), None)
            if opposite:
                contrary[unit.at] = opposite
                continue
            least = ALIKE + 0.15 if unit.opening else ALIKE
            alike = [other for other in words if _alikeness(unit.text, other.text, vectors) >= least]
            if alike:
                same[unit.at] = tuple(alike)
        return _Pair(said, read, plain(statement), plain(joined), same, contrary, vectors)

    def _are_opposites(self, one: str, other: str) -> bool:
        for a, b in ((one, other), (other, one)):
            bare = _NEGATIVE.sub("", a, count=1)
            if bare != a and self._worder.stem(bare) == self._worder.stem(b):
                return True
        return frozenset((self._worder.stem(one), self._worder.stem(other))) in self._opposites

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


def _openings_settled(one: Wording, other: Wording) -> Wording:
    """A capitalised first word is no name where the other text has it in lower case."""
    words = {key for unit in other.units if unit.kind == "word" and not unit.opening for key in unit.keys}
    units = (replace(unit, opening=unit.opening and not unit.keys & words) for unit in one.units)
    return replace(one, units=tuple(units))


def _alikeness(one: str, other: str, vectors: Mapping[str, np.ndarray]) -> float:
    """How much two words mean the same: 1 for "defend" and "defence", else the cosine of their vectors."""
    shared = len(_common_start(one, other))
    if shared >= 5 and shared >= 0.6 * max(len(one), len(other)):
        return 1.0
    return float(vectors[one] @ vectors[other]) if one in vectors and other in vectors else 0.0


def _common_start(one: str, other: str) -> str:
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[:length] if length is not None else min(one, other, key=len)


def _coverage(pair: _Pair) -> float:
    return sum(unit.at in pair.same for unit in pair.matters) / max(1, len(pair.matters))


def _added(pair: _Pair) -> Iterable[str]:
    """A clause of which the evidence has hardly a word."""
    for clause in pair.statement.clauses():
        words = [unit for unit in clause if unit.kind == "word"]
        new = [unit.text for unit in words if unit.at not in pair.same]
        if len(new) >= 2 and 2 * len(new) > len(words):
            yield f"nothing in the evidence says {' '.join(new)!r}"


def _missing_numbers(pair: _Pair) -> Iterable[str]:
    for unit in pair.statement.of_kind("number"):
        if unit.at not in pair.same:
            yield f"{unit.text} is not in the evidence"


def _missing_names(pair: _Pair) -> Iterable[str]:
    for unit in pair.statement.units:
        if unit.named and unit.at not in pair.same and not _starts_alike(unit, pair.evidence.units):
            yield f"the name {unit.text} is not in the evidence"


def _starts_alike(name: Unit, others: Iterable[Unit]) -> bool:
    """ "Western" for "West", "Europe" for "European"."""
    return any(
        len(shared := _common_start(name.text, other.text)) >= 4 and len(shared) >= 0.5 * len(name.text)
        for other in others
    )


def _changed_quotes(pair: _Pair) -> Iterable[str]:
    read = re.sub(r"\W+", " ", pair.read.casefold())
    for quoted in re.findall(r'"([^"]{2,})"', pair.said):
        words = re.sub(r"\W+", " ", quoted.casefold()).strip()
        if words and f" {words} " not in f" {read} ":
            yield f"the quoted words {quoted[:40]!r} are not in the evidence"


def _stronger(pair: _Pair) -> Iterable[str]:
    said, read = (_IDIOMS.sub(" ", " ".join(w.tokens)) for w in (pair.statement, pair.evidence))
    in_said, in_read = frozenset(said.split()), frozenset(read.split())
    for left, right in _STRONG:
        strong = in_said & frozenset(left.split())
        answered = in_read & frozenset(f"{left} {right}".split()) or any(
            len(word) > 5 and len(_common_start(word, other)) >= 6 for word in strong for other in in_read
        )
        if strong and not answered:
            yield f"{min(strong)!r} is more than the evidence says"
    for leaning in _leaned_on(pair):
        for open_words, answered_by in (
            (_OPEN, _OPEN_OR_IF),
            (_FUTURE, _OPEN_OR_FUTURE),
            (_IF, _NOT_DONE),
            (_TRIED, _TRIED),
            (_MEANT, _FOR),
            (_BELIEVED, _SAID),
        ):
            # "in an attempt to retain" is a purpose
            found = open_words.search(leaning if open_words is _MEANT else _MEANT.sub(" ", leaning))
            if (
                found
                and not answered_by.search(said)
                and not (answered_by is _TRIED and _OPEN_OR_FUTURE.search(said))
            ):
                yield f"the evidence says {found[0]!r}, the statement leaves that out"


def _leaned_on(pair: _Pair) -> list[str]:
    """The clauses of the evidence that the statement's clauses say again, in lower case."""
    texts = dict(enumerate(pair.evidence.clause_texts))
    chosen: dict[int, None] = {}
    for clause in pair.statement.clauses():
        votes = Counter(other for unit in clause for other in {o.clause for o in pair.same.get(unit.at, ())})
        if votes:
            best = max(votes.values())
            chosen |= dict.fromkeys(c for c, n in votes.items() if n == best and n >= 2)
    return [_IDIOMS.sub(" ", texts[clause]) for clause in chosen]


def _reversed(pair: _Pair) -> Iterable[str]:
    said = {unit.at: unit for unit in pair.statement.units}
    for at, other in pair.contrary.items():
        if said[at].negated == other.negated:
            yield f"{said[at].text!r} against {other.text!r}"
    met: dict[int, list[Unit]] = {}
    for at, others in pair.same.items():
        for other in others:
            met.setdefault(other.at, []).append(said[at])
    # "not" in the statement: something of what it turns must be turned in the evidence as well
    for scope in _scopes(pair.statement):
        matched = [unit for unit in scope if unit.at in pair.same]
        if any(unit.at in pair.contrary for unit in scope):
            continue
        if not any(other.negated for unit in matched for other in pair.same[unit.at]):
            yield f"{pair.statement.tokens[scope[0].scope]!r} is not in the evidence"
    # "not" in the evidence, of something that the statement says
    for scope in _scopes(pair.evidence):
        matched = [unit for unit in scope if unit.at in met]
        contrary = any(other.at == unit.at for unit in scope for other in pair.contrary.values())
        turned = any(unit.negated for other in matched for unit in met[other.at])
        word = pair.evidence.tokens[scope[0].scope]
        # "without" says something beside; the other words turn what comes next
        said_too = 2 * len(matched) > len(scope) or (word != "without" and scope[0].at in met)
        if said_too and not turned and not contrary:
            yield f"the evidence says {word!r}, the statement does not"


SCOPE = 3
"""So many words after a "not" are looked at."""

_TIMES = frozenset("last year month week day time now today ago recent".split())


def _scopes(wording: Wording) -> list[list[Unit]]:
    """For each "not" the first words that it turns into their opposite."""
    scopes: dict[int, list[Unit]] = {}
    for unit in wording.of_kind("word"):
        if unit.negated and unit.text not in _TIMES:
            scopes.setdefault(unit.scope, []).append(unit)
    return [units[:SCOPE] for units in scopes.values()]


_LEADING = ("", "'s", "by")
"""Phrases in which a name stands that does something or owns something."""


def _bound_otherwise(pair: _Pair) -> Iterable[str]:
    """A clause whose names or numbers belong, in the evidence, to another clause."""
    theirs: dict[int, list[Unit]] = {}
    for unit in pair.evidence.units:
        theirs.setdefault(unit.clause, []).append(unit)
    for clause in pair.statement.clauses():
        for kind in ("name", "number"):
            here = [unit for unit in clause if _is(unit, kind) and unit.at in pair.same]
            if not here:
                continue
            votes = _votes(pair, [unit for unit in clause if not _is(unit, kind)], theirs)
            if not votes:
                continue
            ours = {key for unit in here for key in unit.keys}
            most = max(votes.values())
            stray: list[Unit | None] = []
            for best in (c for c, n in votes.items() if n == most):
                here_not_there = (
                    unit
                    for unit in here
                    if (kind == "number" or unit.phrase in _LEADING)
                    and all(o.clause != best and votes.get(o.clause, 0.0) < most for o in pair.same[unit.at])
                )
                instead = [
                    u
                    for u in theirs[best]
                    if _is(u, kind) and not u.keys & ours and (kind == "number" or u.phrase in _LEADING)
                ]
                stray.append(next(here_not_there, None) if instead else None)
            if all(stray):
                yield f"{stray[0].text} belongs to something else in the evidence"


def _votes(pair: _Pair, units: Sequence[Unit], clauses: Mapping[int, Sequence[Unit]]) -> Mapping[int, float]:
    """How much of some of the statement's units each clause of the evidence says."""
    votes: dict[int, float] = {}
    for unit in units:
        exact = {other.clause for other in pair.same.get(unit.at, ())}
        for number, others in clauses.items():
            near = 1.0 if number in exact else 0.0
            if not exact and unit.kind == "word":
                near = max(
                    (_alikeness(unit.text, o.text, pair.vectors) for o in others if o.kind == "word"),
                    default=0.0,
                )
            if near >= HARDLY_ALIKE:
                votes[number] = votes.get(number, 0.0) + near
    return votes


def _is(unit: Unit, kind: UnitKind) -> bool:
    return unit.kind == kind or (kind == "name" and unit.named)


def _swapped(pair: _Pair) -> Iterable[str]:
    """Words that stand beside one name in the statement and beside another in the evidence."""
    own = {key for unit in pair.statement.units if unit.named for key in unit.keys}
    against: list[str] = []
    agree = close = 0
    for unit in pair.statement.of_kind("word"):
        for side in (-1, 1):
            ours = _beside(pair.statement, unit, side)
            theirs = [n for other in pair.same.get(unit.at, ()) if (n := _beside(pair.evidence, other, side))]
            if not ours or not theirs:
                continue
            if any(ours & n for n in theirs):
                agree += 1
            elif all(n & own for n in theirs):
                against.append(unit.text)
                ours = _beside(pair.statement, unit, side, near=1)
                theirs = [_beside(pair.evidence, other, side, near=1) for other in pair.same[unit.at]]
                close += bool(ours) and all(theirs)
    if len(against) >= agree + 2 or close >= 2:
        yield f"{against[0]!r} goes with another name in the evidence"
    yield from _owners_swapped(pair, own)
    yield from _phrases_swapped(pair)
    yield from _order_swapped(pair)


def _owners_swapped(pair: _Pair, own: AbstractSet[str]) -> Iterable[str]:
    """ "Moscow's ability" for "the CSTO's ability", where both are named."""
    owners: dict[int, frozenset[str]] = {}
    for owner, unit in _owned(pair.evidence):
        owners[unit.at] = owners.get(unit.at, frozenset()) | owner.keys
    for owner, unit in _owned(pair.statement):
        others = [owners.get(there.at, frozenset()) for there in pair.same.get(unit.at, ())]
        if others and all(keys & own and not keys & owner.keys for keys in others):
            yield f"{unit.text!r} is another's in the evidence"


def _owned(wording: Wording) -> Iterable[tuple[Unit, Unit]]:
    """Owners with what is theirs: "Moscow's ability", "the territory of Azerbaijan"."""
    for one, other in pairwise(wording.units):
        if one.named and one.phrase == "'s":
            yield one, other
        elif other.named and wording.tokens[one.at + 1 : other.at] in (("of",), ("of", "the")):
            yield other, one


def _phrases_swapped(pair: _Pair) -> Iterable[str]:
    """What is done by one to the other in the statement, and by the other to the one in the evidence."""
    for sides, plain_of in ((_SIDES, False), (_SIDES_OF_NOUNS, True)):
        turned = set()
        for unit in pair.statement.units:
            ours = _side(unit, plain_of)
            theirs = {_side(other, plain_of) for other in pair.same.get(unit.at, ())}
            if ours in sides and ours not in theirs:
                turned |= {(ours, phrase) for phrase in theirs & sides}
        for one, other in turned:
            # "A attacks B" and "B is attacked by A" say the same
            if (other, one) in turned and {one, other} not in ({"", "by"}, {"", "of"}):
                yield f"what follows {one!r} and {other!r} is the other way round in the evidence"
                return


def _side(unit: Unit, plain_of: bool) -> str:
    return "" if plain_of and unit.phrase == "of" else unit.phrase


_SIDES = frozenset(["", *"by against to from into of".split()])
_SIDES_OF_NOUNS = frozenset(["", *"against over on".split()])
"""Phrases of nouns: here "the dependence of A on B" is as good as "A depends on B"."""

_TURNING = frozenset("of by was were is are been being be for to in from with 's".split())


def _order_swapped(pair: _Pair) -> Iterable[str]:
    """ "urged his hosts" for "his hosts urged"."""
    units = pair.evidence.units
    # each unit with the two after it: words may stand between
    rows = [(unit, units[i + 1 : i + 3]) for i, unit in enumerate(units)]

    def stands(one: Unit, other: Unit) -> bool:
        return any(
            unit.keys & one.keys
            and any(
                o.keys & other.keys and o.kind == other.kind and _may_swap(pair.evidence, unit, o)
                for o in row
            )
            for unit, row in rows
        )

    for one, other in pairwise(pair.statement.units):
        if _may_swap(pair.statement, one, other) and stands(other, one) and not stands(one, other):
            yield f"{one.text!r} and {other.text!r} stand the other way round in the evidence"
            return


def _may_swap(wording: Wording, one: Unit, other: Unit) -> bool:
    """True where one unit acts on the other if the words' order says so: no preposition, no passive."""
    return (
        "number" not in (one.kind, other.kind)
        and {one.kind, other.kind} != {"name"}
        and one.clause == other.clause
        and "'s" not in (one.phrase, other.phrase)
        and not one.text.endswith("ly")
        and not other.text.endswith("ly")
        and not _TURNING & set(wording.tokens[one.at : other.at])
        and "by" not in wording.tokens[other.at + 1 : other.at + 2]
    )


NEAR = 3


def _beside(wording: Wording, unit: Unit, side: int, near: int = NEAR) -> frozenset[str]:
    """Keys of the nearest names before (-1) or after (1) a word, within `near` units of its sentence.

    An owner counts as standing after: "Putin's ally" is an ally of Putin.
    """
    units = wording.units
    place = next(i for i, other in enumerate(units) if other.at == unit.at)
    keys: set[str] = set()
    if side > 0:
        for other in reversed(units[max(0, place - near) : place]):
            if other.phrase == "'s" and other.named:
                keys |= other.keys
    owners = frozenset(keys)
    found: set[str] = set()
    for steps, other in enumerate(units[place + 1 :] if side > 0 else reversed(units[:place])):
        if other.sentence != unit.sentence or (steps >= near and not found):
            break
        if other.named and not (side < 0 and other.phrase == "'s"):
            found |= other.keys
        elif found:
            break
    return owners | found
