"""Hostile questions through every door: each has its outcome, none a traceback, a hang or a wrong citation."""

import io
import json
import logging
import os
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hostile_questions import ANSWERED, DECLINED, QUESTIONS, TAKEN, Hostile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chat.__main__ as terminal
from chat import Config, open_answerer
from chat.answers import Answer, Turn
from chat.config import MAX_QUESTION
from chat.page import serving
from chat.page.doors import BODY_MOST
from chat.page.mcp import reply_to
from chat.page.pace import Paces

GOOD = {
    ANSWERED: ("answered", "partial"),
    DECLINED: ("declined",),
    TAKEN: ("answered", "partial", "declined"),
}
STATUS = {"answered": 0, "partial": 0, "declined": 3, "failed": 1}
SENT = [row for row in QUESTIONS if row.history == ()]
"""Those that can come through a door that knows no history."""


ANSWERED_WITHOUT_READER = {"odd: a recipe"}
"""Answered, though no article says it, when no reader reads; with the reader it is declined, see below."""

NOT_YET = pytest.mark.xfail(strict=True, reason="answered where no reader reads, though no article says it")


def named(rows: list[Hostile]):
    return [
        pytest.param(row, id=row.name, marks=NOT_YET if row.name in ANSWERED_WITHOUT_READER else ())
        for row in rows
    ]


def has_outcome(outcome: str, message: str, expected: str) -> bool:
    return outcome in GOOD[expected] if expected in GOOD else outcome == "failed" and expected in message


