"""Whose word it is: what evidence only tells of somebody must not be stated as a fact."""

import re
from collections.abc import Callable, Iterable, Iterator

_SAY = (
    r"(?:says?|said|writes?|wrote|(?:claim|argue|believe|allege|insist|assert|warn|maintain|contend|report|declare"
    r"|complain|fear|suspect|predict|estimate|hope)(?:s|d|ed)?)"
)
"""Such as stand behind what they tell of, or in the midst of it."""
_SAYS = (
    rf"(?:{_SAY}|(?:think|suggest|conclude|assume)(?:s|d|ed)?|thought|stated|told \w+"
    r"|(?<=report )states|(?<=paper )states|(?<=letter )states|(?<=article )states"
    r"|(?:say|claim|argu|believ|alleg|insist|suggest|assert|warn|maintain|contend|writ|report|declar|complain|fear"
    r"|suspect|predict|conclud|estimat|assum|hop|stat)ing|written)"
)
"""The same and such as stand before it."""
_SOMEBODY = (
    r"(?!(?:and|but|or|yet|so|nor|though|although|while|whereas|who|which|whose|whom|where|when|that|as|if|because"
    r"|since|unless|with|including|even)\b)(?:[\w'.-]+ ){1,8}?"
)
_SOURCE = (
    r"(?!(?:its|their|his|her) (?:own )?\w+,"
    r"|(?:the )?(?:\d{4} )?(?:census|treaty|charter|constitution|law|statute)\b)[^,;.]{2,80}"
)
"""Not a record, which is as good as a fact."""
_TOLD = r"(?P<told>.+?)(?=;|,? (?:but|although|though|whereas|while|yet) |, (?:an?|which|who|whom|whose) |$)"
"""What is told ends with its clause: what concedes or explains after it is the evidence's own."""
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_SAYS},? that {_TOLD}",
        rf"\b(?:says?|claims?|said) (?=(?:the|its|his|her|their|it|he|she|they|a|an|[A-Z]|\w+s)\b){_TOLD}",
        rf"\b[Aa]ccording to {_SOURCE}, {_TOLD}",
        rf"(?P<told>.+?),? according to {_SOURCE}\W*$",
        rf"(?P<told>.+?)[,?!]\"? {_SAY} (?!(?:that|they|he|she|it|to|in|on|as)\b)\w",
        rf"(?P<told>.+?)[,?!]\"? {_SOMEBODY}{_SAY}(?:[.;]|$| (?:on|in|at|to|last|this|later)\b)",
        rf"(?P<told>(?:^|(?<=[,;] ))[^,;]*),\"? (?:{_SOMEBODY}{_SAY}|according to {_SOURCE}|{_SAY} [^,;]+)"
        r", (?P<more>[^,;]+)",
    )
)
"""What evidence says by these is somebody's word, and the named groups are what."""
_UNDECIDED = (
    re.compile(
        r"\b(?:(?:hard|difficult|impossible|early) to (?:say|tell|know|judge|predict)|unclear|uncertain|unknown|not known"
        rf"|doubtful|remains to be seen|debate[sd]? (?:about|over|on|as to|is)|no (?:evidence|proof)) (?:whether|if|that) {_TOLD}"
    ),
)
"""What evidence leaves open."""
_WEAKER = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?i:accus(?:e[sd]?|ing)|allegedly|reportedly|supposedly|purportedly|rumou?red|legend (?:has|says|tells)"
        rf"|(?:is|are|was|were|be|been) (?:\w+ )?(?:said|believed|thought|reported|rumou?red|claimed|alleged) to)\b{_TOLD}",
        r"\b(?:sees?|saw|view(?:s|ed)?|regard(?:s|ed)?|consider(?:s|ed)?) (?P<told>[^,;]{2,60}?\bas\b[^,;]+)",
    )
)
"""The same of hearsay and opinion, where what it is about may stand before."""
_ASIDE = re.compile(
    r"(?:although|though|while|whereas|despite|rather than|unlike|instead of|after|before|when|even (?:as|though))\b"
    r"[^,;]*, ",
    re.IGNORECASE,
)
"""What a sentence only begins with."""
_SENTENCE = re.compile(r"(?<=[a-z\d\"')][.!?])[\"')]* +(?=[A-Z\"'])")

_LEAVES_OPEN = re.compile(
    r"\b(?:whether|if|may|might|could|maybe|perhaps|possibl[ey]|can not|cannot|hard|difficult|impossible|early|unclear"
    r"|uncertain\w*|unknown|not known|doubt\w*|open|seen|debat\w*|evidence|proof|proved|proven|disputed?|questions?)\b",
    re.IGNORECASE,
)
"""What shows in a statement that it leaves something open."""
_TELLS = re.compile(
    rf"\b(?:{_SAYS}|(?:accord(?:ing|ance)|view|see|call|describe|regard|consider|deem|blame|criticis|criticiz|credit"
    r"|question|perceiv|judg|quot|emphasi[sz]|stress|explain|remark|point|expect|feel|dismiss|condemn|prais|portray"
    r"|present|label|reject|deny|denie|doubt|promis|pledg|express|voic|invok|demand|ask|urg|appeal|propos|recommend"
    r"|reveal|disclos|admi(?:t|ss)|announc|conced|answer|worr[yi]|concern|vow|belie[fv]|reput|foresaw|foresee|intend"
    r"|intention|want|accus|alleg|reckon|grumbl|supposed|purported|rumou?r|legend|assertion|reported)\w*"
    r"|noted?|notes|charge[sd]?|saw|seen|told|felt|tells?|telling|testi(?:fy|fies|fied|mon(?:y|ies))|hear|heard"
    r"|sp[eo]aks?|spoke|opinions?|words?|eyes|mind|accounts?|statements?|article|analysts?|experts?|observers?|critics?"
    r"|author)\b",
    re.IGNORECASE,
)
"""What shows in a statement that it is somebody's word."""


def told_as_fact(statement: str, evidence: str, terms: Callable[[str], Iterable[str]]) -> str:
    """The words of the evidence that make it somebody's word or leave it open, where the statement does not; else nothing.

    Both are plain text, the evidence one quote; `terms` gives a text's content words. A statement is of what is told if
    it has words in common with that, none with the rest, which names who says it (of hearsay: no more), and no word of
    saying itself; the same of what is left open.
    """
    own = set(terms(statement))
    kinds = ((_PATTERNS, _TELLS, False), (_WEAKER, _TELLS, True), (_UNDECIDED, _LEAVES_OPEN, False))
    for patterns, shows, may_have_rest in kinds:
        if shows.search(statement):
            continue
        for told, teller in _told(evidence, patterns):
            of_told = own & set(terms(told))
            of_rest = own & (set(terms(teller)) - set(terms(told)))
            if of_told and len(of_rest) <= len(of_told) * may_have_rest:
                return " ".join(teller.split())[:60]
    return ""


def _told(evidence: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[tuple[str, str]]:
    """What somebody tells, clause by clause, each with the evidence without it."""
    for sentence in _SENTENCE.split(evidence):
        aside = _ASIDE.match(sentence)
        end = aside.end() if aside else 0
        for part in filter(None, (sentence[:end], sentence[end:])):
            for found in filter(None, (pattern.search(part) for pattern in patterns)):
                told = [words for words in found.groups() if words]
                teller = evidence
                for words in told:
                    teller = teller.replace(words, " ")
                yield " ".join(told), teller
