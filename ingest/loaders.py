"""From a folder of files to documents: which files are articles, and the text of each."""

import codecs
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.aside import close_aside, read_aside
from ingest.errors import IngestError, RefusedFile
from ingest.extracts import Extract, one_line
from ingest.markdown import markdown_blocks
from ingest.reading import read_bounded

_TEXT = frozenset({".txt"})
_MARKDOWN = frozenset({".md", ".markdown"})
_WEBPAGE = frozenset({".html", ".htm"})
SUFFIXES: frozenset[str] = _TEXT | _MARKDOWN | _WEBPAGE | {".pdf", ".docx"}
"""Endings, in small letters, of the files that are read as articles."""

_READERS = {
    **dict.fromkeys(_WEBPAGE, "ingest.webpages:read_webpage"),
    ".pdf": "ingest.pdfs:read_pdf",
    ".docx": "ingest.word:read_word",
}
"""Ending → what reads it, in a process of its own."""

MAX_BYTES = 20_000_000
"""A larger file is refused."""
DEPTH_MOST = 64
"""Folders inside each other; what is deeper is refused."""

_WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # begins like UTF-16's, so it comes first
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file and what the file says about itself."""

    file: str
    """Path relative to the corpus folder, with forward slashes."""
    text: str
    """Plain text and markdown: the decoded bytes exactly as they stand; otherwise the extracted text."""
    format: Literal["text", "markdown"]
    """How its blocks are to be read; web pages and Word files are extracted to markdown, PDF to text."""
    sha256: str
    """Of the file's bytes, in hex."""
    title: str = ""
    """Empty when the document does not say; so are the next two."""
    authors: tuple[str, ...] = ()
    publisher: str = ""


def load_folder(folder: Path) -> tuple[list[Document], list[RefusedFile]]:
    """All articles of a folder and all files that cannot be used, each by path.

    A file with the bytes of an earlier one, or with its words, is refused.
    """
    files, refused = find_files(folder)
    documents: list[Document] = []
    first_with: dict[str, str] = {}
    for path in files:
        try:
            document = load_document(path, folder)
        except RefusedFile as fault:
            refused.append(fault)
            continue
        words = hashlib.sha256(" ".join(document.text.strip("\ufeff").split()).encode()).hexdigest()
        for key, same in ((document.sha256, "is a copy of"), (words, "has the same text as")):
            if first := first_with.get(key):
                refused.append(RefusedFile(document.file, f"{same} {first}; remove one of the two"))
                break
        else:
            first_with[document.sha256] = first_with[words] = document.file
            documents.append(document)
    close_aside()
    return documents, sorted(refused, key=lambda fault: fault.file)


def find_files(folder: Path) -> tuple[list[Path], list[RefusedFile]]:
    """The files that are articles, at any depth, and those that look like it and cannot be, by path.

    Hidden files and folders, README files, `*.toml`, `synonyms.txt` and the folder `questions/` at the top
    are not articles, and neither are files with an ending that is not in SUFFIXES.
    """
    if not folder.is_dir():
        raise IngestError(f"{folder}: there is no such folder; name the folder that the articles are in")
    files: list[Path] = []
    refused: list[RefusedFile] = []
    for path, reason in _walk(folder, folder):
        if reason:
            refused.append(RefusedFile(_shown(path, folder), reason))
        else:
            files.append(path)
    files.sort(key=lambda path: path.relative_to(folder).as_posix())
    return files, sorted(refused, key=lambda fault: fault.file)


def _walk(here: Path, top: Path, depth: int = 1) -> Iterator[tuple[Path, str]]:
    """Each file that may be an article with an empty reason, or with the reason why it cannot be one."""
    try:
        entries = list(os.scandir(here))
    except OSError as fault:
        yield here, f"this folder cannot be read ({fault.strerror}); allow reading it"
        return
    for entry in entries:
        path = here / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if here == top and entry.name == "questions":
                continue
            if depth == DEPTH_MOST:
                yield (
                    path,
                    f"more than {DEPTH_MOST} folders inside each other are not looked into; move it up",
                )
            else:
                yield from _walk(path, top, depth + 1)
        elif entry.is_symlink():
            reason = _link_fault(path, top)
            if reason or _may_be_article(path):
                yield path, reason
        elif _may_be_article(path):
            yield path, _file_fault(path)


