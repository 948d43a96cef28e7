"""A web page as saved → its article as markdown. The home of trafilatura."""

import codecs
import logging
import re
from collections.abc import Iterator

from ingest.errors import RefusedFile
from ingest.extracts import Extract, as_markdown, names, one_line

_DECLARED = re.compile(
    rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096
"""Bytes; the HTML standard asks for the first 1024, saved pages put comments before."""
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_ENCODINGS = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[ru]|mac-(?:roman|cyrillic)|shift_jis|euc_(?:jp|kr)|iso2022_jp|gb\w+|big5\w*|ascii"
)
"""Python's names of what a page may be written in; Python has more, which are not for pages."""
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
"""What a browser reads instead, https://encoding.spec.whatwg.org/#names-and-labels."""

_BLOCKS = {"head", "p", "list", "item", "quote", "table", "row", "div", "graphic"}
_BREAK = "\u2028"


def read_webpage(raw: bytes, file: str) -> Extract:
    """The main content of the page; nothing in it is run, and nothing it points to is fetched."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    html = decode_html(raw, file)
    if not re.search("<html", html, re.IGNORECASE):
        html = f"<html><body>{html}</body></html>"  # trafilatura refuses a bare piece of a page
    try:
        page = trafilatura.bare_extraction(html, include_comments=False, with_metadata=True)
    except Exception as fault:
        raise RefusedFile(
            file, f"this page cannot be read ({type(fault).__name__}); save its text as .txt or .md"
        ) from fault
    text = "" if page is None else as_markdown(_blocks(page.body, ""))
    if not text:
        raise RefusedFile(file, "no article was found in this page; save its text as .txt or .md")
    return Extract(text, one_line(page.title or ""), names(page.author), one_line(page.sitename or ""))


def decode_html(raw: bytes, file: str) -> str:
    """The page's characters, by its byte order mark, else by what it declares, else as UTF-8."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], encoding, f"its byte order mark says {encoding}", file)
    found = _DECLARED.search(raw, 0, _DECLARED_WITHIN)
    if not found:
        return _decoded(raw, "utf-8", "it declares no encoding and is not UTF-8", file)
    declared = (found[1] or found[2]).decode("ascii", "replace")
    if declared.lower().startswith("utf-16"):
        declared = "utf-8"  # as the HTML standard has it: a declaration that could be read is not UTF-16
    try:
        encoding = codecs.lookup(declared).name
    except LookupError:
        encoding = ""
    if not _ENCODINGS.fullmatch(encoding):
        raise RefusedFile(
            file, f"it declares the encoding {declared!r}, which is not known; save it as UTF-8"
        )
    return _decoded(raw, _READ_AS.get(encoding, encoding), f"it declares {declared}", file)


def _decoded(raw: bytes, encoding: str, why: str, file: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as fault:
        raise RefusedFile(
            file, f"{why}, but byte {fault.start} does not fit; save it as UTF-8 and declare that"
        ) from None


def _blocks(element, markup: str) -> Iterator[tuple[str, str]]:
    """(markup, text) of each block under an element of trafilatura's tree, in order.

    Tables' heading rows, code and pictures are left out. Text that stands beside blocks is a block.
    """
    loose = [element.text or ""]
    for child in element:
        if child.tag in _BLOCKS or _is_listing(child):
            yield from _broken("".join(loose), markup)
            loose = [child.tail or ""]
            if child.tag == "row":
                cells = [one_line("".join(cell.itertext())) for cell in child]
                if not all(cell.get("role") == "head" for cell in child):
                    yield markup, " | ".join(filter(None, cells))
            elif child.tag == "head":
                level = re.sub(r"\D", "", child.get("rend") or "") or "2"
                yield "#" * min(int(level), 6) + " ", "".join(child.itertext())
            elif child.tag != "graphic" and not _is_listing(child):
                yield from _blocks(child, {"item": "- ", "quote": "> "}.get(child.tag, markup))
        else:
            loose.append(_BREAK if child.tag == "lb" else "".join(child.itertext()))
            loose.append(child.tail or "")
    yield from _broken("".join(loose), markup)


def _is_listing(element) -> bool:
    return element.tag == "code" and "\n" in "".join(element.itertext())


def _broken(text: str, markup: str) -> Iterator[tuple[str, str]]:
    """The paragraphs of a text with line breaks; a break before a small letter does not end one."""
    first, *others = text.split(_BREAK)
    paragraphs = [first]
    for line in others:
        if line.lstrip()[:1].islower():
            paragraphs[-1] += " " + line
        else:
            paragraphs.append(line)
    for paragraph in paragraphs:
        yield markup, paragraph
