"""Does the evidence support a statement? Checks by rules and by a small model that reads both; no language model."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from chat.checker import Checker
from chat.writer.matching import HARDLY_ALIKE, Embed, Matcher, Pair, alikeness, common_start
from chat.writer.roles import swapped
from chat.writer.wording import Unit, UnitKind, Wording
from index.synonyms import Group

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
    (
        "must required requires obliged obliges mandatory",
        "shall has have had need needs necessary require requires requirement law rule rules",
    ),
    ("certain certainly definitely undoubtedly doubtless proven proves proof guaranteed", "doubt"),
    ("first", "originally initially"),
    ("most mostly majority predominantly mainly largely primarily chiefly", "main more often key"),
    ("immediately instantly swiftly quickly", "rapidly soon"),
    (
        "many several numerous multiple countless often frequently repeatedly regularly times",
        "much more most all every various dozens hundreds thousands number series frequent usual usually twice again",
    ),
    ("unanimous unanimously", ""),
    ("best worst largest biggest strongest highest greatest", ""),
)
"""Words that say much: one of the left in a statement needs one of the left or the right in the evidence."""

_IDIOMS = re.compile(
    r"\b(?:most of all|first of all|above all|after all|at all|all the same|not only|most notably|each other|one another|"
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
_PLANNED = re.compile(
    rf"{_OPEN_OR_FUTURE.pattern}|\b(?:plan|intend|mean|want|refuse)(?:s|ned|ed)?\b|\b(?:is|are|be) (?:not )?(?:ready )?to\b"
)
_PLANNED_OR_PRESENT = re.compile(
    rf"{_PLANNED.pattern}|^(?!.*\b(?:has|have|had|was|were|did|now|already|(?<!is )(?<!are )\w+ed)\b)"
)
_OPEN_OR_IF = re.compile(
    rf"{_OPEN.pattern}|\b(?:would|should|if|looks?|looked|(?:un)?able|capable|allow\w*|let)\b"
)

_IF = re.compile(r"\b(?:if|unless)\b")
_NOT_DONE = re.compile(
    rf"{_OPEN_OR_FUTURE.pattern}|{_IF.pattern}|^(?!.*\b(?:has|have|had|was|were|did|(?<!is )(?<!are )\w+ed)\b)"
)
"""What answers a condition: one in the statement, or that it speaks of nothing as done."""

_TRIED = re.compile(
    r"\b(?:attempt\w*|tr(?:y|ies|ied|ying)|seek(?:s|ing)?|sought|ask(?:s|ed|ing)?|request\w*|urg(?:e|es|ed|ing)|"
    r"call(?:s|ed|ing)? (?:\w+ )?(?:for|on)|want(?:s|ed|ing)?|hop(?:e|es|ed|ing)|wish\w*|plan(?:s|ned|ning)?|"
    r"propos\w+|considering|consider(?:s|ed)? \w+ing|entertain(?:s|ed|ing)?|efforts?|"
    r"offered|next (?:\w+ )?step|look(?:s|ed|ing)? (?:\w+ ){0,3}(?:to|for)|invok(?:e|es|ed|ing)|demand\w*|appeal\w*)\b"
)
"""Words that say it was wanted or begun, not that it came about."""

_TRIED_OR_OFFER = re.compile(rf"{_TRIED.pattern}|\boffers?\b")

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


_DOUBTED = re.compile(r"\b(?<!no )doubt(?:s|ed|ing|ful)?\b")
_UNSURE = re.compile(
    rf"{_OPEN.pattern}|\b(?:doubt\w*|s[ck]eptic\w*|uncertain\w*|unclear|question\w*|not|no|never|disbeli\w+)\b"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether evidence supports a statement, and what speaks against it."""

    supported: bool
    coverage: float
    """Share of the statement's words that the evidence has, 0 to 1."""
    against: tuple[str, ...]
    """One line for each thing that is not supported; empty when all is."""
    support: float | None = None
    """How surely the evidence says it as the checker reads both, 0 to 1; None where it was not asked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides; fitted on the `fit` pairs by `fit_limits`."""

    covered: float
    """The least share of a statement's words that its evidence must have."""
    doubted: float
    """Supported less than so, a statement is refused whatever the rules say."""
    sure: float
    """Supported so much, it may say it in words that the evidence does not have."""
    certain: float
    """Supported so much, it passes whatever the rules make of its meaning."""


