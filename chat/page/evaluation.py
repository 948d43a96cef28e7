"""The runs of `python -m eval run`: what the last ones measured, and a new one with its progress."""

import contextlib
import json
import re
import subprocess
import threading
import weakref
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from chat.page.pieces import escaped

RUNS_SHOWN = 12
REPORT = "report.html"
OURS = "dossier"
"""What runs call the product; the other systems are there to compare it with."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A share of cases with its 95 % interval, all from 0 to 1."""

    value: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class PastRun:
    """What one run measured."""

    name: str
    """Its folder, relative to that of all runs, with forward slashes."""
    system: str
    started: str
    """UTC, ISO 8601."""
    splits: tuple[str, ...]
    right: Measured
    categories: tuple[tuple[str, Measured], ...]
    failed: int
    """Cases that ended in a fault."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """How a run is started: the command, which `--out FOLDER` is added to, and its environment."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def read_runs(folder: Path) -> list[PastRun]:
    """The runs below a folder, newest first; what is no finished run is left out."""
    found = []
    for file in (*folder.glob("*/metrics.json"), *folder.glob("*/*/metrics.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            metrics = json.loads(file.read_text(encoding="utf-8"))
            found.append(_past_run(file.parent.relative_to(folder).as_posix(), metrics))
    return sorted(found, key=lambda run: (run.started, run.name), reverse=True)


def _past_run(name: str, metrics: Mapping[str, Any]) -> PastRun:
    return PastRun(
        name,
        str(metrics["system"]),
        str(metrics["started"]),
        tuple(map(str, metrics["splits"])),
        _measured(metrics["measures"]["right"]),
        tuple((str(key), _measured(figures["right"])) for key, figures in metrics["categories"].items()),
        len(metrics["failed"]),
    )


def _measured(figure: Mapping[str, Any]) -> Measured:
    return Measured(float(figure["value"]), float(figure["low"]), float(figure["high"]), int(figure["n"]))


def find_report(folder: Path, name: str) -> Path | None:
    """The report of a run that `read_runs` gives; None for any other name."""
    if any(run.name == name for run in read_runs(folder)) and (folder / name / REPORT).is_file():
        return folder / name / REPORT
    return None


# A run under way

State = Literal["idle", "running", "cancelled", "failed", "done"]

_DONE_OF = re.compile(r"(\d+)/(\d+)")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\x00-\x08]")


class Evaluation:
    """At most one run at a time, in a process of its own that ends with this one."""

    def __init__(self, evaluate: Evaluate | None, folder: Path):
        self._evaluate = evaluate
        self.folder = folder
        self._changing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.state: State = "idle"
        self.progress: tuple[int, int] = (0, 0)
        """Cases done, and of how many; (0, 0) while that is not known."""
        self.problem = ""
        """What the run said when it failed."""

    @property
    def available(self) -> bool:
        return self._evaluate is not None

    def start(self) -> None:
        """Starts a run; nothing happens while there is one."""
        with self._changing:
            if self._evaluate is None or self.state == "running":
                return
            out = self.folder / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            # rich draws its progress for a terminal, or for who says that it is one
            environment = {**self._evaluate.environment, "FORCE_COLOR": "1", "COLUMNS": "100"}
            try:
                process = subprocess.Popen(
                    [*self._evaluate.command, "--out", str(out)],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            except OSError as error:
                self.state, self.problem = "failed", f"It cannot be started: {error}."
                return
            self.state, self.progress, self.problem = "running", (0, 0), ""
            self._process = process
            weakref.finalize(self, _end, process)
            threading.Thread(target=self._follow, args=(process,), daemon=True).start()

    def cancel(self) -> None:
        """Ends the run under way, if there is one."""
        with self._changing:
            if self.state == "running" and self._process is not None:
                self.state = "cancelled"
                _end(self._process)

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        lines: deque[str] = deque(maxlen=20)
        with process.stderr as stream:
            while piece := stream.read1(4096):
                text = _CONTROL.sub("\n", piece.decode("utf-8", "replace"))
                lines.extend(line.strip() for line in text.split("\n") if line.strip())
                if found := _DONE_OF.findall(text):
                    self.progress = (int(found[-1][0]), int(found[-1][1]))
        status = process.wait()
        with self._changing:
            if self.state == "running":
                self.state = "done" if status == 0 else "failed"
                self.problem = (
                    "" if status == 0 else lines[-1] if lines else f"It ended with status {status}."
                )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()


# As HTML


def render_evaluation(evaluation: Evaluation) -> str:
    """The last runs, the newest with its categories, and the one under way."""
    runs = read_runs(evaluation.folder)[:RUNS_SHOWN]
    newest = next((run for run in runs if run.system == OURS), runs[0] if runs else None)
    none = "" if evaluation.state == "running" else '<p class="none">No run yet.</p>'
    headline = _render_newest(newest) if newest else none
    others = "".join(_render_older(run) for run in runs if run is not newest)
    return (
        '<section class="evaluation" aria-label="Evaluation">'
        "<h2>How good are the answers?</h2>"
        '<p class="credit">Measured with questions whose right answers are known, by rules that anybody can '
        "check; no language model is the judge.</p>"
        f"{_render_job(evaluation)}{headline}"
        + (f'<h3 class="label">Other runs</h3><ul class="runs">{others}</ul>' if others else "")
        + "</section>"
    )


def _render_job(evaluation: Evaluation) -> str:
    if evaluation.state == "running":
        done, total = evaluation.progress
        value = f' value="{done}" max="{total}"' if total else ""
        said = f"{done} of {total} questions" if total else "Starting"
        return (
            f'<div class="job" data-running><progress aria-label="Progress of the run"{value}></progress>'
            f'<span role="status">{said}</span>'
            '<button type="button" class="quiet" data-evaluate="cancel">Cancel</button></div>'
        )
    said = {
        "idle": "It asks every question of the set; the page can be used meanwhile." * evaluation.available,
        "cancelled": "The run was cancelled; nothing was written.",
        "done": "The run is done.",
        "failed": f"The run failed: {evaluation.problem}",
    }[evaluation.state]
    button = (
        '<button type="button" class="primary" data-evaluate="start">Run now</button>'
        if evaluation.available
        else ""
    )
    return f'<div class="job">{button}<span role="status">{escaped(said)}</span></div>'


def _render_newest(run: PastRun) -> str:
    bars = "".join(
        f'<tr><th scope="row">{escaped(name)}</th><td>{_meter(share, name)}</td>'
        f"<td>{_percent(share.value)}</td><td>{100 * share.low:.0f}–{100 * share.high:.0f}</td>"
        f"<td>{share.cases}</td></tr>"
        for name, share in run.categories
    )
    return (
        f'<div class="newest"><p class="headline"><strong>{_percent(run.right.value)}</strong> '
        "of the answers are right</p>"
        f'<p class="credit">{_interval(run.right)} · {_about(run)}</p>{_report(run)}'
        '<table><caption class="hidden">By category</caption><thead><tr><th scope="col">category</th>'
        '<td></td><th scope="col">right</th><th scope="col">95 % interval</th><th scope="col">questions</th>'
        f"</tr></thead><tbody>{bars}</tbody></table></div>"
    )


def _render_older(run: PastRun) -> str:
    return (
        f"<li><span><strong>{_percent(run.right.value)}</strong> "
        f'<span class="credit">{_interval(run.right)} · {_about(run)}</span></span>{_report(run)}</li>'
    )


def _about(run: PastRun) -> str:
    when = run.started[:16].replace("T", " ")
    failed = f" · {run.failed} ended in a fault" if run.failed else ""
    return escaped(
        f"{run.right.cases} questions ({', '.join(run.splits)}) · {run.system} · {when} UTC{failed}"
    )


def _interval(share: Measured) -> str:
    return f"95 % interval {100 * share.low:.1f} to {100 * share.high:.1f} %"


def _meter(share: Measured, name: str) -> str:
    label = escaped(f"{name}: {_percent(share.value)} right")
    return f'<meter min="0" max="1" value="{share.value:.4f}" aria-label="{label}"></meter>'


def _percent(value: float) -> str:
    return f"{100 * value:.1f}\N{NO-BREAK SPACE}%"


def _report(run: PastRun) -> str:
    return (
        f'<button type="button" class="quiet" data-report="{escaped(run.name)}" '
        f'aria-label="Open the report of {escaped(run.started[:16])}">Open the report</button>'
    )
