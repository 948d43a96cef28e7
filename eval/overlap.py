"""How much of a result is owed to cases that are nearly a prepared question."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cases import Case
from eval.intervals import Interval, bootstrap
from index import Embedder
from ingest import Corpus
from ingest.questions import read_questions

NEAR = 0.90
"""A case is nearly a prepared question when the cosine of the two, by the default embedder, is at least this."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """The share of cases right, by how near they are to a prepared or gap question."""

    near: Interval | None
    """Of the cases that are nearly a prepared question; None when there are none. `n` counts them."""
    far: Interval | None
    """Of the rest."""


def measure_overlap(run: Path, cases: Sequence[Case], corpus: Corpus, embedder: Embedder) -> Overlap:
    """Splits the cases of a written run by their nearness to what was prepared for the corpus."""
    scores = {row["id"]: float(row["right"]) for row in read_scores(run)}
    chosen = [case for case in cases if case.id in scores]
    nearness = nearest_prepared([case.question for case in chosen], corpus, embedder)
    near = [scores[case.id] for case, cosine in zip(chosen, nearness, strict=True) if cosine >= NEAR]
    far = [scores[case.id] for case, cosine in zip(chosen, nearness, strict=True) if cosine < NEAR]
    return Overlap(bootstrap(near) if near else None, bootstrap(far) if far else None)


def read_scores(run: Path) -> list[dict[str, Any]]:
    """The scores of a run's cases; FileNotFoundError when there is no run in the folder."""
    return json.loads((run / "metrics.json").read_bytes())["scores"]


def nearest_prepared(questions: Sequence[str], corpus: Corpus, embedder: Embedder) -> list[float]:
    """For each question the cosine to the nearest prepared or gap question; 0 when nothing was prepared."""
    prepared, gaps = read_questions(corpus.folder, corpus.articles)
    texts = [question for item in prepared for question in item.questions] + [gap.question for gap in gaps]
    if not texts or not questions:
        return [0.0] * len(questions)
    return (embedder.embed(questions) @ embedder.embed(texts).T).max(axis=1).tolist()