def _may_be_article(path: Path) -> bool:
    name = path.name.lower()
    return path.suffix.lower() in SUFFIXES and not name.startswith("readme") and name != "synonyms.txt"


def _link_fault(path: Path, top: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # Python 3.11 tells of a loop by RuntimeError
        return "this link leads nowhere or round in a circle; put the file itself there"
    if not target.is_relative_to(top.resolve()):
        return "this link leads out of the folder; put the file itself there"
    if target.is_dir():
        return "links to folders are not followed; put the files themselves there"
    return _file_fault(path)


def _file_fault(path: Path) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in path.name):
        return "its name has characters that cannot be shown; rename it"
    try:
        mode = path.stat().st_mode
    except OSError as fault:  # it was there a moment ago
        return f"this file cannot be read ({fault.strerror}); see that it is there"
    if not stat.S_ISREG(mode):
        return "this is a pipe, a socket or a device and not a file; remove it"
    if not os.access(path, os.R_OK):
        return "this file cannot be read (permission denied); allow reading it"
    return ""


def _shown(path: Path, folder: Path) -> str:
    """The relative path with what cannot be printed written as an escape."""
    name = path.relative_to(folder).as_posix()
    return "".join(
        character if unicodedata.category(character) not in ("Cc", "Cs") else ascii(character)[1:-1]
        for character in name
    )


def load_document(path: Path, folder: Path) -> Document:
    """One file's document; RefusedFile when the file cannot be used."""
    file = _shown(path, folder)
    raw = _bytes(path, file)
    kind = path.suffix.lower()
    if kind in _TEXT | _MARKDOWN:
        text = _utf8(raw, file)
        found = Extract(text, _first_heading(text) if kind in _MARKDOWN else "")
    elif kind in _READERS:
        found = read_aside(_READERS[kind], raw, file)
    else:
        raise RefusedFile(
            file, f"the ending {kind!r} is not one of {', '.join(sorted(SUFFIXES))}; convert it"
        )
    return Document(
        file=file,
        text=found.text,
        format="text" if kind in _TEXT | {".pdf"} else "markdown",
        sha256=hashlib.sha256(raw).hexdigest(),
        title=found.title,
        authors=found.authors,
        publisher=found.publisher,
    )


def _bytes(path: Path, file: str) -> bytes:
    try:
        if reason := _file_fault(path):
            raise RefusedFile(file, reason)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise RefusedFile(file, f"has {size:,} bytes, the bound is {MAX_BYTES:,}; split it")
        raw = read_bounded(path, MAX_BYTES)
    except OSError as fault:
        raise RefusedFile(
            file, f"this file cannot be read ({fault.strerror}); see that it is there"
        ) from fault
    if not raw.strip():
        raise RefusedFile(file, "is empty; write the article into it or remove it")
    return raw


def _utf8(raw: bytes, file: str) -> str:
    for mark, encoding in _WIDE_MARKS.items():
        if raw.startswith(mark):
            raise RefusedFile(file, f"looks like {encoding}; save it as UTF-8")
    if (nul := raw.find(b"\0")) >= 0:
        raise RefusedFile(file, f"is binary, byte {nul} is NUL; save its text as UTF-8")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise RefusedFile(file, f"is not UTF-8, byte {fault.start} does not fit; save it as UTF-8") from None
    if not text.strip().strip("\ufeff\u200b").strip():
        raise RefusedFile(file, "has only white space; write the article into it or remove it")
    return text


def _first_heading(text: str) -> str:
    """The first heading of a markdown text, without the markup inside it; empty when there is none."""
    for block in markdown_blocks(text):
        if block.kind in ("title", "heading"):
            shown = re.sub(r"\[([^\[\]]{0,500})\]\([^()]{0,2000}\)", r"\1", text[block.start : block.end])
            shown = re.sub(r"(?<!\\)[*`]+", "", shown)
            return one_line(re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", shown))
    return ""
