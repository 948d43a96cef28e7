"""A PDF file → its text, a paragraph a line. The home of pypdf."""

import io
import logging
import re
from collections import Counter

from ingest.errors import RefusedFile
from ingest.extracts import Extract, names, one_line, plain

ROOM = 0.9
"""Share of a full line, in characters; below it a line clearly had room for one more word."""
EDGE = 2
"""Lines at the top and at the bottom of a page that can be its running header and footer."""
RUNNING = 0.4
"""Share of the pages that carry the same line; left and right pages often differ, so less than half."""

_ITEM = re.compile(r"[•◦▪‣]|[–*-]\s|\(?\d{1,2}[.)]\s")
_SENTENCE_END = re.compile(r"[.!?:;…][”’\"')\]]*$")
_HYPHEN_AT_END = re.compile(r"(\b\w{1,40})-$")
_FIGURES = re.compile(r"(?!# ?[/|] ?#$)[^\w#]*#[^\w#]+#[^\w]*")
"""A row of a table with its numbers masked; "3 / 10" is a page number."""
_NOT_A_TITLE = re.compile(
    r"(?:microsoft|untitled|document\d*$|.*\.(?:docx?|pdf|indd|tex|odt|rtf)$)", re.IGNORECASE
)


def read_pdf(raw: bytes, file: str) -> Extract:
    """The text layer of all pages; RefusedFile for a file that is locked, broken or only pictures."""
    try:
        import pypdf
    except ImportError:
        raise RefusedFile(file, "reading PDF files needs pypdf: pip install pypdf") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise RefusedFile(file, "this PDF is locked with a password; save it without one")
        pages = [page.extract_text() for page in reader.pages]
        about = reader.metadata
        title, author = (about.title, about.author) if about else (None, None)
    except RefusedFile:
        raise
    except pypdf.errors.DependencyError:
        raise RefusedFile(file, "this PDF is encrypted; save it without encryption") from None
    # A broken file brings up nearly every kind of exception from within pypdf.
    except Exception as fault:
        raise RefusedFile(
            file, f"this PDF is broken ({type(fault).__name__}); open it and save it again"
        ) from fault
    text = pages_as_text(pages)
    if not text:
        raise RefusedFile(
            file, "this PDF has no text layer, its pages are pictures; run text recognition (OCR) on it first"
        )
    return Extract(text, _title(str(title or "")), names(str(author or "")))


def pages_as_text(pages: list[str]) -> str:
    """The pages as one text: paragraphs that the layout broke into lines joined, a blank line between.

    Lines that many pages have at the top or the bottom, page numbers among them, are left out. A line
    ends its paragraph when the next line's first word had room in it and does not start small; a
    paragraph may run on to the next page.
    """
    pages = _without_running_lines([_lines(page) for page in pages])
    lines = [line for page in pages for line in page]
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[len(lengths) * 9 // 10] if lengths else 0
    compounds = set(re.findall(r"\b\w{1,40}-\w{1,40}", " ".join(lines)))
    paragraphs: list[list[str]] = []
    last = ""
    after_gap = False
    for line in lines:
        if not line:
            after_gap = True
            continue
        if not last or _is_new_paragraph(last, line, after_gap, full):
            paragraphs.append([line])
        else:
            paragraphs[-1][-1] = _before(last, line, compounds)
            paragraphs[-1].append(line)
        last, after_gap = line, False
    return "\n\n".join("".join(lines) for lines in paragraphs)


def _lines(page: str) -> list[str]:
    """The page's lines, empty ones at its ends left out; a soft hyphen at a line's end is a hyphen."""
    return [one_line(line) for line in plain(re.sub(r"\u00ad(?=\s*\n)", "-", page)).strip().split("\n")]


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    def same(line: str) -> str:
        masked = re.sub(r"\d+", "#", line.casefold())
        return line if _FIGURES.fullmatch(masked) else masked

    tops = Counter(mark for page in pages for mark in {same(line) for line in page[:EDGE]})
    bottoms = Counter(mark for page in pages for mark in {same(line) for line in page[-EDGE:]})
    enough = max(2, RUNNING * len(pages))
    bodies = []
    for page in pages:
        start, end = 0, len(page)
        while start < min(EDGE, end) and (not page[start] or tops[same(page[start])] >= enough):
            start += 1
        while end > max(start, len(page) - EDGE) and (
            not page[end - 1] or bottoms[same(page[end - 1])] >= enough
        ):
            end -= 1
        bodies.append(page[start:end])
    return bodies


def _is_new_paragraph(last: str, line: str, after_gap: bool, full: int) -> bool:
    if _HYPHEN_AT_END.search(last):
        return False
    if _ITEM.match(line):
        return True
    if line[0].islower():
        return after_gap and bool(_SENTENCE_END.search(last))
    return after_gap or len(last) + 1 + len(line.split(" ", 1)[0]) <= ROOM * full


def _before(last: str, line: str, compounds: set[str]) -> str:
    """The last line as this one follows it in a paragraph: with a space, or without the hyphen at its end."""
    cut = _HYPHEN_AT_END.search(last)
    if not cut:
        return last + " "
    compound = cut[0] + re.match(r"\w{0,40}", line)[0]
    return last if compound in compounds or not line[0].islower() else last[:-1]


def _title(text: str) -> str:
    """The title in the file's properties, unless a program put its own name or the file's there."""
    title = one_line(text)
    return "" if _NOT_A_TITLE.match(title) else title
