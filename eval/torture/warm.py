"""Processes that start at once: forks of one that has imported all and done nothing else.

A Python that imports Chroma and LlamaIndex takes seconds, and a kill should take one. What is forked is a
real process that runs the real `ingest.__main__.main`; only the encoder was opened for it beforehand, and
the process that checks what was built is a fork as well. Some kills are of a fresh `python -m ingest`.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.torture.doing import DOES
from index import Embedder, IndexDamaged, open_embedder
from index.verify import check_copy

CODE = "import sys; from pathlib import Path; from eval.torture.warm import serve; serve(*map(Path, sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    status: int
    """The exit status; negative for a signal."""
    seconds: float
    said: str
    """What it printed, or the JSON that it left."""

    @property
    def was_killed(self) -> bool:
        return -self.status in (signal.SIGKILL, signal.SIGXFSZ)


class Warm:
    """Starts processes by forking one that is ready; used by one thread."""

    def __init__(self, home: Path, temporary: Path, log: Path):
        """`temporary` is for what the processes put into the folder for temporary files; `log` for their words."""
        self._log = log
        log.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-c", CODE, str(home), str(temporary)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._count = 0
        self._said: dict[int, Path] = {}

    def start(self, do: str, **order: Any) -> int:
        """The process's id; `do` and `order` are those of a function in `DOES`."""
        self._count += 1
        said = self._log / str(self._count)
        pid = self._order({"do": do, "said": str(said), **order})["pid"]
        self._said[pid] = said
        return pid

    def wait(self, pid: int, kill_after: float | None = None) -> Ended:
        """Waits for the end of a process, and kills it after so many seconds where that is said."""
        ended = self._order({"do": "wait", "pid": pid, "kill_after": kill_after})
        said = self._said.pop(pid)
        text = ""
        with suppress(FileNotFoundError):  # it was killed before it could say anything
            text = said.read_text(encoding="utf-8", errors="replace")
            said.unlink()
        return Ended(ended["status"], ended["seconds"], text)

    def run(self, do: str, kill_after: float | None = None, **order: Any) -> Ended:
        return self.wait(self.start(do, **order), kill_after)

    def close(self) -> None:
        """Ends the process, and kills what it still has running."""
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def __enter__(self) -> "Warm":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _order(self, order: Mapping[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process that starts others ended with {self._process.wait(60)}")
        return json.loads(answer)


def serve(home: Path, temporary: Path) -> None:
    """What the process that is forked does: takes orders on its input, answers on its output."""
    import chat.engine
    import index.build
    import index.llama
    import index.vectors
    import ingest.__main__

    tempfile.tempdir = str(temporary)
    # one thread, and nothing is embedded before a fork: thread pools do not live on in it
    embedder = open_embedder(home, threads=1)
    # by itself, Chroma writes a collection's graph only after the thousandth entry
    index.vectors.CONFIGURATION["hnsw"].update(batch_size=2, sync_threshold=2)
    chat.engine.open_embedder = ingest.__main__.open_embedder = lambda *_: embedder
    running: dict[int, tuple[float, int]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        do = order.pop("do")
        if do == "wait":
            began, verifier = running.pop(order["pid"])
            status = _wait(order["pid"], order["kill_after"])
            os.waitpid(verifier, 0)
            answer = {"status": status, "seconds": time.perf_counter() - began}
        else:
            verifier, verify = _fork_verifier()
            index.build.verify_built = verify.ask
            pid = _fork(DOES[do], embedder, **order)
            verify.close()
            running[pid] = time.perf_counter(), verifier
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _fork(do: Callable[..., int], embedder: Embedder, said: str, **order: Any) -> int:
    """Runs a function of `DOES` in a new process, whose words go to the file `said`; its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        words = os.open(said, os.O_WRONLY | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for old, new in ((nothing, 0), (words, 1), (words, 2)):
            os.dup2(old, new)
        status = do(embedder, **order)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        os._exit(status)


def _wait(pid: int, kill_after: float | None) -> int:
    """The exit status, negative for a signal."""
    if kill_after is not None:
        descriptor = os.pidfd_open(pid)
        if not select.select([descriptor], [], [], kill_after)[0]:
            os.kill(pid, signal.SIGKILL)  # it is our child, so that its id cannot be another's yet
        os.close(descriptor)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class _Verify:
    """The two pipes between a build and the process that checks what it built."""

    def __init__(self) -> None:
        self._asked, self._ask = os.pipe()
        self._told, self._tell = os.pipe()

    def ask(self, folder: Path, chroma: str = "") -> None:
        """In the place of `index.verify.verify_built`; the vectors are in the folder, whatever `chroma` says."""
        os.write(self._ask, os.fsencode(folder))
        os.close(self._ask)
        os.close(self._tell)
        if (reason := os.read(self._told, 10_000).decode()) != "well":
            raise IndexDamaged(
                f"The new index did not pass its check ({reason or 'no word'}); the old one stays in use."
            )

    def answer(self) -> None:
        """Waits for a folder, checks it, and says how that went."""
        os.close(self._ask)
        if folder := os.read(self._asked, 10_000):
            try:
                check_copy(Path(os.fsdecode(folder)))
                reason = "well"
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
            with suppress(BrokenPipeError):
                os.write(self._tell, reason.encode())

    def close(self) -> None:
        for descriptor in (self._asked, self._ask, self._told, self._tell):
            os.close(descriptor)


def _fork_verifier() -> tuple[int, _Verify]:
    """A process that checks one build and ends, or ends when the build does; its id."""
    verify = _Verify()
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            verify.answer()
        os._exit(0)
    return pid, verify
