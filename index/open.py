"""The index as a reader has it: the newest whole generation, followed when a newer one is published."""

import logging
import os
import threading
import weakref
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedder import Embedder
from index.errors import DossierIndexError, Forked, IndexDamaged
from index.fingerprint import SCHEMA, embedder_fingerprint
from index.generations import CONTENTS, Generation, copy_generation, current_name, usable_generation
from index.private import PrivateFolder
from index.records import Contents, read_contents
from index.search import Found, Searcher
from index.stores import store_at

if TYPE_CHECKING:
    from index.vectors import Vectors

log = logging.getLogger(__name__)

TRIES = 5
"""Times that a generation is looked for which a builder removed meanwhile; each time is a build or more."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """One generation in use."""

    name: str
    fingerprint: dict
    searcher: Searcher
    warning: str
    release: Callable[[], object]
    """Gives back the private copy."""


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
        self._process = os.getpid()
        self._made_by = {"schema": SCHEMA, "embedder": embedder_fingerprint(embedder)}
        self._lock = threading.Lock()
        self._seen: tuple[str, str] | None = None
        self._opened, self._seen = self._open()
        if self._opened.warning:
            log.warning("index-damaged reason=%r", self._opened.warning)

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
        """The searcher of the newest generation; keep it for all that belongs to one answer.

        Forked in a process that inherited the index by a fork: its libraries' threads are not there.
        """
        if os.getpid() != self._process:
            raise Forked(
                f"This index was opened by process {self._process}, which process {os.getpid()} was forked from. "
                "Open an index in the new process, or start it by spawn instead of fork."
            )
        if self._look() != self._seen:
            with self._lock:
                said = self._look()
                if said != self._seen:
                    try:
                        opened, seen = self._open()
                        if opened.warning:
                            # what is open is whole, and no older than what would take its place
                            opened.release()
                            raise IndexDamaged(opened.warning)
                        # in this order: who does not wait for the lock looks at the second first
                        self._opened = opened
                        self._seen = seen
                    except DossierIndexError as error:
                        log.warning("newer-index-refused reason=%r", str(error))
                        self._seen = said
        return self._opened.searcher

    def _look(self) -> tuple[str, str] | None:
        """What CURRENT says; while it is missing or broken, what it said before: what is open still holds."""
        try:
            return current_name(self.folder) or self._seen
        except IndexDamaged:
            return self._seen

    def close(self) -> None:
        """Gives back the private copy; the index cannot be searched any more."""
        self._opened.release()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> tuple[_Opened, tuple[str, str] | None]:
        """A copy of the newest usable generation, open, and what CURRENT said when it was made."""
        for _ in range(TRIES):
            said = self._look()
            generation, private, warning = self._copy()
            # a builder may have removed what CURRENT named a moment ago: then it names another by now
            if not warning or said == self._look():
                break
            if private:
                private.close()
        if generation is None or private is None:
            raise IndexDamaged(
                f"{warning or f'There is no index in {self.folder}.'} Make it: python -m ingest"
            )
        try:
            contents = read_contents(generation.folder / CONTENTS)
            try:
                vectors = self._store.open(generation.folder)
            except Exception as error:  # Chroma raises classes of many kinds
                vectors = None
                warning = (
                    f"{warning} Search goes by words alone: the vectors cannot be opened ({error}).".strip()
                )
            searcher = Searcher(contents, vectors, self.embedder, self._prepared)
        except (ValueError, KeyError, TypeError) as error:
            private.close()
            name = generation.folder.name
            raise IndexDamaged(f"{self.folder / name / CONTENTS} cannot be read ({error}).") from error
        # the copy goes when the last answer that uses it is done, or when the process ends
        release = weakref.finalize(searcher, _release, vectors, private, self._process)
        return _Opened(generation.folder.name, generation.fingerprint, searcher, warning, release), said

    def _copy(self) -> tuple[Generation | None, PrivateFolder | None, str]:
        """See `usable_generation`; the generation is a copy in a private folder of its own."""
        private: PrivateFolder | None = None

        def take(folder: Path, manifest_hash: str | None) -> Generation:
            nonlocal private
            if private:
                private.close()
            private = PrivateFolder()
            generation = copy_generation(folder, manifest_hash, private.path)
            made_by = {name: generation.fingerprint.get(name) for name in self._made_by}
            if made_by != self._made_by:
                raise IndexDamaged(
                    f"{folder} was made by another version of Dossier or with another embedder."
                )
            return generation

        try:
            generation, warning = usable_generation(self.folder, take)
        except BaseException:
            if private:
                private.close()
            raise
        if generation is None and private:
            private.close()
        return generation, private if generation else None, warning


def _release(vectors: "Vectors | None", private: PrivateFolder, process: int) -> None:
    if os.getpid() != process:
        return  # a fork, which has neither the threads that closing needs nor the right to remove anything
    if vectors is not None:
        vectors.close()
    private.close()


def open_index(folder: Path, embedder: Embedder, prepared: bool = True, chroma: str = "") -> Index:
    """Opens the published index; IndexDamaged when there is none that can be used.

    `prepared` False leaves the questions written beforehand out of the search, for comparison. `chroma` is the
    address of the server that holds the vectors; empty where the folder does.
    """
    return Index(folder, embedder, prepared, chroma)
