"""`python -m chat ask`: what it prints, and what its exit status tells."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from chat.__main__ import main

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


def run(*arguments: str | Path) -> Ran:
    """The command in this process: starting one takes seconds."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # from argparse
            status = stop.code
    return Ran(status, out.getvalue(), err.getvalue())


def start(*arguments: str | Path, **environ: str) -> Ran:
    """The command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "chat", *map(str, arguments)],
        cwd=PROJECT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environ,
        capture_output=True,
        text=True,
        encoding=environ.get("PYTHONIOENCODING", "utf-8"),
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def place(shipped_index, home) -> tuple[str | Path, ...]:
    """The options for the tests' own index."""
    return "--home", home, "--index", shipped_index.folder


def test_an_answered_question_gives_0_and_its_json_is_all_that_is_printed(place):
    ran = start(*place, "ask", "Who is Saadi Khamidov?", "--json", "--article", "strained-architecture")
    assert (ran.status, ran.err) == (0, "")
    answer = json.loads(ran.out)
    assert answer["outcome"] == "answered"
    assert "independent researcher" in answer["text"]
    assert {c["article"] for c in answer["citations"]} == {"strained-architecture"}
    assert set(answer["citations"][0]) == {"number", "article", "start", "end", "quote"}
    assert set(answer["statements"][0]) == {"text", "citations", "lead", "marked", "verbatim"}


def test_a_declined_question_gives_3_and_plain_text_where_the_terminal_knows_few_characters(place):
    ran = start(*place, "ask", "What is the capital of France?", PYTHONIOENCODING="ascii")
    assert (ran.status, ran.err) == (3, "")
    assert ran.out.startswith("Not in the articles\n")
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "Who?", "--article", "nowhere"), "There is no article 'nowhere'"),
        (("ask", "?!"), "There is no question in this"),
    ],
)
def test_a_failed_question_gives_1_and_the_reason(place, arguments, says):
    ran = run(*place, *arguments)
    assert ran.status == 1
    assert ran.out.startswith("Something broke\n")
    assert says in ran.out


def test_a_missing_corpus_gives_1_and_one_line_that_names_it(tmp_path):
    ran = run("--corpus", tmp_path / "nowhere", "ask", "Who?")
    assert (ran.status, ran.out) == (1, "")
    assert str(tmp_path / "nowhere") in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "Who?", "--colour"), ("answer", "Who?")])
def test_bad_usage_gives_2_and_says_what_is_wrong(arguments):
    ran = run(*arguments)
    assert ran.status == 2
    assert ran.err.startswith("usage: python -m chat")


def test_help_says_what_can_be_done():
    ran = run("--help")
    assert ran.status == 0
    assert "ask" in ran.out
    assert "page" in ran.out
