"""Content to sentences, each an exact span, with the line that it leans on."""

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from ingest.articles import PROSE, Article, Block, Sentence

LANGUAGE = "en"

SENTENCE_MOST = 2_000
"""Characters; what has no end for longer is cut at a space, or anywhere where there is none."""
WINDOW = 4_000
"""Characters that are looked at at once: the library's time grows with the square of a text full of "!"."""
SECTION_MOST = 300
"""Characters of a heading that are kept with each sentence below it."""

_OPENER = re.compile(
    r"(?:(?:and|but|yet|so|however|nevertheless|still|instead|rather|even|in fact|for instance|for example),?\s+)+",
    re.IGNORECASE,
)
"""Words that join a sentence to the one before; what follows them decides whether it leans on it."""

_LEANING = re.compile(
    r"(?:he|she|it|they|his|her|hers|its|their|theirs|him|them|neither|the former|the latter|the same|such|"
    r"this(?! (?:week|month|year|article|time)\b)|these(?! days\b)|those(?! who\b)|that(?! is,)|both)\b",
    re.IGNORECASE,
)
"""A sentence that starts so points at something before it."""

_EXPLETIVE = re.compile(
    r"it (?:is|was|would be|remains|seems) (?!also\b)(?:worth|difficult|hard|not by chance|clear|important|likely|true|erroneous)\b",
    re.IGNORECASE,
)
"""'It is worth noting': the pronoun points at nothing."""

_ELLIPTIC = re.compile(r"\b(?:followed suit|did so|does so|do so|doing so|has not done so)\b", re.IGNORECASE)

_SAID = re.compile(
    r"[”\"],?\s+(?:he|she|they)\s+(?:said|says|added|told|wrote|argued|asked|warned|noted|explained)\b"
)
"""Somebody's words, and only a pronoun for whose they are."""

_CLOSERS = "”’\"')»]"


def split_sentences(article: Article) -> list[Sentence]:
    """The sentences of an article's content in reading order; `text` is exactly the span's slice."""
    sentences: list[Sentence] = []
    section = ""
    before: Sentence | None = None  # in the same section
    introduces: Sentence | None = None  # the line that says who speaks in a quotation
    for block in article.blocks:
        if block.kind == "heading":
            section = article.text[block.start : min(block.end, block.start + SECTION_MOST)]
        if block.kind not in PROSE or (block.kind == "note" and sentences and sentences[-1].kind != "note"):
            before = None  # a heading, a by-line and a note about the authors do not go on with the text
        introduces = (introduces or before) if block.kind == "quotation" else None
        for start, end in _spans(article.text, block):
            text = article.text[start:end]
            context = introduces or before
            leans = context is not None and (introduces is not None or _leans(text))
            sentence = Sentence(
                article=article.id,
                start=start,
                end=end,
                text=text,
                kind=block.kind,
                section="" if block.kind in ("heading", "note") else section,
                context=(context.start, context.end) if context else None,
                leans=leans,
            )
            sentences.append(sentence)
            if block.kind in PROSE:
                before = sentence
    return sentences


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a running text; between them is only white space."""
    if len(text) <= WINDOW:
        return _spans_within(text)
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        found = _spans_within(text[at : at + WINDOW])
        if len(found) > 1 and at + WINDOW < len(text):
            found.pop()  # it may go on: the next look begins with it
        spans += [(at + start, at + end) for start, end in found]
        at = spans[-1][1] if found else at + WINDOW
    return spans


def _spans_within(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for found in get_sentence_boundaries(LANGUAGE, text):
        # the library's own offsets count other units than code points: its pieces are found again
        piece = found["text"]
        start = text.index(piece, at)
        at = start + len(piece)
        start, end = _strip(text, max(start, spans[-1][1] if spans else 0), at)
        if start >= end:
            continue
        # a closing mark that was cut off belongs to the sentence before it
        if spans and not text[start:end].strip(_CLOSERS):
            spans[-1] = (spans[-1][0], end)
            continue
        while end < len(text) and text[end] in _CLOSERS:
            end += 1
        spans.append((start, end))
    return spans


def _spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    if block.kind not in PROSE:
        yield from _short_spans(text, block.start, block.end)
        return
    for start, end in sentence_spans(text[block.start : block.end]):
        yield from _short_spans(text, block.start + start, block.start + end)


def _short_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span, or several in its place of which none is longer than SENTENCE_MOST."""
    while end - start > SENTENCE_MOST:
        cut = next((i for i in range(start + SENTENCE_MOST, start, -1) if text[i].isspace()), 0)
        cut = cut or start + SENTENCE_MOST
        yield start, len(text[start:cut].rstrip()) + start
        start = cut
        while text[start].isspace():
            start += 1
    yield start, end


def _leans(text: str) -> bool:
    if _SAID.search(text) or _ELLIPTIC.search(text):
        return True
    words = text.lstrip("“\"‘'(")
    if opener := _OPENER.match(words):
        words = words[opener.end() :]
    # IGNORECASE would let 'both Uzbekistan' pass the look-ahead for a capital
    if re.match(r"[Bb]oth [A-Z]", words):
        return False
    return bool(_LEANING.match(words)) and not _EXPLETIVE.match(words)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
