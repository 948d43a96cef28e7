"""Follow-up questions that are said so that they stand on their own."""

import pytest

from chat.answers import Turn
from chat.config import MAX_QUESTION
from chat.followups import MOST_COMPARED, MOST_NAMES, standalone

PERSONS = {"Berg": "Ada Berg", "Falk": "Bo Falk"}
STATES = {"Norway", "Sweden", "Peru"}


def alike(one: str, other: str) -> float:
    return float(one in STATES and other in STATES)


def ways(question: str, *said: str, persons=PERSONS, alikeness=alike) -> list[str]:
    """`said` is what user and assistant said before, in turn."""
    turns = [Turn("assistant" if i % 2 else "user", text) for i, text in enumerate(said)]
    return standalone(question, turns, persons, alikeness)


@pytest.mark.parametrize("question", ["When did Norway leave?", "And Norway?", "Why?", "", "?", "it"])
def test_without_history_a_question_stays_as_it_is(question):
    assert ways(question) == [question]
    assert standalone(question, [Turn("assistant", "Hello.")], PERSONS, alike) == [question]
    assert ways(question, "  ") == [question]


@pytest.mark.parametrize("question", ["How many members does the club have?", "Where was Bo Falk born?"])
def test_a_question_that_names_what_it_is_about_stays_as_it_is(question):
    assert ways(question, "When did Norway leave?", "In 1905.")[0] == question


@pytest.mark.parametrize("question", ["And Peru?", "What about Peru?", "how about Peru", "Peru", "But Peru?"])
def test_a_name_takes_the_place_of_the_name_that_is_most_like_it(question):
    first, *_ = ways(question, "When did Norway leave the Union?", "In 1905. [1]")
    assert first == "When did Peru leave the Union?"


def test_a_pronoun_becomes_the_person_of_the_question_before_and_then_of_the_answer():
    said = "Who followed Berg?", "Falk followed her. [1]"
    assert ways("What did he say about it?", *said)[:2] == [
        "What did Ada Berg say about it?",
        "What did Bo Falk say about it?",
    ]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is his view?", "What is Ada Berg’s view?"),
        ("What is her view?", "What is Ada Berg’s view?"),
        ("Who met her?", "Who met Ada Berg?"),
        ("Who met him there?", "Who met Ada Berg there?"),
    ],
)
def test_a_pronoun_that_owns_becomes_a_name_that_owns(question, first):
    assert ways(question, "Who is Berg?", "A mayor.")[0] == first


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Why?", "Why Norway leave?"),
        ("And why?", "why Norway leave?"),
        ("But when?", "when Norway leave?"),
        ("How many?", "How many Norway leave?"),
    ],
)
def test_a_bare_question_word_is_asked_of_the_topic_before(question, first):
    said = "When did Norway leave?", "“It left when the old union had broken up for good.” [1]"
    asked = ways(question, *said)
    assert asked[0] == first
    assert "It left when the old union had broken up for good." in asked[1]


def test_what_points_back_is_said_with_the_topic_and_then_with_the_names_of_the_answer():
    asked = ways("How large is it now?", "What did Norway join?", "The Nordic Council. [1]")
    assert asked == ["How large is it now? (Norway join)", "How large is it now? (Nordic Council)"]


@pytest.mark.parametrize(
    "question", ["", "?", "…", "(((", "😀", "\u202eمرحبا", "\\1 \\g<0> [a-", "a" * 4_000]
)
@pytest.mark.parametrize("asked", ["Who is Berg?", "(((", "\\1", "😀", "?"])
def test_odd_turns_give_at_least_one_way_and_none_twice(question, asked):
    found = ways(question, asked, asked)
    assert found
    assert len(found) == len(set(found))


def test_a_forged_history_costs_a_bounded_number_of_searches_and_comparisons():
    compared = []

    def count(one: str, other: str) -> float:
        compared.append(one)
        return 0.0

    crowd = {f"Nom{chr(97 + i // 26)}{chr(97 + i % 26)}": "Full Name" + str(i) for i in range(600)}
    text = ", ".join(crowd) + "." * 1_000_000
    assert len(ways("What did he say?", text, text, persons=crowd)) <= 2 * MOST_NAMES + 2
    swapped = ways("And Peru?", text, text, persons=crowd, alikeness=count)
    assert len(compared) <= MOST_COMPARED
    assert all(len(way) <= MAX_QUESTION + 100 for way in swapped)
