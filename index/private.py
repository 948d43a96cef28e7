"""Folders that one process has to itself: Chroma writes to what it opens, and remembers clients by path."""

import fcntl
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from index.disk import remove_tree
from index.errors import DossierIndexError
from index.room import bytes_free, check_room, is_full, no_room

PREFIX = "dossier-index-"
OWNER = ".owner"
"""Locked for as long as the process that made the folder lives, however it ends."""

REMEDY = "Make room there, or name another folder with TMPDIR."

UNOWNED_SECONDS = 3600
"""A folder without an owner's file is just being made, or was left by a process killed while making it."""


class PrivateFolder:
    """A new folder at a path never used before; it goes when it is closed.

    What processes that were killed left behind is removed by whoever makes the next one.
    """

    def __init__(self, needed: int = 0):
        """NoRoom when fewer than `needed` bytes are free; DossierIndexError when it cannot be made."""
        self._maker = os.getpid()
        try:
            remove_unowned()
            check_room(Path(tempfile.gettempdir()), needed, REMEDY)
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        except OSError as error:
            raise cannot_copy(error) from error
        try:
            # under another name until it is locked, or somebody could take the owner for dead
            unlocked = self.path / f"{OWNER}-"
            self._lock = unlocked.open("wb")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            unlocked.rename(self.path / OWNER)
        except OSError as error:
            remove_tree(self.path)
            raise cannot_copy(error) from error

    def close(self) -> None:
        """Removes the folder; nothing happens in a process that only inherited it by a fork."""
        if os.getpid() == self._maker:
            remove_tree(self.path)
            self._lock.close()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def cannot_copy(error: OSError, needed: int = 0) -> DossierIndexError:
    """What to raise when writing to a private folder failed."""
    place = Path(tempfile.tempdir or "the folder for temporary files")
    if is_full(error):
        return no_room(place, needed, bytes_free(place), REMEDY)
    return DossierIndexError(f"The index cannot be copied to {place} ({error.strerror or error}). {REMEDY}")


def remove_unowned() -> None:
    """Removes private folders whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            # the place is shared with other users, who could put a link there
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            owner = folder / OWNER
            if owner.is_file():
                with owner.open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove_tree(folder)
            elif time.time() - folder.stat().st_mtime > UNOWNED_SECONDS and not any(
                path.name != f"{OWNER}-" for path in folder.iterdir()
            ):
                remove_tree(folder)
