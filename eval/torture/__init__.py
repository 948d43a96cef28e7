"""The index tortured: ingests killed, files damaged, disks filled, many processes at once; nothing may be lost."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.torture.crash import Crashes, crash
from eval.torture.damage import FAULTS, Damages, damage
from eval.torture.full import SIZES, Filled, fill
from eval.torture.laying import TortureError, laid
from eval.torture.processes import TOGETHER, Shared, share

__all__ = ["PARTS", "Crashes", "Damages", "Filled", "Shared", "TortureError", "Wanted", "steps", "torture"]

PARTS = ("crash", "damage", "disk", "processes")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of each part."""

    kills: int = 1_000
    switches: int = 200
    seed: int = 1


def steps(part: str, wanted: Wanted) -> int:
    """How often `torture` tells of a step."""
    return {
        "crash": wanted.kills,
        "damage": len(FAULTS),
        "disk": SIZES,
        "processes": TOGETHER + wanted.switches + 1,
    }[part]


def torture(
    part: str, home: Path, wanted: Wanted, on_step: Callable[..., None] = lambda *_: None
) -> Crashes | Damages | Filled | Shared:
    """One of `PARTS`, on a ground of its own; `home` has the encoder's graph.

    `on_step` gets what was done and everything found so far. TortureError when the index does not even work
    undisturbed.
    """
    with laid(home) as ground:
        match part:
            case "crash":
                return crash(ground, wanted.kills, wanted.seed, on_step)
            case "damage":
                return damage(ground, on_step)
            case "disk":
                return fill(ground, on_size=on_step)
            case _:
                return share(ground, wanted.switches, on_step=on_step)
