"""What the processes of a torture do, each in a fork of its own: ingest, ask, read all the while."""

import ctypes
import json
import multiprocessing
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chat import Config, open_answerer
from chat.engine import Answerer
from chat.scoring import read_weights
from eval.torture.ground import QUESTIONS, Expected, said
from eval.torture.points import at_points
from index import DossierIndexError, Embedder, open_embedder, open_index
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
    bound: int | None = None,
) -> int:
    """`python -m ingest`, which is killed at `point`, unless another thing happens there.

    With `limit`, from there on a write beyond so many bytes of a file kills it; what fits is written. With
    `bound` such a write is refused instead. With `fill` so many bytes are left free on the disk.
    """
    from ingest.__main__ import main

    def act(number: int, _: str) -> None:
        if number != point:
            return
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        elif bound is not None:  # Python ignores the signal
            resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound))
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


def ask(
    embedder: Embedder,
    index: str,
    corpus: str | None = None,
    temporary: str = "",
    powerless: bool = False,
) -> int:
    """Opens the index and asks every question; with a corpus as `python -m chat` does, which may build it first.

    `temporary` names another folder for temporary files; `powerless` gives up root's right to read what
    nobody may read. Prints the answers and the warning, or the error's kind and message.
    """
    if temporary:
        tempfile.tempdir = temporary
    if powerless:
        give_up_powers()
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

    Once the index is open, a file `open-` and the process's id lies beside `stop`.
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
        Path(stop).with_name(f"open-{os.getpid()}").touch()
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


def fork(embedder: Embedder, index: str) -> int:
    """Opens the index and forks; prints what the fork is told, and what is answered afterwards as before."""
    with open_index(Path(index), embedder) as opened:
        answerer = Answerer(opened, "prepared", read_weights("prepared"))
        _answers(answerer)
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.write(writing, answerer.answer(QUESTIONS[0]).message.encode())
            opened.close()
            os._exit(0)
        os.close(writing)
        os.waitpid(pid, 0)
        told = {"forked": os.read(reading, 10_000).decode(), "answers": _answers(answerer)}
    print("\n" + json.dumps(told))
    return 0


def spawn(embedder: Embedder, index: str, home: str) -> int:
    """Opens the index and spawns a process that opens it as well and prints what it answers."""
    with open_index(Path(index), embedder):
        process = multiprocessing.get_context("spawn").Process(target=_ask_spawned, args=(index, home))
        process.start()
        process.join()
    return process.exitcode or 0


def _ask_spawned(index: str, home: str) -> None:
    ask(open_embedder(Path(home)), index)


def give_up_powers() -> None:
    """From now on, file modes bind this process also when it is root's."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    none = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none):
        raise OSError(ctypes.get_errno(), "the rights cannot be given up")


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


DOES: dict[str, Callable[..., int]] = {do.__name__: do for do in (ingest, points, ask, read, fork, spawn)}
"""What can be ordered, by name."""