def fits_json(row: Hostile) -> bool:
    try:
        json.dumps([row.question, row.scope], allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def test_there_are_at_least_250_of_different_names():
    assert len({row.name for row in QUESTIONS}) == len(QUESTIONS) >= 250


@pytest.mark.parametrize("row", named(QUESTIONS))
def test_the_engine_gives_each_its_outcome(engine, promptly, assert_sound, caplog, row):
    with promptly(), caplog.at_level(logging.WARNING):
        answer = engine.answer(row.question, row.history, row.scope)
    assert isinstance(answer, Answer)
    assert has_outcome(answer.outcome, answer.message, row.expected), (answer.outcome, answer.message)
    assert "fault" not in answer.message
    assert caplog.messages == []
    assert len(answer.question) <= MAX_QUESTION
    assert_sound(answer, engine.articles)


def test_with_the_reader_those_too_have_their_outcome(shipped_index, home, corpus, assert_sound):
    with open_answerer(Config(corpus=corpus.folder, home=home, index=shipped_index.folder)) as engine:
        for row in QUESTIONS:
            if row.name in ANSWERED_WITHOUT_READER:
                answer = engine.answer(row.question, row.history, row.scope)
                assert has_outcome(answer.outcome, answer.message, row.expected), row.name
                assert_sound(answer, engine.articles)


class Remembered:
    """The engine, which has answered all of this already: the doors are what is looked at here."""

    def __init__(self, engine):
        self._engine = engine
        self._known: dict[str, Answer] = {}

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def answer(self, question, history=(), scope=None):
        key = repr((question, sorted(map(repr, scope)) if scope is not None else None))
        if key not in self._known:
            self._known[key] = self._engine.answer(question, history, scope)
        return self._known[key]


@pytest.fixture(scope="module")
def remembered(engine):
    return Remembered(engine)


def could_be_typed(row: Hostile) -> bool:
    """No NUL, at most 128 KiB, and articles by their ids."""
    scope = row.scope is None or (
        isinstance(row.scope, set | list)
        and 0 < len(row.scope) <= 100
        and all(isinstance(i, str) for i in row.scope)
    )
    return (
        isinstance(row.question, str) and "\0" not in row.question and len(row.question) < 130_000 and scope
    )


@pytest.mark.parametrize("row", named([row for row in SENT if could_be_typed(row)]))
def test_the_terminal_says_it_and_its_status_tells(monkeypatch, remembered, row):
    monkeypatch.setattr(terminal, "open_answerer", lambda *_: remembered)
    monkeypatch.setattr(terminal, "set_up_logs", lambda *_: None)
    scope = [part for id in row.scope or () for part in ("--article", id)]
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = terminal.main(["ask", *scope, "--", row.question])
        shown_status = terminal.main(["ask", "--json", *scope, "--", row.question])
    out.seek(0)
    shown, _, plain = out.read().partition("{\n")
    answer = json.loads("{" + plain)
    assert status == shown_status == STATUS[answer["outcome"]]
    assert has_outcome(answer["outcome"], answer["message"], row.expected)
    assert not any(not c.isprintable() and c != "\n" for c in shown)
    assert err.getvalue() == ""


@pytest.mark.parametrize("row", named([row for row in SENT if fits_json(row)]))
def test_the_tools_say_it_in_json(remembered, row):
    arguments = {"question": row.question} | ({} if row.scope is None else {"articles": row.scope})
    call = {"name": "ask_articles", "arguments": arguments}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    if len(body) > BODY_MOST:
        return  # refused by the server before it is read, see below
    reply = reply_to(body, remembered)
    json.dumps(reply, allow_nan=False, ensure_ascii=False).encode()
    result = reply["result"]
    if result["isError"]:
        assert row.expected not in GOOD
        return
    said = result["structuredContent"]
    assert has_outcome(said["outcome"], said["message"], row.expected)


# the queue of Gradio counts its failures with what pandas gives up, and this suite makes errors of warnings
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_page_s_api_and_tools_say_it_over_http(served, remembered, capfd, monkeypatch):
    import httpx

    # hundreds of questions from one place at once, which the doors would slow down; test_doors.py looks at that
    monkeypatch.setattr(serving, "Paces", lambda: Paces(rate=1_000_000, burst=1_000_000))

    with served(remembered, mcp=True) as address, httpx.Client(timeout=60) as client:
        for row in (row for row in SENT if fits_json(row) and row.name not in ANSWERED_WITHOUT_READER):
            if isinstance(row.question, str) and len(row.question) > 100_000:
                continue  # a body of this size is no matter of what stands in it
            data = json.dumps({"data": [row.question, row.scope]}).encode()
            begun = client.post(f"{address}gradio_api/call/ask", content=data, headers=JSON)
            if begun.status_code != 200:
                assert begun.status_code in (400, 413, 422), (row.name, begun.text)
                continue
            told = client.get(f"{address}gradio_api/call/ask/{begun.json()['event_id']}").text
            event = told.partition("\n")[0].removeprefix("event: ")
            assert event in ("complete", "error"), row.name
            if event == "complete":
                (said,) = json.loads(told.partition("data: ")[2].strip())
                assert has_outcome(said["outcome"], said["message"], row.expected), row.name
            else:
                assert row.expected not in GOOD, row.name
        assert client.post(f"{address}mcp", content=b"x" * (BODY_MOST + 1), headers=JSON).status_code == 413
    shown = "".join(capfd.readouterr())
    assert "Traceback" not in shown


JSON = {"Content-Type": "application/json"}

# Anything at all; DOSSIER_GENERATED says how many, with --timeout 3600 for 10,000

SOME = st.one_of(
    st.text(st.characters(codec=None), max_size=120),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.lists(
        st.sampled_from(
            "When was the CSTO founded ? and who said that Kazakhstan Putin , ; not why how many [1] \0 \ud800 \u202e "
            "{{x}} $(x) <b> 1992 it he what about the article 's U.S. … “ ” \n — Ő 中 🙂".split(" ")
        ),
        max_size=25,
    ).map(" ".join),
    st.from_regex(r"(?:(?:what|who|when|and|is|the|of|A|1|\W) ?){1,40}", fullmatch=True),
)
TURNS = st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), SOME), max_size=3)

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=int(os.environ.get("DOSSIER_GENERATED", "250")), suppress_health_check=QUIET)
@given(SOME, TURNS)
def test_whatever_is_asked_is_answered_declined_or_refused(engine, promptly, assert_sound, question, history):
    with promptly():
        answer = engine.answer(question, history)
    assert answer.outcome != "failed" or "no question in this" in answer.message, answer.message
    assert_sound(answer, engine.articles)
