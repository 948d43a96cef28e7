"""The few ways in which an index touches the disk, so that a crash between any two of them is harmless."""

import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import BuildInProgress, DossierIndexError


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Holds the folder's build lock; BuildInProgress when another process does.

    The lock goes with the process that holds it, however it ends. DossierIndexError when the folder
    cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".build.lock").open("a")
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


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_hash(file: Path) -> str:
    """sha256 of a file's bytes, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def list_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Relative path → size and sha256 of every file below `folder`, in order of the paths."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": file_hash(path)}
        for path in files
    }


def remove_tree(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def read_json(file: Path) -> Any:
    """DossierIndexError when the file is missing or is not JSON."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise DossierIndexError(f"{file} cannot be read ({error}).") from error
