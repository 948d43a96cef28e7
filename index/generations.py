"""The generations of an index: published whole, checked before they are read, never changed.

    folder/  CURRENT   .build.lock   embeddings.sqlite
             gen-000042/  manifest.json  passages.jsonl  chroma/ or collections.json

CURRENT names a generation and the hash of its manifest; the manifest names each file with size and
hash. Whoever reads copies a generation to a private place first: opening Chroma writes to its folder, and
a builder may remove what is read.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.disk import (
    copy_file,
    list_file,
    list_names,
    open_file,
    remove,
    sync_tree,
    unlock_folder,
    write_atomically,
)
from index.errors import IndexDamaged
from index.private import REMEDY, cannot_copy
from index.room import check_room
from ingest.written import sync_folder

MANIFEST = "manifest.json"
CONTENTS = "passages.jsonl"
CHROMA = "chroma"
"""The folder of a generation whose vectors are among its own files."""
COLLECTIONS = "collections.json"
"""The file of a generation whose vectors are on a Chroma server: which ones they are."""
CURRENT = "CURRENT"
CACHE = "embeddings.sqlite"
BUILDING = "tmp-"
"""What a folder's name starts with while it is built or removed."""
KEPT = 2
MOST_SAID = 10_000
"""Bytes of CURRENT that are read."""

_NAME = re.compile(r"gen-(\d{6,})")


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state of the index."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def number(self) -> int:
        return _number(self.folder)

    @property
    def fingerprint(self) -> dict[str, Any]:
        return self.manifest["fingerprint"]


Take = Callable[[Path, str | None], Generation]
"""Makes sure of the generation in a folder, whose manifest has the hash given; IndexDamaged when it is not whole."""


def current_name(folder: Path) -> tuple[str, str] | None:
    """What CURRENT says: the generation's name and its manifest's hash; None when there is no index.

    IndexDamaged when it says nothing that can be followed.
    """
    try:
        with open_file(folder / CURRENT) as stream:
            said = json.loads(stream.read(MOST_SAID))
        name, manifest = said["generation"], said["manifest"]
        if not _NAME.fullmatch(name) or not isinstance(manifest, str):
            raise ValueError(f"it names {name!r}")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"{folder / CURRENT} cannot be followed ({_reason(error)}).") from error
    return name, manifest


def check_generation(folder: Path, manifest_hash: str | None = None) -> Generation:
    """The generation in `folder`; IndexDamaged when a byte of it is not what was written."""
    _, manifest = _read_manifest(folder, manifest_hash)
    for name in _same_files(folder, manifest):
        _same(folder, name, manifest, list_file)
    return Generation(folder, manifest)


def copy_generation(folder: Path, manifest_hash: str | None, place: Path) -> Generation:
    """A copy in `place` of the generation in `folder`, checked as it is copied.

    IndexDamaged when a byte is not what was written, also when a builder removes it meanwhile;
    DossierIndexError when `place` cannot be written to.
    """
    content, manifest = _read_manifest(folder, manifest_hash)
    needed = sum(file["size"] for file in manifest["files"].values())
    check_room(place, needed, REMEDY)
    copy = place / folder.name

    def write(file: Path) -> dict[str, Any]:
        target = copy / file.relative_to(folder)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            return copy_file(file, target)
        except OSError as error:
            if error.filename == str(file):
                raise
            raise cannot_copy(error, needed) from error

    try:
        for name in _same_files(folder, manifest):
            _same(folder, name, manifest, write)
        copy.mkdir(exist_ok=True)
        (copy / MANIFEST).write_bytes(content)
    except OSError as error:
        raise cannot_copy(error, needed) from error
    return Generation(copy, manifest)


def _read_manifest(folder: Path, manifest_hash: str | None) -> tuple[bytes, dict[str, Any]]:
    """The manifest as bytes and as values, its shape checked."""
    file = folder / MANIFEST
    try:
        with open_file(file) as stream:
            content = stream.read()
        manifest = json.loads(content)
        for file_said in manifest["files"].values():
            if type(file_said["size"]) is not int or type(file_said["sha256"]) is not str:
                raise ValueError("it lists no sizes and hashes")
        if not isinstance(manifest["fingerprint"], dict) or not isinstance(manifest["counts"], dict):
            raise ValueError("it has no fingerprint or no counts")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{file} cannot be read ({_reason(error)}).") from error
    if manifest_hash is not None and hashlib.sha256(content).hexdigest() != manifest_hash:
        raise IndexDamaged(f"{file} is not the one that was published.")
    return content, manifest


