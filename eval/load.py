"""Many people at once: do all get their own answer, and soon; and what becomes of more than can be served."""

import html
import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chat import Config
from chat.suggesting import READS_WELL
from eval.intervals import SEED
from ingest import Corpus, read_corpus
from ingest.questions import read_questions

PEOPLE = 50
MINUTES = 10.0
PACE = 10.0
"""Seconds that a person thinks after an answer, on average: half to one and a half of it."""

BURST = 300
TURNS = 3
"""Questions of one conversation; then the person begins a new one and asks the same again."""

HEARTBEAT = 2.0
"""Seconds between two looks at the memory."""

P95_MOST, TOLD_MOST, WAIT_MOST = 2.0, 1.0, 15.0
"""Bounds in seconds: of an answer among many people; in a burst, of being told busy and of any answer."""

GROWTH_MOST = 50.0
"""MiB."""

TIMEOUT = 60
PROGRAMS = 5
"""Every fifth asks as programs do, through the API; the others through the events of the page, as browsers do."""

NAME = "localhost.load"
"""The server takes itself to be behind a proxy of this name, and so each person's address from a header."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one question."""

    kind: str
    """`answer`, or `busy` when the question was turned away."""
    seconds: float
    said: Any = None
    """Statements with their citations, to be compared."""
    problem: str = ""


@dataclass(slots=True)
class Tally:
    """What the people met. Mutable: they add to it while they ask."""

    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    wrong: list[str] = field(default_factory=list)
    """Answers that were not the expected ones, and everything that broke."""


class LoadError(Exception):
    """The load cannot be made; the message is one line for a person."""


