"""Stored files damaged in every way: found before an answer is given, told with a remedy or mended, no crash."""

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.torture.ground import copy_index, untidy
from eval.torture.laying import Laid, Readers, TortureError, faults_of
from index.generations import CACHE, CHROMA, CONTENTS, CURRENT, MANIFEST

PAUSE = 0.2

Damage = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to damage an index folder with two generations, of which gen-000002 is current."""

    name: str
    do: Damage
    """Gets the index folder."""
    harmless: bool = False
    """No answer rests on what is damaged: it need not be told, only mended."""


@dataclass(slots=True)
class Damages:
    """What became of the faults."""

    faults: list[str] = field(default_factory=list)
    """Everything that should not have been."""
    met: dict[str, str] = field(default_factory=dict)
    """By fault, what a reader that does not build made of it: `answered`, `older` or `refused`, with its words."""
    mended: dict[str, str] = field(default_factory=dict)
    """By fault, what starting the chat made of it: `mended` or `refused`, with its words."""
    readers: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def damage(laid: Laid, on_fault: Callable[..., None] = lambda *_: None) -> Damages:
    """Does every fault to a fresh copy of an index; see `FAULTS`."""
    began = time.perf_counter()
    found, index = Damages(), laid.ground.index
    whole = laid.ground.folder / "whole"
    if laid.ingest("a", whole).status or laid.ingest("b", whole).status:
        raise TortureError("The index cannot even be built undisturbed.")
    copy_index(whole, index)
    reader = Readers(laid, 1, PAUSE, laid.ground.folder / "readers")
    for fault in FAULTS:
        copy_index(whole, index)
        fault.do(index)
        _open(laid, fault, found)
        _start(laid, fault, found)
        on_fault(fault.name, found)
    found.readers = reader.stop()
    found.faults += [f"the reader that was open: {one}" for one in found.readers for one in faults_of(one)]
    found.seconds = time.perf_counter() - began
    return found


def _open(laid: Laid, fault: Fault, found: Damages) -> None:
    """A process that only reads: what it answers is whole, and where that is not the newest it says so."""
    told = laid.ask(powerless=True)
    words = told.get("message") or told.get("warning", "")
    answered = laid.answered(told)
    if "answers" not in told:
        met = "refused"
        sound = told["status"] == 0 and _is_told(words)
    elif told["warning"]:
        met = "older"
        sound = answered is not None and _is_told(words)
    else:
        met = "answered"
        sound = answered == "b" and fault.harmless
    found.met[fault.name] = f"{met}: {words}".rstrip(": ")
    if not sound:
        found.faults.append(f"{fault.name}: read with {told}")


def _start(laid: Laid, fault: Fault, found: Damages) -> None:
    """A process that starts the chat: it mends the index, or says what a person has to do."""
    told = laid.ask("b", powerless=True)
    if "answers" not in told:
        found.mended[fault.name] = f"refused: {told.get('message')}"
        sound = told["status"] == 0 and _is_told(told["message"])
    else:
        found.mended[fault.name] = "mended"
        sound = laid.answered(told) == "b" and not told["warning"] and not untidy(laid.ground.index)
    if not sound:
        found.faults.append(f"{fault.name}: started with {told}, {untidy(laid.ground.index)}")


def _is_told(words: str) -> bool:
    """One line, with a remedy."""
    return "\n" not in words and any(
        remedy in words for remedy in ("python -m ingest", "Remove it", "Make room")
    )


def _cut(share: float) -> Callable[[Path], None]:
    return lambda file: os.truncate(file, int(file.stat().st_size * share))


def _cut_last(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def _zero(file: Path) -> None:
    if not any(file.read_bytes()):
        raise TortureError(f"{file} holds nothing but zeros, so that zeroing it would show nothing.")
    file.write_bytes(bytes(file.stat().st_size))


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _lock_up(file: Path) -> None:
    file.chmod(0)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


WAYS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("cut in half", _cut(0.5)),
    ("without its last byte", _cut_last),
    ("emptied", _cut(0)),
    ("zeroed", _zero),
    ("with a bit flipped", _flip),
    ("missing", Path.unlink),
    ("unreadable", _lock_up),
    ("a folder", _folder),
)

GENERATION = "gen-000002"
GRAPH = "index_metadata.pickle"


def _stored(pattern: str) -> Callable[[Path], Path]:
    """A file of the current generation that fits a pattern; of several, one of a collection with a graph on disk."""

    def find(index: Path) -> Path:
        files = sorted((index / GENERATION).glob(pattern))
        return next((file for file in files if (file.parent / GRAPH).exists()), files[0])

    return find


FILES: tuple[tuple[str, Callable[[Path], Path]], ...] = (
    (CURRENT, lambda index: index / CURRENT),
    *((name, _stored(name)) for name in (MANIFEST, CONTENTS)),
    *(
        (name.rsplit("/", 1)[-1], _stored(f"{CHROMA}/{name}"))
        for name in ("chroma.sqlite3", "*/data_level0.bin", "*/header.bin", "*/length.bin", f"*/{GRAPH}")
    ),
)


def _point_to(name: str) -> Damage:
    def do(index: Path) -> None:
        pointer = json.loads((index / CURRENT).read_bytes())
        (index / CURRENT).write_text(json.dumps(pointer | {"generation": name}))

    return do


def _older_manifest(index: Path) -> None:
    shutil.copy(index / "gen-000001" / MANIFEST, index / GENERATION / MANIFEST)


def _foreign_manifest(index: Path) -> None:
    (index / GENERATION / MANIFEST).write_text('{"name": "something else", "files": []}')


def _published_as(part: str, value: Any) -> Damage:
    """A manifest as it would have been published by a program that differs in one part of the fingerprint."""

    def do(index: Path) -> None:
        file = index / GENERATION / MANIFEST
        manifest = json.loads(file.read_bytes())
        manifest["fingerprint"][part] = value
        content = json.dumps(manifest).encode()
        file.write_bytes(content)
        pointer = {"generation": GENERATION, "manifest": hashlib.sha256(content).hexdigest()}
        (index / CURRENT).write_text(json.dumps(pointer))

    return do


def _more(index: Path) -> None:
    (index / GENERATION / CHROMA / "more").write_text("more")


def _grown(index: Path) -> None:
    with _stored(f"{CHROMA}/*/link_lists.bin")(index).open("ab") as stream:
        stream.write(b"\0")


def _swapped(index: Path) -> None:
    """Two collections' files, each sound, in each other's place."""
    one, two = sorted((index / GENERATION / CHROMA).glob("*/"))[:2]
    for name in ("data_level0.bin", "header.bin"):
        shutil.move(one / name, one.parent / "kept")
        shutil.move(two / name, one / name)
        shutil.move(one.parent / "kept", two / name)


def _generation_gone(index: Path) -> None:
    shutil.rmtree(index / GENERATION)


def _generation_a_file(index: Path) -> None:
    _generation_gone(index)
    (index / GENERATION).write_text("")


def _generation_locked(index: Path) -> None:
    (index / GENERATION).chmod(0)


def _both(index: Path) -> None:
    for folder in index.glob("gen-*"):
        _flip(folder / CHROMA / "chroma.sqlite3")


def _all_gone(index: Path) -> None:
    for path in (index / CURRENT, *index.glob("gen-*")):
        path.unlink() if path.is_file() else shutil.rmtree(path)


def _in(name: str, way: Callable[[Path], None]) -> Damage:
    return lambda index: way(index / name)


def _other_table(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE vectors (name TEXT)")


def _lock_a_folder(index: Path) -> None:
    (index / ".build.lock").unlink()
    (index / ".build.lock").mkdir()


def _faults() -> Iterator[Fault]:
    for file, find in FILES:
        for way, do in WAYS:
            yield Fault(f"{file} {way}", lambda index, find=find, do=do: do(find(index)))
    yield Fault(f"{CURRENT} a pipe", _in(CURRENT, _pipe))
    yield Fault(f"{MANIFEST} a pipe", _in(f"{GENERATION}/{MANIFEST}", _pipe))
    yield Fault(f"{CONTENTS} a pipe", _in(f"{GENERATION}/{CONTENTS}", _pipe))
    yield Fault(f"{CURRENT} names a generation that is not there", _point_to("gen-000099"))
    yield Fault(f"{CURRENT} names a folder elsewhere", _point_to("../whole/gen-000002"))
    yield Fault(f"{CURRENT} names the generation before, with this one's hash", _point_to("gen-000001"))
    yield Fault(f"{MANIFEST} of the generation before", _older_manifest)
    yield Fault(f"{MANIFEST} of something else", _foreign_manifest)
    yield Fault("an older schema", _published_as("schema", 1))
    yield Fault("another embedder", _published_as("embedder", {"name": "other", "dimension": 384}))
    yield Fault("a fingerprint of nothing", _published_as("embedder", None))
    yield Fault("a file too many", _more)
    yield Fault("link_lists.bin longer by a byte", _grown)
    yield Fault("two collections swapped", _swapped)
    yield Fault("the generation missing", _generation_gone)
    yield Fault("the generation a file", _generation_a_file)
    yield Fault("the generation unreadable", _generation_locked)
    yield Fault("both generations damaged", _both)
    yield Fault("everything gone", _all_gone)
    yield Fault("the build lock a folder", _lock_a_folder, harmless=True)
    for way, do in (*WAYS, ("of another program", _other_table)):
        yield Fault(f"{CACHE} {way}", _in(CACHE, do), harmless=True)


FAULTS = tuple(_faults())
"""Eight ways for each of eight files, the pointer and the manifest in other ways, and the cache."""
