"""Where a generation's vectors are: among its own files, or on a Chroma server."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import VectorsLost
from index.generations import CHROMA, COLLECTIONS
from index.room import bytes_of_vectors

if TYPE_CHECKING:
    from index.vectors import Vectors


class Store(Protocol):
    """Keeps vectors; the folder of a generation, or of one being built, says which are its own."""

    fingerprint: Mapping[str, str]
    """Its part of the index's fingerprint; empty for files, so that it changes for no index that has them."""

    def check(self) -> None:
        """VectorsUnavailable unless vectors can be stored and asked now."""
        ...

    def bytes_needed(self, entries: int, dimension: int) -> int:
        """About how many bytes on the disk of the index the vectors of so many entries take."""
        ...

    def holds(self, folder: Path) -> bool:
        """Whether the vectors of a generation, whose files are whole, are there and its own.

        VectorsUnavailable when that cannot be seen.
        """
        ...

    def new(self, folder: Path, entries: int) -> "AbstractContextManager[Vectors]":
        """New, empty collections for a generation that is being built, to be filled with so many entries."""
        ...

    def open(self, folder: Path) -> "Vectors":
        """The vectors of a generation, given by a private copy of its folder."""
        ...


class FileStore:
    """Vectors in a folder of Chroma's inside the generation."""

    fingerprint: Mapping[str, str] = {}

    def check(self) -> None:
        pass  # whoever writes a file will see

    def bytes_needed(self, entries: int, dimension: int) -> int:
        return bytes_of_vectors(entries, dimension)

    def holds(self, folder: Path) -> bool:
        return True  # they are among the files

    def new(self, folder: Path, entries: int) -> "AbstractContextManager[Vectors]":
        # here and below, because importing Chroma takes most of a second
        from index.vectors import new_vectors

        return new_vectors(folder / CHROMA, entries)

    def open(self, folder: Path) -> "Vectors":
        from index import vectors

        if (folder / COLLECTIONS).exists():
            raise VectorsLost("They are on a Chroma server: name it with --chroma.")
        return vectors.open_vectors(folder / CHROMA)


def store_at(chroma: str) -> Store:
    """The store of an index: a Chroma server's by its address, else files; DossierIndexError for a wrong one."""
    if not chroma:
        return FileStore()
    from index.server import ServerStore

    return ServerStore(chroma)