def load(
    config: Config = Config(),  # noqa: B008  (frozen: no caller can change it)
    people: int = PEOPLE,
    minutes: float = MINUTES,
    pace: float = PACE,
    burst: int = BURST,
    on_step: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """All figures as plain JSON values, in seconds and MiB; it takes some minutes more than `minutes`."""
    with started(config) as (port, process):
        memory = Memory(process)
        questions = own_questions(read_corpus(config.corpus), people)
        crowd = [_person(port, number, mine) for number, mine in enumerate(questions)]
        on_step("what each of them has to be told")
        expected = [[_first(person, question) for question in person.questions] for person in crowd]
        on_step("everybody once")
        _all_at_once(crowd, expected, pace, rounds=1)
        before = memory.now()
        on_step(f"{people} people for {minutes:g} minutes")
        began = time.monotonic()
        with memory.watched() as seen:
            tally = _all_at_once(crowd, expected, pace, until=began + 60 * minutes)
        took = time.monotonic() - began
        figures = {
            "people": people,
            "minutes": minutes,
            "pace": pace,
            "asked": len(tally.seconds) + tally.busy + len(tally.wrong),
            "answers_per_second": len(tally.seconds) / took,
            "different_answers": len({json.dumps(said) for own in expected for said in own}),
            "busy": tally.busy,
            "wrong": tally.wrong[:20],
            "failures": len(tally.wrong),
            **_quantiles(tally.seconds),
            "memory_before_mib": before,
            "memory_growth_mib": max(seen, default=before) - before,
            "memory_last_mib": float(np.median(seen[-10:])) if seen else before,
        }
        if burst:
            on_step(f"{burst} at the same moment")
            figures["burst"] = _burst(port, burst, questions, expected)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return figures | {"cpus": cores}


def within_bounds(figures: Mapping[str, Any]) -> list[tuple[str, str, str, bool]]:
    """(what, as measured, the bound, whether it was kept) for everything that is bounded."""
    rows = [
        ("Failures, wrong or mixed answers", f"{figures['failures']}", "0", figures["failures"] == 0),
        ("Told busy", f"{figures['busy']}", "0", figures["busy"] == 0),
        ("Answer, p95", f"{figures['p95']:.2f} s", f"{P95_MOST:g} s", figures["p95"] <= P95_MOST),
        (
            "Growth of memory",
            f"{figures['memory_growth_mib']:.0f} MiB",
            f"{GROWTH_MOST:g} MiB",
            figures["memory_growth_mib"] <= GROWTH_MOST,
        ),
    ]
    if burst := figures.get("burst"):
        told, waited = burst["busy_slowest"], burst["answer_slowest"]
        rows += [
            (f"{burst['asked']} at once: failures", f"{burst['failures']}", "0", burst["failures"] == 0),
            (
                f"{burst['busy']} told busy, the last after",
                f"{told:.2f} s",
                f"{TOLD_MOST:g} s",
                told <= TOLD_MOST,
            ),
            (
                f"{burst['answered']} answered, the last after",
                f"{waited:.1f} s",
                f"{WAIT_MOST:g} s",
                waited <= WAIT_MOST,
            ),
        ]
    return rows


def own_questions(corpus: Corpus, people: int) -> list[list[str]]:
    """For each person questions that nobody else has, each about a sentence of its own."""
    prepared, _ = read_questions(corpus.folder, corpus.articles)
    plain = (next((q for q in item.questions if READS_WELL.fullmatch(q)), "") for item in prepared)
    distinct = list(dict.fromkeys(question for question in plain if question))
    random.Random(SEED).shuffle(distinct)
    if len(distinct) < people * TURNS:
        raise LoadError(
            f"{people} people need {people * TURNS} questions, and {corpus.folder} has {len(distinct)} prepared ones: "
            "choose fewer with --people"
        )
    return [distinct[i * TURNS : (i + 1) * TURNS] for i in range(people)]


@contextmanager
def started(config: Config) -> Iterator[tuple[int, int]]:
    """The page in a process of its own, quotations only; gives its port and process id."""
    options = [
        "--corpus",
        config.corpus,
        "--home",
        config.home,
        "--llm",
        "none",
        "--host-name",
        NAME,
        "--port",
        0,
    ]
    options += ["--index", config.index] if config.index else []
    command = [sys.executable, "-u", "-m", "chat", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            found = re.search(r"http://\S+:(\d+)", process.stdout.readline())
            if not found:
                raise LoadError("`python -m chat` did not start: start it yourself to see why")
            yield int(found[1]), process.pid
        finally:
            process.terminate()


class Memory:
    """The resident memory of a process, in MiB; 0 where the system does not tell."""

    def __init__(self, process: int):
        self._file = Path(f"/proc/{process}/status")

    def now(self) -> float:
        try:
            text = self._file.read_text(encoding="ascii")
        except OSError:
            return 0.0
        found = re.search(r"VmRSS:\s+(\d+) kB", text)
        return int(found[1]) / 1024 if found else 0.0

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """Gives a list that grows by one value every other second."""
        seen: list[float] = []
        over = threading.Event()

        def watch() -> None:
            while not over.wait(HEARTBEAT):
                seen.append(self.now())

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join()


# People


BREAKS = (OSError, http.client.HTTPException, ValueError, LookupError, TypeError)
"""What a server that does not do what it should leads to."""


class Person:
    """Somebody with an address and questions of their own."""

    def __init__(self, port: int, number: int, questions: Sequence[str]):
        self.questions = questions
        self._port = port
        self._headers = {
            "Content-Type": "application/json",
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }

    def begin(self) -> None:
        """Starts a new conversation."""

    def stay(self) -> None:
        """What is done once the answer is there."""

    def ask(self, question: str) -> Reply:
        """Asks and waits for the whole answer; what goes wrong is in the reply."""
        began = time.perf_counter()
        try:
            kind, said = self._asked(question)
            return Reply(kind, time.perf_counter() - began, said)
        except BREAKS as problem:
            return Reply(
                "broken", time.perf_counter() - began, problem=f"{type(problem).__name__}: {problem}"
            )

    def _asked(self, question: str) -> tuple[str, Any]:
        raise NotImplementedError

    def _post(self, path: str, message: Any) -> tuple[int, Any]:
        with self._sent("POST", f"/gradio_api/{path}", json.dumps(message)) as reply:
            return reply.status, json.loads(reply.read())

    @contextmanager
    def _sent(self, method: str, path: str, body: str = "") -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body or None, self._headers)
            yield connection.getresponse()
        finally:
            connection.close()

    def _events(self, path: str) -> Iterator[tuple[str, Any]]:
        """What a stream of the server says: the event's name, and its data."""
        with self._sent("GET", f"/gradio_api/{path}") as reply:
            name = ""
            for line in reply:
                key, _, value = line.decode("utf-8").rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    yield name, json.loads(value)


class Program(Person):
    """Asks through the API, each question by itself."""

    def _asked(self, question: str) -> tuple[str, Any]:
        status, reply = self._post("call/ask", {"data": [question, None]})
        if status == 503:
            return "busy", None
        for name, data in self._events(f"call/ask/{reply['event_id']}"):
            if name == "complete":
                return "answer", _compared(data[0])
            if name == "error":
                raise ValueError(f"the server said {data}")
        raise ValueError("the stream ended without an answer")


class Reader(Person):
    """Asks on the page, in a conversation: what a browser sends, and what it shows."""

    def __init__(self, port: int, number: int, questions: Sequence[str]):
        super().__init__(port, number, questions)
        with self._sent("GET", "/config") as reply:
            config = json.loads(reply.read())
        self._ids = {event["api_name"]: event["id"] for event in config["dependencies"]}
        self._session = uuid.uuid4().hex
        self._asked_so_far: list[str] = []

    def begin(self) -> None:
        self._event("restore", [None, None], {"id": uuid.uuid4().hex, "exchanges": []})
        self._asked_so_far = []

    def stay(self) -> None:
        self._queued("suggest")  # the page looks for questions to go on with

    def _asked(self, question: str) -> tuple[str, Any]:
        if len(self._asked_so_far) >= TURNS:
            self.begin()
        _, notice, *_ = self._event("take", [question, None, None])
        if "busy" in str(notice):
            return "busy", None
        self._asked_so_far.append(question)
        shown = self._queued("answer")
        if shown is None:
            return "busy", None
        rows = [json.loads(html.unescape(row)) for row in re.findall(r'data-frozen="([^"]*)"', shown)]
        if [row["question"] for row in rows] != self._asked_so_far:
            raise ValueError(
                f"shown are {[row['question'] for row in rows]}, asked were {self._asked_so_far}"
            )
        return "answer", _compared(rows[-1]["answer"])

    def _event(self, name: str, data: list[Any], said: Any = None) -> list[Any]:
        message = {
            "fn_index": self._ids[name],
            "data": data,
            "event_data": said,
            "session_hash": self._session,
        }
        status, reply = self._post("run/predict", message)
        if status != 200:
            raise ValueError(f"{name}: status {status}")
        return reply["data"]

    def _queued(self, name: str) -> str | None:
        """The conversation as it is drawn at the end of an event; None when the event was turned away."""
        message = {"fn_index": self._ids[name], "data": [None], "session_hash": self._session}
        status, reply = self._post("queue/join", message)
        if status == 503:
            return None
        for _, data in self._events(f"queue/data?session_hash={self._session}"):
            if data["msg"] == "process_completed" and data["event_id"] == reply["event_id"]:
                if not data["success"]:
                    raise ValueError(f"{name}: {data['output']}")
                return str(data["output"]["data"][0])
        raise ValueError(f"{name}: the stream ended without its end")


def _person(port: int, number: int, questions: Sequence[str]) -> Person:
    return (Reader if number % PROGRAMS else Program)(port, number, questions)


def _compared(answer: Any) -> Any:
    """What has to be the same each time: outcome, statements, and the quotation of each citation."""
    if answer["outcome"] not in ("answered", "partial", "declined"):
        raise ValueError(f"outcome {answer['outcome']}: {answer.get('message')}")
    return [
        answer["outcome"],
        [[said["text"], list(said["citations"])] for said in answer["statements"]],
        [[cited["article"], cited["start"], cited["quote"]] for cited in answer["citations"]],
    ]


def _first(person: Person, question: str) -> Any:
    """The answer from a server that has nothing else to do; LoadError when there is none."""
    reply = person.ask(question)
    if reply.kind != "answer":
        raise LoadError(f"{question!r} got no answer from a server with nothing else to do: {reply}")
    return reply.said


def _all_at_once(
    crowd: Sequence[Person],
    expected: Sequence[Sequence[Any]],
    pace: float,
    rounds: int = sys.maxsize,
    until: float = float("inf"),
) -> Tally:
    tally, adding = Tally(), threading.Lock()

    def go_on(person: Person, wanted: Sequence[Any], chance: random.Random) -> None:
        time.sleep(chance.uniform(0, pace))  # they do not begin all at once
        for _ in range(rounds):
            for question, said in zip(person.questions, wanted, strict=True):
                if time.monotonic() >= until:
                    return
                reply = person.ask(question)
                try:
                    person.stay() if reply.kind == "answer" else person.begin()
                except BREAKS as problem:
                    reply = Reply("broken", reply.seconds, problem=f"afterwards {problem!r}")
                with adding:
                    if reply.kind == "busy":
                        tally.busy += 1
                    elif reply.said != said:
                        tally.wrong.append(f"{question}: {reply.problem or reply.said}"[:300])
                    else:
                        tally.seconds.append(reply.seconds)
                time.sleep(max(0.0, min(chance.uniform(pace / 2, 1.5 * pace), until - time.monotonic())))
                if reply.kind != "answer":
                    break  # what comes next would be asked with another history than the expected answer was

    with ThreadPoolExecutor(len(crowd)) as pool:
        chances = [random.Random(f"{SEED} {i}") for i in range(len(crowd))]
        list(pool.map(go_on, crowd, expected, chances))
    return tally


def _burst(
    port: int, size: int, questions: Sequence[Sequence[str]], expected: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """All at the same moment, each from an address of its own, by API: who is answered and who is told busy."""
    known = [
        (question, said)
        for own, all_said in list(zip(questions, expected, strict=True))[::PROGRAMS]  # those of programs
        for question, said in zip(own, all_said, strict=True)
    ]
    crowd = [Program(port, 10_000 + i, [known[i % len(known)][0]]) for i in range(size)]
    ready = threading.Barrier(size)

    def go(person: Person) -> Reply:
        ready.wait()
        return person.ask(person.questions[0])

    with ThreadPoolExecutor(size) as pool:
        replies = list(pool.map(go, crowd))
    right = [r for i, r in enumerate(replies) if r.kind == "answer" and r.said == known[i % len(known)][1]]
    busy = [r.seconds for r in replies if r.kind == "busy"]
    return {
        "asked": size,
        "answered": len(right),
        "busy": len(busy),
        "failures": size - len(right) - len(busy),
        "busy_slowest": max(busy, default=0.0),
        "answer_slowest": max((r.seconds for r in right), default=0.0),
    }


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return dict.fromkeys(("p50", "p95", "slowest"), 0.0)
    return {
        "p50": float(np.quantile(seconds, 0.5)),
        "p95": float(np.quantile(seconds, 0.95)),
        "slowest": max(seconds),
    }
