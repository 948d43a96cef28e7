import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.intervals import bootstrap, paired_difference, quantile, sign_test


def test_the_same_values_always_give_the_same_interval():
    values = [0, 1, 1, 0, 1, 1, 1]
    assert bootstrap(values) == bootstrap(values)
    assert bootstrap(values) != bootstrap(values, seed=1)


def test_half_of_a_hundred_has_the_binomial_interval():
    """sqrt(.25 / 100) * 1.96 is .098."""
    interval = bootstrap([0, 1] * 50)
    assert interval.value == 0.5
    assert interval.low == pytest.approx(0.402, abs=0.015)
    assert interval.high == pytest.approx(0.598, abs=0.015)
    assert interval.n == 100


def test_values_that_agree_have_an_interval_without_width():
    interval = bootstrap([1.0] * 5)
    assert (interval.value, interval.low, interval.high, interval.n) == (1, 1, 1, 5)


def test_a_quantile_lies_between_neighbours():
    assert bootstrap([1, 2, 3, 4], quantile(0.5)).value == 2.5


def test_big_sets_are_taken_in_blocks_with_as_many_resamples():
    seen = []

    def statistic(rows):
        seen.append(len(rows))
        return rows.mean(axis=1)

    bootstrap(np.arange(4_000), statistic)
    assert sum(seen[:-1]) == 2_000
    assert len(seen) == 5


def test_without_values_there_is_no_figure():
    with pytest.raises(ValueError, match="no value"):
        bootstrap([])


@given(st.lists(st.integers(0, 1), min_size=1, max_size=40))
def test_the_figure_lies_in_its_interval(values):
    interval = bootstrap(values, resamples=200)
    assert interval.low <= interval.value <= interval.high


def test_a_paired_difference_is_that_of_each_case():
    gain = paired_difference([True, False, False, True], [True, True, False, True])
    assert gain.value == 0.25
    assert gain.low == 0


def test_pairs_need_equal_lengths():
    with pytest.raises(ValueError, match="2 and 1"):
        paired_difference([1, 0], [1])


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [
        (0, 0, 1.0),
        (5, 0, 2 / 32),
        (0, 5, 2 / 32),
        (8, 2, 2 * (1 + 10 + 45) / 1024),
        (3, 3, 1.0),
    ],
)
def test_the_sign_test_is_exact(better, worse, p):
    assert sign_test(better, worse) == pytest.approx(p)
