"""Fits the answerer's weights on the `dev` and `fitting` questions and writes them with where they come from.

Three things are fitted, in this order: the weights of a sentence's features (listwise softmax over the
sentences read, cross-entropy against the gold evidence), those of the decision whether to answer
(logistic regression), and its threshold. All are small and regularised: there are a few hundred
questions, of which `fitting` are in neither the index nor what the reader was trained on. The error that is
reported is that of five-fold cross-validation; `test` is never read.
"""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from chat.engine import Answerer
from chat.finding import Finding
from chat.scoring import DECISION_FEATURES, SENTENCE_FEATURES, decision_features
from eval.cases import Case
from eval.sentences import SentenceMap
from ingest.questions import Gap, Prepared

FOLDS = 5
SEED = 7
SENTENCE_DECAY = 0.02
DECISION_DECAY = 0.05
MAX_FALSE_REFUSALS = 0.06
"""The threshold is the highest at which, in cross-validation, no more of the answerable are declined."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question as the answerer sees it before any weight is applied."""

    finding: Finding
    gold: np.ndarray
    """(sentences,), True where a sentence is gold evidence."""
    answerable: bool


def make_examples(cases: Sequence[Case], answerer: Answerer) -> list[Example]:
    """The cases' examples, each for the likeliest way of saying its question."""
    gold = SentenceMap(answerer.articles).gold
    return [
        _example(answerer.ways(case.question, case.history)[0], gold(case), case.answerable, answerer)
        for case in cases
    ]


def question_examples(prepared: Sequence[Prepared], gaps: Sequence[Gap], answerer: Answerer) -> list[Example]:
    """Examples of questions that were written like the prepared ones and are not in the index."""
    touched = SentenceMap(answerer.articles).touched
    examples = []
    for item in prepared:
        gold = [touched(item.article, *span) for span in item.spans]
        examples += [_example(answerer.ways(q)[0], gold, True, answerer) for q in item.questions]
    return examples + [_example(answerer.ways(gap.question)[0], (), False, answerer) for gap in gaps]


def _example(question: str, gold: Sequence[Collection[str]], answerable: bool, answerer: Answerer) -> Example:
    finding = answerer.finder().find(question)
    ids = set().union(*gold)
    rows = finding.found.sentences[: len(finding.features)]
    return Example(finding, np.array([row.id in ids for row in rows], dtype=bool), answerable)


USED_BY = {
    "prepared": (
        "prepared",
        "prepared_near",
        "prepared_same",
        "gap",
        "gap_same",
        "difference",
        "difference_same",
    ),
    "reader": ("relevance", "span", "relevance_second"),
}
"""Features that are only there with prepared questions, or with the reader; their weights stay 0 without."""


def fit(examples: Sequence[Example], reading: str) -> dict[str, Any]:
    """The weights for one way of reading, as stored, with the figures of the cross-validation."""
    used = {name: way in reading.split("+") for way, names in USED_BY.items() for name in names}
    folds = np.random.default_rng(SEED).permutation(len(examples)) % FOLDS
    confidences = np.zeros(len(examples))
    first, three = [], []
    for fold in range(FOLDS):
        inside = [e for e, f in zip(examples, folds, strict=True) if f != fold]
        sentence = fit_sentences(inside, used)
        decision = fit_decision(inside, sentence, used)
        for i in np.flatnonzero(folds == fold):
            example = examples[i]
            confidences[i] = _sigmoid(_grounds(example, sentence) @ decision)
            if example.answerable and len(example.gold):
                order = np.argsort(-(example.finding.features @ sentence), kind="stable")
                first.append(bool(example.gold[order[0]]))
                three.append(bool(example.gold[order[:3]].any()))
    answerable = np.array([example.answerable for example in examples])
    threshold = choose_threshold(confidences, answerable)
    sentence = fit_sentences(examples, used)
    decision = fit_decision(examples, sentence, used)
    figures = {
        "gold_first": float(np.mean(first)),
        "gold_in_three": float(np.mean(three)),
        "auc_answerable": area_under_roc(confidences[answerable], confidences[~answerable]),
        "false_refusals": float(np.mean(confidences[answerable] < threshold)),
        "false_answers": float(np.mean(confidences[~answerable] >= threshold)),
    }
    return {
        "sentence": dict(zip(SENTENCE_FEATURES, np.round(sentence, 4).tolist(), strict=True)),
        "decision": dict(zip(DECISION_FEATURES, np.round(decision, 4).tolist(), strict=True)),
        "threshold": math.floor(threshold * 1e4) / 1e4,  # rounded up it would decline what it should not
        "cross_validation": {name: round(value, 4) for name, value in figures.items()},
    }


