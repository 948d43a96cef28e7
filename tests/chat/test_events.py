"""What is typed or sent by a browser is checked before anything is done with it."""

import pytest

from chat.config import MAX_QUESTION
from chat.page.conversation import Exchange
from chat.page.events import WAITING_MOST, as_text, refusal, spans_of
from chat.page.render import Span


def test_a_question_is_taken_up_to_the_bound():
    assert refusal("x" * MAX_QUESTION, [], None) == ""
    assert "4,001 characters" in refusal("x" * (MAX_QUESTION + 1), [], None)


def test_no_article_to_ask_is_refused():
    assert refusal("Why?", [], frozenset({"a"})) == ""
    assert "No article is ticked" in refusal("Why?", [], frozenset())


def test_only_so_many_questions_wait():
    waiting = [Exchange("Why?") for _ in range(WAITING_MOST)]
    assert "waiting already" in refusal("Why?", waiting, None)
    assert refusal("Why?", [Exchange("Why?", None, "done")] * WAITING_MOST, None) == ""


def test_the_first_span_is_the_one_to_show():
    spans = [{"start": 5, "end": 9, "number": 2}, {"start": 0, "end": 3, "number": None}]
    assert spans_of({"article": "a", "spans": spans}) == ("a", Span(5, 9, 2), [Span(0, 3)])
    assert spans_of({"article": "a", "spans": []}) == ("a", None, [])


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"article": "a"},
        {"article": "a", "spans": {"start": 1}},
        {"article": "a", "spans": ["x"]},
        {"article": "a", "spans": [{"start": "x", "end": 2}]},
        {"article": "a", "spans": [{"start": 1e999, "end": 2}]},
        {"article": "a", "spans": None},
    ],
)
def test_anything_else_than_an_article_with_spans_is_refused(sent):
    with pytest.raises(ValueError, match="not an article with spans"):
        spans_of(sent)


@pytest.mark.parametrize("sent", [None, 3, True, 1.5, ["When?"], {"question": "When?"}, b"When?"])
def test_what_is_no_text_is_taken_for_an_empty_one(sent):
    assert as_text(sent) == ""


def test_halves_of_characters_do_not_reach_the_page():
    assert as_text("When \ud83d?") == "When ??"
