"""Who did what to whom: a statement's words in the same roles as the evidence's."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import pairwise

from chat.writer.matching import Pair
from chat.writer.wording import DETERMINERS, Unit, Wording


def swapped(pair: Pair) -> Iterable[str]:
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
    yield from _sides_changed(pair)
    yield from _all_turned(pair)
    yield from _bound_by_preposition(pair)
    yield from _turned_round(pair)
    yield from _clauses_crossed(pair)
    yield from _of_another(pair)
    yield from _causes_turned(pair)


def _owners_swapped(pair: Pair, own: AbstractSet[str]) -> Iterable[str]:
    """ "Moscow's ability" for "the CSTO's ability", where both are named."""
    owners: dict[int, frozenset[str]] = {}
    for owner, unit in _owned(pair.evidence):
        owners[unit.at] = owners.get(unit.at, frozenset()) | owner.keys
    for one, other in pairwise(pair.evidence.units):
        # "the Russian invasion of Ukraine": who stands before it is no stranger to it either
        if one.named and other.at == one.at + 1 and other.at in owners:
            owners[other.at] |= one.keys
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


_MUTUAL = frozenset(
    "relation relations ties dispute conflict war border borders clash clashes meeting talks agreement deal distrust "
    "neighbor neighbors ally allies member members cooperation between alongside together same similar different "
    "compared contrast".split()
)
"""Who stands before these and who after says nothing."""

_BE = frozenset("is are was were be been being get got".split())


def _sides_changed(pair: Pair) -> Iterable[str]:
    """A word with one name before it and another after it that the evidence has the other way round."""
    for unit in pair.statement.of_kind("word"):
        others = pair.same.get(unit.at, ())
        if unit.text in _MUTUAL or not all(one.may_be_verb for one in (unit, *others)):
            continue
        ours = _sides_of(pair.statement, unit)
        for other in others:
            theirs = _sides_of(pair.evidence, other)
            if _is_passive(pair.statement, unit) != _is_passive(pair.evidence, other):
                theirs = theirs[::-1]
            if (
                not (ours[0] & theirs[1] and ours[1] & theirs[0])
                or ours[0] & theirs[0]
                or ours[1] & theirs[1]
            ):
                break
        else:
            if others:
                yield f"what stands before and after {unit.text!r} is the other way round in the evidence"
                return


def _all_turned(pair: Pair) -> Iterable[str]:
    """A verb with who acts and who is acted upon the other way round in the evidence."""
    for unit in pair.statement.of_kind("word"):
        others = pair.same.get(unit.at, ())
        if unit.text in _MUTUAL or not all(one.may_be_verb for one in (unit, *others)):
            continue
        clause = [u for u in pair.statement.units if u.clause == unit.clause and u.kind != "number"]
        before = [pair.same[u.at] for u in _heads(u for u in clause if u.at < unit.at) if u.at in pair.same]
        after = [pair.same[u.at] for u in _heads(u for u in clause if u.at > unit.at) if u.at in pair.same]
        if not before or not after:
            continue
        for other in others:
            if _is_passive(pair.statement, unit) != _is_passive(pair.evidence, other):
                continue
            if all(u.at > other.at for us in before for u in us) and all(
                u.at < other.at for us in after for u in us
            ):
                yield f"what stands before and after {unit.text!r} is the other way round in the evidence"
                return


def _heads(units: Iterable[Unit]) -> list[Unit]:
    """Those that stand in no phrase with a preposition."""
    return [unit for unit in units if unit.phrase in ("", "'s")]


def _sides_of(wording: Wording, unit: Unit) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of the names nearest before a word in its sentence, and nearest after it."""
    here = [other for other in wording.units if other.sentence == unit.sentence]
    before = reversed([other for other in here if other.at < unit.at])
    return _first_names(before), _first_names(other for other in here if other.at > unit.at)


def _first_names(units: Iterable[Unit]) -> frozenset[str]:
    keys: set[str] = set()
    for unit in units:
        if unit.named:
            keys |= unit.keys
        elif keys:
            break
    return frozenset(keys)


def _is_passive(wording: Wording, unit: Unit) -> bool:
    """True for "was urged by" and "exported by"."""
    before = wording.tokens[max(0, unit.at - 3) : unit.at]
    after = wording.tokens[unit.at + 1 : unit.at + 6]
    at = after.index("by") if unit.is_past and "by" in after else -1
    does = after[at + 1 : at + 2]
    return at >= 0 and (at == 0 or bool(_BE & set(before))) and not (does and does[0].endswith("ing"))


_BINDING = frozenset("into against over from to toward towards with by".split())


def _bound_by_preposition(pair: Pair) -> Iterable[str]:
    """ "an invasion into Russia" for "an invasion into Ukraine", where both are named."""
    own = {key for unit in pair.statement.units if unit.named for key in unit.keys}
    for head, phrase, names in _complements(pair.statement):
        theirs = [
            (there, keys)
            for there, other, keys in _complements(pair.evidence)
            if other == phrase and any(there.at == same.at for same in pair.same.get(head.at, ()))
        ]
        if theirs and all(not names & keys and keys & own for _, keys in theirs):
            yield f"{head.text!r} goes {phrase} another in the evidence"
            return


def _complements(wording: Wording) -> Iterable[tuple[Unit, str, frozenset[str]]]:
    """Words with a preposition after them and the names that follow it: "invasion", "into", Ukraine."""
    units = wording.units
    for place, head in enumerate(units):
        following = units[place + 1 :]
        if head.kind != "word" or not following or following[0].phrase == head.phrase:
            continue
        phrase = following[0].phrase
        if phrase not in _BINDING or wording.tokens[head.at + 1] != phrase:
            continue
        keys: set[str] = set()
        for unit in following:
            if unit.phrase != phrase or unit.sentence != head.sentence:
                break
            keys |= unit.keys if unit.named else set()
        if keys:
            yield head, phrase, frozenset(keys)


