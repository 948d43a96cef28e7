"""Which spans of a markdown text are content, and what each is. The home of markdown-it-py."""

import re
from collections import Counter
from itertools import pairwise

from markdown_it import MarkdownIt

from ingest.articles import Block, Kind

_NEWLINE = re.compile(r"\r\n?|\n")
_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n?|\n)(?=[ \t]*(?:[\w.-]+[ \t]*:|\#|---|\.\.\.))"  # else it is a thematic break
    r".*?(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)",
    re.DOTALL,
)
_IMAGE = r"!\[[^\[\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
_IMAGES_ONLY = re.compile(
    rf"(?:[ \t]*(?:{_IMAGE}|\[[ \t]*{_IMAGE}[ \t]*\](?:\([^()]*\)|\[[^\[\]]*\])))+[ \t]*"
)
_ESCAPED = re.compile(r"""\\[!-/:-@\[-`{-~]""")


def markdown_blocks(text: str) -> list[Block]:
    """The content of a markdown text, in order; the spans are of the text as it is given.

    Markup around a block is outside of its span; markup within it (emphasis, links, the `> ` at the
    start of a quotation's second line) stays, because a span is one unbroken slice. The first top-level
    heading of level 1 is the title. Whatever stands in a blockquote is a quotation, and a table has one
    paragraph for each row of its body.
    """
    begin = _content_start(text)
    # The parser counts lines only after it turned every line end into \n and NUL into U+FFFD.
    source = text[begin:].replace("\0", "\ufffd")
    lines = _line_spans(source)
    blocks: list[Block] = []
    inside: Counter[str] = Counter()
    has_title = False
    tokens = _block_parser().parse(source)
    for opener, token in pairwise(tokens):
        inside[opener.tag] += opener.nesting
        if opener.type == "tr_open" and inside["tbody"]:
            start, end = _row_span(source, *lines[opener.map[0]])
            kind: Kind = "quotation" if inside["blockquote"] else "paragraph"
        elif token.type == "inline" and not inside["table"]:
            within = lines[token.map[0] : token.map[1]]
            if opener.type == "heading_open" and opener.markup.startswith("#"):
                start, end = _atx_heading_span(source, *within[0], opener.markup, token.content)
            else:
                start, end = _paragraph_span(source, within, token.content)
            if inside["blockquote"]:
                kind = "quotation"
            elif inside["li"]:
                kind = "list_item"
            elif opener.type == "heading_open":
                kind = "title" if opener.tag == "h1" and not has_title else "heading"
            else:
                kind = "paragraph"
        else:
            continue
        start, end = _stripped(source, start, end)
        if start < end:
            has_title = has_title or kind == "title"
            blocks.append(Block(begin + start, begin + end, kind))
    return blocks


def _block_parser() -> MarkdownIt:
    # Inline markup stays in the slices, so reading it would only cost time.
    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


def _content_start(text: str) -> int:
    """Where the byte order mark and the front matter end."""
    start = 1 if text.startswith("\ufeff") else 0
    front = _FRONT_MATTER.match(text, start)
    return front.end() if front else start


def _line_spans(source: str) -> list[tuple[int, int]]:
    """`[start, end)` of each line, without its line end."""
    spans = []
    start = 0
    for newline in _NEWLINE.finditer(source):
        spans.append((start, newline.start()))
        start = newline.end()
    return [*spans, (start, len(source))]


def _paragraph_span(source: str, lines: list[tuple[int, int]], content: str) -> tuple[int, int]:
    """From the first word, past list markers and `>`, to the end of the last line, without images around."""
    # What a container puts before its content is only ever a prefix, so the content is the line's tail.
    first = content.split("\n", 1)[0].strip()
    while len(lines) > 1 and source.rfind(first, *lines[0]) < 0:
        lines = lines[1:]  # the parser trims a form feed or the like, and with it its line
    starts = [source.rfind(first, *lines[0]), *(start for start, _ in lines[1:])]
    spans = [(start, end) for start, (_, end) in zip(starts, lines, strict=True)]
    while spans and _IMAGES_ONLY.fullmatch(source, *spans[0]):
        spans.pop(0)
    while spans and _IMAGES_ONLY.fullmatch(source, *spans[-1]):
        spans.pop()
    return (spans[0][0], spans[-1][1]) if spans else (0, 0)


def _atx_heading_span(source: str, start: int, end: int, markup: str, content: str) -> tuple[int, int]:
    after_markup = source.index(markup, start, end) + len(markup)
    start = source.index(content, after_markup, end)
    return start, start + len(content)


def _row_span(source: str, start: int, end: int) -> tuple[int, int]:
    """From the first cell that is not empty to the last; a row in a quotation has `>` before it."""
    while start < end and source[start] in " \t>|":
        start += 1
    while start < end and (
        source[end - 1] in " \t" or (source[end - 1] == "|" and source[end - 2 : end - 1] != "\\")
    ):
        end -= 1
    return start, end


def _stripped(source: str, start: int, end: int) -> tuple[int, int]:
    """The span without outer white space, and without the backslash that makes its first character plain."""
    if _ESCAPED.match(source, start, end):
        start += 1
    inner = source[start:end]
    return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())
