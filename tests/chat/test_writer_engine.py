"""The whole engine with a language model behind a real connection: fall-backs, follow-ups, stopping."""

import json
import logging
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chat import Answer, Answerer, Config, Progress, Turn, open_answerer
from chat.__main__ import main
from chat.composing import DISAGREE
from chat.config import add_config_arguments, add_model_arguments, config_from
from chat.errors import ChatError
from chat.values import find_dates
from chat.writer import Author, Limits, choose_model, open_model

sys.path.append(str(Path(__file__).parents[1]))
from llm_server import KEY, Reply, serve_model

WHO = "Who is Saadi Khamidov?"
GOOD = "Saadi Khamidov is an independent researcher from Tajikistan [1]."
FAST = Limits(first=3, stall=3, whole=6, retries=0)


@pytest.fixture(scope="module")
def plain(shipped_index, home):
    with open_answerer(Config(home=home, index=shipped_index.folder, reader=False)) as engine:
        yield engine


@pytest.fixture(scope="module")
def engine_on(plain, checker):
    """The engine of the module, with a model on a server."""

    @contextmanager
    def engine_on(server, limits=FAST, on_failure="fall-back", key=""):
        author = Author(open_model(choose_model("openai:m", server.url, key), limits), checker, on_failure)
        yield Answerer(plain._index, plain.reading, plain._weights, author=author)
        author.close()

    return engine_on


@pytest.fixture(scope="module")
def ask(engine_on):
    def ask(question, *replies, **settings) -> Answer:
        with serve_model(*replies) as server, engine_on(server, **settings) as engine:
            return engine.answer(question)

    return ask


def test_a_written_answer_cites_the_articles_and_says_what_it_took(plain, ask):
    answer = ask(WHO, Reply(GOOD))
    assert (answer.outcome, answer.message) == ("answered", "")
    assert answer.text() == "Saadi Khamidov is an independent researcher from Tajikistan. [1]"
    (citation,) = answer.citations
    assert plain.articles[citation.article].slice(citation.start, citation.end) == citation.quote
    trace = answer.trace["writer"]
    assert (trace["model"], trace["written"], trace["kept"], trace["tokens_in"]) == ("openai:m", 1, 1, 100)
    json.dumps(dict(answer.trace))


def test_a_sentence_without_a_date_is_shown_with_the_one_before_that_has_it(engine_on):
    with serve_model(Reply("There is nothing [1].")) as server, engine_on(server) as engine:
        engine.answer("What happened after Tokayev asked the CSTO for help in January 2022?")
        (prompt,) = server.prompts
    dated = [line for line in prompt.splitlines() if "(before it:" in line]
    assert any(find_dates(line.partition("(before it:")[2].partition(")")[0]) for line in dated)


def test_the_stream_shows_what_is_done_and_then_only_supported_statements(engine_on):
    text = f"{GOOD} He won the Nobel prize [1]. He focuses on democracy and security [1]."
    with serve_model(Reply(text)) as server, engine_on(server) as engine:
        events = list(engine.stream(WHO))
    assert Progress("Writing with m") in events
    snapshots = [event for event in events if isinstance(event, Answer)]
    assert len(snapshots) >= 3
    assert not any("Nobel" in snapshot.text() for snapshot in snapshots)
    assert "One statement of the language model" in snapshots[-1].message


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=500), "in trouble (500)"),
        (Reply(status=429), "busy"),
        (Reply(status=400, error="context length exceeded"), "prompt of this length"),
        (Reply(""), "empty answer"),
        (Reply(GOOD, breaks=True), "broke off"),
        (Reply(GOOD, stall=9), "said nothing more for 2 seconds"),
        (Reply(GOOD, wait=9), "not begun to answer for 2 seconds"),
        (Reply(body=b"\x89PNG\r\n", headers={"Content-Type": "image/png"}), "no answer"),
        (Reply(["word " * 100], endless=True), "more than 12,000 characters"),
    ],
)
def test_each_failure_falls_back_to_quotations_or_fails_as_chosen(plain, caplog, reply, said, ask):
    limits = replace(FAST, first=2.0, stall=2.0)
    answer = ask(WHO, reply, limits=limits)
    quoted = plain.answer(WHO)
    assert (answer.outcome, answer.statements, answer.citations) == (
        quoted.outcome,
        quoted.statements,
        quoted.citations,
    )
    assert said in answer.message
    assert answer.message.endswith("These are the articles' own words.")
    assert said in answer.trace["writer"]["fault"]
    failed = ask(WHO, reply, limits=limits, on_failure="fail")
    assert (failed.outcome, failed.statements) == ("failed", ())
    assert said in failed.message
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "text",
    ["He won the Nobel prize [1].", "Саади Хамидов — исследователь [1].", "flurb zint [1] [2]. gork.", "***"],
)
def test_an_answer_of_which_nothing_is_supported_gives_way_to_quotations(plain, text, ask):
    answer = ask(WHO, Reply(text))
    assert answer.statements == plain.answer(WHO).statements
    assert answer.message.startswith("What the language model wrote is not supported by the articles")


