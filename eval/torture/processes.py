"""Many processes at one index: two builders at once, readers over many switches, fork and spawn."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eval.torture.ground import other, untidy
from eval.torture.laying import Laid, Readers, TortureError, faults_of, last_json

READERS = 10
PAUSE = 0.5
"""Seconds between two questions of one reader."""

STALL = 1.0
"""Seconds; nobody may wait longer for an answer."""

TOGETHER = 20
"""Times that two ingests are started at once."""

WAIT = re.compile(
    r"Another process is building the index in [^\n]*\. Wait until it is done, and try again\.\n?"
)
REFUSED = re.compile(
    r"This index was opened by process \d+, which process \d+ was forked from\. [^\n]*spawn[^\n]*"
)


@dataclass(slots=True)
class Shared:
    """What became of an index that many processes share."""

    faults: list[str] = field(default_factory=list)
    """Everything that should not have been."""
    told_to_wait: int = 0
    """Of the ingests started together, those that found another one building."""
    both_done: int = 0
    """Times that both were done, one after the other."""
    switches: int = 0
    readers: list[dict[str, Any]] = field(default_factory=list)
    slowest: float = 0.0
    """Seconds that a reader waited at most."""
    forked: str = ""
    """What a forked process was told."""
    seconds: float = 0.0


def share(
    laid: Laid,
    switches: int,
    readers: int = READERS,
    together: int = TOGETHER,
    stall: float = STALL,
    on_step: Callable[..., None] = lambda *_: None,
) -> Shared:
    """Two ingests at once some times, then readers over so many switches, then a fork and a spawn."""
    began = time.perf_counter()
    ground, found = laid.ground, Shared()
    if laid.ingest("a").status:
        raise TortureError("The index cannot even be built undisturbed.")
    for number in range(together):
        _build_together(laid, found)
        on_step(f"two ingests at once, {number + 1}", found)
    asking = Readers(laid, readers, PAUSE, ground.folder / "readers")
    for number in range(switches):
        wanted = other(laid.expected.current(ground.index) or "a")
        ended = laid.ingest(wanted)
        if ended.status or laid.expected.current(ground.index) != wanted:
            found.faults.append(f"switch {number + 1}: the ingest ended with {ended.status}: {ended.said}")
        found.switches += 1
        on_step(f"switch {number + 1}", found)
    found.readers = asking.stop()
    found.faults += [fault for reader in found.readers for fault in faults_of(reader)]
    found.slowest = max((reader.get("slowest", 0.0) for reader in found.readers), default=0.0)
    if found.slowest > stall:
        found.faults.append(f"a reader waited {found.slowest:.2f} s for an answer, more than {stall} s")
    _fork_and_spawn(laid, found)
    on_step("fork and spawn", found)
    found.faults += [f"left behind: {name}" for name in untidy(ground.index)]
    found.seconds = time.perf_counter() - began
    return found


def _build_together(laid: Laid, found: Shared) -> None:
    """Two ingests at once: one is done, the other is done after it or told to wait, and the index is whole."""
    ground, warm = laid.ground, laid.warm
    now = laid.expected.current(ground.index) or "a"
    pids = [
        warm.start("ingest", corpus=str(ground.corpus(label)), index=str(ground.index))
        for label in (other(now), now)
    ]
    ended = [warm.wait(pid) for pid in pids]
    done = [one for one in ended if one.status == 0]
    waiting = [one for one in ended if one.status == 1 and WAIT.fullmatch(one.said)]
    found.told_to_wait += len(waiting)
    found.both_done += len(done) == 2
    told = laid.ask()
    current = laid.expected.current(ground.index)
    if not done or len(done) + len(waiting) != 2 or current is None or laid.answered(told) != current:
        words = [(one.status, one.said) for one in ended]
        found.faults.append(f"two ingests at once: {words}; {current} is current, {told}")


def _fork_and_spawn(laid: Laid, found: Shared) -> None:
    """A fork of a reader is refused and leaves the reader whole; a spawned process answers."""
    current = laid.expected.current(laid.ground.index)
    how = {"index": str(laid.ground.index)}
    told = last_json(laid.warm.run("fork", **how))
    found.forked = told.get("forked", "")
    if not REFUSED.fullmatch(found.forked) or laid.answered(told) != current:
        found.faults.append(f"fork: {told}")
    told = last_json(laid.warm.run("spawn", home=str(laid.ground.home), **how))
    if laid.answered(told) != current:
        found.faults.append(f"spawn: {told}")