LIMITS = Limits(covered=0.65, doubted=0.02, sure=0.6, certain=0.95)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about a statement and its evidence, before anything is decided."""

    missing: tuple[str, ...]
    """What no reading makes up for: numbers, names and quoted words that the evidence does not have, and what it leaves
    open, hopes or reports, told as a fact."""
    against: tuple[str, ...]
    """What the rules say against its meaning: negations, degrees, who did it."""
    strange: tuple[str, ...]
    """What it says in words that the evidence does not have; they may mean the same."""
    coverage: float
    support: float | None
    """The checker's reading; None without one."""

    def judge(self, limits: Limits = LIMITS) -> Verdict:
        """The verdict; without a checker the rules alone decide."""
        against = list(self.missing)
        if self.support is None or self.support < limits.certain:
            against += self.against
        if self.support is None or self.support < limits.sure:
            against += self.strange
            if self.coverage < limits.covered:
                against.append(f"only {self.coverage:.0%} of its words are in the evidence")
        if self.support is not None and self.support < limits.doubted:
            against.append(f"read beside it, the evidence does not say so ({self.support:.1%})")
        return Verdict(not against, self.coverage, tuple(against), self.support)


class Verifier:
    """Checks statements against evidence, with a corpus's synonyms, an embedder for single words and a checker."""

    def __init__(
        self, groups: Sequence[Group] = (), embed: Embed | None = None, checker: Checker | None = None
    ):
        self._matcher = Matcher(groups, embed)
        self._checker = checker

    def check(self, statement: str, evidence: Sequence[str]) -> Verdict:
        """The verdict on a statement; `evidence` are the cited quotes, in the order of their articles."""
        return self.examine(statement, evidence).judge()

    def examine(self, statement: str, evidence: Sequence[str]) -> Findings:
        """What `check` judges by."""
        pair = self._matcher.pair(statement, evidence)
        if not any(unit.kind != "number" for unit in pair.statement.units):
            return Findings(("it says nothing that can be checked",), (), (), 0.0, None)
        if statement.rstrip().endswith("?"):
            return Findings(("it asks, and says nothing",), (), (), _coverage(pair), None)
        missing = (
            *_missing_numbers(pair),
            *_missing_names(pair),
            *_changed_quotes(pair),
            *_told_as_fact(pair),
        )
        against = (
            *_stronger(pair),
            *_more_than_not_all(pair),
            *_only_one_of(pair),
            *_done(pair),
            *_not_yet(pair),
            *_left_free(pair),
            *_quantity_moved(pair),
            *_name_moved(pair),
            *_reversed(pair),
            *_turned_degrees(pair),
            *_bound_otherwise(pair),
            *swapped(pair),
            *_new_things(pair),
        )
        strange = tuple(_added(pair))
        # what is refused anyway need not be read
        support = self._checker.support(statement, evidence) if self._checker and not missing else None
        return Findings(missing, against, strange, _coverage(pair), support)


def _coverage(pair: Pair) -> float:
    return sum(unit.at in pair.same for unit in pair.matters) / max(1, len(pair.matters))


def _added(pair: Pair) -> Iterable[str]:
    """A clause of which the evidence has hardly a word."""
    for clause in pair.statement.clauses():
        words = [unit for unit in clause if unit.kind == "word"]
        new = [unit.text for unit in words if unit.at not in pair.same]
        if len(new) >= 2 and 2 * len(new) > len(words):
            yield f"nothing in the evidence says {' '.join(new)!r}"


NEW = 0.40
"""A word is new when nothing in the evidence is as much alike; chosen on the `fit` pairs."""

_BEFORE_THINGS = frozenset("a an the at by of to with from for like".split())


def _new_things(pair: Pair) -> Iterable[str]:
    """ "made of cheese" where the evidence speaks of nothing that is at all like cheese.

    Only at the end of a phrase, where what is named is what the statement tells; else paraphrases would be refused.
    """
    if not pair.vectors:
        return
    tokens = pair.statement.tokens
    read = [unit.text for unit in pair.evidence.of_kind("word")]
    for unit in pair.statement.of_kind("word"):
        if unit.at in pair.same or unit.at in pair.contrary or not unit.at:
            continue
        ends = unit.at + 1 == len(tokens) or not tokens[unit.at + 1].isalnum()
        if (
            ends
            and tokens[unit.at - 1] in _BEFORE_THINGS
            and all(alikeness(unit.text, other, pair.vectors) < NEW for other in read)
        ):
            yield f"nothing in the evidence is like {unit.text!r}"


