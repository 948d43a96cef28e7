"""Ready to torture: the ground laid, processes ready to start, and it known what each index must say."""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.torture.ground import LABELS, Expected, Ground, Label
from eval.torture.warm import Ended, Warm
from index.generations import current_generation


class TortureError(Exception):
    """What should be tortured does not work even when nothing disturbs it."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A ground, what its indexes must say, and processes for it."""

    ground: Ground
    expected: Expected
    warm: Warm

    def ingest(self, label: Label, index: Path | None = None, **how: Any) -> Ended:
        """Runs an ingest to its end; `how` as in `doing.ingest` and `Warm.run`."""
        corpus, index = self.ground.corpus(label), index or self.ground.index
        return self.warm.run("ingest", corpus=str(corpus), index=str(index), **how)

    def ask(self, corpus: Label | None = None, index: Path | None = None, **how: Any) -> dict[str, Any]:
        """What a fresh process prints that asks all questions, as in `doing.ask`; `status` is its exit status."""
        index = index or self.ground.index
        if corpus:
            how["corpus"] = str(self.ground.corpus(corpus))
        ended = self.warm.run("ask", index=str(index), **how)
        return {"status": ended.status, **last_json(ended)}

    def answered(self, told: Mapping[str, Any]) -> Label | None:
        """The corpus from which every one of the answers is; None when there is none."""
        return next((a for a in LABELS if told.get("answers") == self.expected.answers[a]), None)


OPENING = 60.0
"""Seconds that readers are waited for."""


class Readers:
    """Processes that ask all the while; each has opened the index when they are made."""

    def __init__(self, laid: Laid, count: int, pause: float):
        """`pause` are the seconds between two questions of one reader."""
        self._warm = laid.warm
        self._stop = laid.ground.folder / "stop"
        order = {"index": str(laid.ground.index), "expected": asdict(laid.expected), "stop": str(self._stop)}
        self._pids = [self._warm.start("read", pause=pause, **order) for _ in range(count)]
        self._open = [self._stop.with_name(f"open-{pid}") for pid in self._pids]
        until = time.monotonic() + OPENING
        while not all(file.exists() for file in self._open) and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self) -> list[dict[str, Any]]:
        """Ends them; what `doing.read` prints of each, and its exit `status`."""
        self._stop.touch()
        ended = [self._warm.wait(pid) for pid in self._pids]
        for file in (self._stop, *self._open):
            file.unlink(missing_ok=True)
        return [{"status": one.status, **last_json(one)} for one in ended]


@contextmanager
def laid(home: Path) -> Iterator[Laid]:
    """A ground in a temporary folder, with both indexes built once undisturbed; `home` has the encoder's graph."""
    with TemporaryDirectory(prefix="dossier-torture-") as folder, ExitStack() as stack:
        ground = Ground(Path(folder), home)
        ground.lay()
        warm = stack.enter_context(Warm(home, ground.private, Path(folder) / "log"))
        yield Laid(ground, _expect(ground, warm), warm)


def _expect(ground: Ground, warm: Warm) -> Expected:
    articles, answers = {}, {}
    plain = Laid(ground, Expected({}, {}), warm)
    for label in LABELS:
        index = ground.folder / f"only-{label}"
        ended = plain.ingest(label, index)
        generation = current_generation(index) if ended.status == 0 else None
        told = plain.ask(index=index)
        if generation is None or "answers" not in told:
            raise TortureError(f"The index cannot even be built undisturbed: {ended.said.strip()} {told}")
        articles[label] = generation.fingerprint["articles"]
        answers[label] = told["answers"]
        shutil.rmtree(index)
    same = [question for question, answer in answers["a"].items() if answer == answers["b"][question]]
    if same:
        raise TortureError(f"Both corpora give the same answer, so that nothing would be seen: {same}")
    return Expected(articles, answers)


def last_json(ended: Ended) -> dict[str, Any]:
    """What a process printed last; when it printed none, what it said."""
    try:
        told = json.loads(ended.said.splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": f"ended with {ended.status}", "message": ended.said.strip()[-500:]}
    return told if isinstance(told, dict) else {"told": told}


def faults_of(reader: Mapping[str, Any]) -> list[str]:
    """What a reader saw that it should not have, by what `doing.read` prints; one that crashed is a fault."""
    if reader["status"] or "answers" not in reader:
        return [f"a reader ended with {reader['status']}: {reader.get('message', '')}"]
    count = sum(reader[kind] for kind in ("wrong", "stale", "failed"))
    return [*reader["examples"], *["and more"] * (count - len(reader["examples"]))]
