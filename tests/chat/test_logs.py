"""What is logged: one line for each event, quiet unless asked, no question and no secret unless asked."""

import argparse
import io
import logging
import os
import re

import pytest

from chat import Config, open_answerer
from chat.answers import Turn
from chat.logs import QUESTIONS, ROOMS, OneLine, add_log_arguments, log_fault, set_up_logs
from chat.page.mcp import reply_to
from index import Searcher

SECRET = "the secret wedding of Saadi Khamidov"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:DEBUG|INFO|WARNING|ERROR) [\w.]+ \S.*")


@pytest.fixture
def logged(monkeypatch):
    """What a program with these options logs: `logged("-v")` gives the stream."""
    levels = {name: logging.getLogger(name).level for name in (*ROOMS, QUESTIONS)}
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def logged(*options: str) -> io.StringIO:
        parser = argparse.ArgumentParser()
        add_log_arguments(parser)
        stream = io.StringIO()
        root.handlers[:] = []
        set_up_logs(parser.parse_args(options), stream)
        return stream

    yield logged
    root.handlers[:], root.level = before[0], before[1]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def engine(shipped_index):
    from chat import Answerer
    from chat.scoring import read_weights

    return Answerer(shipped_index, "prepared", read_weights("prepared"))


@pytest.fixture
def broken(monkeypatch):
    def broken(self, question, *_):
        raise RuntimeError(f"no vector for {question}\nERROR forged")

    monkeypatch.setattr(Searcher, "search", broken)


def lines(stream: io.StringIO) -> list[str]:
    written = stream.getvalue().splitlines()
    assert all(LINE.fullmatch(line) for line in written), written
    return written


def test_nothing_is_logged_while_all_is_well(logged, engine):
    stream = logged()
    for question in ("When was the CSTO founded?", SECRET, "", "?" * 5_000):
        engine.answer(question)
    assert stream.getvalue() == ""


def test_v_tells_of_each_question_what_came_of_it_and_not_its_words(logged, engine):
    stream = logged("-v")
    engine.answer("When was the CSTO founded?")
    engine.answer(SECRET, [Turn("user", SECRET)])
    engine.answer(f"{SECRET} " * 200)
    first, second, third = lines(stream)
    assert re.search(
        r"INFO chat\.engine answered id=[0-9a-f]{8} outcome=answered citations=\d+ seconds=\d", first
    )
    assert "outcome=" in second
    assert re.search(r"INFO chat\.engine refused id=[0-9a-f]{8}$", third)
    assert "wedding" not in stream.getvalue()


@pytest.mark.parametrize("options", [(), ("-v",), ("-vv",)])
def test_a_fault_is_one_line_that_its_id_finds_without_the_question(logged, engine, broken, options):
    stream = logged(*options)
    answer = engine.answer(SECRET)
    (fault,) = re.findall(r"\(fault ([0-9a-f]{8})\)", answer.message)
    (line,) = [line for line in lines(stream) if f"id={fault}" in line]
    assert " ERROR chat.engine fault id=" in line
    assert "error=RuntimeError at=" in line
    assert re.search(r"at=\S*chat/finding\.py:\d+<chat/finding\.py:\d+", line)
    assert "wedding" not in stream.getvalue()
    assert ("<" in line.partition("at=")[2]) is True


def test_questions_are_logged_when_that_is_asked_for(logged, engine, broken):
    stream = logged("--log-questions")
    engine.answer(SECRET)
    asked, fault = lines(stream)
    assert f"chat.questions asked id={fault.partition('id=')[2][:8]} question={SECRET!r} turns=0" in asked
    assert "message='no vector for the secret wedding" in fault


def test_a_question_cannot_forge_a_line(logged, engine):
    stream = logged("--log-questions")
    engine.answer("x\n2026-01-01T00:00:00.000Z ERROR chat.engine fault id=00000000\x1b[2J\u2028\u202e")
    (line,) = lines(stream)
    assert line.isprintable()


def test_a_fault_of_a_tool_has_its_line_too(logged, engine, broken):
    stream = logged()
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_passages","arguments":{"query":"x"}}}'
    error = reply_to(body, engine)["error"]
    (fault,) = re.findall(r"something broke \(fault ([0-9a-f]{8})\)", error["message"])
    (line,) = lines(stream)
    assert f"ERROR chat.page.mcp fault id={fault} error=RuntimeError" in line


def test_other_libraries_log_warnings_as_values_and_nothing_below(logged):
    stream = logged("-vv")
    logging.getLogger("httpx").info("HTTP Request: POST http://user:password@host/")
    logging.getLogger("chromadb.x").warning("two\nlines")
    assert lines(stream)[0].endswith(r"WARNING chromadb.x said='two\nlines'")
    assert len(lines(stream)) == 1


def test_an_operating_system_s_reason_is_told_and_its_path_is_not(logged):
    stream = logged()
    try:
        os.stat("/nowhere/the-secret-wedding")
    except OSError as error:
        log_fault(logging.getLogger("chat.page"), error, "adding-failed")
    (line,) = lines(stream)
    assert re.search(
        r"ERROR chat\.page adding-failed id=[0-9a-f]{8} error=FileNotFoundError at=tests/\S+|at=\S+", line
    )
    assert "reason='No such file or directory'" in line
    assert "wedding" not in line


def test_a_line_is_one_line_whatever_stands_in_it():
    record = logging.LogRecord("x\ny", logging.WARNING, "f", 1, "a\r\n\x85\0%s", ("\u2028",), None)
    assert OneLine().format(record).isprintable()


def test_what_a_start_logs_names_no_secret(logged, home, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("The bridge\n\nThe old bridge was built in 1931 by the county council.\n")
    stream = logged("-vv")
    config = Config(
        corpus=tmp_path, home=home, index=tmp_path / ".index", reader=False, llm="openai:m",
        llm_url="http://user:password@127.0.0.1/v1?token=password", llm_key="sk-password",
    )  # fmt: skip
    with open_answerer(config) as answerer:
        answer = answerer.answer("When was the old bridge built?")
    assert answer.outcome == "answered"
    assert "cannot be reached" in answer.message
    assert any("model-fault reason=" in line for line in lines(stream))
    assert "password" not in stream.getvalue() + repr(answer)
