"""The question set that is measured: sound, whole, and split as the README says."""

from collections import Counter
from pathlib import Path

import pytest

from eval.cases import load_cases

PROJECT = Path(__file__).parents[2]

AT_LEAST = {
    "fact": 60,
    "why": 15,
    "how": 10,
    "list": 10,
    "who-said": 10,
    "multi": 15,
    "disagree": 6,
    "paraphrase": 10,
    "misspelt": 6,
    "broad": 6,
    "false-premise": 12,
    "follow-up": 15,
    "unanswerable": 35,
    "off-topic": 10,
}


@pytest.fixture(scope="module")
def cases(corpus):
    files = sorted((PROJECT / "eval" / "cases").glob("*.jsonl"))
    return load_cases(files, corpus.articles)


def test_there_are_enough_cases_of_each_category(cases):
    counts = Counter(case.category for case in cases)
    assert {name: counts[name] for name in AT_LEAST if counts[name] < AT_LEAST[name]} == {}


def test_dev_and_test_are_about_equal(cases):
    counts = Counter(case.split for case in cases)
    assert counts.keys() == {"dev", "test"}
    assert abs(counts["dev"] - counts["test"]) <= 0.1 * len(cases)


def test_follow_ups_have_a_history_and_others_mostly_none(cases):
    assert all(case.history for case in cases if case.category == "follow-up")
    assert not any(case.history for case in cases if case.category != "follow-up")


def test_every_case_that_has_no_answer_says_in_a_note_why(cases):
    assert [case.id for case in cases if case.category == "unanswerable" and not case.note] == []


def test_no_question_is_asked_twice(cases):
    asked = Counter((case.question.casefold(), case.history) for case in cases)
    assert [question for question, count in asked.items() if count > 1] == []