def fit_sentences(examples: Sequence[Example], used: Mapping[str, bool]) -> np.ndarray:
    """Listwise weights: minimises −log of the softmax mass on gold sentences, averaged over questions."""
    groups = [(e.finding.features, e.gold) for e in examples if e.answerable and e.gold.any()]
    mask = np.array([used.get(name, True) for name in SENTENCE_FEATURES], dtype=float)

    def gradient(weights: np.ndarray) -> np.ndarray:
        total = SENTENCE_DECAY * weights
        for features, gold in groups:
            sums = features @ weights
            odds = np.exp(sums - sums.max())
            odds /= odds.sum()
            right = odds * gold
            total = total + features.T @ (odds - right / right.sum()) / len(groups)
        return total * mask

    return _descend(gradient, len(SENTENCE_FEATURES))


def fit_decision(examples: Sequence[Example], sentence: np.ndarray, used: Mapping[str, bool]) -> np.ndarray:
    """Logistic weights for whether a question is answerable; both classes weigh the same."""
    rows = np.array([_grounds(example, sentence) for example in examples])
    answerable = np.array([example.answerable for example in examples])
    mask = np.array([used.get(name, True) for name in DECISION_FEATURES], dtype=float)
    share = np.where(answerable, 0.5 / max(answerable.mean(), 1e-9), 0.5 / max(1 - answerable.mean(), 1e-9))
    # every feature weighs by how much it varies, or the decay would favour those in large units
    bias = np.array(DECISION_FEATURES) == "bias"
    middle = np.where(bias, 0, rows.mean(axis=0))
    spread = rows.std(axis=0)
    # what never varies is left as it is: its rounding errors must not be blown up
    spread = np.where(bias | (spread < 1e-6), 1, spread)
    scaled = (rows - middle) / spread

    def gradient(weights: np.ndarray) -> np.ndarray:
        error = share * (_sigmoid(scaled @ weights) - answerable)
        return (scaled.T @ error / len(rows) + DECISION_DECAY * ~bias * weights) * mask

    weights = _descend(gradient, len(DECISION_FEATURES)) / spread
    return weights - bias * (weights @ middle)


def choose_threshold(confidences: np.ndarray, answerable: np.ndarray) -> float:
    """The highest threshold that keeps false refusals within MAX_FALSE_REFUSALS."""
    ordered = np.sort(confidences[answerable])
    allowed = int(MAX_FALSE_REFUSALS * len(ordered))
    return float(ordered[allowed]) - 1e-6


def area_under_roc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Probability that a positive scores above a negative, ties half (Mann and Whitney 1947)."""
    above = positive[:, None] > negative[None, :]
    ties = positive[:, None] == negative[None, :]
    return float((above + 0.5 * ties).mean())


def write_weights(file: Path, weights: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
    content = {
        "provenance": {**provenance, "made": datetime.now(UTC).strftime("%Y-%m-%d")},
        "weights": weights,
    }
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _grounds(example: Example, sentence: np.ndarray) -> np.ndarray:
    finding = example.finding
    return decision_features(finding.found, finding.asked, finding.features, sentence)


def _descend(
    gradient: Callable[[np.ndarray], np.ndarray], size: int, steps: int = 1500, rate: float = 0.05
) -> np.ndarray:
    """Adam (Kingma and Ba 2015) from zero; the problems are convex and small."""
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        slope = gradient(weights)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -40, 40)))
