"""A model's stream of text to statements with the numbers they cite; markup is taken off."""

import re
from dataclasses import dataclass

from chat.writer.prompts import NOT_COVERED

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|-|–|—|and|&)\s*\^?\d{1,3})*"
_WORD = r"(?:(?:sources?|sentences?|evidence|ref)\.?\s*#?)?"
MARKER = re.compile(
    rf"\[\[?\s*\^?{_WORD}\s*(?P<square>{_NUMBERS})\s*\]?\](?:\([^()\s]*\))?"
    rf"|[【［]\s*{_WORD}\s*(?P<wide>{_NUMBERS})\s*(?:†[^】］]*)?[】］]"
    rf"|\((?:sources?|sentences?|evidence)\s*(?P<round>{_NUMBERS})\)",
    re.IGNORECASE,
)
MOST_IN_A_RANGE = 20

LOOK_AHEAD = 60
"""No marker is longer, with the space before it."""

_CLOSERS = "\"'”’)*_"
_STOP = re.compile(rf"\n|[.!?…]+[{re.escape(_CLOSERS)}]*")
_NEXT_MARKER = re.compile(rf"[ \t]{{0,3}}(?:{MARKER.pattern})[.,;]?", re.IGNORECASE)
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Gen|Col|St|vs|etc|e\.g|i\.e|approx|No|Art|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)$"
)
_THINKS = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_PART_OF_TAG = re.compile(r"</?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?$", re.IGNORECASE)
_MARKUP = (
    (re.compile(r"```\w*"), " "),
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), " "),  # an image
    (re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),  # a link
    (re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>\n]*>", re.DOTALL), " "),
    (re.compile(r"^\s*(?:#{1,6}|>|[-*+•]|\d{1,2}[.)])\s+", re.MULTILINE), ""),
    (re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)"), ""),
)


@dataclass(frozen=True, slots=True)
class Written:
    """One statement of a model with the numbers it cites; `uncovered` for what it says is not covered."""

    text: str
    numbers: tuple[int, ...] = ()
    """Each once, in order; none larger than the evidence has."""
    unknown: int = 0
    """Numbers that no evidence has."""
    uncovered: bool = False


class MarkerParser:
    """Fed with pieces of a stream, gives the statements that are complete, wherever the pieces are cut."""

    def __init__(self, known: int):
        """`known` is how many numbers there are: 1 to `known`."""
        self._known = known
        self._text = ""
        self._hidden = ""
        self._is_hiding = False

    def feed(self, piece: str) -> list[Written]:
        """The statements that the piece completes."""
        self._show(piece)
        return self._take(last=False)

    def finish(self, cut: bool = False) -> list[Written]:
        """What is left; without an unfinished sentence when the reply was cut."""
        if not self._is_hiding:
            self._text += self._hidden
        written = self._take(last=True)
        if cut and written and not self._text.rstrip().endswith(tuple(f".!?…]】］{_CLOSERS}")):
            written.pop()
        self._text = self._hidden = ""
        return written

    def _show(self, piece: str) -> None:
        """Adds what the model does not mark as its own thinking."""
        self._hidden += piece
        while found := (_THOUGHT if self._is_hiding else _THINKS).search(self._hidden):
            self._text += "" if self._is_hiding else self._hidden[: found.start()] + "\n"
            self._hidden = self._hidden[found.end() :]
            self._is_hiding = not self._is_hiding
        held = _PART_OF_TAG.search(self._hidden)
        shown = held.start() if held else len(self._hidden)
        self._text += "" if self._is_hiding else self._hidden[:shown]
        self._hidden = self._hidden[shown:]

    def _take(self, last: bool) -> list[Written]:
        chunks, self._text = _split(self._text, last)
        return [written for chunk in chunks if (written := self._read(chunk))]

    def _read(self, chunk: str) -> Written | None:
        numbers: dict[int, None] = {}
        unknown = 0
        for marker in MARKER.finditer(chunk):
            for number in _numbers(marker):
                if 1 <= number <= self._known:
                    numbers[number] = None
                else:
                    unknown += 1
        text = MARKER.sub("", chunk)
        for pattern, instead in _MARKUP:
            text = pattern.sub(instead, text)
        text = "".join(c if c.isprintable() else " " for c in text)
        text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
        if not any(c.isalnum() for c in text):
            return None
        if text.upper().startswith(NOT_COVERED):
            return Written(text[len(NOT_COVERED) :].strip(), uncovered=True)
        heading = chunk.endswith("\n") and len(text.split()) <= 6 and text[-1] not in '.!?…"”)'
        if (heading or text.endswith(":")) and not numbers and not unknown:
            return None  # "Sources", "Here is the answer:"
        return Written(text, tuple(numbers), unknown)


def _split(text: str, last: bool) -> tuple[list[str], str]:
    """The complete sentences, each with the markers after it, and what is not complete yet.

    A sentence is complete only when LOOK_AHEAD characters follow, so that the cut never depends on how
    the stream came.
    """
    chunks: list[str] = []
    start = at = 0
    while found := _STOP.search(text, at):
        if not last and len(text) < found.end() + LOOK_AHEAD:
            break
        end = found.end()
        if found[0] == "\n":
            chunks.append(text[start : found.start()] + "\n")
        else:
            while marker := _NEXT_MARKER.match(text, end):
                end = marker.end()
                if not last and len(text) < end + LOOK_AHEAD:
                    return chunks, text[start:]
            if end == found.end() and _is_inside(text, start, found):
                at = end
                continue
            chunks.append(text[start:end])
        start = at = end
    if last:
        chunks.append(text[start:])
        # kept, so that `finish` sees how the reply ended
        return chunks, text
    return chunks, text[start:]


def _is_inside(text: str, start: int, found: re.Match[str]) -> bool:
    """True for a full stop that ends no sentence: "U.S.", "3.5", "e.g.", the number of a list."""
    after = text[found.end() : found.end() + 1]
    following = text[found.end() : found.end() + LOOK_AHEAD].lstrip(" \t")[:1]
    if (after and not after.isspace()) or following.islower():
        return True
    if text[found.start()] != ".":
        return False
    before = text[start : found.start()]
    return bool(_ABBREVIATION.search(before)) or before.strip(" *#").isdigit()


def _numbers(marker: re.Match[str]) -> list[int]:
    text = marker["square"] or marker["wide"] or marker["round"]
    numbers: list[int] = []
    for part in re.split(r",|;|and|&", text):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        if len(ends) == 2 and ends[0] <= ends[1] <= ends[0] + MOST_IN_A_RANGE:
            numbers += range(ends[0], ends[1] + 1)
        else:
            numbers += ends
    return numbers