def _same_files(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """The files below `folder`, which are those that the manifest names."""
    found = set(list_names(folder)) - {MANIFEST}
    for name in sorted(found ^ manifest["files"].keys()):
        what = "does not belong there" if name in found else "is missing"
        raise IndexDamaged(f"{folder / name} {what}.")
    return sorted(found)


def _same(folder: Path, name: str, manifest: dict[str, Any], read: Callable[[Path], dict[str, Any]]) -> None:
    """IndexDamaged unless what `read` reads of a file is what the manifest says."""
    try:
        found = read(folder / name)
    except OSError as error:
        raise IndexDamaged(f"{folder / name} cannot be read ({_reason(error)}).") from error
    if found != manifest["files"][name]:
        raise IndexDamaged(f"{folder / name} is not what was written.")


def _reason(error: Exception) -> str:
    """Without the path, which the message names already."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def current_generation(folder: Path) -> Generation | None:
    """The published generation, checked; None when there is none; IndexDamaged when it is damaged."""
    name = current_name(folder)
    return check_generation(folder / name[0], name[1]) if name else None


def usable_generation(folder: Path, take: Take = check_generation) -> tuple[Generation | None, str]:
    """The current generation, else the newest whole one before it, with a warning that says so.

    `take` checks a generation, and may copy it; IndexDamaged from it passes the turn to an older one.
    """
    try:
        name = current_name(folder)
        return (take(folder / name[0], name[1]) if name else None), ""
    except IndexDamaged as error:
        for older in reversed(all_generations(folder)):
            try:
                generation = take(older, None)
            except IndexDamaged:
                continue
            return (
                generation,
                f"{error} The generation {older.name} is used instead. Mend it: python -m ingest",
            )
        return None, str(error)


def all_generations(folder: Path) -> list[Path]:
    """The oldest first."""
    return sorted((path for path in folder.glob("gen-*") if _NAME.fullmatch(path.name)), key=_number)


def _number(generation: Path) -> int:
    return int(generation.name.removeprefix("gen-"))


def is_tidy(folder: Path) -> bool:
    """True when no builder that was killed left anything behind, and none is at work."""
    left = any(path.name.startswith((BUILDING, f".{CURRENT}.", f"{CACHE}-")) for path in folder.iterdir())
    return not left and len(all_generations(folder)) <= KEPT


def tidy(folder: Path, current: Generation | None) -> None:
    """Removes what builders that were killed left behind. Hold the lock.

    With a whole `current` generation only that and the one before it stay; without, every one may be needed.
    """
    for path in folder.iterdir():
        if path.name.startswith((BUILDING, f".{CURRENT}.")):
            remove_generation(path)
    if current:
        before = [path for path in all_generations(folder) if _number(path) < current.number]
        _keep(folder, {current.folder, *before[1 - KEPT :]})


def begin(folder: Path) -> Path:
    """A new folder to build in. Hold the lock."""
    place = folder / f"{BUILDING}{os.getpid()}"
    place.mkdir()
    return place


def remove_generation(folder: Path) -> None:
    """Removes a generation, or what is left of one, and the vectors that it has on a server."""
    if unlock_folder(folder) and os.path.exists(folder / COLLECTIONS):
        from index.server import delete_collections  # here: importing Chroma takes most of a second

        delete_collections(folder / COLLECTIONS)
    remove(folder)


def publish(
    folder: Path, built: Path, manifest: dict[str, Any], before: Generation | None = None
) -> Generation:
    """Makes a built and verified folder the current generation; that and the one `before` stay."""
    manifest = {**manifest, "files": {name: list_file(built / name) for name in list_names(built)}}
    content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    (built / MANIFEST).write_bytes(content)
    sync_tree(built)
    number = max(map(_number, all_generations(folder)), default=0) + 1
    place = folder / f"gen-{number:06d}"
    os.rename(built, place)
    sync_folder(folder)
    pointer = {"generation": place.name, "manifest": hashlib.sha256(content).hexdigest()}
    if (folder / CURRENT).is_dir():  # which no file can replace
        remove(folder / CURRENT)
    try:
        write_atomically(folder / CURRENT, json.dumps(pointer).encode())
    except BaseException:
        said = current_name(folder)
        if said is None or said[0] != place.name:
            os.rename(place, built)  # nobody points to it: it is no generation
        raise
    _keep(folder, {place, before.folder} if before else set(all_generations(folder)[-KEPT:]))
    return Generation(place, manifest)


def _keep(folder: Path, kept: Set[Path]) -> None:
    """Removes all other generations; each goes whole, so that a kill in between leaves no part of one."""
    for old in all_generations(folder):
        if old not in kept:
            gone = folder / f"{BUILDING}{old.name}"
            try:
                os.rename(old, gone)
            except OSError:
                continue
            remove_generation(gone)