_TOWARDS = frozenset("to into toward towards".split())
_AWAY = frozenset("from without".split())


def _turned_round(pair: Pair) -> Iterable[str]:
    """ "back to its policies" for "away from its policies"."""
    for unit in pair.statement.of_kind("word"):
        theirs = {other.phrase for other in pair.same.get(unit.at, ())}
        for one, other in ((_TOWARDS, _AWAY), (_AWAY, _TOWARDS)):
            if unit.phrase in one and theirs and theirs <= other:
                yield f"{unit.phrase} {unit.text!r} against {min(theirs)}"
                return


_RELATIVE = re.compile(r"(?:which|who)\b")

ANTECEDENT = 3
"""So many units before a "which" may be what it stands for."""


def _of_another(pair: Pair) -> Iterable[str]:
    """ "the court argued" for "the court heard the firm, which argued"."""
    for unit in pair.statement.of_kind("word"):
        others = [other for other in pair.same.get(unit.at, ()) if other.may_be_verb]
        if not unit.may_be_verb or len(others) != 1:
            continue
        (verb,) = others
        if not _RELATIVE.match(pair.evidence.clause_texts[verb.clause]):
            continue
        inside = [u.at for u in pair.evidence.units if u.clause == verb.clause]
        before = [u.at for u in pair.evidence.units if u.at < inside[0]][-ANTECEDENT:]
        meant = {*inside, *before}
        clause = [u for u in pair.statement.units if u.clause == unit.clause and u.at < unit.at]
        subject = [u for u in _heads(clause) if u.kind != "number" and u.at in pair.same]
        if subject and not any(o.at in meant for u in subject for o in pair.same[u.at]):
            yield f"{unit.text!r} is said of another in the evidence"
            return


def _clauses_crossed(pair: Pair) -> Iterable[str]:
    """ "farmers agreed, residents refused" for "residents agreed, farmers refused"."""
    only = {at: others[0].clause for at, others in pair.same.items() if len({o.clause for o in others}) == 1}
    clauses = [
        [u for u in clause if u.at in only and u.kind == "word"] for clause in pair.statement.clauses()
    ]
    for place, here in enumerate(clauses):
        for there in clauses[place + 1 :]:
            ours, theirs = ({only[u.at]: u for u in units} for units in (here, there))
            if len(ours) == len(theirs) == 2 and set(ours) == set(theirs):
                yield f"{ours[min(ours)].text!r} stands in another clause of the evidence"
                return


_CAUSED_BY = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|(?:caused|driven|prompted|sparked|triggered) by|"
    r"stem(?:s|med|ming)? from|(?:is|are|was|were) the result of)\b"
)
_CAUSES = re.compile(
    r"\b(?:(?:caus|trigger|spark|prompt|provok|produc)(?:es?|ed|ing|s)?(?! by)|le(?:d|ads?|ading) to|"
    r"result(?:s|ed|ing)? in|(?:is|are|was|were) the (?:\w+ )?(?:reasons?|causes?) (?:for|of|that|why))\b"
)


def _causes_turned(pair: Pair) -> Iterable[str]:
    """ "the drought was caused by the fall" for "the fall was caused by the drought"."""
    for cause, effect in _causes(pair.statement):
        ours = [{o.at for u in units for o in pair.same.get(u.at, ())} for units in (cause, effect)]
        for their_cause, their_effect in _causes(pair.evidence):
            theirs = [{u.at for u in units} for units in (their_cause, their_effect)]
            turned = len(ours[0] & theirs[1]) * len(ours[1] & theirs[0])
            if turned > len(ours[0] & theirs[0]) * len(ours[1] & theirs[1]):
                yield "cause and effect are the other way round in the evidence"
                return


def _causes(wording: Wording) -> Iterable[tuple[list[Unit], list[Unit]]]:
    """Causes with their effects, as units of the same sentence."""
    text = " ".join(wording.tokens)
    starts = [0]
    for token in wording.tokens:
        starts.append(starts[-1] + len(token) + 1)
    for pattern, leads in ((_CAUSED_BY, False), (_CAUSES, True)):
        for found in pattern.finditer(text):
            sentence = next((u.sentence for u in wording.units if starts[u.at] >= found.start()), -1)
            here = [u for u in wording.units if u.sentence == sentence]
            before = [u for u in here if starts[u.at] < found.start()]
            after = [u for u in here if starts[u.at] >= found.end()]
            if not before and after:
                # "because of the drought, exports fell"
                first = after[0].clause
                before = [u for u in after if u.clause != first]
                after = [u for u in after if u.clause == first]
            yield (before, after) if leads else (after, before)


def _phrases_swapped(pair: Pair) -> Iterable[str]:
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


_SIDES = frozenset(["", *"by against to from into of unlike than after before".split()])
_SIDES_OF_NOUNS = frozenset(["", *"against over on".split()])
"""Phrases of nouns: here "the dependence of A on B" is as good as "A depends on B"."""

_TURNING = frozenset(
    "on in over at about among of by was were is are been being be for to in from with 's".split()
)


def _order_swapped(pair: Pair) -> Iterable[str]:
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


_AFTER_PARTICIPLE = frozenset("by from to in on at of after before during since with for".split())


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
        # "its lost territory" had been lost
        and not (one.is_past and wording.tokens[max(0, one.at - 1)] in DETERMINERS)
        # "the troops withdrawn from there" are withdrawn troops
        and not (other.is_past and _AFTER_PARTICIPLE & set(wording.tokens[other.at + 1 : other.at + 2]))
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
