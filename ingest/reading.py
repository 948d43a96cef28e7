"""A file's bytes, whatever stands under its name: never waits for a pipe, never reads without a bound."""

import os
import stat
from pathlib import Path


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes; OSError, with the reason as `strerror`, for anything else."""
    # a pipe would otherwise be waited for, and may have come in the place of a file since somebody looked
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        about = os.fstat(descriptor)
        if stat.S_ISDIR(about.st_mode):
            raise OSError(0, "it is a folder")
        if not stat.S_ISREG(about.st_mode):
            raise OSError(0, "it is a pipe, a socket or a device and not a file")
        with open(descriptor, "rb", closefd=False) as opened:
            raw = opened.read(most + 1)
    finally:
        os.close(descriptor)
    if len(raw) > most:
        raise OSError(0, f"it has {max(about.st_size, len(raw)):,} bytes, the bound is {most:,}")
    return raw


def bytes_beside(path: Path, folder: Path, most: int) -> bytes:
    """The bytes of a file that stands beside the articles of `folder`.

    OSError as above and where its name is a link that leads out of the folder.
    """
    try:
        leads_out = path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
    except RuntimeError:
        raise OSError(0, "it is a link that leads round in a circle") from None
    if leads_out:
        raise OSError(0, "it is a link that leads out of the folder")
    return read_bounded(path, most)


def read_beside(path: Path, folder: Path, most: int) -> str:
    """The same as a text in UTF-8; also UnicodeDecodeError."""
    return bytes_beside(path, folder, most).decode("utf-8-sig")


def is_folder(path: Path) -> bool:
    """False also where the name is one that no folder can have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