def _missing_numbers(pair: Pair) -> Iterable[str]:
    for unit in pair.statement.of_kind("number"):
        if unit.at not in pair.same:
            yield f"{unit.text} is not in the evidence"


def _missing_names(pair: Pair) -> Iterable[str]:
    for unit in pair.statement.units:
        if unit.named and unit.at not in pair.same and not _starts_alike(unit, pair.evidence.units):
            yield f"the name {unit.text} is not in the evidence"


def _starts_alike(name: Unit, others: Iterable[Unit]) -> bool:
    """ "Western" for "West", "Europe" for "European"."""
    return any(
        len(shared := common_start(name.text, other.text)) >= 4 and len(shared) >= 0.5 * len(name.text)
        for other in others
    )


def _changed_quotes(pair: Pair) -> Iterable[str]:
    read = re.sub(r"\W+", " ", pair.read.casefold())
    for quoted in re.findall(r'"([^"]{2,})"', pair.said):
        words = re.sub(r"\W+", " ", quoted.casefold()).strip()
        if words and f" {words} " not in f" {read} ":
            yield f"the quoted words {quoted[:40]!r} are not in the evidence"


def _stronger(pair: Pair) -> Iterable[str]:
    said, read = (_IDIOMS.sub(" ", " ".join(w.tokens)) for w in (pair.statement, pair.evidence))
    in_said, in_read = frozenset(said.split()), frozenset(read.split())
    for left, right in _STRONG:
        strong = in_said & frozenset(left.split())
        if any(unit.negated for unit in pair.statement.units):
            strong -= {"any"}
        answered = in_read & frozenset(f"{left} {right}".split()) or any(
            len(word) > 5 and len(common_start(word, other)) >= 6 for word in strong for other in in_read
        )
        if strong and not answered:
            yield f"{min(strong)!r} is more than the evidence says"


def _told_as_fact(pair: Pair) -> Iterable[str]:
    """ "it fell" for "it may fall", "it is said to fall" or "to make it fall"."""
    said = _IDIOMS.sub(" ", " ".join(pair.statement.tokens))
    for leaning in _leaned_on(pair):
        for open_words, answered_by in (
            (_OPEN, _OPEN_OR_IF),
            (_FUTURE, _PLANNED_OR_PRESENT),
            (_IF, _NOT_DONE),
            (_TRIED, _TRIED_OR_OFFER),
            (_MEANT, _FOR),
            (_BELIEVED, _SAID),
            (_DOUBTED, _UNSURE),
        ):
            # "in an attempt to retain" is a purpose
            found = open_words.search(leaning if open_words is _MEANT else _MEANT.sub(" ", leaning))
            if (
                found
                and not answered_by.search(said)
                and not (open_words is _TRIED and _OPEN_OR_FUTURE.search(said))
            ):
                yield f"the evidence says {found[0]!r}, the statement leaves that out"


_NOT_ALL = re.compile(
    r"(?:\bnot|n'?t|\bno longer|\bnever) (?:\w+ ){0,2}(?:always|all|every\w*|necessarily|entirely|fully|completely|wholly)\b"
)
_NONE = re.compile(r"\b(?:never|none|no|neither|nobody|nothing)\b")


_STILL_TO = re.compile(r"\b(?:still|yet) (?:(?:has|have|had|is|are|needs?|must) )?to\b|\bpending\b")


def _more_than_not_all(pair: Pair) -> Iterable[str]:
    """ "never" for "not always"."""
    said = " ".join(pair.statement.tokens)
    found = _NONE.search(said)
    if not found or _NOT_ALL.search(said):
        return
    tokens = pair.evidence.tokens
    for other in (other for others in pair.same.values() for other in others):
        if _NOT_ALL.search(" ".join(tokens[max(0, other.at - 4) : other.at])):
            yield f"{found[0]!r} is more than the evidence says"
            return


_ONE_OF = re.compile(r"\b(?:one of|among|some of|part of|another)\b")
_ONLY = re.compile(r"\b(?:only|sole|solely|single)\b")


