"""Many at once: everybody gets their own answer, and whoever does not is noticed."""

import pytest

from chat import Config
from eval.console import print_load
from eval.load import LoadError, Person, Reply, _all_at_once, load, own_questions, within_bounds

FIGURES = {
    "people": 50,
    "minutes": 10.0,
    "pace": 10.0,
    "asked": 3_000,
    "answers_per_second": 4.9,
    "different_answers": 150,
    "busy": 0,
    "wrong": [],
    "failures": 0,
    "p50": 0.4,
    "p95": 1.9,
    "slowest": 4.0,
    "memory_growth_mib": 49.0,
    "burst": {
        "asked": 300,
        "answered": 40,
        "busy": 260,
        "failures": 0,
        "busy_slowest": 0.9,
        "answer_slowest": 12.0,
    },
    "cpus": 2,
}


class Told(Person):
    """Gets what it is told to get."""

    def __init__(self, *replies: Reply):
        self.questions = [f"{i}?" for i in range(len(replies))]
        self._replies = iter(replies)

    def ask(self, question):
        return next(self._replies)


def test_everybody_has_questions_that_nobody_else_has(corpus):
    questions = own_questions(corpus, 50)
    flat = [question for own in questions for question in own]
    assert (len(questions), len(set(flat))) == (50, len(flat))
    assert own_questions(corpus, 50) == questions
    with pytest.raises(LoadError, match="choose fewer with --people"):
        own_questions(corpus, 5_000)


def test_an_answer_meant_for_somebody_else_a_fault_and_a_busy_server_are_told_apart():
    right, other = Reply("answer", 0.1, "mine"), Reply("answer", 0.1, "yours")
    broken, busy = Reply("broken", 0.1, problem="TimeoutError"), Reply("busy", 0.1)
    crowd = [Told(right, other), Told(broken), Told(busy, right)]
    tally = _all_at_once(crowd, [["mine", "mine"], ["mine"], ["mine", "mine"]], pace=0, rounds=1)
    assert tally.seconds == [0.1]
    assert tally.busy == 1
    assert sorted(tally.wrong) == ["0?: TimeoutError", "1?: yours"]


def test_every_bound_is_held_against_what_was_measured(capsys):
    assert [kept for *_, kept in within_bounds(FIGURES)] == [True] * 7
    worse = {
        "failures": 1,
        "busy": 1,
        "p95": 2.1,
        "memory_growth_mib": 51,
        "burst": FIGURES["burst"] | {"failures": 1, "busy_slowest": 1.1, "answer_slowest": 15.1},
    }
    assert [kept for *_, kept in within_bounds(FIGURES | worse)] == [False] * 7
    print_load(FIGURES | worse | {"wrong": ["When? [yours]"]})
    shown = capsys.readouterr().out
    assert shown.count("not kept") == 7
    assert "When? [yours]" in shown


@pytest.mark.slow
def test_some_people_ask_the_page_at_once_and_many_more_are_told_that_it_is_busy(home, shipped_index):
    config = Config(home=home, index=home / "index" / "shipped")
    figures = load(config, people=6, minutes=0.1, pace=1.0, burst=100)
    assert (figures["failures"], figures["wrong"]) == (0, [])
    assert figures["asked"] >= 6
    assert figures["different_answers"] >= 15  # of 18 questions: so a mixed one would be noticed
    burst = figures["burst"]
    assert burst["failures"] == 0
    assert burst["answered"] + burst["busy"] == 100
    assert 0 < burst["answered"] <= 72
    assert burst["busy_slowest"] < burst["answer_slowest"]
