"""Questions to go on with are answered, cite something new, and read like questions."""

from types import SimpleNamespace

import pytest

from chat.answers import Answer, Citation, Closest
from chat.suggesting import MOST, READS_WELL, TRIED, suggest_questions
from ingest.questions import Prepared


class Engine:
    """Knows where each prepared question is answered; remembers what it was asked."""

    def __init__(self, *prepared: Prepared, outcome: str = "answered"):
        self.prepared, self.outcome = prepared, outcome
        self.asked: list[tuple[str, frozenset | None]] = []

    def without_model(self):
        return self

    def finder(self):
        contents = SimpleNamespace(prepared=self.prepared)
        return SimpleNamespace(searcher=SimpleNamespace(contents=contents))

    def answer(self, question, history=(), scope=None):
        self.asked.append((question, scope))
        where = next(item for item in self.prepared if question in item.questions)
        return Answer(question, self.outcome, citations=(Citation(1, where.article, *where.spans[0], "x"),))


def at(start: int, *questions: str, article: str = "a") -> Prepared:
    return Prepared(article, ((start, start + 10),), questions)


def question(word: str) -> str:
    return f"What does the article say of {word}?"


ANSWER = Answer("Why?", "answered", citations=(Citation(1, "a", 100, 110, "x"),))


def test_the_nearest_come_first_and_no_more_than_three():
    engine = Engine(*(at(start, question(f"place {start}")) for start in (0, 400, 120, 90, 300, 100)))
    expected = [question(f"place {start}") for start in (90, 120, 0)]
    assert list(suggest_questions(engine, ANSWER)) == expected
    assert MOST == 3


def test_what_was_shown_or_asked_is_not_suggested():
    engine = Engine(at(100, question("one")), at(200, question("two")), at(300, question("three")))
    found = suggest_questions(engine, ANSWER, [question("TWO")], seen=[("a", 300, 310)])
    assert list(found) == []
    assert engine.asked == []


@pytest.mark.parametrize("outcome", ["declined", "partial", "failed"])
def test_what_the_engine_does_not_answer_whole_is_not_suggested(outcome):
    engine = Engine(*(at(n, question(f"place {n}")) for n in range(200, 600, 20)), outcome=outcome)
    assert list(suggest_questions(engine, ANSWER)) == []
    assert len(engine.asked) == TRIED


def test_only_the_ticked_articles_are_drawn_upon():
    engine = Engine(at(200, question("one")), at(200, question("two"), article="b"))
    answer = Answer("Why?", "declined", closest=(Closest("a", 1, 5, "x", 0.1), Closest("b", 1, 5, "x", 0.1)))
    assert list(suggest_questions(engine, answer, scope=frozenset("b"))) == [question("two")]
    assert engine.asked == [(question("two"), frozenset("b"))]


def test_cited_articles_take_turns():
    engine = Engine(
        at(200, question("one")), at(300, question("two")), at(200, question("three"), article="b")
    )
    answer = Answer("Why?", "declined", closest=(Closest("a", 1, 5, "x", 0.1), Closest("b", 1, 5, "x", 0.1)))
    assert list(suggest_questions(engine, answer)) == [question("one"), question("three"), question("two")]


@pytest.mark.parametrize(
    "text", ["kursk start date", "Which?", "what did Putin say about it?", "Why " + "x" * 100 + "?"]
)
def test_only_plain_questions_are_offered(text):
    assert not READS_WELL.fullmatch(text)
    assert list(suggest_questions(Engine(at(200, text)), ANSWER)) == []


def test_the_shipped_corpus_gives_questions_to_go_on_with(answerer):
    answer = answerer.answer("When was the CSTO founded?")
    found = list(suggest_questions(answerer, answer))
    assert len(found) == 3
    assert {answerer.answer(question).outcome for question in found} == {"answered"}
