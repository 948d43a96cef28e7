"""What the processes of a torture do, each in a fork of its own: ingest, ask, read all the while."""

import json
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chat import Config, open_answerer
from chat.engine import Answerer
from chat.scoring import read_weights
from eval.torture.ground import QUESTIONS, Expected, said
from eval.torture.points import at_points
from index import DossierIndexError, Embedder, open_index
from index.errors import IndexDamaged
from index.generations import current_name

KEPT_FAULTS = 5
"""Wrong answers that a reader tells of; the others are counted."""


def ingest(
    embedder: Embedder,
    corpus: str,
    index: str,
    point: int = 0,
    limit: int | None = None,
    fill: int | None = None,
) -> int:
    """`python -m ingest`; at `point` it is killed, or may write no file beyond `limit`, or has `fill` bytes left.

    A write beyond the limit kills it in the middle of the write: what fits is written.
    """
    from ingest.__main__ import main

    def act(number: int, _: str) -> None:
        if number != point:
            return
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        elif fill is not None:
            fill_disk(Path(index).parent, fill)
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    if point:
        at_points(Path(index), act)
    return main(["--corpus", corpus, "--index", index])


def points(embedder: Embedder, corpus: str, index: str) -> int:
    """An undisturbed ingest that prints its points, one a line."""
    names: list[str] = []
    at_points(Path(index), lambda _, name: names.append(name))
    status = ingest(embedder, corpus, index)
    print(json.dumps(names))
    return status


def ask(embedder: Embedder, index: str, corpus: str | None = None) -> int:
    """Opens the index and asks every question; with a corpus as `python -m chat` does, which may build it first.

    Prints the answers and the warning, or the error's kind and message.
    """
    try:
        if corpus is None:
            with open_index(Path(index), embedder) as opened:
                answerer = Answerer(opened, "prepared", read_weights("prepared"))
                told = {"answers": _answers(answerer), "warning": answerer.warning}
        else:
            with open_answerer(Config(corpus=Path(corpus), index=Path(index), reader=False)) as answerer:
                told = {"answers": _answers(answerer), "warning": answerer.warning}
    except DossierIndexError as error:
        told = {"error": type(error).__name__, "message": str(error)}
    print("\n" + json.dumps(told))
    return 0


def read(embedder: Embedder, index: str, expected: dict[str, Any], stop: str, pause: float) -> int:
    """Asks the questions over and over until the file `stop` is there; prints what was seen.

    `pause` are the seconds between two questions.
    """
    folder, known = Path(index), Expected(**expected)
    labels: dict[object, str | None] = {}

    def look() -> tuple[object, str | None]:
        try:
            name = current_name(folder)
        except IndexDamaged:
            return None, None
        if labels.get(name) is None:
            labels[name] = known.label(folder, name)
        return name, labels[name]

    count, slow, seconds, switches = 0, 0.0, [], 0
    faults: dict[str, list[str]] = {"wrong": [], "stale": [], "failed": []}
    with open_index(folder, embedder) as opened:
        answerer = Answerer(opened, "prepared", read_weights("prepared"))
        first = _held()
        generation = opened.generation
        while not Path(stop).exists():
            for question in QUESTIONS:
                before, label = look()
                began = time.perf_counter()
                answer = answerer.answer(question)
                took = time.perf_counter() - began
                after, _ = look()
                count += 1
                seconds.append(took)
                slow = max(slow, took)
                switches += opened.generation != generation
                generation = opened.generation
                got = said(answer)
                right = [known.answers[name][question] for name in known.answers]
                if answer.outcome == "failed":
                    faults["failed"].append(f"{question} {answer.message}")
                elif got not in right:
                    faults["wrong"].append(f"{question} {got}")
                elif before == after and label and got != known.answers[label][question]:
                    faults["stale"].append(f"{question} {got}, and {before} was current")
                time.sleep(pause)
    seconds.sort()
    told = {
        "answers": count,
        "switches": switches,
        "p50": seconds[len(seconds) // 2] if seconds else 0.0,
        "slowest": slow,
        "held_before": first,
        "held_after": _held(),
        **{kind: len(found) for kind, found in faults.items()},
        "examples": [one for found in faults.values() for one in found[:KEPT_FAULTS]],
    }
    print("\n" + json.dumps(told))
    return 0


def fill_disk(folder: Path, leave: int) -> None:
    """Writes a file that leaves so many bytes free on the disk of `folder`, or fewer than a page less."""
    found = os.statvfs(folder)
    with (folder / "ballast").open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(1, found.f_bavail * found.f_frsize - leave))


def _answers(answerer: Answerer) -> dict[str, list]:
    return {question: said(answerer.answer(question)) for question in QUESTIONS}


def _held() -> dict[str, int]:
    """Open files, threads and kilobytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "files": len(os.listdir("/proc/self/fd")),
        "threads": len(os.listdir("/proc/self/task")),
        "kb": pages * resource.getpagesize() // 1024,
    }


DOES: dict[str, Callable[..., int]] = {"ingest": ingest, "points": points, "ask": ask, "read": read}
