"""Room on the disk: what an index needs, what is free, and the message when that is not enough."""

import errno
import os
import resource
import sqlite3
from pathlib import Path

from index.errors import NoRoom

EMPTY_INDEX = 1_000_000
"""Bytes of an index of hardly any text: Chroma allots 180 kB to each of four collections, and its database."""

PER_VECTOR = (8, 400)
"""Bytes of an entry in Chroma: so many for each number of its vector, and so many more; 3.2 kB were measured
with 384 numbers, in an index of 2,861 entries."""

PER_CACHED = 12
"""Bytes in the cache for each number of a vector: with 384, SQLite gives each a page of 4,096 bytes and more."""

WORDS = ("disk is full", "No space left", "File too large")


def bytes_of_vectors(entries: int, dimension: int) -> int:
    """About how many bytes Chroma writes for the vectors of so many entries."""
    by_number, more = PER_VECTOR
    return EMPTY_INDEX + entries * (dimension * by_number + more)


def bytes_to_cache(entries: int, dimension: int, cached: int) -> int:
    """About how many bytes the cache grows by for so many entries, beside the `cached` ones that it has."""
    return max(0, entries * dimension * PER_CACHED - cached)


def bytes_free(folder: Path) -> int:
    """Bytes that this process may write to the disk that `folder` is on, or will be."""
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    free = found.f_bavail * found.f_frsize
    return free if limit == resource.RLIM_INFINITY else min(free, limit)


def check_room(folder: Path, needed: int, remedy: str) -> None:
    """NoRoom when fewer than `needed` bytes are free where `folder` is."""
    free = bytes_free(folder)
    if free < needed:
        raise no_room(folder, needed, free, remedy)


def no_room(folder: Path, needed: int, free: int, remedy: str, reason: str = "") -> NoRoom:
    """What to raise when there are not enough bytes, or when a disk or a quota says that there are not."""
    why = f" ({reason})" if reason else ""
    return NoRoom(
        f"The disk of {folder} has no room{why}: about {needed:,} bytes are needed and {free:,} are free. {remedy}"
    )


def is_full(error: BaseException | None) -> bool:
    """True when an error, or one that it came from, says that a disk, a quota or a file's bound is reached."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        if getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            return True
        # Chroma and shutil have no kinds of their own for it
        if isinstance(error, NoRoom) or any(words in str(error) for words in WORDS):
            return True
        error = error.__cause__
    return False
