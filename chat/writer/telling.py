"""Whose word it is: what evidence only tells of somebody must not be stated as a fact."""

import re
from collections.abc import Callable, Iterable

_SAYS = (
    r"(?:say|claim|argue|believe|think|allege|insist|suggest|assert|warn|maintain|contend|write|note|report|declare"
    r"|complain|fear|suspect|predict|conclude|admit|announce|estimate|assume|hope)(?:d|s|ed|ing)?"
    r"|said|thought|wrote|written|arguing|believing|alleging|writing|stated|stating|states?(?=,? that)|noting|declaring|concluding|admitted"
    r"|admitting|announcing|estimating|assuming|hoping|holds?|held|told \w+"
)
_TOLD = r"(?P<told>.+?)(?=;|[.!?][\"')]* +[A-Z\"]|$)"
"""What is told ends with its clause: what the next sentence says is the evidence's own."""
_THAT = re.compile(rf"\b(?:{_SAYS}),? that {_TOLD}", re.DOTALL)
_SAY = re.compile(
    rf"\b(?:says?|claims?|said) (?=(?:the|its|his|her|their|it|he|she|they|a|an|[A-Z]|\w+s)\b){_TOLD}",
    re.DOTALL,
)
_ACCORDING = re.compile(
    rf"\b[Aa]ccording to [^,;.]{{2,80}}, {_TOLD}|(?P<before>.+?),? according to (?!.*,)|(?P<clause>[^,;]+?),? according to\b",
    re.DOTALL,
)
_SAID_AFTER = re.compile(
    rf'(?P<told>.+?)[,?!]"? (?:[\w\'.-]+ ){{1,8}}?(?:{_SAYS})\b(?! that)(?=[ .,;]|$)', re.DOTALL
)
_HEARSAY = re.compile(
    r"\b(?:accus(?:e[sd]?|ing|ations?)|alleg(?:ed(?:ly)?|ations?|es?)|reportedly|supposedly|purportedly|rumou?r\w*|legend"
    rf"|(?:is|are|was|were|be|been) (?:\w+ )?(?:said|believed|thought|reported|rumou?red|claimed|alleged) to)\b{_TOLD}",
    re.DOTALL | re.IGNORECASE,
)
_OPINION = re.compile(
    r"\b(?:sees?|saw|view(?:s|ed)?|regard(?:s|ed)?|consider(?:s|ed)?) (?P<told>.{2,60}?\bas\b.+)", re.DOTALL
)
"""What evidence says by these is somebody's word or opinion, and `told` is what."""

_TELLS = re.compile(
    rf"\b(?:{_SAYS}|accord(?:ing|ance)|(?:view|see|call|describe|regard|consider|deem|blame|criticis|criticiz|credit|question"
    r"|perceiv|judg|quot|emphasi[sz]|stress|explain|remark|point|expect|feel|dismiss|condemn|prais|portray|present|label"
    r"|reject|deny|denie|doubt|promis|pledg|express|voic|invok|demand|ask|urg|appeal|call|propos|recommend|reveal|disclos)\w*"
    r"|saw|seen|told|felt|tells?|telling|testi(?:fy|fies|fied|mon(?:y|ies))|reckon\w*|assertions?|grumbl\w+|hear|heard|sp[eo]aks?|spoke|accus\w+|alleg\w+|reported\w*|supposed\w*|purported\w*|rumou?r\w*|legend\w*|opinions?|words?"
    r"|eyes|claims?|accounts?|reports?|statements?|article|analysts?|experts?|observers?|critics?|author)\b",
    re.IGNORECASE,
)
"""What shows in a statement that it is somebody's word."""


def told_as_fact(statement: str, evidence: str, terms: Callable[[str], Iterable[str]]) -> str:
    """The words of the evidence that make it somebody's word, where the statement is no such; else nothing.

    Both are plain text, the evidence one quote; `terms` gives a text's content words. A statement is of what is told if
    it has words in common with that, none with the rest, which names who says it (of hearsay: no more), and no word of
    saying itself.
    """
    if _TELLS.search(statement):
        return ""
    own = set(terms(statement))
    for pattern in (_THAT, _ACCORDING, _SAID_AFTER, _SAY, _HEARSAY, _OPINION):
        found = pattern.search(evidence)
        if not found:
            continue
        told = next(filter(None, found.groupdict().values()))
        teller = evidence.replace(told, " ")
        of_told = own & set(terms(told))
        of_rest = own & (set(terms(teller)) - set(terms(told)))
        most = len(of_told) if pattern in (_HEARSAY, _OPINION) else 0
        if of_told and len(of_rest) <= most:
            return " ".join(teller.split())[:60]
    return ""
