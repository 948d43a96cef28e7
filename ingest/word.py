"""A Word file (.docx) → its text as markdown. The home of python-docx."""

import io
import re
import zipfile
from collections.abc import Iterator

from ingest.errors import RefusedFile
from ingest.extracts import Extract, as_markdown, names, one_line

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_TEXT = {
    *(_W + name for name in ("del", "moveFrom", "txbxContent", "pPr", "rPr", "instrText", "rt")),
    _FALLBACK,
}
"""Deleted words, text boxes (they repeat the text or decorate it), properties, field codes, ruby."""
_WRAPPERS = {_W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")}
_CHARACTERS = {_W + "tab": " ", _W + "br": " ", _W + "cr": " ", _W + "noBreakHyphen": "-"}


MAX_UNPACKED_BYTES = 50_000_000
"""Of the parts that hold text and layout; a file that unpacks to more is refused. Pictures are not unpacked."""
MAX_PARTS = 10_000
"""A real file has some tens of parts and one for each picture."""


def read_word(raw: bytes, file: str, max_bytes: int = MAX_UNPACKED_BYTES) -> Extract:
    """The file's paragraphs, lists and tables in order; `max_bytes` bounds it unpacked.

    Headings by style, a level lower than in Word, because level 1 is the title: the Title style, or the
    only Heading 1 when the text starts with it. A row of a table is a paragraph. Text boxes, notes,
    headers and footers are left out; inserted words count and deleted ones do not.
    """
    try:
        import docx
        from docx.enum.style import WD_STYLE_TYPE
        from docx.opc.constants import RELATIONSHIP_TYPE
    except ImportError:
        raise RefusedFile(file, "reading Word files needs python-docx: pip install python-docx") from None
    checked = _checked_zip(raw, file, max_bytes)
    try:
        document = docx.Document(checked)
        roles = {s.style_id: _role(s) for s in document.styles if s.type == WD_STYLE_TYPE.PARAGRAPH}
        blocks = [(role, text) for role, text in _blocks(document.element.body, roles) if one_line(text)]
        # Without the part python-docx makes one up, with a title and an author.
        related = {relation.reltype for relation in document.part.package.rels.values()}
        about = document.core_properties if RELATIONSHIP_TYPE.CORE_PROPERTIES in related else None
        title, author = (about.title, about.author) if about else ("", "")
    # A broken file brings up nearly every kind of exception from within python-docx and lxml.
    except Exception as fault:
        raise RefusedFile(
            file, f"this Word file is broken ({type(fault).__name__}); open it and save it again"
        ) from fault
    if not blocks:
        raise RefusedFile(file, "there is no text in this Word file; take it out of the corpus")
    blocks = _with_title(blocks)
    shown = next((text for role, text in blocks if role == "# "), title or "")
    return Extract(as_markdown(blocks), one_line(shown), names(author))


def _checked_zip(raw: bytes, file: str, max_bytes: int) -> io.BytesIO:
    """The archive copied without compression, no byte more than its directory says and the bound allows.

    Pictures and the like are left empty: nothing reads them.

    A forged directory can promise less than a member unpacks to, and python-docx reads a member whole.
    """
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedFile(
            file, "this is an old or password-protected Word file; save it as .docx without one"
        )
    bound = f"the bound is {max_bytes:,} bytes; save its text as .txt or .md"
    unpacked = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(unpacked, "w") as copy:
            members = {member.filename: member for member in archive.infolist()}.values()
            if len(archive.infolist()) > MAX_PARTS:
                raise RefusedFile(
                    file, f"this Word file has more than {MAX_PARTS:,} parts; save its text as .txt or .md"
                )
            promised = sum(member.file_size for member in archive.infolist() if _is_text(member.filename))
            if promised > max_bytes:
                raise RefusedFile(file, f"this Word file unpacks to {promised:,} bytes, {bound}")
            for member in members:
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise zipfile.BadZipFile("a compression that Word files do not have")
                if not _is_text(member.filename):
                    copy.writestr(member.filename, b"")
                    continue
                with archive.open(member) as packed, copy.open(member.filename, "w") as plain:
                    # In small pieces: zipfile cuts at the promised size, but only after it unpacked the
                    # piece that was asked for, and without a size that is everything.
                    while piece := packed.read(1 << 16):
                        plain.write(piece)
    except RefusedFile:
        raise
    except Exception as fault:
        raise RefusedFile(
            file, f"this Word file is broken ({type(fault).__name__}); open it and save it again"
        ) from fault
    unpacked.seek(0)
    return unpacked


def _is_text(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _role(style) -> str:
    """The markup that a paragraph style stands for, its own or inherited; empty for plain text."""
    for _ in range(10):  # styles can be based on each other in a circle
        if style is None:
            return ""
        name = style.name or ""
        if heading := re.fullmatch(r"Heading (\d)", name):
            return "#" * min(int(heading[1]) + 1, 6) + " "
        if name == "Title":
            return "# "
        if name.startswith("List"):
            return "- "
        if name in ("Quote", "Intense Quote"):
            return "> "
        style = style.base_style
    return ""


def _blocks(parent, roles: dict[str, str]) -> Iterator[tuple[str, str]]:
    for child in _children(parent, "p", "tbl"):
        if child.tag == _W + "p":
            yield _paragraph_role(child, roles), "".join(_text(child))
        else:
            for row in _children(child, "tr"):
                yield from _row(row, roles)


def _children(parent, *names: str) -> Iterator:
    """The parent's children of these names, also those within content controls and insertions."""
    for child in parent:
        if child.tag in _WRAPPERS:
            yield from _children(child, *names)
        elif child.tag in {_W + name for name in names}:
            yield child


def _row(row, roles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """One paragraph of the row's cells; a row with a single filled cell is layout and gives its blocks."""
    cells = [list(_blocks(cell, roles)) for cell in _children(row, "tc")]
    filled = [cell for cell in cells if any(one_line(text) for _, text in cell)]
    if len(filled) == 1:
        yield from filled[0]
    else:
        yield "", " | ".join(one_line(" ".join(text for _, text in cell)) for cell in filled)


def _paragraph_role(paragraph, roles: dict[str, str]) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    role = roles.get(style.get(_W + "val"), "") if style is not None else ""
    number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    is_numbered = number is not None and number.get(_W + "val") != "0"
    return role or ("- " if is_numbered else "")


def _text(element) -> Iterator[str]:
    for child in element:
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag not in _NOT_TEXT:
            yield from _text(child)


def _with_title(blocks: list[tuple[str, str]]) -> list[tuple[str, str]]:
    roles = [role for role, _ in blocks]
    if "# " not in roles and roles[0] == "## " and roles.count("## ") == 1:
        return [("# ", blocks[0][1]), *blocks[1:]]
    return blocks
