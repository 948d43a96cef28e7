"""Answers in a terminal and in a pipe."""

import io
import json
import re
from typing import get_args

import pytest

from chat.answers import Answer, Citation, Closest, Outcome, Statement
from chat.terminal import EXIT_STATUS, BuildProgress, print_answer, print_json
from ingest import Article

ESCAPES = "\x1b[31mred\x1b[0m\x07\x9b2J\r\b\u202e\x1b]0;title\x07"
TEXT = f"The mill{ESCAPES} was built in 1931. It burned."
ARTICLES = {"mill": Article("mill", TEXT, f"The mill {ESCAPES}", (), "mill.txt", "0" * 64, ("Eva Holm",))}
QUOTE = TEXT[: TEXT.index(" It burned")]
YEAR = QUOTE.index("1931")

ANSWERED = Answer(
    f"When {ESCAPES}?",
    "answered",
    (Statement(QUOTE, (1,), f"Holm {ESCAPES} writes:", ((YEAR, YEAR + 4),)),),
    (Citation(1, "mill", 0, len(QUOTE), QUOTE),),
    message=f"That is all {ESCAPES}.",
    understood=f"When was it built {ESCAPES}?",
)
DECLINED = Answer(
    "Who?",
    "declined",
    message="No.",
    closest=(Closest("mill", 0, len(QUOTE), QUOTE, 0.5),),
    understood="Who?",
)


class Terminal(io.StringIO):
    """A stream behind which somebody looks."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _a_terminal_with_colours(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "500")


def printed(answer: Answer, stream: io.StringIO) -> str:
    print_answer(answer, ARTICLES, stream)
    return stream.getvalue()


@pytest.mark.parametrize("answer", [ANSWERED, DECLINED])
def test_a_pipe_gets_plain_text_without_any_control_character(answer):
    text = printed(answer, io.StringIO())
    assert text
    assert [c for c in text if not c.isprintable() and c != "\n"] == []


@pytest.mark.parametrize("answer", [ANSWERED, DECLINED])
def test_a_terminal_gets_colours_of_ours_and_no_control_character_of_a_document(answer):
    text = printed(answer, Terminal())
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert plain != text
    assert [c for c in plain if not c.isprintable() and c != "\n"] == []


def test_the_exact_answer_is_bold_where_it_stands():
    assert re.search(r"\x1b\[1m1931\x1b\[0m", printed(ANSWERED, Terminal()))


def test_an_answer_shows_its_sources_and_what_was_searched_for():
    text = printed(ANSWERED, io.StringIO())
    assert text.startswith("Answered\n")
    assert "built in 1931. [1]" in text
    assert f"mill:0-{len(QUOTE)}" in text
    assert "Searched for: When was it built" in text


def test_the_closest_passages_of_a_declined_question_are_labelled_as_no_answer():
    text = printed(DECLINED, io.StringIO())
    assert text.startswith("Not in the articles\n")
    assert text.index("not an answer") < text.index("was built in 1931")
    assert "Sources" not in text
    assert "Searched for" not in text  # it was searched for as asked


def test_a_line_stays_a_line_in_a_pipe():
    long = "word " * 200 + "end."
    articles = {"a": Article("a", long, "A", (), "a.txt", "0" * 64)}
    answer = Answer("?", "answered", (Statement(long, (1,)),), (Citation(1, "a", 0, len(long), long),))
    stream = io.StringIO()
    print_answer(answer, articles, stream)
    assert f"{long} [1]\n" in stream.getvalue()


def test_markup_of_a_document_is_text():
    words = "[bold]no[/bold] [/] :smile: [link=x]y[/link]"
    articles = {"a": Article("a", words, "A", (), "a.txt", "0" * 64)}
    answer = Answer("?", "answered", (Statement(words, (1,)),), (Citation(1, "a", 0, len(words), words),))
    stream = io.StringIO()
    print_answer(answer, articles, stream)
    assert stream.getvalue().count(words) == 2


@pytest.mark.parametrize("answer", [ANSWERED, DECLINED])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_json_holds_the_answer_exactly_whatever_the_stream_can_write(answer, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    print_json(answer, stream)
    stream.seek(0)
    read = json.loads(stream.read())
    assert read["text"] == answer.text()
    assert [c["quote"] for c in read["citations"]] == [c.quote for c in answer.citations]
    assert read["outcome"] == answer.outcome


def test_every_outcome_has_an_exit_status_of_its_kind():
    assert set(EXIT_STATUS) == set(get_args(Outcome))
    assert EXIT_STATUS == {"answered": 0, "partial": 0, "declined": 3, "failed": 1}


@pytest.mark.parametrize(("stream", "shows"), [(io.StringIO(), False), (Terminal(), True)])
def test_a_build_shows_how_far_it_is_only_where_somebody_looks(stream, shows):
    with BuildProgress(stream) as progress:
        progress("Reading", 0, 10)
        progress("Reading", 10, 10)
    assert ("Reading" in stream.getvalue()) is shows
