"""Questions of one session are answered one after the other, can be stopped, and never raise."""

from collections.abc import Iterator

from chat.answers import Answer, Progress, Turn
from chat.page.conversation import (
    Conversation,
    Exchange,
    answer_waiting,
    history_before,
    put_before,
    stop_all,
    take_next,
    untick,
)


class Engine:
    """Answers after one step; remembers what it was asked and whether its stream was closed."""

    def __init__(self, raises: bool = False, ends_early: bool = False):
        self.raises, self.ends_early = raises, ends_early
        self.calls: list[tuple] = []
        self.closed = 0

    def stream(self, question, history=(), scope=None) -> Iterator[Progress | Answer]:
        self.calls.append((question, history, scope))
        try:
            yield Progress("Searching")
            if self.raises:
                raise OSError("disk gone")
            if not self.ends_early:
                yield Answer(question, "declined", message=f"no {question}")
        finally:
            self.closed += 1


def test_waiting_questions_are_answered_in_order_with_what_came_before():
    engine = Engine()
    asked = [Exchange("one"), Exchange("two", frozenset({"a"}))]
    states = [[exchange.state for exchange in asked] for _ in answer_waiting(asked, engine)]
    assert states[0] == ["running", "waiting"]
    assert states[-1] == ["done", "done"]
    assert engine.calls == [
        ("one", (), None),
        ("two", (Turn("user", "one"), Turn("assistant", "no one")), frozenset({"a"})),
    ]


def test_one_question_runs_at_a_time():
    asked = [Exchange("one"), Exchange("two")]
    assert take_next(asked) is asked[0]
    assert take_next(asked) is None


def test_stopping_ends_what_runs_and_what_waits_and_closes_the_stream():
    engine = Engine()
    asked = [Exchange("one"), Exchange("two")]
    running = answer_waiting(asked, engine)
    next(running)  # it runs
    next(running)  # it said what it is doing
    stop_all(asked)
    list(running)
    assert [exchange.state for exchange in asked] == ["stopped", "stopped"]
    assert not isinstance(asked[0].latest, Answer)
    assert engine.closed == 1


def test_after_stopping_the_next_question_is_answered_at_once():
    asked = [Exchange("one")]
    running = answer_waiting(asked, Engine())
    next(running)
    stop_all(asked)
    asked.append(Exchange("two"))
    list(answer_waiting(asked, Engine()))
    list(running)
    assert [exchange.state for exchange in asked] == ["stopped", "done"]


def test_when_the_browser_goes_away_the_work_stops():
    engine = Engine()
    asked = [Exchange("one")]
    running = answer_waiting(asked, engine)
    next(running)
    next(running)
    running.close()
    assert engine.closed == 1
    assert asked[0].state == "stopped"


def test_an_engine_that_raises_gives_a_failed_answer_without_its_words(caplog):
    asked = [Exchange("one")]
    list(answer_waiting(asked, Engine(raises=True)))
    assert asked[0].latest.outcome == "failed"
    assert "disk gone" not in asked[0].latest.message
    (said,) = caplog.messages
    assert said.startswith("fault id=")
    assert f"look for fault {said.removeprefix('fault id=')} in the window" in asked[0].latest.message


def test_a_stream_without_an_answer_is_a_failure_not_a_silence():
    asked = [Exchange("one")]
    list(answer_waiting(asked, Engine(ends_early=True)))
    assert asked[0].latest.outcome == "failed"


def test_failed_and_stopped_turns_are_no_history():
    asked = [
        Exchange("one", None, "done", Answer("one", "failed", message="broke")),
        Exchange("two", None, "stopped", Answer("two", "answered")),
        Exchange("three"),
    ]
    assert history_before(asked, asked[2]) == ()


def test_what_a_browser_kept_is_put_before_what_was_asked_since_and_only_once():
    conversation = Conversation([Exchange("now")])
    for _ in range(2):
        put_before(conversation, "a", [Exchange("then")])
    assert [exchange.question for exchange in conversation] == ["then", "now"]
    assert conversation.id == "a"


def test_what_was_asked_before_the_ticks_were_known_is_asked_again_of_what_is_ticked():
    running, other = Exchange("now", None, "running"), Exchange("too", frozenset("b"))
    conversation = Conversation([running, other])
    put_before(conversation, "a", [Exchange("then", None, "done")], frozenset("b"))
    assert [(e.question, e.scope, e.state) for e in conversation] == [
        ("then", None, "done"),
        ("now", frozenset("b"), "waiting"),
        ("too", frozenset("b"), "waiting"),
    ]
    assert conversation[2] is other
    assert running.state == "stopped"  # so that whoever answers it goes on with the new one


def test_of_two_ticks_the_later_one_holds_whichever_is_heard_first():
    conversation = Conversation()
    untick(conversation, 2, frozenset("ab"))
    untick(conversation, 1, frozenset("a"))
    assert conversation.unticked == (2, frozenset("ab"))
