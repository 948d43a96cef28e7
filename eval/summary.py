"""The figures of a run: which measures there are, on which cases each rests, and their intervals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eval import metrics
from eval.cases import CATEGORIES
from eval.intervals import Interval, Statistic, bootstrap, mean, quantile
from eval.metrics import Score

Unit = Literal["share", "figure", "words", "seconds"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a run: what is taken from each case, and how the cases are summed up."""

    name: str
    """Key in metrics.json."""
    title: str
    value: Callable[[Score], float | tuple[float, float] | None]
    """Of one case; None leaves the case out."""
    better: Literal["higher", "lower"] = "higher"
    unit: Unit = "share"
    statistic: Statistic = mean


def _of_answerable(value: Callable[[Score], float | None]) -> Callable[[Score], float | None]:
    return lambda score: value(score) if score.answerable else None


def _of_unanswerable(value: Callable[[Score], float | None]) -> Callable[[Score], float | None]:
    return lambda score: None if score.answerable else value(score)


def _answered(score: Score) -> bool:
    return score.outcome in ("answered", "partial")


def _of_answered(value: Callable[[Score], float]) -> Callable[[Score], float | None]:
    return lambda score: value(score) if _answered(score) else None


def _hit(k: int) -> Callable[[Score], float | None]:
    return _of_answerable(lambda score: metrics.hit(score.ranks, k))


def confidence_and_loss(score: Score) -> tuple[float, float]:
    """What the risk-coverage curve is made of; see `area_under_risk_coverage` for the loss."""
    return score.confidence, float(not (score.answerable and score.right))


MEASURES: tuple[Measure, ...] = (
    Measure("right", "Right", lambda s: float(s.right)),
    Measure("facts_all", "All facts stated", _of_answerable(lambda s: float(all(s.facts)))),
    Measure("fact_recall", "Facts stated", _of_answerable(lambda s: metrics.fact_recall(s.facts))),
    Measure("citation_precision", "Citation precision", lambda s: s.citation_precision),
    Measure("citation_recall", "Citation recall", lambda s: s.citation_recall),
    Measure("citations_valid", "Citations valid", lambda s: s.citations_valid),
    Measure("false_answer_rate", "False answers", _of_unanswerable(lambda s: float(_answered(s))), "lower"),
    Measure(
        "false_refusal_rate",
        "False refusals",
        _of_answerable(lambda s: float(s.outcome == "declined")),
        "lower",
    ),
    Measure("failed_rate", "Failed", lambda s: float(s.outcome == "failed"), "lower"),
    Measure("hit_1", "Evidence hit@1", _hit(1)),
    Measure("hit_3", "Evidence hit@3", _hit(3)),
    Measure("hit_10", "Evidence hit@10", _hit(10)),
    Measure("mrr", "MRR", _of_answerable(lambda s: metrics.reciprocal_rank(s.ranks)), unit="figure"),
    Measure("ndcg_10", "nDCG@10", lambda s: s.ndcg, unit="figure"),
    Measure(
        "aurc",
        "Area under risk-coverage",
        confidence_and_loss,
        "lower",
        "figure",
        metrics.area_under_risk_coverage,
    ),
    Measure("words", "Words per answer", _of_answered(lambda s: float(s.words)), "lower", "words"),
    Measure("seconds_p50", "Seconds, p50", lambda s: s.seconds, "lower", "seconds", quantile(0.5)),
    Measure("seconds_p95", "Seconds, p95", lambda s: s.seconds, "lower", "seconds", quantile(0.95)),
)
"""In the order of tables; the first is the headline."""

BY_CATEGORY = ("right", "facts_all", "fact_recall", "hit_3")
"""The measures that are also given for each category."""


def summarise(scores: Sequence[Score], names: Iterable[str] | None = None) -> dict[str, Interval]:
    """Each measure's figure, by name; a measure that applies to no case is left out."""
    wanted = None if names is None else set(names)
    figures = {}
    for measure in MEASURES:
        if wanted is None or measure.name in wanted:
            values = [value for score in scores if (value := measure.value(score)) is not None]
            if values:
                figures[measure.name] = bootstrap(values, measure.statistic)
    return figures


def by_category(scores: Sequence[Score]) -> dict[str, dict[str, Interval]]:
    """The figures in `BY_CATEGORY` for each category that has cases, in the order of `CATEGORIES`."""
    groups = {name: [score for score in scores if score.category == name] for name in CATEGORIES}
    return {name: summarise(group, BY_CATEGORY) for name, group in groups.items() if group}


def hit_curve(scores: Sequence[Score]) -> list[dict[str, float]]:
    """For k from 1 to 10 the share of answerable cases with evidence for any fact, and for all, by then."""
    ranks = [score.ranks for score in scores if score.answerable]
    if not ranks:
        return []
    return [
        {
            "k": k,
            "any": sum(metrics.hit(r, k) for r in ranks) / len(ranks),
            "all": sum(metrics.hit_all(r, k) for r in ranks) / len(ranks),
        }
        for k in metrics.HIT_AT
    ]


CURVE_POINTS = 400
"""At most so many points of the curve are kept; more cannot be seen."""


def risk_coverage_curve(scores: Sequence[Score]) -> list[dict[str, float]]:
    """The curve's points, from the most confident case on, with the confidence at which each is reached."""
    rows = np.array([confidence_and_loss(score) for score in scores], dtype=float)
    risks = metrics.risk_coverage(rows)
    sure = -np.sort(-rows[:, 0])
    n = len(rows)
    kept = np.unique(np.linspace(0, n - 1, min(n, CURVE_POINTS)).round().astype(int))
    return [
        {"coverage": (i + 1) / n, "risk": float(risks[i]), "confidence": float(sure[i])}
        for i in kept.tolist()
    ]


def operating_point(scores: Sequence[Score]) -> dict[str, float] | None:
    """Where the system stands: the share that it answered, and the share of these that is not right."""
    answered = [score for score in scores if _answered(score)]
    if not answered:
        return None
    wrong = sum(not score.right for score in answered)
    return {"coverage": len(answered) / len(scores), "risk": wrong / len(answered)}


def shown(value: float, unit: Unit) -> str:
    """The figure as it is read: 87.2 %, 0.913, 41, 12 ms, 1.25 s."""
    number, sign = _parts_shown(value, unit)
    return f"{number} {sign}".rstrip()


def shown_range(low: float, high: float, unit: Unit) -> str:
    """The interval as it is read, the unit once: 81.0–92.3 %."""
    (first, sign), (last, last_sign) = _parts_shown(low, unit), _parts_shown(high, unit)
    if sign != last_sign:
        return f"{first} {sign}–{last} {last_sign}"
    return f"{first}–{last} {sign}".rstrip()


def _parts_shown(value: float, unit: Unit) -> tuple[str, str]:
    if unit == "share":
        return f"{100 * value:.1f}", "%"
    if unit == "words":
        return f"{value:.0f}", ""
    if unit == "seconds" and value < 1:
        return f"{1000 * value:.{0 if value >= 0.01 else 1 if value >= 0.001 else 2}f}", "ms"
    if unit == "seconds":
        return f"{value:.2f}", "s"
    return f"{value:.3f}", ""
