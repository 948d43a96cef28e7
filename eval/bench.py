"""How fast and how big: cold start, ingest, search and answer by size of the corpus, memory and disk."""

import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from chat import Config, open_answerer
from eval.chroma_server import chroma_server
from eval.intervals import SEED
from index import Embedder, build_index, open_embedder, open_index
from ingest import read_corpus

SIZES = (1_000, 10_000, 100_000)
"""Passages."""

ENCODED_UP_TO = 1_000
"""Passages; larger corpora get vectors made from a hundred real ones, which takes minutes, not hours.
Questions are always encoded."""

QUESTIONS = 100
COLD_STARTS = 3
COLD_QUESTION = "When was the CSTO founded?"


@dataclass(frozen=True, slots=True)
class Built:
    """What it took to build the index of one corpus, in a process of its own."""

    passages: int
    texts: int
    """Texts that got a vector: passages, sentences, prepared questions."""
    seconds: float
    passages_per_second: float
    encoder_share: float | None
    """Seconds in the encoder as a share of all: the throughput as a share of the bare encoder's. None where
    the vectors were not made by the encoder."""
    encoder_seconds: float
    """Of all seconds, those in the encoder or in what stands in for it."""
    disk_mib: float
    """The index folder and, where there is one, the Chroma server's."""
    memory_mib: float
    """Peak of the process."""
    server_mib: float | None
    """The Chroma server's memory at its peak; None without a server."""


@dataclass(frozen=True, slots=True)
class Served:
    """What it takes to answer from one corpus, in a process of its own, warm."""

    search_p50: float
    search_p95: float
    answer_p50: float
    answer_p95: float
    encoder_share: float
    """Seconds to encode the questions as a share of the seconds to answer them."""
    memory_mib: float
    """Peak of the process."""
    server_mib: float | None
    """The Chroma server's memory, after it was started anew; None without a server."""


