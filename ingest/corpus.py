"""A folder to a corpus: which articles it holds, and which files were refused and why."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.articles import Article, Block
from ingest.content import find_title, text_blocks
from ingest.errors import IngestError, RefusedFile
from ingest.loaders import Document, load_folder
from ingest.markdown import markdown_blocks
from ingest.reading import is_folder, read_beside

MANIFEST = "articles.toml"
SYNONYMS = "synonyms.txt"
BESIDE_MOST = 2_000_000
"""Bytes of articles.toml and of synonyms.txt."""
VALUE_MOST = 1_000
"""Characters of an id, a title, a name or an example."""
_KEYS = {"id": str, "file": str, "title": str, "authors": list, "publisher": str, "leave_out": list}


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a folder, by id, in the order of articles.toml or of the file names."""

    folder: Path
    articles: Mapping[str, Article]
    refused: tuple[RefusedFile, ...] = ()
    """Files that were not used, each with its reason."""
    examples: tuple[str, ...] = ()
    """Questions to begin with, from articles.toml."""
    synonyms: str = ""
    """The text of synonyms.txt; empty when there is none."""


def read_corpus(folder: Path, strict: bool = False) -> Corpus:
    """Reads every article of `folder`; with `strict` the first refused file raises.

    IngestError when the folder is missing, its articles.toml is wrong, or no file can be used.
    """
    if not is_folder(folder):
        raise IngestError(
            f"The corpus folder {folder} does not exist. Name a folder of articles with --corpus."
        )
    entries, examples = _read_manifest(folder / MANIFEST)
    documents, refused = load_folder(folder)
    refused = list(refused)
    if strict and refused:
        raise refused[0]
    by_file = {document.file: document for document in documents}
    missing = [file for file in entries if file not in by_file and not any(r.file == file for r in refused)]
    if missing:
        raise IngestError(
            f"{MANIFEST} names {missing[0]}, which is not in {folder}. Add the file or take the entry out."
        )
    order = [file for file in entries if file in by_file] + [file for file in by_file if file not in entries]
    articles: dict[str, Article] = {}
    for file in order:
        try:
            article = make_article(by_file[file], entries.get(file, {}))
            if article.id in articles:
                raise RefusedFile(
                    file,
                    f"its id {article.id} is already that of {articles[article.id].file}; rename the file or "
                    f"give it another id in {MANIFEST}",
                )
        except RefusedFile as error:
            if strict:
                raise
            refused.append(error)
            continue
        articles[article.id] = article
    if not articles:
        if refused:
            reasons = "; ".join(str(error) for error in refused[:3])
            raise IngestError(f"No file in {folder} can be used: {reasons}.")
        raise IngestError(
            f"There is no article in {folder}: put .txt, .md, .html, .pdf or .docx files there, or name "
            "another folder with --corpus."
        )
    return Corpus(folder, articles, tuple(refused), tuple(examples), _read_synonyms(folder / SYNONYMS))


def make_article(document: Document, entry: Mapping[str, Any] | None = None) -> Article:
    """The article in a document; RefusedFile when nothing of it is content.

    `entry` is the document's table in articles.toml; what it says goes before what the document says.
    """
    entry = entry or {}
    leave_out = entry.get("leave_out", ())
    authors = tuple(entry.get("authors", document.authors))
    title = entry.get("title") or document.title
    if document.format == "markdown":
        blocks = [
            block
            for block in markdown_blocks(document.text)
            if document.text[block.start : block.end] not in leave_out
        ]
        title = title or _first(document.text, blocks, "title")
    else:
        title = title or find_title(document.text, leave_out)
        blocks = text_blocks(document.text, title, authors, leave_out)
    said = (document.text[block.start : block.end] for block in blocks if block.kind != "title")
    if not any(c.isalnum() for text in said for c in text):
        raise RefusedFile(document.file, "nothing in it reads like the text of an article")
    return Article(
        id=entry.get("id") or article_id(document.file),
        text=document.text,
        title=_short_title(title) or Path(document.file).stem.replace("-", " ").replace("_", " "),
        blocks=tuple(blocks),
        file=document.file,
        sha256=document.sha256,
        authors=authors,
        publisher=entry.get("publisher") or document.publisher or None,
    )


