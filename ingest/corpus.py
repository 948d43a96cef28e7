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

MANIFEST = "articles.toml"
SYNONYMS = "synonyms.txt"
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
    if not folder.is_dir():
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
    if not any(block.kind != "title" for block in blocks):
        raise RefusedFile(document.file, "nothing in it reads like the text of an article")
    return Article(
        id=entry.get("id") or article_id(document.file),
        text=document.text,
        title=title or Path(document.file).stem.replace("-", " ").replace("_", " "),
        blocks=tuple(blocks),
        file=document.file,
        sha256=document.sha256,
        authors=authors,
        publisher=entry.get("publisher") or document.publisher or None,
    )


def article_id(file: str) -> str:
    """A stable id from a file's path: its letters and digits, joined by hyphens, without the suffix."""
    name = unicodedata.normalize("NFC", str(Path(file).with_suffix("")))
    return re.sub(r"[^\w]+", "-", name).strip("-").casefold() or "article"


def _first(text: str, blocks: list[Block], kind: str) -> str:
    return next((text[block.start : block.end] for block in blocks if block.kind == kind), "")


def _read_manifest(file: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    if not file.exists():
        return {}, []
    try:
        manifest = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise IngestError(f"{file} cannot be read: {error}. Mend it or take it away.") from error
    for key in manifest:
        if key not in ("examples", "article"):
            raise IngestError(f"{file} has an unknown key `{key}`. Known are `examples` and [[article]].")
    examples = manifest.get("examples", [])
    if not isinstance(examples, list) or not all(isinstance(example, str) for example in examples):
        raise IngestError(f"{file}: `examples` must be a list of questions in quotes.")
    tables = manifest.get("article", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise IngestError(f"{file}: each article is a table of its own, headed [[article]].")
    entries: dict[str, dict[str, Any]] = {}
    ids = set()
    for table in tables:
        _check_entry(file, table)
        for value, seen, what in ((table["file"], entries, "file"), (table.get("id"), ids, "id")):
            if value in seen:
                raise IngestError(f"{file} has two articles with the {what} {value}. Take one out.")
        entries[table["file"]] = table
        if "id" in table:
            ids.add(table["id"])
    return entries, examples


def _check_entry(file: Path, table: Mapping[str, Any]) -> None:
    if not isinstance(table.get("file"), str):
        raise IngestError(
            f"{file}: an [[article]] has no `file`. Add the file's name, relative to the folder."
        )
    for key, value in table.items():
        if key not in _KEYS:
            known = ", ".join(_KEYS)
            raise IngestError(f"{file}: {table['file']} has an unknown key `{key}`. Known are {known}.")
        wanted = _KEYS[key]
        strings = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not isinstance(value, wanted) or (wanted is list and not strings):
            kind = "a list of texts" if wanted is list else "a text in quotes"
            raise IngestError(f"{file}: `{key}` of {table['file']} must be {kind}, and is {value!r}.")
        if wanted is str and not value.strip():
            raise IngestError(f"{file}: `{key}` of {table['file']} is empty. Fill it in or take it out.")


def _read_synonyms(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (UnicodeDecodeError, OSError) as error:
        raise IngestError(f"{file} cannot be read: {error}. Save it as UTF-8 or take it away.") from error
