"""An ingest killed again and again, at random moments and at chosen points, while readers ask."""

import json
import math
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.torture.ground import Label, other, untidy
from eval.torture.laying import Laid, Readers, faults_of
from eval.torture.warm import Ended
from index.errors import DossierIndexError
from index.generations import CONTENTS, CURRENT, MANIFEST, current_generation

READERS = 2
PAUSE = 0.2
"""Seconds between two questions of a reader."""

FRESH_SHARE = 0.005
"""Of the kills, so many are of a `python -m ingest` that was not forked from anything; at least one."""

WRITE_SHARE = 0.25
"""Of the kills at chosen points, so many are in the middle of a write."""

CHROMA_BYTES = 240_000
"""Size of the largest file that Chroma writes for so small a corpus: a write beyond is not met."""

LARGEST: dict[str, int] = {f"open {CONTENTS}": 3_000, f"open {MANIFEST}": 2_500, f"open .{CURRENT}": 105}
"""Bytes that are written at a point into one file; elsewhere Chroma's and the cache's."""


@dataclass(slots=True)
class Crashes:
    """What became of the kills."""

    kills: dict[str, int] = field(default_factory=dict)
    """By kind: `random`, `point`, `write`, `fresh`."""
    points: dict[str, int] = field(default_factory=dict)
    """Kills at each point."""
    missed: int = 0
    """Ingests that were done before they were killed; they are not counted as kills."""
    stayed: dict[str, int] = field(default_factory=dict)
    """After how many kills the `old` generation was current, and after how many the `new` one."""
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    untidy: list[str] = field(default_factory=list)
    readers: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def faults(self) -> list[str]:
        """Everything that should not have been."""
        return [*self.lost, *self.wrong, *self.untidy]


def crash(laid: Laid, kills: int, seed: int, on_kill: Callable[..., None] = lambda *_: None) -> Crashes:
    """Kills so many ingests, half of them at chosen points, and looks after each what is left."""
    began = time.perf_counter()
    ground, chance, found = laid.ground, random.Random(seed), Crashes()
    if laid.ingest("b").status:
        raise DossierIndexError("the first ingest failed")
    names = json.loads(
        laid.warm.run("points", corpus=str(ground.corpus("a")), index=str(ground.index)).said.splitlines()[-1]
    )
    now: Label = "a"
    readers = Readers(laid, READERS, PAUSE, ground.folder / "readers")
    lasted = 1.0  # seconds of an ingest, for the moments of the kills
    for kind, point in _plan(kills, names, chance):
        which = f"kill {sum(found.kills.values()) + 1}, {kind} {names[point - 1] if point else ''}".strip()
        while True:
            after = chance.uniform(0, lasted) if kind == "random" else None
            limit = _limit(names[point - 1], chance) if kind == "write" else None
            if kind == "fresh":
                ended = _fresh(ground.corpus(other(now)), laid, chance)
            else:
                ended = laid.ingest(other(now), point=point, limit=limit, kill_after=after)
            if ended.was_killed:
                break
            found.missed += 1
            if ended.status:
                found.lost.append(f"an ingest that was not killed ended with {ended.status}: {ended.said}")
            now = laid.expected.current(ground.index) or now
        _count(found.kills, kind)
        if point:
            _count(found.points, names[point - 1])
        _look_after(laid, now, which, found)
        ended = laid.ingest(other(now))
        lasted = 0.8 * lasted + 0.2 * ended.seconds if ended.status == 0 else lasted
        now = _look_at_rest(laid, other(now), ended, f"after {which}", found)
        on_kill(which, found)
    found.readers = readers.stop()
    found.wrong += [fault for reader in found.readers for fault in faults_of(reader)]
    found.untidy += [f"left for temporary files: {path.name}" for path in ground.private.glob("dossier-*")]
    found.seconds = time.perf_counter() - began
    return found


def _plan(kills: int, names: list[str], chance: random.Random) -> Iterator[tuple[str, int]]:
    """The kind of each kill and its point, from 1; 0 for none. Every point comes in turn."""
    fresh = max(1, round(kills * FRESH_SHARE))
    random_kills = kills // 2 - fresh
    chosen = kills - fresh - random_kills
    # earlier, the bound would be taken for a full disk
    begun = names.index("mkdir tmp-")
    writing = [i for i, name in enumerate(names, 1) if name.startswith("open") and i > begun]
    writing += [begun + 1] * len(writing)  # from there on, what the cache and Chroma write
    turns = list(range(1, len(names) + 1))
    writes = round(chosen * WRITE_SHARE)
    plan = [("fresh", 0)] * fresh + [("random", 0)] * random_kills
    plan += [("write", writing[i % len(writing)]) for i in range(writes)]
    chance.shuffle(turns)
    plan += [("point", turns[i % len(turns)]) for i in range(chosen - writes)]
    chance.shuffle(plan)
    yield from plan


def _limit(name: str, chance: random.Random) -> int:
    """Bytes at which a write breaks off, small ones as likely as large ones."""
    return int(math.exp(chance.uniform(0, math.log(LARGEST.get(name, CHROMA_BYTES)))))


def _fresh(corpus: Path, laid: Laid, chance: random.Random) -> Ended:
    """A `python -m ingest` as a user starts it, killed between its first touch of the index and its end."""
    ground = laid.ground
    temporary = f"TMPDIR={ground.private}"
    options = ["--corpus", str(corpus), "--index", str(ground.index), "--home", str(ground.home)]
    began = time.perf_counter()
    process = subprocess.Popen(
        ["env", temporary, sys.executable, "-m", "ingest", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while process.poll() is None and not any(ground.index.glob("tmp-*")):
        time.sleep(0.01)
    try:
        process.wait(chance.uniform(0, time.perf_counter() - began))
    except subprocess.TimeoutExpired:
        process.kill()
    words, _ = process.communicate()
    return Ended(process.returncode, time.perf_counter() - began, words)


def _look_after(laid: Laid, before: Label, which: str, found: Crashes) -> None:
    """After a kill: a fresh process answers all from the generation that is current, the old one or the new."""
    current = laid.expected.current(laid.ground.index)
    told = laid.ask()
    if current is None or "answers" not in told:
        found.lost.append(f"{which}: {current} is current, {told}")
    elif told["warning"] or laid.answered(told) != current:
        found.wrong.append(f"{which}: {current} is current, {told}")
    else:
        _count(found.stayed, "old" if current == before else "new")


def _look_at_rest(laid: Laid, wanted: Label, ended: Ended, which: str, found: Crashes) -> Label:
    """After a further ingest: it is done, the generation is whole and of that corpus, and nothing else lies there."""
    index = laid.ground.index
    try:
        whole = current_generation(index) is not None
    except DossierIndexError as error:
        whole = False
        found.lost.append(f"{which}: {error}")
    now = laid.expected.current(index)
    if ended.status or not whole or now != wanted:
        found.lost.append(f"{which}: the further ingest ended with {ended.status}, {now}: {ended.said}")
    found.untidy += [f"{which}: {name}" for name in untidy(index)]
    return now or wanted


def _count(counts: dict[str, int], what: str) -> None:
    counts[what] = counts.get(what, 0) + 1
