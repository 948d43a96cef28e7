"""Fitting the weights: against finite differences, by hand, and that what is written can be read."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.config import Config
from chat.engine import open_answerer
from chat.finding import Decision, Finding
from chat.question import Asked
from chat.scoring import DECISION_FEATURES, SENTENCE_FEATURES, decision_features, read_weights
from eval.fit import (
    DECISION_DECAY,
    MAX_FALSE_REFUSALS,
    SENTENCE_DECAY,
    USED_BY,
    Example,
    area_under_roc,
    choose_threshold,
    fit,
    fit_decision,
    fit_sentences,
    question_examples,
    write_weights,
)
from index import Found
from ingest.questions import Gap, Prepared

SENTENCES = 6
FLAT = 1e-4
"""A slope that counts as none: the descent stops near the lowest point."""


def example(draw: np.random.Generator, answerable: bool) -> Example:
    """Random features; those of a gold sentence are a little higher, and so are an answerable question's."""
    features = draw.normal(0.3 * answerable, 0.5, (SENTENCES, len(SENTENCE_FEATURES)))
    gold = np.zeros(SENTENCES, dtype=bool)
    if answerable:
        gold[draw.integers(SENTENCES)] = True
        features[gold] += 0.3
    found = Found("?", (), (), (), (), (), 1.0)
    return Example(
        Finding(Asked("?", "what"), found, (), Decision(False, 0.0, 0.5, {}), features), gold, answerable
    )


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    draw = np.random.default_rng(3)
    return [example(draw, answerable=i % 3 > 0) for i in range(24)]


def slope(loss: Callable[[np.ndarray], float], weights: np.ndarray) -> np.ndarray:
    """By central differences."""
    step = 1e-5
    return np.array(
        [
            (loss(weights + step * axis) - loss(weights - step * axis)) / (2 * step)
            for axis in np.eye(len(weights))
        ]
    )


def sentence_loss(examples: list[Example]) -> Callable[[np.ndarray], float]:
    def loss(weights: np.ndarray) -> float:
        losses = []
        for e in examples:
            if e.answerable:
                odds = np.exp(e.finding.features @ weights)
                losses.append(-np.log(odds[e.gold].sum() / odds.sum()))
        return np.mean(losses) + SENTENCE_DECAY / 2 * weights @ weights

    return loss


def test_the_weights_of_sentences_are_where_the_listwise_loss_is_flat(examples):
    weights = fit_sentences(examples, {})
    loss = sentence_loss(examples)
    assert np.abs(slope(loss, weights)).max() < FLAT
    assert loss(weights) < loss(np.zeros(len(weights)))


def test_a_feature_that_is_not_used_weighs_nothing_and_the_others_are_fitted_without_it(examples):
    used = dict.fromkeys(USED_BY["reader"], False)
    weights = fit_sentences(examples, used)
    off = np.array([name in used for name in SENTENCE_FEATURES])
    assert off.any()
    assert not weights[off].any()
    assert np.abs(slope(sentence_loss(examples), weights)[~off]).max() < FLAT


def test_the_weights_of_the_decision_are_where_the_balanced_logistic_loss_is_flat(examples):
    sentence = fit_sentences(examples, {})
    used = {"difference": False, "difference_same": False, "value_missing": False}
    weights = fit_decision(examples, sentence, used)
    rows = np.array(
        [decision_features(e.finding.found, e.finding.asked, e.finding.features, sentence) for e in examples]
    )
    answerable = np.array([e.answerable for e in examples])
    share = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean()))
    on = np.array([used.get(name, True) for name in DECISION_FEATURES])
    bias = np.array(DECISION_FEATURES) == "bias"

    def loss(weights: np.ndarray) -> float:
        right = np.where(answerable, rows @ weights, -(rows @ weights))
        decay = ((weights * rows.std(axis=0))[~bias] ** 2).sum()
        return (share * np.log1p(np.exp(-right))).mean() + DECISION_DECAY / 2 * decay

    assert not weights[~on].any()
    assert np.abs(slope(loss, weights)[on]).max() < FLAT


