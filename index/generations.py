"""The generations of an index: published whole, checked before they are read, never changed.

    folder/  CURRENT   .build.lock   embeddings.sqlite
             gen-000042/  manifest.json  passages.jsonl  chroma/ or collections.json

CURRENT names a generation and the hash of its manifest; the manifest names each file with size and
hash. Whoever reads copies a generation to a private place first: opening Chroma writes to its folder.
"""

import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.disk import file_hash, list_files, read_json, remove_tree, sync_folder, sync_tree, write_atomically
from index.errors import DossierIndexError, IndexDamaged

MANIFEST = "manifest.json"
CONTENTS = "passages.jsonl"
CHROMA = "chroma"
"""The folder of a generation whose vectors are among its own files."""
COLLECTIONS = "collections.json"
"""The file of a generation whose vectors are on a Chroma server: which ones they are."""
CURRENT = "CURRENT"
CACHE = "embeddings.sqlite"
KEPT = 2

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


def current_name(folder: Path) -> tuple[str, str] | None:
    """What CURRENT says: the generation's name and its manifest's hash; None when there is no index.

    IndexDamaged when it says nothing that can be followed.
    """
    try:
        said = json.loads((folder / CURRENT).read_bytes())
        name, manifest = said["generation"], said["manifest"]
        if not _NAME.fullmatch(name) or not isinstance(manifest, str):
            raise ValueError(f"it names {name!r}")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{folder / CURRENT} cannot be followed ({error}).") from error
    return name, manifest


def check_generation(folder: Path, manifest_hash: str | None = None) -> Generation:
    """The generation in `folder`; IndexDamaged when a byte of it is not what was written."""
    try:
        manifest_file = folder / MANIFEST
        if manifest_hash is not None and file_hash(manifest_file) != manifest_hash:
            raise IndexDamaged(f"{manifest_file} is not the one that was published.")
        manifest = read_json(manifest_file)
        wanted = manifest["files"]
        found = list_files(folder)
        found.pop(MANIFEST, None)
    except (OSError, DossierIndexError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"The generation in {folder} cannot be read ({error}).") from error
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            what = "is missing" if name not in found else "is not what was written"
            raise IndexDamaged(f"{folder / name} {what}.")
    return Generation(folder, manifest)


def current_generation(folder: Path) -> Generation | None:
    """The published generation, checked; None when there is none; IndexDamaged when it is damaged."""
    name = current_name(folder)
    return check_generation(folder / name[0], name[1]) if name else None


def usable_generation(folder: Path) -> tuple[Generation | None, str]:
    """The current generation, else the newest whole one before it, with a warning that says so."""
    try:
        return current_generation(folder), ""
    except IndexDamaged as error:
        for older in reversed(all_generations(folder)):
            try:
                generation = check_generation(older)
            except IndexDamaged:
                continue
            return generation, f"{error} The generation {older.name} is used instead."
        return None, str(error)


def private_copy(generation: Generation) -> Path:
    """A fresh copy, at a path never used before, that its owner may write to and removes."""
    place = Path(tempfile.mkdtemp(prefix="dossier-"))
    try:
        return Path(shutil.copytree(generation.folder, place / generation.folder.name))
    except BaseException:
        remove_tree(place)
        raise


def all_generations(folder: Path) -> list[Path]:
    """The oldest first."""
    return sorted((path for path in folder.glob("gen-*") if _NAME.fullmatch(path.name)), key=_number)


def _number(generation: Path) -> int:
    return int(generation.name.removeprefix("gen-"))


def begin(folder: Path) -> Path:
    """A new folder to build in; what earlier builders left behind is removed. Hold the lock."""
    for left in folder.glob("tmp-*"):
        remove_generation(left)
    place = folder / f"tmp-{os.getpid()}"
    place.mkdir()
    return place


def remove_generation(folder: Path) -> None:
    """Removes a generation, or what is left of one, and the vectors that it has on a server."""
    if (folder / COLLECTIONS).exists():
        from index.server import delete_collections  # here: importing Chroma takes most of a second

        delete_collections(folder / COLLECTIONS)
    remove_tree(folder)


def publish(folder: Path, built: Path, manifest: dict[str, Any]) -> Generation:
    """Makes a built and verified folder the current generation; only two generations stay."""
    manifest = {**manifest, "files": list_files(built)}
    content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    (built / MANIFEST).write_bytes(content)
    sync_tree(built)
    number = max(map(_number, all_generations(folder)), default=0) + 1
    place = folder / f"gen-{number:06d}"
    os.rename(built, place)
    sync_folder(folder)
    pointer = {"generation": place.name, "manifest": file_hash(place / MANIFEST)}
    write_atomically(folder / CURRENT, json.dumps(pointer).encode())
    for old in all_generations(folder)[:-KEPT]:
        remove_generation(old)
    return Generation(place, manifest)
