"""A run: a system asked every case, measured, and written to a folder."""

import hashlib
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from chat.answers import Answer
from eval.cases import Case
from eval.intervals import RESAMPLES, SEED, Interval
from eval.metrics import Score, score_case
from eval.sentences import SentenceMap
from eval.summary import (
    by_category,
    hit_curve,
    operating_point,
    risk_coverage_curve,
    summarise,
)
from eval.systems import System
from eval.writing import writing_of

FORMAT = 1
"""Of metrics.json; raised when a key changes its meaning."""

LIBRARIES = ("bm25s", "chromadb", "llama-index-core", "numpy", "onnxruntime", "sentencex", "tokenizers")


@dataclass(frozen=True, slots=True)
class Result:
    """One case, what the system answered, and what that was worth."""

    case: Case
    answer: Answer
    score: Score


@dataclass(frozen=True, slots=True)
class Run:
    """Everything about one system's run over a question set."""

    system: str
    started: str
    """UTC, ISO 8601."""
    results: tuple[Result, ...]
    fingerprint: Mapping[str, Any]
    """Of the system: corpus, embedder, settings, versions."""
    sentences: SentenceMap

    @property
    def scores(self) -> list[Score]:
        return [result.score for result in self.results]

    @property
    def failed(self) -> list[Result]:
        """The cases that ended in a fault."""
        return [result for result in self.results if result.answer.outcome == "failed"]


def run_cases(
    name: str, system: System, cases: Sequence[Case], *, on_case: Callable[[], None] = lambda: None
) -> Run:
    """Ask the system every case. A case that raises is recorded as failed with its error; the run goes on."""
    sentences = SentenceMap(system.articles)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    results = []
    for case in cases:
        before = time.perf_counter()
        error = ""
        try:
            answer = system.answer(case.question, history=case.history)
        except Exception as raised:
            error = " ".join(f"{type(raised).__name__}: {raised}".split())[:400]
            answer = Answer(case.question, "failed", message=error)
        seconds = time.perf_counter() - before
        results.append(
            Result(case, answer, score_case(case, answer, sentences, seconds=seconds, error=error))
        )
        on_case()
    return Run(name, started, tuple(results), system.fingerprint, sentences)


def metrics_of(run: Run) -> dict[str, Any]:
    """The contents of metrics.json."""
    scores = run.scores
    writing = writing_of(result.answer for result in run.results)
    return {
        "format": FORMAT,
        "system": run.system,
        "started": run.started,
        "cases": len(scores),
        "splits": sorted({score.split for score in scores}),
        "seed": SEED,
        "resamples": RESAMPLES,
        "fingerprint": dict(run.fingerprint),
        "versions": _versions(),
        "measures": _plain(summarise(scores)),
        "categories": {name: _plain(figures) for name, figures in by_category(scores).items()},
        "curves": {
            "hit": hit_curve(scores),
            "risk_coverage": risk_coverage_curve(scores),
            "operating_point": operating_point(scores),
        },
        # only where a language model was asked
        **({"writing": writing} if writing else {}),
        "failed": {result.case.id: result.score.error or result.answer.message for result in run.failed},
        "scores": [
            {"case_sha256": _case_hash(result.case), **asdict(result.score)} for result in run.results
        ],
    }


def write_run(run: Run, out: Path) -> dict[str, Any]:
    """Write answers.jsonl, metrics.json and report.html to `out`; gives back what is in metrics.json."""
    from eval.report import write_report

    out.mkdir(parents=True, exist_ok=True)
    metrics = metrics_of(run)
    lines = [json.dumps(answer_row(result), ensure_ascii=False) for result in run.results]
    (out / "answers.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    text = json.dumps(metrics, ensure_ascii=False, indent=1, default=str)
    (out / "metrics.json").write_text(f"{text}\n", encoding="utf-8")
    write_report(run, metrics, out / "report.html")
    return metrics


def answer_row(result: Result) -> dict[str, Any]:
    """One line of answers.jsonl; other tools read this format."""
    answer = result.answer
    return {
        "id": result.case.id,
        "outcome": answer.outcome,
        "answer": answer.text(),
        "citations": [
            {"number": c.number, "article": c.article, "start": c.start, "end": c.end, "quote": c.quote}
            for c in answer.citations
        ],
        "matches": [
            {"article": m.article, "start": m.start, "end": m.end, "score": float(m.score)}
            for m in answer.matches
        ],
        "seconds": round(result.score.seconds, 6),
    }


def _plain(figures: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    return {name: asdict(interval) for name, interval in figures.items()}


def _case_hash(case: Case) -> str:
    """Of what is asked and expected, so that a comparison sees when a case was rewritten."""
    asked = asdict(case)
    for key in ("note", "split"):
        del asked[key]
    for evidence in asked["evidence"]:
        del evidence["spans"]  # they move when the article is edited elsewhere
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
