"""Which spans of a text are the article, and which are the furniture of the page it was copied from.

Nothing is rewritten: what is not content is not selected. The rules look at position, shape and
repetition; what no rule can tell is listed for one corpus in its articles.toml (`leave_out`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.articles import Block, Kind

_FURNITURE = re.compile(
    r"""(?:
      top\ of\ page | bottom\ of\ page | back\ to\ top | menu | search | home | next | previous | comments? | print
    | log\ ?in | sign\ (?:in|up) | register | lost\ your\ password\?? | forgot\ (?:your\ )?password\??
    | share(?:\ (?:this|article|on|via)\b.*)? | facebook.* | twitter.* | whatsapp | telegram | copy\ link | e-?mail
    | read\ this\ article\ (?:in|on)\ .* | download(?:\ (?:article|pdf))? | image_pdf | read\ (?:more|also)\b.{0,80}
    | subscribe\b.{0,60} | already\ a\ subscriber.* | want\ to\ read\ more.* | overview | related\ (?:articles|posts|topics).*
    | advertisement | sponsored | all\ rights\ reserved.* | ©.* | cookie(?:s|\ policy).* | bg
    | .*\benable\ javascript\b.*
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Whole lines that stand on web pages around an article, whatever it is about."""

_CREDIT = re.compile(
    r"(?:image|photo|picture|photograph|illustration|credit|source)s?(?:\s+(?:credit|by|via|courtesy))?\s*[:©]|"
    r"\bcc\b[\s-]|cc by\b|.*\blicen[sc]ed under\b|.*\((?:ap|afp|reuters|getty)[^)]*\)$|https?://\S+$",
    re.IGNORECASE,
)
"""A picture's credit, by how it begins."""

_DATELINE = re.compile(
    r"[^\W\d_a-z][^\W\d_a-z .'’-]{2,30}(?:, [^\W\d_][\w .'’-]{2,30})?(?: \([^)]{2,20}\))?(?::| —| –| --)\s+(?=\S)"
)
_BYLINE = re.compile(r"(?:by|written by|text by|von|par)\s+[^\W\d_]", re.IGNORECASE)
_ROLE = re.compile(
    r"\bis (?:currently )?(?:an?|the)\b.{0,60}\b(?:fellow|researcher|research|professor|journalist|writer|editor|"
    r"analyst|student|director|founder|co-founder|correspondent|author|columnist|lecturer|scholar|reporter|"
    r"expert|candidate|head)\b",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(r"the (?:views|opinions) expressed\b|the authors?\b.{0,40}\bviews\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:;][”’\"')\]]*$")

HEADING_LENGTH = 120
"""Characters; a longer line without a full stop is text."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def is_prose(self) -> bool:
        """Reads like running text: ends like a sentence and has more than a few words."""
        return (bool(_SENTENCE_END.search(self.text)) and len(self.text.split()) >= 5) or len(
            self.text
        ) > HEADING_LENGTH * 2


def text_blocks(
    text: str, title: str = "", authors: Sequence[str] = (), leave_out: Sequence[str] = ()
) -> list[Block]:
    """The content of a plain text, in order.

    `title` is what articles.toml or the document says; empty means the first line that can be one.
    `authors` help to tell notes about them from text. `leave_out` are whole lines that are not content.
    """
    lines = _paragraph_lines(text)
    dropped = {_same(line) for line in leave_out}
    counts = Counter(_same(line.text) for line in lines)
    wanted = _same(title)

    def is_furniture(line: _Line) -> bool:
        said = _same(line.text)
        if said in dropped or not any(c.isalnum() for c in line.text):
            return True
        if _FURNITURE.fullmatch(line.text) or (_CREDIT.match(line.text) and len(line.text) < 300):
            return True
        # what is repeated word for word and is no sentence belongs to the page, not to the article
        return counts[said] > 1 and said != wanted and not line.is_prose

    kept = [line for line in lines if not is_furniture(line)]
    if not kept:
        return []
    at = _find_title(kept, wanted)
    blocks: list[Block] = []
    if at is not None:
        blocks.append(_block(kept[at], "title"))
        kept = kept[at + 1 :]
    head, body, tail = _parts(kept, authors)
    blocks += _head_blocks(head, authors)
    blocks += _body_blocks(body)
    blocks += [_block(line, "note") for line in tail if line.is_prose]
    return blocks


def find_title(text: str, leave_out: Sequence[str] = ()) -> str:
    """The first line that can be a title; empty when the text has none."""
    blocks = text_blocks(text, leave_out=leave_out)
    return next((text[b.start : b.end] for b in blocks if b.kind == "title"), "")


def _find_title(lines: list[_Line], wanted: str) -> int | None:
    if wanted:
        # the last one before the text: pages repeat it above the picture
        places = [i for i, line in enumerate(lines) if _same(line.text) == wanted]
        first_prose = next((i for i, line in enumerate(lines) if line.is_prose), len(lines))
        before = [i for i in places if i <= first_prose]
        if before or places:
            return (before or places)[-1]
        return None
    first = lines[0]
    may_be = not first.is_prose or first.text.endswith("?")
    return 0 if may_be and len(first.text) <= 2 * HEADING_LENGTH and len(lines) > 1 else None


def _parts(lines: list[_Line], authors: Sequence[str]) -> tuple[list[_Line], list[_Line], list[_Line]]:
    """What stands before the running text, the text, and what follows it (about the authors)."""
    first = next((i for i, line in enumerate(lines) if line.is_prose), len(lines))
    byline = next((i for i in range(min(first + 3, len(lines))) if _is_byline(lines[i], authors)), None)
    if byline is not None and byline > first:
        first = byline + 1  # a standfirst is prose too, and stands before the by-line
    last = len(lines)
    for i in range(len(lines) - 1, first - 1, -1):
        if lines[i].is_prose and not _is_note(lines[i], authors):
            # prose below a note about an author goes on about the author
            break
        if _is_note(lines[i], authors):
            last = i
    # a note about an author may be followed by more about the same one
    for i in range(max(first, len(lines) - 6), last):
        if lines[i].is_prose and _is_note(lines[i], authors) and i >= len(lines) * 2 // 3:
            last = i
            break
    body = lines[first:last]
    while body and not body[-1].is_prose and len(body) > 1:
        body.pop()  # a heading that nothing follows
    return lines[:first], body, lines[last:]


def _is_byline(line: _Line, authors: Sequence[str]) -> bool:
    if len(line.text) > HEADING_LENGTH or line.is_prose:
        return False
    return bool(_BYLINE.match(line.text)) or any(_same(a) in _same(line.text) for a in authors)


def _is_note(line: _Line, authors: Sequence[str]) -> bool:
    said = _same(line.text)
    by_author = any(said.startswith(_same(author)) for author in authors)
    named = by_author or (
        not authors and re.match(r"(?:[^\W\d_a-z][\w.’'-]+ ){2,4}is\b", line.text) is not None
    )
    return bool(_DISCLAIMER.match(line.text)) or (named and _ROLE.search(line.text) is not None)


def _head_blocks(lines: list[_Line], authors: Sequence[str]) -> list[Block]:
    blocks = []
    for line in lines:
        if _is_byline(line, authors):
            blocks.append(_block(line, "byline"))
        elif line.is_prose:
            blocks.append(_block(line, "standfirst"))
        # the rest is what pages put between title and text: section names, agencies, buttons
    return blocks


def _body_blocks(lines: list[_Line]) -> list[Block]:
    blocks: list[Block] = []
    introduced = False  # the line before announces somebody's words
    for i, line in enumerate(lines):
        if not line.is_prose and len(line.text) <= HEADING_LENGTH and not introduced:
            blocks.append(_block(line, "heading"))
            continue
        start = line.start
        if i == 0 and (dateline := _DATELINE.match(line.text)):
            blocks.append(Block(start, start + len(dateline[0].rstrip()), "dateline"))
            start += dateline.end()
        quoted = introduced and line.text[0] not in "“\"«„‘'-•*"
        blocks.append(Block(start, line.end, "quotation" if quoted else "paragraph"))
        introduced = line.text.endswith(":")
    return blocks


def _block(line: _Line, kind: Kind) -> Block:
    return Block(line.start, line.end, kind)


def _paragraph_lines(text: str) -> list[_Line]:
    """The paragraphs of a text: its lines, or, where lines are wrapped at a width, runs of lines."""
    lines = []
    for found in re.finditer(r"[^\r\n\f\v\x85\u2028\u2029]+", text):
        start, end = found.span()
        while start < end and (text[start].isspace() or text[start] == "\ufeff"):
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end:
            lines.append(_Line(start, end, text[start:end]))
    if not _is_wrapped(text, lines):
        return lines
    joined: list[_Line] = []
    for line in lines:
        if joined and _NO_BLANK_LINE.fullmatch(text, joined[-1].end, line.start):
            start = joined.pop().start
            line = _Line(start, line.end, text[start : line.end])
        joined.append(line)
    return joined


_NO_BLANK_LINE = re.compile(r"[ \t]*(?:\r\n|\n|\r)[ \t]*")


def _is_wrapped(text: str, lines: list[_Line]) -> bool:
    """True when most lines follow another without a blank line, and stop in the middle of a sentence."""
    follows = [
        before for before, line in pairwise(lines) if _NO_BLANK_LINE.fullmatch(text, before.end, line.start)
    ]
    if len(follows) < 0.5 * len(lines):
        return False
    broken = sum(1 for line in follows if not _SENTENCE_END.search(line.text) and 40 <= len(line.text) <= 120)
    return broken > 0.5 * len(follows)


def _same(line: str) -> str:
    """A line as compared with others: white space, quotes and case make no difference."""
    said = line.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return " ".join(said.split()).casefold()
