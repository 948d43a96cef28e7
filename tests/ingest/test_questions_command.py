"""`python -m ingest questions`: killed and resumed, after a change, and what an answer makes of it all."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from chat import Config, open_answerer
from chat.scoring import read_weights
from ingest.__main__ import main
from ingest.questions import BY_MODEL, FOLDER

sys.path.append(str(Path(__file__).parents[1]))
from llm_server import Reply, serve_model

PROJECT = Path(__file__).resolve().parents[2]
BUILT = "The old bridge over the river Orva was built in 1931 by the county."
CLOSED = "It was closed to cars in 1987, after a flood had damaged two of its piers."
CYCLISTS = "Cyclists may still cross it."
MILL = "The paper mill beside the bridge employed ninety people until it burned in 1962."
OWNER = "Its owner, Eva Horn, moved to the coast and opened a bakery there."
SENTENCES = [BUILT, CLOSED, CYCLISTS, MILL, OWNER]
BICYCLE = "Can I ride a bicycle over the old bridge?"


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "orva"
    folder.mkdir()
    (folder / "bridge.txt").write_text(f"The bridge\n\n{BUILT} {CLOSED} {CYCLISTS}\n")
    (folder / "mill.txt").write_text(f"The mill\n\n{MILL} {OWNER}\n")
    return folder


@pytest.fixture
def places(folder, home) -> list[str]:
    """The options for the corpus, with one index for all tests: most of them begin with the same."""
    return ["--corpus", str(folder), "--home", str(home), "--index", str(home / "index" / "orva")]


@pytest.fixture
def run(places, monkeypatch):
    """The command in this process, with a server of these replies: status, output, errors, and the server."""

    def run(*replies: Reply, options: tuple[str, ...] = (), llm: str = "openai:m"):
        out, err = io.StringIO(), io.StringIO()
        with serve_model(*replies or [Reply("NONE")]) as server:
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            with redirect_stdout(out), redirect_stderr(err):
                status = main(["questions", "--llm", llm, *places, *options])
        return status, out.getvalue(), err.getvalue(), server

    return run


def rows(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / FOLDER / BY_MODEL).read_text().splitlines()]


def asked_about(server) -> list[str]:
    """The sentences that a server was asked about, in order."""
    return [prompt.split("<sentence>")[1].split("</sentence>")[0] for prompt in server.prompts]


def test_a_run_writes_says_what_it_did_and_the_next_index_has_it(run, folder, home, places):
    replies = [
        Reply("When was the bridge over the Orva built?\nWhen did the paper mill burn down?"),
        Reply("Why was the old bridge closed to cars?"),
        Reply(f"{BICYCLE}\nWho may still cross the bridge?"),
        Reply("How many people worked at the paper mill?\nDid Napoleon work at the paper mill?"),
        Reply("NONE"),
    ]
    status, out, err, server = run(*replies)
    assert status == 0
    assert asked_about(server) == SENTENCES
    assert out.splitlines() == [
        "5 sentences to ask about",
        f"5 questions for 4 of 5 sentences written to {folder / FOLDER / BY_MODEL}.",
        "Left out: 1 that another sentence answers better, 1 that name what their article does not.",
        "Tokens: 500 in, 100 out. `python -m ingest` indexes the questions.",
    ]
    assert "3/5 bridge:155: 2 questions\n4/5 mill:10: 1 question, 1 left out\n" in err
    assert [row["quotes"] for row in rows(folder)] == [[sentence] for sentence in SENTENCES]
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(places) == 0
    assert "5 prepared questions" in out.getvalue()
    with open_answerer(Config(corpus=folder, home=home, index=home / "index" / "orva")) as engine:
        answer = engine.answer("Can people on bicycles still cross the old bridge?")
    (citation,) = answer.citations
    assert citation.quote == CYCLISTS
    assert answer.trace["findings"][0]["prepared"][0]["question"] == BICYCLE
    # there are no gap questions: prepared ones rank, and have no say in whether to answer
    assert engine.reading == "prepared+reader"
    assert answer.trace["threshold"] == read_weights("reader").threshold


def test_a_killed_run_goes_on_where_it_was(folder, places):
    command = [sys.executable, "-m", "ingest", "questions", "--llm", "openai:m", *places]
    fast = Reply("What is there to know of it?")
    with serve_model(fast, fast, replace(fast, wait=100)) as server:
        settings = {
            "cwd": PROJECT,
            "env": os.environ | {"OPENAI_BASE_URL": server.url, "PYTHONDONTWRITEBYTECODE": "1"},
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }
        with subprocess.Popen(command, **settings) as process:
            assert process.stderr.readline().startswith("1/5 ")
            assert process.stderr.readline().startswith("2/5 ")
            while len(server.requests) < 3:
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
        before = (folder / FOLDER / BY_MODEL).read_bytes()
        assert [row["quotes"] for row in rows(folder)] == [[BUILT], [CLOSED]]
        server.requests.clear()
        server.replies = [fast]
        done = subprocess.run(command, **settings, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 sentences to ask about\n")
    assert asked_about(server) == [CYCLISTS, MILL, OWNER]
    assert (folder / FOLDER / BY_MODEL).read_bytes().startswith(before)
    assert [row["quotes"] for row in rows(folder)] == [[sentence] for sentence in SENTENCES]


def test_only_a_changed_sentence_is_asked_about_again(run, folder, places):
    run()
    status, out, _, server = run()
    assert (status, out, server.requests) == (0, "Nothing to do: every sentence has been asked about.\n", [])
    (folder / "mill.txt").write_text(f"The mill\n\n{MILL.replace('1962', '1963')} {OWNER}\n")
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(places) == 0
    assert out.getvalue().endswith(
        "Without a prepared question: 1 sentence; `python -m ingest questions` goes on.\n"
    )
    *_, server = run(Reply("When did the paper mill burn down?"))
    assert asked_about(server) == [MILL.replace("1962", "1963")]
    assert rows(folder)[-1]["questions"] == ["When did the paper mill burn down?"]


def test_a_fault_of_the_model_is_one_line_and_what_was_written_stays(run, folder):
    good = Reply("When was the bridge over the Orva built?")
    status, out, err, _ = run(good, Reply(status=401))
    assert status == 1
    assert out.splitlines()[1].startswith("1 question for 1 of 1 sentence written")
    *_, last = err.splitlines()
    assert last.startswith("openai:m at http://127.0.0.1:")
    assert last.endswith(
        "refused the key (401). Check it, or set one. What was written stays: the same command goes on from there."
    )
    assert [row["quotes"] for row in rows(folder)] == [[BUILT]]


def test_sentences_that_got_no_questions_are_said_and_tell_by_the_exit_status(run, folder):
    status, _, err, _ = run(Reply("I cannot help with that."), Reply("NONE"))
    assert status == 1
    assert err.splitlines()[-1] == (
        "Nothing written for 1 sentence; the next run asks again. The last: openai:m gave a reply without a question for "
        "bridge:12."
    )
    assert len(rows(folder)) == 4
    status, _, _, server = run()
    assert (status, asked_about(server)) == (0, [BUILT])


def test_some_articles_and_so_many_sentences_can_be_chosen(run, folder):
    _, out, _, server = run(options=("--article", "mill", "--limit", "1"))
    assert out.startswith("2 sentences to ask about, 1 of them now\n")
    assert asked_about(server) == [MILL]


@pytest.mark.parametrize(
    ("llm", "options", "said"),
    [
        (
            "none",
            (),
            "Name the language model that writes the questions: --llm openai:MODEL, or DOSSIER_LLM.",
        ),
        ("m", (), "'m' names no language model."),
        ("openai:m", ("--article", "treaty"), "There is no article 'treaty'"),
    ],
)
def test_wrong_usage_is_one_line_and_leaves_nothing_behind(run, folder, llm, options, said):
    status, out, err, server = run(llm=llm, options=options)
    assert (status, out, server.requests) == (1, "", [])
    assert err.startswith(said)
    assert err.count("\n") == 1
    assert not (folder / FOLDER).exists()