def _short_title(title: str) -> str:
    return title if len(title) <= VALUE_MOST else f"{title[: VALUE_MOST - 1]}…"


def article_id(file: str) -> str:
    """A stable id from a file's path: its letters and digits, joined by hyphens, without the suffix."""
    name = unicodedata.normalize("NFC", str(Path(file).with_suffix("")))
    return re.sub(r"[^\w]+", "-", name).strip("-").casefold() or "article"


def _first(text: str, blocks: list[Block], kind: str) -> str:
    return next((text[block.start : block.end] for block in blocks if block.kind == kind), "")


def _read_manifest(file: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    try:
        manifest = tomllib.loads(read_beside(file, file.parent, BESIDE_MOST).replace("\r\n", "\n"))
    except FileNotFoundError:
        return {}, []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise IngestError(f"{file} cannot be read: {_why(error)}. Mend it or take it away.") from error
    except RecursionError:
        raise IngestError(
            f"{file} cannot be read: its lists stand too deep in each other. Mend it."
        ) from None
    for key in manifest:
        if key not in ("examples", "article"):
            raise IngestError(
                f"{file} has an unknown key `{_short(key)}`. Known are `examples` and [[article]]."
            )
    examples = manifest.get("examples", [])
    if not isinstance(examples, list) or not all(isinstance(example, str) for example in examples):
        raise IngestError(f"{file}: `examples` must be a list of questions in quotes.")
    if any(len(example) > VALUE_MOST for example in examples):
        raise IngestError(f"{file}: an example has more than {VALUE_MOST:,} characters. Shorten it.")
    tables = manifest.get("article", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise IngestError(f"{file}: each article is a table of its own, headed [[article]].")
    entries: dict[str, dict[str, Any]] = {}
    ids = set()
    for table in tables:
        _check_entry(file, table)
        for value, seen, what in ((table["file"], entries, "file"), (table.get("id"), ids, "id")):
            if value in seen:
                raise IngestError(f"{file} has two articles with the {what} {_short(value)}. Take one out.")
        entries[table["file"]] = table
        if "id" in table:
            ids.add(table["id"])
    return entries, examples


def _check_entry(file: Path, table: Mapping[str, Any]) -> None:
    if not isinstance(table.get("file"), str):
        raise IngestError(
            f"{file}: an [[article]] has no `file`. Add the file's name, relative to the folder."
        )
    name = _short(table["file"])
    for key, value in table.items():
        if key not in _KEYS:
            known = ", ".join(_KEYS)
            raise IngestError(
                f"{file}: {_short(table['file'])} has an unknown key `{_short(key)}`. Known are {known}."
            )
        wanted = _KEYS[key]
        strings = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not isinstance(value, wanted) or (wanted is list and not strings):
            kind = "a list of texts" if wanted is list else "a text in quotes"
            raise IngestError(f"{file}: `{key}` of {name} must be {kind}, and is {repr(value)[:200]}.")
        if wanted is str and not value.strip():
            raise IngestError(f"{file}: `{key}` of {name} is empty. Fill it in or take it out.")
        if key != "leave_out" and any(
            len(text) > VALUE_MOST for text in ([value] if wanted is str else value)
        ):
            raise IngestError(
                f"{file}: `{key}` of {name} has more than {VALUE_MOST:,} characters. Shorten it."
            )
        if key == "id" and not value.isprintable():
            raise IngestError(f"{file}: `id` of {name} has characters that cannot be shown. Change it.")


def _read_synonyms(file: Path) -> str:
    try:
        return read_beside(file, file.parent, BESIDE_MOST)
    except FileNotFoundError:
        return ""
    except (UnicodeDecodeError, OSError) as error:
        raise IngestError(
            f"{file} cannot be read: {_why(error)}. Save it as UTF-8 or take it away."
        ) from error


def _why(error: Exception) -> str:
    """What is wrong with a file, without its name and without what stands in it."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8, byte {error.start} does not fit"
    return " ".join(str(error).split())[:200]


def _short(text: str) -> str:
    """A name as it stands in a message: on one line, and not all of a long one."""
    return "".join(c if c.isprintable() else "�" for c in text[:100])
