"""What a run says of a language model: the sums, and the whole command against a server with scripted replies."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chat.answers import Answer
from eval.__main__ import main
from eval.writing import writing_of, writing_rows

sys.path.append(str(Path(__file__).parents[1]))
from llm_server import KEY, Reply, serve_model

WRITER = {
    "model": "openai:m", "written": 4, "kept": 3, "recited": 1, "removed": 1, "unknown_markers": 2,
    "tokens_in": 900, "tokens_out": 80, "tokens_counted": True, "seconds": 1.5,
}  # fmt: skip
ANSWER = Answer("?", "answered", trace={"writer": WRITER})


def test_without_a_model_there_is_nothing_to_say():
    assert writing_of([Answer("?", "declined", trace={"reader": "none"})]) is None


def test_the_sums_are_those_of_the_answers_and_follow_ups_cost_too():
    condensed = {"question": "Who?", "tokens_in": 50, "tokens_out": 5, "seconds": 0.5}
    follow_up = replace(ANSWER, trace={"writer": WRITER, "condensed": condensed})
    fault = {"model": "openai:m", "fault": "busy", "kept": 0, "seconds": 0.0, "tokens_counted": False}
    figures = writing_of(
        [ANSWER, follow_up, Answer("?", "answered", trace={"writer": fault}), Answer("?", "declined")]
    )
    assert figures == {
        "model": "openai:m", "answers": 3, "fell_back": 1,
        "written": 8, "kept": 6, "recited": 2, "removed": 2, "unknown_markers": 4,
        "tokens_in": 1850, "tokens_out": 165, "seconds": 3.5, "tokens_counted": True,
    }  # fmt: skip
    shown = dict(writing_rows(figures))
    assert shown["Statements removed"] == "2 (25.0%)"
    assert shown["Tokens in"] == "1,850, 617 each"
    assert shown["Seconds of the model"] == "3.5, 1.17 s each"


def test_an_answer_of_which_nothing_is_kept_counts_as_fallen_back():
    nothing = replace(ANSWER, trace={"writer": WRITER | {"kept": 0, "removed": 4, "tokens_counted": False}})
    figures = writing_of([nothing])
    assert figures["fell_back"] == 1
    assert dict(writing_rows(figures))["Tokens out"] == "80, 80 each, estimated"


@pytest.fixture
def article(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    text = "The pact\n\nThe pact was founded in 1992 by six states.\n\nGeorgia left the pact in 1999.\n"
    (folder / "pact.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def questions(tmp_path):
    row = {
        "id": "founded", "question": "When was the pact founded?", "category": "fact", "answerable": True,
        "facts": [["1992"]],
        "evidence": [{"article": "pact", "quote": "The pact was founded in 1992 by six states.", "fact": 0}],
    }  # fmt: skip
    file = tmp_path / "dev.jsonl"
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return file


def test_a_run_with_a_model_reports_what_it_wrote_and_cost(
    article, questions, tmp_path, home, capsys, monkeypatch
):
    """Of three statements the first is supported, the second cites nothing and is cited, the third goes."""
    text = "The pact was founded in 1992 [1]. Georgia left the pact in 1999. Norway joined it in 2010 [1]."
    out = tmp_path / "out"
    with serve_model(Reply(text)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        given = ["--corpus", str(article), "--home", str(home), "--out", str(out), "--llm", "openai:m"]
        assert main(["run", "--questions", str(questions), *given]) == 0
    assert server.keys == [f"Bearer {KEY}"]
    figures = json.loads((out / "metrics.json").read_text(encoding="utf-8"))["writing"]
    counted = {
        name: figures[name] for name in ("answers", "written", "kept", "recited", "removed", "fell_back")
    }
    assert counted == {"answers": 1, "written": 3, "kept": 2, "recited": 1, "removed": 1, "fell_back": 0}
    assert (figures["tokens_in"], figures["tokens_out"]) == (100, 20)
    assert figures["seconds"] > 0
    shown, report = capsys.readouterr().out, (out / "report.html").read_text(encoding="utf-8")
    for place in (shown, report):
        for name, value in writing_rows(figures):
            assert name in place
            assert value in place
    for file in out.iterdir():
        assert KEY not in file.read_text(encoding="utf-8")
    assert KEY not in shown