def _only_one_of(pair: Pair) -> Iterable[str]:
    """ "the only ally" for "one of the allies"."""
    said, read = (" ".join(wording.tokens) for wording in (pair.statement, pair.evidence))
    if (
        (found := _ONLY.search(said))
        and not _ONLY.search(read)
        and any(map(_ONE_OF.search, _leaned_on(pair)))
    ):
        yield f"{found[0]!r} is more than the evidence says"


_COMES_ABOUT = frozenset(
    "help helps helped helping manage manages managed begin begins began start starts started continue continues "
    "continued allow allows allowed enable enables enabled let make made force forces forced push pushed drive drove "
    "driven lead led cause caused choose chose decide decided agree agreed bound used goes went able serve serves "
    "served sought seek seeks seeking".split()
)
"""After these "to" opens what is done; after others it may be only wished, meant or due."""

_IS_DONE = frozenset("has have had been was were is are now".split())


def _done(pair: Pair) -> Iterable[str]:
    """ "has been set up" for "it is important to set up"."""
    said = " ".join(pair.statement.tokens)
    if _OPEN_OR_FUTURE.search(said) or _MEANT.search(said) or _TRIED.search(said):
        return
    tokens = pair.statement.tokens
    for unit in pair.statement.of_kind("word"):
        before = tokens[max(0, unit.at - 2) : unit.at]
        others = pair.same.get(unit.at, ())
        if (
            others
            and "to" not in before
            and (_IS_DONE & set(before) or unit.is_past)
            and all(_is_only_meant(pair.evidence, other) for other in others)
        ):
            yield f"the evidence says 'to {others[0].text}', the statement that it is done"
            return


def _not_yet(pair: Pair) -> Iterable[str]:
    """ "will fall" for "fell"."""
    tokens = pair.statement.tokens
    if _OPEN_OR_FUTURE.search(" ".join(pair.evidence.clause_texts)):
        return
    for unit in pair.statement.of_kind("word"):
        others = pair.same.get(unit.at, ())
        if "will" in tokens[max(0, unit.at - 3) : unit.at] and others and all(o.is_past for o in others):
            yield f"the statement says 'will {unit.text}', the evidence that it is done"
            return


_BOUND = re.compile(r"\b(?:must|requir\w+|oblige[sd]?|obligations?|mandatory|ha(?:s|ve) to)\b")
_FREE = re.compile(r"\b(?:may|can|voluntar\w+|optional\w*|free to|allowed)\b")


def _left_free(pair: Pair) -> Iterable[str]:
    """ "may report" for "must report"."""
    said, read = (" ".join(wording.clause_texts) for wording in (pair.statement, pair.evidence))
    if (found := _FREE.search(said)) and not _BOUND.search(said) and not _FREE.search(read):
        yield from (
            f"{found[0]!r} against {b[0]!r}" for text in _leaned_on(pair) if (b := _BOUND.search(text))
        )


_QUANTITIES = frozenset("all most many some few several only every no".split())


def _quantity_moved(pair: Pair) -> Iterable[str]:
    """ "most farmers and some residents" for "most residents and some farmers"."""
    met = {other.at for others in pair.same.values() for other in others}
    counted: dict[str, set[int]] = {}
    for unit in pair.evidence.units:
        if unit.at and (word := pair.evidence.tokens[unit.at - 1]) in _QUANTITIES:
            counted.setdefault(word, set()).add(unit.at)
    for unit in pair.statement.units:
        word = pair.statement.tokens[unit.at - 1] if unit.at else ""
        theirs = {other.at for other in pair.same.get(unit.at, ())}
        if theirs and counted.get(word, set()) & met and not counted[word] & theirs:
            yield f"{word!r} goes with another word in the evidence"
            return


_OF_A_COUNTRY = re.compile(r"\w{3,}(?:ian|ean|can|ish|ese|yz|kh|ek|ik|ch|li)")


def _name_moved(pair: Pair) -> Iterable[str]:
    """ "a Kyrgyz official" for "a Belarusian official in a Kyrgyz town"."""

    def before(wording: Wording, at: int) -> Unit | None:
        return next(
            (u for u in wording.units if u.at == at - 1 and u.named and _OF_A_COUNTRY.fullmatch(u.text)),
            None,
        )

    for unit in pair.statement.of_kind("word"):
        name = before(pair.statement, unit.at)
        if name is None or name.at not in pair.same:
            continue
        theirs = [before(pair.evidence, other.at) for other in pair.same.get(unit.at, ())]
        if theirs and all(theirs) and not any(name.keys & other.keys for other in theirs):
            yield f"{name.text} {unit.text!r} against {theirs[0].text}"


