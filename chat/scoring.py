"""What is known of a sentence and of a question, as numbers; and the weights that make scores of them.

The weights are fitted on the `dev` questions by `python -m eval fit`, which writes them to weights.json
with where they come from. A sentence's score is the softmax over the sentences that were read
(listwise, ListNet: Cao et al. 2007); whether the question is answered at all is a logistic regression.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chat.errors import ChatError
from chat.question import Asked, Kind, classify
from chat.reader import Reading
from chat.values import has_form
from index import Found, Match, NearQuestion
from ingest import Sentence
from ingest.reading import read_bounded

WEIGHTS = Path(__file__).with_name("weights.json")
WEIGHTS_MOST = 1_000_000
"""Bytes."""

SENTENCE_FEATURES = (
    "dense",
    "words",
    "passage_dense",
    "passage_words",
    "prepared",
    "prepared_near",  # how far above NEAR the nearest prepared question is: a near one says much more
    "prepared_same",  # the nearest prepared question that asks for the same kind of answer
    "gap",
    "gap_same",
    "relevance",
    "span",
    "value",
    "heading",
    "note",
)
DECISION_FEATURES = (
    "bias",
    "dense",
    "difference",  # nearest prepared minus nearest gap question
    "difference_same",  # the same among those that ask for the same kind of answer
    "relevance",
    "relevance_second",
    "best",  # probability of the best sentence
    "value_missing",  # none of the best three sentences has the form of an answer (see TYPED)
)
NEAR = 0.75
TYPED: tuple[Kind, ...] = ("when", "how_many", "why")
"""Kinds of questions whose answer has a form that can be looked for."""

SIMILAR_KINDS: Mapping[Kind, str] = {"list": "which", "what": "which"}
"""Kinds that people use for one another; the others stand for themselves."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted numbers; see `python -m eval fit`."""

    sentence: np.ndarray
    """One for each of SENTENCE_FEATURES."""
    decision: np.ndarray
    """One for each of DECISION_FEATURES."""
    threshold: float
    """The question is answered when the probability that it can be is at least this."""
    provenance: Mapping[str, Any]

    def digest(self) -> str:
        """Tells one set of weights from another."""
        numbers = np.concatenate([self.sentence, self.decision, [self.threshold]])
        return hashlib.sha256(numbers.tobytes()).hexdigest()[:12]


def read_weights(name: str, file: Path = WEIGHTS, gaps: bool = True) -> Weights:
    """The weights for one way of reading: `prepared+reader`, `prepared`, `reader` or `plain`.

    Without `gaps` there are no gap questions, and prepared questions have no say in whether to answer: how
    near they are means something only beside them.

    ChatError when the file is not what `python -m eval fit` writes.
    """
    try:
        stored = json.loads(read_bounded(file, WEIGHTS_MOST))
        chosen = stored["weights"][name]
        deciding = chosen if gaps else stored["weights"][_WITHOUT_PREPARED.get(name, name)]
        weights = Weights(
            np.array([chosen["sentence"][feature] for feature in SENTENCE_FEATURES], np.float64),
            np.array([deciding["decision"][feature] for feature in DECISION_FEATURES], np.float64),
            float(deciding["threshold"]),
            dict(stored["provenance"]),
        )
        if not (
            np.isfinite(weights.sentence).all()
            and np.isfinite(weights.decision).all()
            and 0 <= weights.threshold <= 1
        ):
            raise ValueError("a weight is no number")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ChatError(
            f"The weights in {file} cannot be used ({type(error).__name__}). They come with Dossier: install it "
            "again, or fit them anew with `python -m eval fit`."
        ) from error
    return weights


_WITHOUT_PREPARED = {"prepared+reader": "reader", "prepared": "plain"}


def sentence_features(
    matches: Sequence[Match],
    sentences: Sequence[Sentence],
    readings: Sequence[Reading] | None,
    found: Found,
    asked: Asked,
) -> np.ndarray:
    """(sentences, features): the i'th row belongs to the i'th match."""
    prepared, prepared_same = _by_target(found.prepared), _by_target(asking_alike(found.prepared, asked.kind))
    gaps, gaps_same = _by_target(found.gaps), _by_target(asking_alike(found.gaps, asked.kind))
    floors = {name: _floor(matches, name) for name in ("dense", "passage_dense")}
    rows = []
    for i, (match, sentence) in enumerate(zip(matches, sentences, strict=True)):
        score = {name: place.score for name, place in match.found.items()}
        near = prepared.get(match.id, 0.0)
        reading = readings[i] if readings else None
        rows.append(
            (
                score.get("dense", floors["dense"]),
                score.get("words", 0.0),
                score.get("passage_dense", floors["passage_dense"]),
                score.get("passage_words", 0.0),
                near,
                max(0.0, near - NEAR) / (1 - NEAR),
                prepared_same.get(match.id, 0.0),
                gaps.get(match.id, 0.0),
                gaps_same.get(match.id, 0.0),
                _logit(reading.relevance) / 5 if reading else 0.0,
                reading.span_score if reading else 0.0,
                float(has_form(sentence.text, asked.kind)),
                float(sentence.kind in ("title", "heading", "dateline")),
                float(sentence.kind in ("note", "byline")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(SENTENCE_FEATURES))


def decision_features(found: Found, asked: Asked, features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(features,) of a question; `features` are its sentences', `weights` those of SENTENCE_FEATURES."""
    if not len(features):
        return np.zeros(len(DECISION_FEATURES))
    sums = features @ weights
    value = SENTENCE_FEATURES.index("value")
    relevance = np.sort(features[:, SENTENCE_FEATURES.index("relevance")])[::-1]
    return np.array(
        (
            1.0,
            features[:, SENTENCE_FEATURES.index("dense")].max(),
            _top(found.prepared) - _top(found.gaps),
            _top(asking_alike(found.prepared, asked.kind)) - _top(asking_alike(found.gaps, asked.kind)),
            relevance[0],
            relevance[min(1, len(relevance) - 1)],
            softmax(sums).max(),
            float(asked.kind in TYPED and not features[np.argsort(-sums)[:3], value].any()),
        )
    )


def softmax(sums: np.ndarray) -> np.ndarray:
    odds = np.exp(sums - sums.max()) if len(sums) else sums
    return odds / odds.sum() if len(sums) else odds


def sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -40, 40))))


def asking_alike(near: Sequence[NearQuestion], kind: Kind) -> list[NearQuestion]:
    """Those that ask for the same kind of answer, in their order."""
    wanted = SIMILAR_KINDS.get(kind, kind)
    kinds = ((item, classify(item.question).kind) for item in near)
    return [item for item, other in kinds if SIMILAR_KINDS.get(other, other) == wanted]


def _by_target(near: Sequence[NearQuestion]) -> dict[str, float]:
    """Sentence id → score of the nearest question that points at it; `near` has the nearest first."""
    best: dict[str, float] = {}
    for item in near:
        for id in item.targets:
            best.setdefault(id, item.score)
    return best


def _top(near: Sequence[NearQuestion], absent: float = 0.2) -> float:
    """The score of the nearest; where there is none, what an unrelated question has."""
    return near[0].score if near else absent


def _floor(matches: Sequence[Match], name: str) -> float:
    """The last score of a list: what a sentence that the list does not hold has at most."""
    return min((match.found[name].score for match in matches if name in match.found), default=0.0)


def _logit(probability: float) -> float:
    p = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(p / (1 - p)))
