"""Disks that are full before an ingest or fill up during it: the published index stays, and the message says how much."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eval.torture.doing import fill_disk
from eval.torture.ground import untidy
from eval.torture.laying import Laid, TortureError
from index.errors import DossierIndexError
from index.generations import current_generation

DISK_BYTES = 8_000_000
"""Of the disk that is mounted."""

BEFORE = (0, 4_096, 50_000, 200_000, 500_000, 900_000, 1_050_000, 1_500_000, 3_000_000)
"""Bytes left free before an ingest that needs about 1,080,000."""

DURING = (
    ("mkdir tmp-", (4_096, 20_000, 100_000, 300_000, 500_000, 700_000)),
    ("open passages.jsonl", (0, 100_000)),
    ("open manifest.json", (0,)),
    ("open .CURRENT", (0,)),
)
"""Points of an ingest, and bytes left free from there on."""

PRIVATE = (0, 100_000)
"""Bytes left free in the folder for temporary files."""

SIZES = len(BEFORE) + sum(len(some) for _, some in DURING) + len(PRIVATE)

SAID = re.compile(r"[^\n]* about [\d,]+ bytes are needed and [\d,]+ are free\. Make room there[^\n]*\n?")


@dataclass(slots=True)
class Filled:
    """What became of the ingests on full disks."""

    by: str
    """`a mounted disk`, or `a bound on the size of files` where nothing can be mounted."""
    faults: list[str] = field(default_factory=list)
    """Everything that should not have been."""
    sizes: dict[str, str] = field(default_factory=dict)
    """By where and how many bytes were free: `done`, or the message."""
    seconds: float = 0.0


def fill(laid: Laid, few: bool = False, on_size: Callable[..., None] = lambda *_: None) -> Filled:
    """Ingests on disks of many sizes; with `few`, on every third."""
    began = time.perf_counter()
    with _disk(laid.ground.folder / "disk") as (disk, mounted):
        found = Filled("a mounted disk" if mounted else "a bound on the size of files")
        index = disk / "index"
        if laid.ingest("a", index).status:
            raise TortureError("The index cannot even be built undisturbed.")
        ended = laid.warm.run("points", corpus=str(laid.ground.corpus("b")), index=str(index))
        names = json.loads(ended.said.splitlines()[-1])
        if laid.ingest("a", index).status:
            raise TortureError("The index cannot even be built undisturbed.")
        sizes = [("before", free) for free in BEFORE]
        sizes += [(where, free) for where, some in DURING for free in some]
        for where, free in sizes[:: 3 if few else 1]:
            point = names.index(where) + 1 if where in names else 0
            which = f"{free:,} bytes free {where}".strip()
            if mounted:
                if not point:
                    fill_disk(disk, free)
                ended = laid.ingest("b", index, point=point, fill=free)
                (disk / "ballast").unlink(missing_ok=True)
            else:
                ended = laid.ingest("b", index, point=point or 1, bound=free)
            _look_after(laid, index, which, ended.status, ended.said, found)
            on_size(which, found)
        if mounted:
            for free in PRIVATE:
                _read(laid, disk, free, found)
                on_size(f"{free:,} bytes free for a copy", found)
    done = [which for which, what in found.sizes.items() if what == "done"]
    if not done or len(done) == len(found.sizes):
        found.faults.append(f"{len(done)} of {len(found.sizes)} were done: the sizes show nothing")
    found.seconds = time.perf_counter() - began
    return found


def _look_after(laid: Laid, index: Path, which: str, status: int, said: str, found: Filled) -> None:
    """The index is the new one and all is well, or it is the old one and the message says how much is missing."""
    try:
        current_generation(index)
    except DossierIndexError as error:
        found.faults.append(f"{which}: {error}")
    now, told = laid.expected.current(index), laid.ask(index=index)
    well = laid.answered(told) == now and not told.get("warning") and not untidy(index)
    if status == 0:
        found.sizes[which] = "done"
        well = well and now == "b"
    else:
        found.sizes[which] = said.strip()
        well = well and now == "a" and status == 1 and SAID.fullmatch(said) is not None
    if not well:
        found.faults.append(
            f"{which}: ended with {status}, {said.strip()}; {now} is current, {untidy(index)}, {told}"
        )
    # and with room again, it goes on
    for label in ("b", "a"):
        ended = laid.ingest(label, index)
        if ended.status or laid.expected.current(index) != label:
            found.faults.append(
                f"{which}: with room again, the ingest ended with {ended.status}: {ended.said}"
            )


def _read(laid: Laid, disk: Path, free: int, found: Filled) -> None:
    """A reader that has no room for its copy says so."""
    which = f"{free:,} bytes free for a reader's copy"
    fill_disk(disk, free)
    told = laid.ask(index=disk / "index", temporary=str(disk))
    (disk / "ballast").unlink()
    found.sizes[which] = told.get("message", "done")
    if told.get("error") != "NoRoom" or not SAID.fullmatch(told["message"]) or list(disk.glob("dossier-*")):
        found.faults.append(f"{which}: {told}")


@contextmanager
def _disk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """A folder on a disk of its own, and whether it is: mounting one is root's right, and not everywhere."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield folder, mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=False)
        else:
            shutil.rmtree(folder)