def _is_only_meant(wording: Wording, unit: Unit) -> bool:
    """True for a verb after "to" that nothing says is done."""
    before = wording.tokens[max(0, unit.at - 5) : unit.at]
    return unit.is_infinitive and not _COMES_ABOUT & set(before)


_RANKS = frozenset("second third fourth fifth sixth seventh eighth ninth tenth".split())
_UP = frozenset("more most greater".split())
_DOWN = frozenset("less least fewer".split())


def _turned_degrees(pair: Pair) -> Iterable[str]:
    """ "less severe" for "more severe", "the largest" for "the third largest"."""
    for unit in pair.statement.units:
        ours = pair.statement.tokens[unit.at - 1] if unit.at else ""
        theirs = {pair.evidence.tokens[other.at - 1] for other in pair.same.get(unit.at, ()) if other.at}
        if unit.text.endswith("est") and theirs and theirs <= _RANKS and ours not in _RANKS:
            yield f"{unit.text!r} is more than the evidence says, which has it {min(theirs)}"
        if turned := _turned(ours, theirs):
            yield f"{ours} {unit.text!r} against {turned}"
    compared = _before_than(pair.evidence)
    for word in sorted(_before_than(pair.statement)):
        if turned := _turned(word, compared):
            yield f"'{word} than' against '{turned} than'"


def _turned(one: str, others: AbstractSet[str]) -> str:
    """Of some words the one that says less where `one` says more, or the reverse; "" when none does."""
    for ours, theirs in ((_UP, _DOWN), (_DOWN, _UP)):
        if one in ours and others & theirs and not others & ours:
            return min(others & theirs)
    return ""


def _before_than(wording: Wording) -> set[str]:
    return {one for one, other in pairwise(wording.tokens) if other == "than"}


def _leaned_on(pair: Pair) -> list[str]:
    """The clauses of the evidence that the statement's clauses say again, in lower case."""
    texts = dict(enumerate(pair.evidence.clause_texts))
    chosen: dict[int, None] = {}
    for clause in pair.statement.clauses():
        votes = Counter(other for unit in clause for other in {o.clause for o in pair.same.get(unit.at, ())})
        if votes:
            best = max(votes.values())
            chosen |= dict.fromkeys(c for c, n in votes.items() if n == best and n >= 2)
    return [_IDIOMS.sub(" ", texts[clause]) for clause in chosen]


def _reversed(pair: Pair) -> Iterable[str]:
    said = {unit.at: unit for unit in pair.statement.units}
    for at, other in pair.contrary.items():
        if said[at].negated == other.negated:
            yield f"{said[at].text!r} against {other.text!r}"
    met: dict[int, list[Unit]] = {}
    for at, others in pair.same.items():
        for other in others:
            met.setdefault(other.at, []).append(said[at])
    # "not" in the statement: something of what it turns must be turned in the evidence as well
    said = " ".join(pair.statement.tokens)
    if _NONE_BUT.search(said) and _ONLY.search(" ".join(pair.evidence.tokens)):
        return
    for scope in _scopes(pair.statement):
        matched = [unit for unit in scope if unit.at in pair.same]
        word = pair.statement.tokens[scope[0].scope]
        if any(unit.at in pair.contrary for unit in scope) or _is_refused_too(word, pair.evidence):
            continue
        if not any(
            other.negated or _is_ended(pair.evidence, other)
            for unit in matched
            for other in pair.same[unit.at]
        ):
            yield f"{pair.statement.tokens[scope[0].scope]!r} is not in the evidence"
    still_to = "unless" in pair.statement.words or bool(_STILL_TO.search(" ".join(pair.statement.tokens)))
    # "only A does" for "they do not, except for A"
    excepted = bool({"except", "exception", "apart", "aside"} & pair.evidence.words)
    # "not" in the evidence, of something that the statement says
    for scope in _scopes(pair.evidence):
        matched = [unit for unit in scope if unit.at in met]
        contrary = any(other.at == unit.at for unit in scope for other in pair.contrary.values())
        turned = any(unit.negated for other in matched for unit in met[other.at])
        word = pair.evidence.tokens[scope[0].scope]
        # "without" says something beside; the other words turn what comes next
        first_too = scope[0].at in met
        if word == "without" and _OPEN.search(said):
            continue
        said_too = (word != "without" and first_too) or (
            2 * len(matched) > len(scope) and not word.endswith("ed")
        )
        if (
            said_too
            and not turned
            and not contrary
            and not still_to
            and not (excepted and _ONLY.search(" ".join(pair.statement.tokens)))
        ):
            yield f"the evidence says {word!r}, the statement does not"


