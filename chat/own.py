"""A corpus of the user's own: a copy of another one, kept like it, and the articles that were added."""

import filecmp
import hashlib
import os
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from chat.config import folder_name
from chat.errors import ChatError
from ingest import Article, RefusedFile, load_document, make_article
from ingest.loaders import MAX_BYTES, SUFFIXES
from ingest.reading import is_folder

ADDED = "uploads"
"""The folder of what was added, inside the corpus."""


class OwnCorpusError(ChatError):
    """The copy cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class OwnCorpus:
    """The folder of a corpus that articles can be added to; the one that it began with stays as it is."""

    folder: Path

    def add(self, name: str, content: bytes) -> None:
        """Adds a file to what the next build of the index reads; RefusedFile when ingest could not use it."""
        _check_name(name)
        if len(content) > MAX_BYTES:
            raise RefusedFile(name, f"it has {len(content):,} bytes, and at most {MAX_BYTES:,} are read")
        place = self.folder / ADDED / name
        if place.exists():
            if place.read_bytes() == content:
                return
            raise RefusedFile(
                name, "there is one of this name already; remove that first, or rename this one"
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        trial = place.with_name(f".{hashlib.sha256(name.encode()).hexdigest()[:12]}{place.suffix}")
        try:
            trial.write_bytes(content)
            make_article(load_document(trial, self.folder))
            os.replace(trial, place)
        except RefusedFile as fault:
            raise RefusedFile(name, fault.reason) from fault
        finally:
            trial.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Takes away a file that was added; KeyError for any other."""
        if name not in self.names():
            raise KeyError(name)
        (self.folder / ADDED / name).unlink()

    def names(self) -> list[str]:
        """The files that were added."""
        folder = self.folder / ADDED
        return sorted(path.name for path in folder.glob("*") if not path.name.startswith("."))


def added_name(article: Article) -> str:
    """The name under which an article was added; empty when it came with the corpus."""
    return article.file.removeprefix(f"{ADDED}/") if article.file.startswith(f"{ADDED}/") else ""


def open_own_corpus(corpus: Path, home: Path) -> OwnCorpus:
    """The own corpus that goes with `corpus`, below `home`; what has changed in `corpus` is copied to it.

    OwnCorpusError when that cannot be done.
    """
    if not is_folder(corpus):
        raise OwnCorpusError(
            f"The corpus folder {corpus} does not exist. Name a folder of articles with --corpus."
        )
    place = corpus.resolve()
    folder = home / "own" / folder_name(corpus)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy_changed(place, folder, top=True)
    except OSError as error:
        raise OwnCorpusError(
            f"{corpus} cannot be copied to {folder} ({error.strerror}). Make room there, or name another place with --home."
        ) from error
    return OwnCorpus(folder)


def _copy_changed(source: Path, target: Path, top: bool = False) -> None:
    """Makes `target` like `source`, hidden files and the folder of what was added left out."""
    wanted = {path.name: path for path in source.iterdir() if not path.name.startswith(".")}
    for path in target.iterdir():
        if path.name not in wanted and not (top and path.name == ADDED) and not path.name.startswith("."):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, path in wanted.items():
        if top and name == ADDED:
            raise OwnCorpusError(
                f"{source} has a folder {ADDED}, which is where articles are added: rename it."
            )
        copy = target / name
        if path.is_dir() and not path.is_symlink():
            copy.mkdir(exist_ok=True)
            _copy_changed(path, copy)
        elif path.is_symlink() or (
            path.is_file() and not (copy.is_file() and filecmp.cmp(path, copy, False))
        ):
            copy.unlink(missing_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)  # a link that leads out stays one, and is refused


def _check_name(name: str) -> None:
    """RefusedFile for a name that cannot be that of an article."""
    shown = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else "�" for c in name)[:200]
    if shown != name or "/" in name or "\\" in name or name.startswith(".") or len(name.encode()) > 200:
        raise RefusedFile(
            shown, "its name is too long, is hidden or has characters that no name has; rename it"
        )
    if Path(name).suffix.lower() not in SUFFIXES:
        raise RefusedFile(name, f"its ending is not one of {', '.join(sorted(SUFFIXES))}; convert it")
    if name.lower().startswith("readme") or name.lower() == "synonyms.txt":
        raise RefusedFile(name, "files of this name say something about a folder and are not read; rename it")