def bench(
    questions: Sequence[str],
    sizes: Sequence[int] = SIZES,
    config: Config = Config(),  # noqa: B008  (frozen: no caller can change it)
    *,
    server: bool = False,
    on_step: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """All figures as plain JSON values, in seconds and MiB; it takes minutes for the large sizes.

    With `server` the vectors are on a Chroma server, started here for each corpus. The configured corpus is asked
    `questions`, the synthetic ones of `sizes` passages questions of their own.
    """
    on_step("the corpus")
    with tempfile.TemporaryDirectory(prefix="dossier-bench-") as folder:
        corpora = [{"name": config.corpus.name, **_measure(config, None, Path(folder), questions, server)}]
    on_step("cold start")
    cold = [_cold_start(config) for _ in range(1 + COLD_STARTS)][1:]  # the first may build the index
    for size in sizes:
        on_step(f"{size:,} passages")
        with tempfile.TemporaryDirectory(prefix="dossier-bench-") as folder:
            write_corpus(Path(folder) / "corpus", size)
            made = replace(config, corpus=Path(folder) / "corpus")
            figures = _measure(made, size, Path(folder), make_questions(QUESTIONS), server)
            corpora.append({"name": f"{size:,} passages", **figures})
    return {
        "machine": {
            "platform": f"{platform.system()} {platform.machine()}",
            "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "python": platform.python_version(),
        },
        "cold_start": {"question": COLD_QUESTION, "seconds": cold, "median": float(np.median(cold))},
        "corpora": corpora,
    }


def write_corpus(folder: Path, passages: int, seed: int = SEED) -> None:
    """Articles of 50 passages, each a paragraph of three sentences; the same seed gives the same texts."""
    folder.mkdir(parents=True)
    chance, words = random.Random(seed), _words()
    # As in real texts few words are frequent and many are rare (Zipf).
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(words))))
    for first in range(0, passages, 50):
        lines = [f"Report {first // 50 + 1} on the {chance.choice(words)}"]
        for _ in range(first, min(first + 50, passages)):
            sentences = [chance.choices(words, cum_weights=weights, k=30) for _ in range(3)]
            lines.append(" ".join(f"The {' '.join(sentence)}." for sentence in sentences))
        (folder / f"report-{first // 50:05}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def make_questions(count: int, seed: int = SEED) -> list[str]:
    """Questions in the words of `write_corpus`."""
    chance, words = random.Random(seed + 1), _words()
    return [f"When did the {' '.join(chance.choices(words, k=3))} change?" for _ in range(count)]


def _words() -> list[str]:
    """The words of the articles that come along, in an order that has nothing to do with them."""
    texts = [article.text for article in read_corpus(Config().corpus).articles.values()]
    found = {word.lower() for text in texts for word in re.findall(r"[A-Za-z]{3,}", text)}
    return sorted(found, key=lambda word: zlib.crc32(word.encode()))


def _measure(
    config: Config, size: int | None, folder: Path, questions: Sequence[str], server: bool
) -> dict[str, Any]:
    config = replace(config, index=folder / "index")
    # Fresh processes, so that the peak of memory is of this corpus and this work alone.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        with _server(config, server) as (config, memory):
            built = pool.submit(_build, config, size).result()
            built = replace(built, server_mib=memory())
        with _server(config, server) as (config, memory):
            served = pool.submit(_serve, config, list(questions)).result()
            served = replace(served, server_mib=memory())
    return {"built": asdict(built), "served": asdict(served)}


@contextmanager
def _server(config: Config, wanted: bool) -> Iterator[tuple[Config, Callable[[], float | None]]]:
    """The settings with a server's address, its data beside the index, and what tells its peak of memory."""
    if not wanted:
        yield config, lambda: None
        return
    with chroma_server(config.index.with_name("server")) as server:
        yield replace(config, chroma=server.url), server.peak_memory


def _build(config: Config, size: int | None) -> Built:
    encoder = _Stopwatch(_embedder(config, size))
    began = time.perf_counter()
    built = build_index(read_corpus(config.corpus), config.index_folder, encoder, chroma=config.chroma)
    seconds = time.perf_counter() - began
    folders = (config.index_folder, config.index_folder.with_name("server"))
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return Built(
        passages=built.passages,
        texts=built.embedded,
        seconds=seconds,
        passages_per_second=built.passages / seconds,
        encoder_share=encoder.seconds / seconds if _is_encoded(size) else None,
        encoder_seconds=encoder.seconds,
        disk_mib=sum(file.stat().st_size for file in files) / 2**20,
        memory_mib=_peak_memory(),
        server_mib=None,
    )


def _serve(config: Config, questions: Sequence[str]) -> Served:
    encoder = open_embedder(config.home, config.model)
    with open_answerer(config) as answerer:
        for question in questions[:5]:
            answerer.answer(question)
        answers = [_seconds(lambda q=question: answerer.answer(q)) for question in questions]
    memory = _peak_memory()  # before the index is opened a second time
    with open_index(config.index_folder, encoder, chroma=config.chroma) as opened:
        opened.search(questions[0])
        searches = [_seconds(lambda q=question: opened.search(q)) for question in questions]
    encodings = [_seconds(lambda q=question: encoder.embed([q])) for question in questions]
    return Served(
        search_p50=float(np.quantile(searches, 0.5)),
        search_p95=float(np.quantile(searches, 0.95)),
        answer_p50=float(np.quantile(answers, 0.5)),
        answer_p95=float(np.quantile(answers, 0.95)),
        encoder_share=sum(encodings) / sum(answers),
        memory_mib=memory,
        server_mib=None,
    )


def _cold_start(config: Config) -> float:
    """Seconds from the command to the printed answer, by a process that has to load everything."""
    command = [sys.executable, "-m", "chat", "--corpus", config.corpus, "--home", config.home, "ask"]
    began = time.perf_counter()
    done = subprocess.run([*map(str, command), COLD_QUESTION], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise BenchError(f"`python -m chat ask` ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return time.perf_counter() - began


class BenchError(Exception):
    """Something could not be measured; the message is one line for a person."""


def _is_encoded(size: int | None) -> bool:
    return size is None or size <= ENCODED_UP_TO


def _embedder(config: Config, size: int | None) -> Embedder:
    encoder = open_embedder(config.home, config.model)
    return encoder if _is_encoded(size) else _StandIn(encoder)


class _Stopwatch:
    """An embedder that adds up the seconds spent in it."""

    def __init__(self, embedder: Embedder):
        self._embedder = embedder
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        began = time.perf_counter()
        try:
            return self._embedder.embed(texts)
        finally:
            self.seconds += time.perf_counter() - began


class _StandIn:
    """Gives many texts at once the vector of one of 100 real texts and a little noise; encodes a few truly.

    So an index made with it looks to the product like one made with the encoder: the texts by which it
    tells embedders apart are few.
    """

    FEW = 16

    def __init__(self, embedder: Embedder):
        self._embedder = embedder
        self._real = embedder.embed(make_questions(100, SEED + 2))
        noise = np.random.default_rng(SEED).normal(0, 0.03, (4_096, embedder.dimension))
        self._noise = noise.astype(np.float32)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        if len(texts) <= self.FEW:
            return self._embedder.embed(texts)
        marks = np.array([zlib.crc32(text.encode()) for text in texts])
        rows = self._real[marks % len(self._real)] + self._noise[marks // 512 % len(self._noise)]
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak_memory() -> float:
    """MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