def test_a_declined_question_never_reaches_the_model(engine_on):
    with serve_model(Reply(GOOD)) as server, engine_on(server) as engine:
        assert engine.answer("What is the capital of France?").outcome == "declined"
        assert server.requests == []


def test_where_the_articles_disagree_every_version_is_given(plain, ask):
    quoted = plain.answer("When was the CSTO founded?")
    assert quoted.statements[0].lead.startswith(DISAGREE)
    answer = ask("When was the CSTO founded?", Reply("The CSTO was founded in 1992."))
    assert answer.statements[0].lead == DISAGREE
    assert {"1992", "2002"} <= {year for year in ("1992", "2002") if year in answer.text()}
    assert any(statement.verbatim for statement in answer.statements)


def test_a_follow_up_is_asked_as_the_model_condensed_it(engine_on):
    history = [
        Turn("user", "When did Uzbekistan leave the CSTO?"),
        Turn("assistant", "Uzbekistan left in 2012. [1]"),
    ]
    replies = (Reply("When did Georgia leave the CSTO?"), Reply("Georgia left in 1999 [1]."))
    with serve_model(*replies) as server, engine_on(server) as engine:
        answer = engine.answer("And Georgia?", history)
    assert answer.understood == "When did Georgia leave the CSTO?"
    assert answer.trace["condensed"]["question"] == "When did Georgia leave the CSTO?"
    assert answer.trace["condensed"]["tokens_in"] == 100
    assert "1999" in answer.text()


def test_a_follow_up_is_understood_without_the_model_when_that_fails(engine_on):
    history = [Turn("user", "When did Uzbekistan leave the CSTO?"), Turn("assistant", "In 2012.")]
    with serve_model(Reply(status=500)) as server, engine_on(server) as engine:
        answer = engine.answer("And Georgia?", history)
    assert "Georgia" in answer.understood
    assert "in trouble" in answer.trace["condensed"]["fault"]


def test_stopping_cancels_the_request(engine_on):
    with serve_model(Reply(GOOD, wait=20)) as server, engine_on(server) as engine:
        events = engine.stream(WHO)
        while not server.requests:
            next(events)
        events.close()
        assert server.gone.wait(2)


def test_the_key_reaches_the_server_and_nothing_else(caplog, capsys, engine_on):
    caplog.set_level(logging.INFO)
    with (
        serve_model(Reply(status=401, error=KEY), Reply(GOOD)) as server,
        engine_on(server, key=KEY) as engine,
    ):
        answers = [engine.answer(WHO), engine.answer(WHO)]
        shown = str(engine.fingerprint) + "".join(repr(answer) for answer in answers)
    assert server.keys == [f"Bearer {KEY}"] * 2
    assert KEY not in shown + caplog.text + "".join(capsys.readouterr())


def test_the_same_reply_always_gives_the_same_answer(ask):
    first, second = (ask(WHO, Reply(GOOD)) for _ in range(2))
    assert first.text() == second.text()


def config_of(*arguments: str, **environ: str) -> Config:
    import argparse

    parser = argparse.ArgumentParser()
    add_config_arguments(parser, environ)
    add_model_arguments(parser, environ)
    return config_from(parser.parse_args(arguments))


def test_options_and_environment_choose_the_model():
    environ = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API_KEY": KEY, "OLLAMA_HOST": "there:1"}
    assert config_of(**environ).llm == "none"
    assert config_of(DOSSIER_LLM="ollama:a", **environ).llm_url == "there:1"
    config = config_of("--llm", "openai:b", "--on-llm-failure", "fail", DOSSIER_LLM="ollama:a", **environ)
    assert (config.llm, config.llm_url, config.llm_key) == ("openai:b", "http://127.0.0.1:1/v1", KEY)
    assert config.on_llm_failure == "fail"
    assert KEY not in repr(config)


def test_a_model_that_cannot_be_chosen_is_refused_before_anything_is_built(tmp_path):
    with pytest.raises(ChatError, match="names no language model"):
        open_answerer(Config(home=tmp_path, llm="gpt"))
    assert list(tmp_path.iterdir()) == []


def test_the_models_command_says_what_it_reached(monkeypatch, capsys):
    with serve_model(Reply("ready")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        assert main(["--llm", "openai:small", "models"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"openai:small at {server.url} answered in ")
    assert KEY not in said.out + said.err
    assert main(["--llm", "openai:small", "models"]) == 1
    assert "cannot be reached" in capsys.readouterr().err
    assert main(["models"]) == 0
    assert "No language model is chosen" in capsys.readouterr().out