_NONE_BUT = re.compile(r"\b(?:no|none|nobody)\b.*\b(?:except|but|besides|apart from|other than)\b")
_PARTICLES = frozenset("never neither nobody nothing none without cannot hardly barely scarcely".split())


def _is_refused_too(word: str, read: Wording) -> bool:
    """True where the word that turns the statement is one like "fail", and the evidence has it, too."""
    return (
        len(word) > 3
        and word not in _PARTICLES
        and not word.endswith("nt")
        and any(len(common_start(word, other)) >= 4 for other in read.tokens)
    )


_ENDS = re.compile(
    r"\b(?:los[et]|losing|lost|ceas\w+|stop(?:s|ped|ping)?|abandon\w*|end(?:s|ed|ing)?|suspend\w*|closed|halted|banned|"
    r"impossible|unlikely|unable|unresolved|unrealistic|incapable|difficult|hard|doubt\w*|erroneous|neutral\w*)\b"
)


def _is_ended(wording: Wording, unit: Unit) -> bool:
    """True for a word in whose clause something is lost or has stopped, and so is no longer."""
    return bool(_ENDS.search(wording.clause_texts[unit.clause]))


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


_DIRECTED = frozenset("to into from against toward towards over".split())


def _bound_otherwise(pair: Pair) -> Iterable[str]:
    """A clause whose names or numbers belong, in the evidence, to another clause."""
    theirs: dict[int, list[Unit]] = {}
    for unit in pair.evidence.units:
        theirs.setdefault(unit.clause, []).append(unit)
    # "two of them: Belarus and Kazakhstan"
    bare = {number for number, units in theirs.items() if all(unit.named for unit in units)}
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
            best_ones = [c for c, n in votes.items() if n == most]
            # of clauses that say as much of it, those that have such a thing at all
            best_ones = [c for c in best_ones if any(_is(u, kind) for u in theirs[c])] or best_ones
            slots = {unit.phrase for unit in here} & _DIRECTED
            filled = {
                c: {u.phrase for u in theirs[c] if _is(u, kind) and not u.keys & ours} for c in best_ones
            }
            stray: list[Unit | None] = []
            for best in best_ones:
                here_not_there = (
                    unit
                    for unit in here
                    if (
                        kind == "number" or unit.phrase in _LEADING or unit.phrase in filled[best] & _DIRECTED
                    )
                    and all(
                        o.clause not in bare and o.clause != best and votes.get(o.clause, 0.0) < most
                        for o in pair.same[unit.at]
                    )
                )
                instead = [
                    u
                    for u in theirs[best]
                    if _is(u, kind)
                    and not u.keys & ours
                    and (kind == "number" or u.phrase in _LEADING or u.phrase in slots)
                ]
                stray.append(next(here_not_there, None) if instead else None)
            if all(stray):
                yield f"{stray[0].text} belongs to something else in the evidence"


def _votes(pair: Pair, units: Sequence[Unit], clauses: Mapping[int, Sequence[Unit]]) -> Mapping[int, float]:
    """How much of some of the statement's units each clause of the evidence says."""
    votes: dict[int, float] = {}
    for unit in units:
        exact = {other.clause for other in pair.same.get(unit.at, ())}
        for number, others in clauses.items():
            near = 1.0 if number in exact else 0.0
            if not exact and unit.kind == "word":
                near = max(
                    (alikeness(unit.text, o.text, pair.vectors) for o in others if o.kind == "word"),
                    default=0.0,
                )
            if near >= HARDLY_ALIKE:
                votes[number] = votes.get(number, 0.0) + near
    return votes


def _is(unit: Unit, kind: UnitKind) -> bool:
    return unit.kind == kind or (kind == "name" and unit.named)
