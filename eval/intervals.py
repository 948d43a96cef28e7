"""How sure a figure is: bootstrap intervals and an exact test for two runs."""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np

RESAMPLES = 2_000
SEED = 20_240_806
LEVEL = 0.95

Statistic = Callable[[np.ndarray], np.ndarray]
"""From `(resamples, cases)`, or `(resamples, cases, parts)`, to one figure for each resample."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its bootstrap 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    """Cases that it rests on."""


def mean(rows: np.ndarray) -> np.ndarray:
    """The mean over the cases."""
    return rows.mean(axis=1)


def quantile(share: float) -> Statistic:
    """The statistic that is the given quantile over the cases, between neighbours linearly."""
    return lambda rows: np.quantile(rows, share, axis=1)


def bootstrap(
    values, statistic: Statistic = mean, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """The statistic of the cases' values with its percentile interval (Efron and Tibshirani 1993, ch. 13).

    `values` has one entry or one row for each case, at least one. The same values and seed always give
    the same interval. Where all cases agree the interval has no width: `n` then says how much that means.
    """
    rows = np.asarray(values, dtype=float)
    n = len(rows)
    if n == 0:
        raise ValueError("no value to take a figure from; leave the figure out instead")
    random = np.random.default_rng(seed)
    # In blocks, so that a set of 10,000 cases does not need a gigabyte.
    block = max(1, min(resamples, 2_000_000 // n))
    figures = np.concatenate(
        [
            statistic(rows[random.integers(0, n, size=(min(block, resamples - done), n))])
            for done in range(0, resamples, block)
        ]
    )
    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(statistic(rows[None])[0]), float(low), float(high), n)


def paired_difference(before, after, *, resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """The mean of `after - before` over the same cases in the same order, with its interval."""
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if before.shape != after.shape:
        raise ValueError(f"paired values need equal lengths, and have {len(before)} and {len(after)}")
    return bootstrap(after - before, resamples=resamples, seed=seed)


def sign_test(better: int, worse: int) -> float:
    """The exact two-sided p of a split at least this uneven when both signs are equally likely.

    Cases without a change say nothing and are left out (Dixon and Mood 1946).
    """
    n = better + worse
    return min(1.0, 2 * sum(comb(n, k) for k in range(min(better, worse) + 1)) / 2**n)
