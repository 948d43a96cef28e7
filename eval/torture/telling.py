"""What a part of the torture found, as rows of a table and as plain JSON values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from eval.torture.crash import Crashes
from eval.torture.damage import Damages
from eval.torture.full import Filled
from eval.torture.processes import Shared

Found = Crashes | Damages | Filled | Shared


def rows(found: Found) -> list[tuple[str, str]]:
    """What is said of a part: what it is, and how much of it."""
    match found:
        case Crashes():
            own = [
                ("Kills", f"{sum(found.kills.values()):,} ({_counts(found.kills)})"),
                ("Different points at which it was killed", str(len(found.points))),
                ("Current after the kill", _counts(found.stayed)),
                ("Lost, wrong, left behind", f"{len(found.lost)}, {len(found.wrong)}, {len(found.untidy)}"),
            ]
        case Damages():
            own = [
                ("Faults", str(len(found.met))),
                ("A reader", _counts(Counter(words.partition(":")[0] for words in found.met.values()))),
                (
                    "Starting the chat",
                    _counts(Counter(words.partition(":")[0] for words in found.mended.values())),
                ),
            ]
        case Filled():
            done = sum(words == "done" for words in found.sizes.values())
            own = [
                ("Sizes", f"{len(found.sizes)}, by {found.by}"),
                ("Done, told how much is missing", f"{done}, {len(found.sizes) - done}"),
            ]
        case Shared():
            own = [
                ("Told to wait, or both done", f"{found.told_to_wait}, {found.both_done}"),
                ("Switches", str(found.switches)),
                ("A fork is told", found.forked),
            ]
    if not isinstance(found, Filled):
        own += _readers(found.readers)
    return [*own, ("Should not have been", str(len(found.faults))), ("Seconds", f"{found.seconds:.0f}")]


def told(found: Found) -> dict[str, Any]:
    """Everything, as plain JSON values."""
    return {**asdict(found), "faults": found.faults}


def _readers(readers: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    sound = [reader for reader in readers if "slowest" in reader]
    if not sound:
        return []
    count = sum(reader["answers"] for reader in sound)
    bad = {kind: sum(reader[kind] for reader in sound) for kind in ("wrong", "stale", "failed")}
    grown = max(reader["held_after"]["kb"] - reader["held_before"]["kb"] for reader in sound) / 1024
    return [
        ("Readers, crashes of one", f"{len(readers)}, {len(readers) - len(sound)}"),
        ("Their answers", f"{count:,} ({_counts(bad)})"),
        ("Switches that one followed", str(max(reader["switches"] for reader in sound))),
        ("Slowest answer", f"{max(reader['slowest'] for reader in sound):.2f} s"),
        ("Memory of one grew by", f"{grown:.0f} MiB"),
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