@pytest.mark.parametrize("value", [0.0, 0.1, 0.7])
def test_a_ground_that_never_varies_weighs_nothing(examples, value):
    at = SENTENCE_FEATURES.index("dense")
    same = []
    for e in examples:
        features = e.finding.features.copy()
        features[:, at] = value
        same.append(replace(e, finding=replace(e.finding, features=features)))
    weights = fit_decision(same, np.ones(len(SENTENCE_FEATURES)), {})
    assert abs(weights[DECISION_FEATURES.index("dense")]) < 1e-6


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1], [1], 0.5),
        ([0.8, 0.4], [0.6, 0.2], 0.75),  # of four pairs only (0.4, 0.6) is the wrong way round
        ([2, 1], [1], 0.75),
    ],
)
def test_area_under_roc_by_hand(positive, negative, area):
    assert area_under_roc(np.array(positive), np.array(negative)) == area


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=60), st.lists(st.floats(0.01, 0.99), max_size=20))
def test_the_threshold_is_the_highest_that_keeps_false_refusals_within_the_bound(good, bad):
    confidences = np.array([*good, *bad])
    answerable = np.arange(len(confidences)) < len(good)
    threshold = choose_threshold(confidences, answerable)
    assert np.mean(np.array(good) < threshold) <= MAX_FALSE_REFUSALS
    assert np.mean(np.array(good) < threshold + 2e-6) > MAX_FALSE_REFUSALS


def test_what_is_fitted_separates_the_answerable_and_is_the_same_each_time(examples):
    stored = fit(examples, "prepared+reader")
    assert stored == fit(examples, "prepared+reader")
    figures = stored["cross_validation"]
    assert figures["auc_answerable"] > 0.8
    assert figures["gold_first"] <= figures["gold_in_three"]
    assert figures["false_refusals"] <= MAX_FALSE_REFUSALS
    assert 0 < stored["threshold"] < 1


@pytest.mark.parametrize("reading", ["plain", "prepared", "reader"])
def test_what_a_way_of_reading_lacks_weighs_nothing(examples, reading):
    stored = fit(examples[:10], reading)
    weights = stored["sentence"] | stored["decision"]
    for way, names in USED_BY.items():
        if way != reading:
            assert [weights[name] for name in names] == [0] * len(names)


def test_weights_that_are_written_can_be_read(examples, tmp_path):
    file = tmp_path / "weights.json"
    stored = fit(examples[:10], "plain")
    write_weights(file, {"plain": stored}, {"questions": "dev.jsonl", "cases": 10})
    weights = read_weights("plain", file)
    assert weights.sentence.tolist() == [stored["sentence"][name] for name in SENTENCE_FEATURES]
    assert weights.decision.tolist() == [stored["decision"][name] for name in DECISION_FEATURES]
    assert weights.threshold == stored["threshold"]
    assert weights.provenance["cases"] == 10
    assert weights.provenance["made"]


def test_questions_beside_the_index_become_examples_with_their_sentence_as_gold(tmp_path, home):
    folder = tmp_path / "corpus"
    folder.mkdir()
    text = "The pact\n\nThe pact was founded in 1992.\n\nGeorgia left it in 1999. Nobody says why.\n"
    (folder / "pact.txt").write_text(text, encoding="utf-8")
    left = Prepared(
        "pact", ((text.index("Georgia"), text.index(" Nobody")),), ("Who left the pact?", "Georgia")
    )
    gap = Gap("pact", text.index("Nobody"), len(text) - 1, "Why did Georgia leave?", "the reason")
    with open_answerer(Config(corpus=folder, home=home, reader=False)) as answerer:
        examples = question_examples([left], [gap], answerer)
    assert [example.answerable for example in examples] == [True, True, False]
    for example in examples[:2]:
        (at,) = np.flatnonzero(example.gold)
        assert example.finding.found.sentences[at].start == text.index("Georgia")
    assert not examples[2].gold.any()
