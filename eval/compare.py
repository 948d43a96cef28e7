"""Two runs side by side: what changed, by how much, how surely, and what was different between them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.intervals import Interval, paired_difference, sign_test
from eval.metrics import fact_recall
from eval.run import FORMAT


class CompareError(Exception):
    """The two runs cannot be compared; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Change:
    """A case that is right in one run only."""

    id: str
    category: str
    before: str
    """Why it was not right; "right" when it was."""
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting, version or file that is not the same; None where a run does not have it."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """What run B has over run A, on the cases that both asked in the same words."""

    cases: int
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    right: tuple[float, float]
    """The share of the cases that is right, before and after."""
    gain: Interval
    """Paired difference of the share right."""
    facts_gain: Interval | None
    """Paired difference of the share of facts stated; None without answerable cases."""
    p: float
    """Of the exact sign test on better and worse."""
    left_out: tuple[str, ...]
    """Ids in one run only, or rewritten between the two."""
    differences: tuple[Difference, ...]


def compare_runs(before: Path, after: Path) -> Comparison:
    """Compare two folders that `eval run` wrote; CompareError when one is not or nothing is common."""
    return compare_metrics(read_metrics(before), read_metrics(after))


def read_metrics(folder: Path) -> dict[str, Any]:
    """What `eval run` wrote to metrics.json in this folder."""
    file = folder / "metrics.json"
    try:
        metrics = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        inside = sorted(path.parent.name for path in folder.glob("*/metrics.json"))
        hint = f"; it holds the runs {', '.join(inside)}: name one of them" if inside else ""
        raise CompareError(f"{folder} has no metrics.json, so it is not the folder of a run{hint}") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CompareError(f"{file} cannot be read ({error}); run the evaluation again") from None
    found = metrics.get("format") if isinstance(metrics, dict) else None
    if found != FORMAT:
        raise CompareError(f"{file} has the format {found}, this is {FORMAT}; run the evaluation again")
    return metrics


def compare_metrics(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare the contents of two metrics.json, case by case."""
    old = {score["id"]: score for score in before["scores"]}
    new = {score["id"]: score for score in after["scores"]}
    common = [id for id in old if id in new and old[id]["case_sha256"] == new[id]["case_sha256"]]
    if not common:
        raise CompareError("the two runs have no case in common; compare runs of the same question set")
    pairs = [(old[id], new[id]) for id in common]
    better = tuple(_change(a, b) for a, b in pairs if b["right"] and not a["right"])
    worse = tuple(_change(a, b) for a, b in pairs if a["right"] and not b["right"])
    facts = [(fact_recall(a["facts"]), fact_recall(b["facts"])) for a, b in pairs if a["answerable"]]
    rights = [[score["right"] for score in scores] for scores in zip(*pairs, strict=True)]
    return Comparison(
        cases=len(common),
        better=better,
        worse=worse,
        right=(sum(rights[0]) / len(common), sum(rights[1]) / len(common)),
        gain=paired_difference(*rights),
        facts_gain=paired_difference(*zip(*facts, strict=True)) if facts else None,
        p=sign_test(len(better), len(worse)),
        left_out=tuple(sorted((old.keys() | new.keys()) - set(common))),
        differences=tuple(_differences(_settings(before), _settings(after))),
    )


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    def said(score: Mapping[str, Any]) -> str:
        return "; ".join(score["faults"]) or "right"

    return Change(after["id"], after["category"], said(before), said(after))


def _settings(metrics: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: metrics[name] for name in ("system", "seed", "resamples")}
    return _flat({**kept, "versions": metrics["versions"], "fingerprint": metrics["fingerprint"]})


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested objects as one level, `corpus.a.txt`."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Difference]:
    return [
        Difference(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
