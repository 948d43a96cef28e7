"""The index as a reader has it: the newest whole generation, followed when a newer one is published."""

import logging
import tempfile
import threading
import weakref
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.disk import remove_tree
from index.embedder import Embedder
from index.errors import DossierIndexError, IndexDamaged
from index.generations import CONTENTS, current_name, private_copy, usable_generation
from index.records import Contents, read_contents
from index.search import Found, Searcher
from index.stores import store_at

if TYPE_CHECKING:
    from index.vectors import Vectors

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """One generation in use."""

    name: str
    fingerprint: dict
    searcher: Searcher
    warning: str


class Index:
    """Searches the published generation; before each question it looks whether a newer one is there.

    Open it with `open_index` and close it, or use it as a context manager.
    """

    def __init__(self, folder: Path, embedder: Embedder, prepared: bool = True, chroma: str = ""):
        self.folder = folder
        self.chroma = chroma
        self._store = store_at(chroma)
        self.embedder = embedder
        self._prepared = prepared
        self._lock = threading.Lock()
        self._seen: object = None
        self._opened = self._open()

    @property
    def contents(self) -> Contents:
        return self._opened.searcher.contents

    @property
    def searcher(self) -> Searcher:
        return self._opened.searcher

    @property
    def generation(self) -> str:
        return self._opened.name

    @property
    def fingerprint(self) -> dict:
        return self._opened.fingerprint

    @property
    def warning(self) -> str:
        """What is wrong with the stored index although answers can be given; empty when nothing is."""
        return f"{self._opened.warning} {self._opened.searcher.problem}".strip()

    def search(self, question: str, scope: AbstractSet[str] | None = None, limit: int = 50) -> Found:
        """See `Searcher.search`."""
        return self.current().search(question, scope, limit)

    def current(self) -> Searcher:
        """The searcher of the newest generation; keep it for all that belongs to one answer."""
        try:
            said = current_name(self.folder)
        except IndexDamaged:
            said = self._seen  # whoever broke it will mend it; what is open still holds
        if said != self._seen and said is not None:
            with self._lock:
                if said != self._seen:
                    try:
                        self._opened = self._open()
                    except DossierIndexError as error:
                        log.warning("The newer index cannot be used; the open one stays: %s", error)
                        self._seen = said
        return self._opened.searcher

    def close(self) -> None:
        """Gives back the private copy; the index cannot be searched any more."""
        self._release()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> _Opened:
        # a builder may remove the generation between the look and the copy: look again then
        for attempt in range(5):
            try:
                self._seen = current_name(self.folder)
            except IndexDamaged:
                self._seen = None
            generation, warning = usable_generation(self.folder)
            if generation is None:
                raise IndexDamaged(
                    f"{warning or f'There is no index in {self.folder}.'} Make it: python -m ingest"
                )
            try:
                place = private_copy(generation)
                break
            except OSError as error:
                if attempt == 4:
                    raise DossierIndexError(
                        f"The index cannot be copied to {tempfile.gettempdir()} ({error.strerror or 'some files'}). "
                        "Make room there, or name another folder with TMPDIR."
                    ) from error
        try:
            contents = read_contents(place / CONTENTS)
            try:
                vectors = self._store.open(place)
            except Exception as error:  # Chroma raises classes of many kinds
                vectors = None
                warning = (
                    f"{warning} Search goes by words alone: the vectors cannot be opened ({error}).".strip()
                )
            searcher = Searcher(contents, vectors, self.embedder, self._prepared)
        except (ValueError, KeyError, TypeError) as error:
            remove_tree(place.parent)
            raise IndexDamaged(f"{generation.folder / CONTENTS} cannot be read ({error}).") from error
        if warning:
            log.warning(warning)
        # the copy goes when the last answer that uses it is done, or when the process ends
        self._release = weakref.finalize(searcher, _release, vectors, place.parent)
        return _Opened(generation.folder.name, generation.fingerprint, searcher, warning)


def _release(vectors: "Vectors | None", place: Path) -> None:
    if vectors is not None:
        vectors.close()
    remove_tree(place)


def open_index(folder: Path, embedder: Embedder, prepared: bool = True, chroma: str = "") -> Index:
    """Opens the published index; IndexDamaged when there is none that can be used.

    `prepared` False leaves the questions written beforehand out of the search, for comparison. `chroma` is the
    address of the server that holds the vectors; empty where the folder does.
    """
    return Index(folder, embedder, prepared, chroma)
