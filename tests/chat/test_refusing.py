"""What a declined or partial answer says."""

import pytest

from chat.refusing import GAP, not_covered, refusal
from index import Found, NearQuestion

ONE = {"a": None}
FIVE = dict.fromkeys("abcde")
DOZEN = dict.fromkeys("abcdefghijkl")


def found(*gaps: NearQuestion) -> Found:
    return Found("?", (), (), (), (), gaps, 0.0)


@pytest.mark.parametrize(
    ("articles", "said"),
    [(ONE, "The article does not"), (FIVE, "The five articles do not"), (DOZEN, "The 12 articles do not")],
)
def test_it_says_how_many_articles_were_asked(articles, said):
    assert refusal(found(), articles, {}).startswith(said)
    assert not_covered(["Who?"], articles).startswith(said)


@pytest.mark.parametrize(
    ("asks_for", "said"),
    [
        ("number of ships", "but not the number of ships."),
        ("the number of ships.", "but not the number of ships."),
        ("Norway's ships", "but not Norway's ships."),
        ("whether it sank", "but not whether it sank."),
    ],
)
def test_a_near_gap_question_tells_what_is_missing(asks_for, said):
    near = NearQuestion("How many ships?", ("a:0",), GAP)
    assert refusal(found(near), FIVE, {"How many ships?": asks_for}).endswith(said)


def test_a_name_that_no_article_has_is_said_before_all_else():
    near = NearQuestion("How many ships?", ("a:0",), GAP)
    said = refusal(found(near), FIVE, {"How many ships?": "number of ships"}, unnamed="Ada Quill")
    assert said == "The five articles do not say this: nothing in them names Ada Quill."


def test_a_gap_question_further_away_tells_nothing():
    near = NearQuestion("How many ships?", ("a:0",), GAP - 0.01)
    assert "ships" not in refusal(found(near), FIVE, {"How many ships?": "number of ships"})


def test_the_parts_not_covered_are_said_as_they_were_asked():
    said = not_covered(["what does she study (Eva Holm)?", "Where?"], FIVE)
    assert said == "The five articles do not say: what does she study? Where?"
