"""A question that asks two things."""

import pytest

from chat.parts import split_parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "When was the club founded and why did Norway leave it?",
            ["When was the club founded?", "why did Norway leave it?"],
        ),
        (
            "Who is Eva Holm and what does she study?",
            ["Who is Eva Holm?", "what does she study (Eva Holm)?"],
        ),
        (
            "What happened in 2010? Who asked for help?",
            ["What happened in 2010?", "Who asked for help?"],
        ),
        (
            "Who wrote it, when was it printed, and why does it matter?",
            ["Who wrote it?", "when was it printed?", "why does it matter?"],
        ),
        (
            "What is the name of the ship and the date of its launch?",
            ["What is the name of the ship?", "the date of its launch?"],
        ),
        (
            "When Sweden joined, what did Norway do and where did it happen?",
            ["When Sweden joined, what did Norway do?", "where did it happen (Norway)?"],
        ),
        (
            "Who hosted the drills in May and who took part?",
            ["Who hosted the drills in May?", "who took part (hosted the drills in May)?"],
        ),
        (
            "When and where was the treaty signed?",
            ["When was the treaty signed?", "where was the treaty signed?"],
        ),
        (
            "Why did Norway leave the club, and when?",
            ["Why did Norway leave the club?", "when did Norway leave the club?"],
        ),
        (
            "Who\n\n is Eva Holm   and\twhat is her trade?",
            ["Who is Eva Holm?", "what is her trade (Eva Holm)?"],
        ),
    ],
)
def test_each_part_is_a_question_that_stands_on_its_own(question, parts):
    assert split_parts(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "When did Norway and Sweden leave?",
        "What did Eva say about the war and when?",  # too few words to stand alone
        "Apart from drones, what did Peru sell?",
        "When Sweden joined, what did Norway do?",
        "Where the mill stands, who owns the land?",
        "In what year did it leave, rejoin and leave again?",
        "Did Norway leave and did Sweden?",
        "Is it true that it left?",
        "What is A?",
        "and",
        "?",
        "",
    ],
)
def test_a_question_for_one_thing_stays_whole(question):
    assert split_parts(question) == [question]


def test_at_most_three_parts():
    four = "Who came first and who came second and who came third and who came last of all?"
    assert split_parts(four) == [four]
