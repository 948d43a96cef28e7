"""The few ways in which an index touches the disk, so that a crash between any two of them is harmless."""

import errno
import fcntl
import hashlib
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import BuildInProgress, DossierIndexError
from ingest.written import sync_folder

LOCK = ".build.lock"


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Holds the folder's build lock; BuildInProgress when another process does.

    The lock goes with the process that holds it, however it ends. DossierIndexError when the folder
    cannot be written to.
    """
    lock_file = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if lock_file.exists() and not lock_file.is_file():
            raise DossierIndexError(f"{lock_file} is no file. Remove it, and try again.")
        lock = lock_file.open("a")
    except OSError as error:
        raise DossierIndexError(
            f"The index cannot be kept in {folder} ({error.strerror}). Name another folder with --home or --index."
        ) from error
    with lock as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildInProgress(
                f"Another process is building the index in {folder}. Wait until it is done, and try again."
            ) from error
        yield


def write_atomically(file: Path, content: bytes) -> None:
    """Replaces a file so that a reader sees the old content or the new, never a part."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def sync_tree(folder: Path) -> None:
    """Makes sure that every file below `folder`, and its name, has reached the disk."""
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as stream:
                os.fsync(stream.fileno())
        sync_folder(Path(parent))


@contextmanager
def open_file(file: Path) -> Iterator[BinaryIO]:
    """Opens a file to be read; OSError when it is a folder, a pipe or anything else that is no file."""
    # without O_NONBLOCK, opening a pipe would wait for somebody who writes to it
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        with open(descriptor, "rb", closefd=False) as stream:
            yield stream
    finally:
        os.close(descriptor)


def copy_file(file: Path, copy: Path) -> dict[str, Any]:
    """Copies a file; size and sha256 of what was read. OSError names the one of the two that is at fault."""
    digest, size = hashlib.sha256(), 0
    with open_file(file) as source, copy.open("xb") as target:
        while piece := source.read(1 << 20):
            digest.update(piece)
            size += len(piece)
            try:
                target.write(piece)
                target.flush()
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(copy)) from error
    return {"size": size, "sha256": digest.hexdigest()}


def list_names(folder: Path) -> list[str]:
    """Relative paths of all files below `folder`, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def list_file(file: Path) -> dict[str, Any]:
    """Size and sha256 of a file, as a manifest has them."""
    with open_file(file) as stream:
        return {
            "size": os.fstat(stream.fileno()).st_size,
            "sha256": hashlib.file_digest(stream, "sha256").hexdigest(),
        }


def remove_tree(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def unlock_folder(path: Path) -> bool:
    """True for a folder, which from here on may be listed and emptied; False for anything else."""
    if not path.is_dir() or path.is_symlink():
        return False
    with suppress(OSError):
        path.chmod(0o700)
    return True


def remove(path: Path) -> None:
    """Removes whatever is there, a folder or not; what cannot be removed stays."""
    if unlock_folder(path):
        remove_tree(path)
    else:
        with suppress(OSError):
            path.unlink()
