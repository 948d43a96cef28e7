"""A question that asks two things to its parts."""

import re

from chat.names import find_names

_WH = (
    r"(?:what|who|whom|whose|when|where|why|how|which|in which|in what|at which|to whom|by whom|since when|on what|"
    r"what kind|through which|"
    r"did|does|do|is|are|was|were|has|have|had|can|could|will|would)"
)
_JOINT = re.compile(rf"(?:[,;]?\s+and|\?|;|,)\s+(?=(?:also\s+)?{_WH}\b)", re.IGNORECASE)
_TWO_OF = re.compile(
    r",?\s+and\s+(?=(?:the\s+)?(?:date|name|number|year|reason|place|author|title)s?\b)", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|he|she|his|her|him|this|that|these|those|there|then)\b", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"^(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would)\b", re.IGNORECASE
)

_STARTS = re.compile(
    rf"(?:(?:and|but|so|for|in|at|on|by|to|from|with|about|until)\s+)*{_WH}\b", re.IGNORECASE
)
"""What comes before the first comma may only say where or when ("Apart from X, what ..."): no part then."""

_CLAUSE = re.compile(
    r"^(?:when|where)\s+(?!(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would)\b)",
    re.IGNORECASE,
)
"""'When Russia invaded, what ...': a clause before a comma that asks nothing by itself."""

_BARE = r"(?:when|where|why|how)"
_TWO_WH = re.compile(
    rf"(?P<one>{_BARE}),? and (?P<other>{_BARE})\b (?P<rest>(?:did|does|do|is|are|was|were|has|have|had|will)\b.+)",
    re.IGNORECASE,
)
_LAST_WH = re.compile(
    rf"(?P<one>{_BARE}) (?P<rest>(?:did|does|do|is|are|was|were|has|have|had|will)\b.+?),? and (?P<other>{_BARE})\W*$",
    re.IGNORECASE,
)

_VERB = re.compile(r"\b(?:did|does|do|is|are|was|were|has|have|had|can|will)\s+(?:the\s+)?", re.IGNORECASE)

QUESTION_WORDS = re.compile(
    r"^(?:(?:can|could) you (?:tell|explain)(?: me)?|tell me|please|what|who|whom|whose|when|where|why|how(?: many| much| long)?|which|in (?:what|which)|is|are|was|were|do|does|did|has|have|will)\b\s*(?:is|are|was|were|do|does|did|has|have|will)?\b\s*",
    re.IGNORECASE,
)

SHORT = 5
"""A later part with at most so many words and no name says too little of what it asks."""
TELLS = 4
"""What a part is about tells enough to be given to another when it has so many words, or a name."""
MIN_WORDS = 3
"""A part with fewer words is no question of its own."""


def split_parts(question: str) -> list[str]:
    """The questions in a question, at most three; just the question itself when it asks one thing.

    A part that points back is given the name that the first is about; a short one, all that the first is about.
    """
    question = " ".join(question.split())  # long runs of white space would make the patterns slow
    if doubled := _doubled(question):
        return doubled
    cuts = list(_JOINT.finditer(question)) if _STARTS.match(question) else []
    cuts = cuts or list(_TWO_OF.finditer(question))
    pieces = []
    at = 0
    for cut in cuts:
        rest = question[cut.end() :]
        # ", did" and ", is" start a question only after a full stop or 'and'
        if _AUXILIARY.match(rest) and cut[0].strip().startswith(",") and "and" not in cut[0]:
            continue
        piece = question[at : cut.start()].strip(" ,;")
        if cut[0].strip() == "," and _CLAUSE.match(piece):
            continue
        if len(piece.split()) >= MIN_WORDS and len(rest.split()) >= MIN_WORDS:
            pieces.append(piece)
            at = cut.end()
    pieces.append(question[at:].strip(" ,;"))
    if len(pieces) == 1 or len(pieces) > 3:
        return [question]
    parts = [pieces[0]]
    subject, topic = _subject(pieces[0]), topic_of(pieces[0])
    tells = len(topic.split()) >= TELLS or find_names(topic)
    for piece in pieces[1:]:
        pointing = _POINTING.search(piece)
        if pointing and subject:
            if not find_names(piece[: pointing.start()]):
                piece = f"{piece.rstrip('?')} ({subject})"
        elif tells and len(piece.split()) <= SHORT and _STARTS.match(piece) and not find_names(piece):
            piece = f"{piece.rstrip('?')} ({topic})"
        parts.append(piece)
    return [part.rstrip("?") + "?" for part in parts]


def topic_of(question: str) -> str:
    """What a question is about: the question without its question words."""
    text = question.strip().rstrip("?!. ")
    while (shorter := QUESTION_WORDS.sub("", text)) != text and shorter:
        text = shorter
    return text


def _doubled(question: str) -> list[str]:
    """ "When and where was it held?" and "Why did he leave, and when?" as two questions; empty for others."""
    if found := _TWO_WH.match(question):
        return [f"{word} {found['rest'].rstrip('? ')}?" for word in (found["one"], found["other"])]
    if (found := _LAST_WH.match(question)) and len(found["rest"].split()) >= MIN_WORDS:
        rest = found["rest"].rstrip(" ,")
        return [f"{found['one']} {rest}?", f"{found['other']} {rest}?"]
    return []


def _subject(question: str) -> str:
    """Whom a question is about: the name after its verb, else its first; empty when it names nobody."""
    found = _VERB.search(question)
    after = find_names(question[found.end() :]) if found else []
    if found and after and question[found.end() :].startswith(after[0]):
        return after[0]
    return next(iter(find_names(question)), "")
