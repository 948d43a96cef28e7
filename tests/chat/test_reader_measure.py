"""The measures of a reader, by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from chat.reader import Candidate, Reading
from chat.reader.examples import Asked, Group
from chat.reader.measure import (
    Given,
    auc,
    best_threshold,
    group_scores,
    normalise,
    read_squad,
    squad_scores,
    token_f1,
)


class Counts:
    """Reads as relevance the number that a sentence begins with, and marks its last word."""

    name = "counts"

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[Reading]:
        return [
            Reading(float(c.text.split()[0]), (len(c.text) - len(c.text.split()[-1]), len(c.text)))
            for c in candidates
        ]


def given(answer: str, relevance: float, *golds: str) -> Given:
    return Given(Asked("a", "?", golds, ()), answer, relevance, bool(golds))


def test_normalising_follows_the_official_script() -> None:
    assert normalise("The  U.S. Army, a force") == "us army force"


def test_token_f1_counts_shared_words() -> None:
    # "in May 1992" and "May 15 1992" share two of three words each
    assert token_f1("in May 1992", "May 15 1992") == pytest.approx(2 / 3)
    assert token_f1("the", "a") == 1  # both are nothing once articles are gone
    assert token_f1("Paris", "London") == 0


def test_the_answer_comes_from_the_most_relevant_sentence() -> None:
    asked = Asked("a", "?", ("1992",), (Candidate("0.2 in 1991"), Candidate("0.9 in 1992")))
    (read,) = read_squad(Counts(), [asked])
    assert (read.answer, read.relevance, read.holds) == ("1992", 0.9, True)


def test_squad_scores_by_hand() -> None:
    # shown: right, half right (F1 2/3), false; not shown: a right refusal
    rows = [
        given("1992", 0.9, "1992"),
        given("in 1992", 0.8, "1992"),
        given("x", 0.7),
        given("y", 0.1),
    ]
    scores = squad_scores(rows, threshold=0.5)
    assert scores["f1"] == pytest.approx(100 * (1 + 2 / 3 + 0 + 1) / 4, abs=1e-3)
    assert scores["exact"] == 50
    assert scores["f1_on_answerable"] == pytest.approx(100 * (1 + 2 / 3) / 2, abs=1e-3)
    assert scores["f1_always_abstain"] == 50
    assert scores["auc"] == 1


def test_the_best_threshold_parts_right_answers_from_false_ones() -> None:
    rows = [given("1992", 0.9, "1992"), given("x", 0.4), given("1991", 0.3, "1991"), given("y", 0.2)]
    assert best_threshold(rows) == pytest.approx(0.65)
    assert best_threshold(rows[:1]) == 0
    assert best_threshold(rows[1:2]) > 0.4


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert np.isnan(auc(np.array([]), np.array([1.0])))


def test_group_scores_by_hand() -> None:
    def group(right: str, *wrong: str) -> Group:
        rights = (Candidate(right),) if right else ()
        return Group("prepared", "a", "?", rights, (None,) * len(rights), tuple(map(Candidate, wrong)))

    groups = [group("0.9 x", "0.1 y"), group("0.2 x", "0.6 y"), group("", "0.7 z")]
    # highest relevances 0.9 and 0.6 against 0.7
    assert group_scores(Counts(), groups) == {"prepared": 2, "gaps": 1, "first": 50, "auc": 0.5}
