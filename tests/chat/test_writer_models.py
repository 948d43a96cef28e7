"""A language model over a real connection: what comes back, and what each fault says."""

import logging
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from chat.errors import ChatError
from chat.writer.models import Limits, Message, ModelFault, Usage, choose_model, open_model, try_model

sys.path.insert(0, str(Path(__file__).parents[1]))
from llm_server import KEY, Reply, serve_model

FAST = Limits(first=5, stall=5, whole=10, retries=2, wait=0.01)
ASK = [Message("system", "Be short."), Message("user", "Who left?")]


@contextmanager
def model_on(server, limits=FAST, provider="openai", key=""):
    url = server.url if provider == "openai" else server.url.removesuffix("/v1")
    with closing(open_model(choose_model(f"{provider}:m", url, key), limits)) as model:
        yield model


def asked(*replies, limits=FAST, key=""):
    """The reply to one question, and how many requests it took."""
    with serve_model(*replies) as server, model_on(server, limits, key=key) as model:
        text, usage = model.ask(ASK)
        return text, usage, len(server.requests)


def fault_of(*replies, limits=FAST, key=""):
    """The line of the fault that one question meets, and how many requests it took."""
    with serve_model(*replies) as server, model_on(server, limits, key=key) as model:
        with pytest.raises(ModelFault) as caught:
            model.ask(ASK)
        line = str(caught.value)
        assert "\n" not in line
        assert KEY not in line
        return line, len(server.requests)


def test_a_streamed_reply_comes_in_pieces_and_ends_with_what_it_took():
    with serve_model(Reply(["Baku ", "left ", "[1]."])) as server, model_on(server) as model:
        *pieces, usage = [event for event in model.stream(ASK) if event is not None]
    assert pieces == ["Baku ", "left ", "[1]."]
    assert (usage.tokens_in, usage.tokens_out, usage.counted, usage.cut) == (100, 20, True, False)
    assert server.requests[0]["stream"] is True
    assert server.requests[0]["messages"] == [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "Who left?"},
    ]


def test_a_server_that_does_not_stream_is_read_in_one_piece():
    text, usage, requests = asked(Reply("Baku left [1].", streams=False))
    assert (text, usage.tokens_out, requests) == ("Baku left [1].", 20, 2)


def test_tokens_are_estimated_where_the_server_does_not_count_them():
    _, usage, _ = asked(Reply("x" * 80, usage=None))
    assert (usage.tokens_out, usage.counted) == (20, False)


def test_ollama_speaks_its_own_protocol_and_is_never_asked_what_it_can_hold():
    with serve_model(Reply("Baku left [1].")) as server, model_on(server, provider="ollama") as model:
        text, usage = model.ask(ASK)
    assert (text, usage.tokens_in, usage.counted) == ("Baku left [1].", 100, True)
    assert [request["model"] for request in server.requests] == ["m"]
    assert server.requests[0]["options"]["num_ctx"] == 8192


def test_a_reply_stopped_at_its_limit_says_so():
    assert asked(Reply("Baku left", finish="length"))[1].cut


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status):
    text, _, requests = asked(Reply(status=status), Reply(status=status), Reply("Yes."))
    assert (text, requests) == ("Yes.", 3)


def test_a_server_says_how_long_to_wait():
    began = time.perf_counter()
    asked(Reply(status=429, headers={"Retry-After": "0.3"}), Reply("Yes."))
    assert time.perf_counter() - began > 0.3


def test_each_wait_for_a_server_in_trouble_is_twice_the_one_before():
    limits = Limits(first=5, stall=5, whole=10, retries=3, wait=0.1)
    with serve_model(*[Reply(status=503)] * 4) as server, model_on(server, limits) as model:
        with pytest.raises(ModelFault):
            model.ask(ASK)
        waits = [later - earlier for earlier, later in pairwise(server.times)]
    assert all(waited >= least for waited, least in zip(waits, (0.1, 0.2, 0.4), strict=True))
    assert waits[0] < waits[2]


@pytest.mark.parametrize(
    ("reply", "requests", "said"),
    [
        (Reply(status=429), 3, "busy"),
        (Reply(status=502), 3, "in trouble (502)"),
        (Reply(status=401, error=f"Incorrect API key provided: {KEY}"), 1, "refused the key (401)"),
        (Reply(status=404, error="no such model"), 1, "knows no model 'm' (404)"),
        (Reply(status=400, error="maximum context length is 2048 tokens"), 1, "prompt of this length"),
        (Reply(status=400, error="bad"), 1, "refused the request (400)"),
        (Reply(""), 1, "empty answer"),
        (Reply("Baku", breaks=True), 1, "broke off"),
        (Reply("Baku", finish=None), 1, "broke off"),
        (Reply(body=b"<html>hello</html>", headers={"Content-Type": "text/html"}), 2, "no answer"),
        (Reply(body=b"data: {not json\n\n", headers={"Content-Type": "text/event-stream"}), 1, "no answer"),
        (Reply(body=b"\x00\xff\xfe", headers={"Content-Type": "text/event-stream"}), None, ""),
    ],
)  # fmt: skip
def test_each_fault_is_one_line_and_is_retried_only_where_that_helps(reply, requests, said):
    line, made = fault_of(reply, key=KEY)
    assert said in line
    assert requests in (None, made)


def test_a_server_that_is_not_there_is_named_without_its_secrets():
    with serve_model(Reply("x")) as server:
        url = server.url
    choice = choose_model("openai:m", url.replace("http://", "http://user:hunter2@") + "?token=hunter2")
    with closing(open_model(choice, FAST)) as model, pytest.raises(ModelFault) as caught:
        model.ask(ASK)
    assert f"cannot be reached at {url}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "limits", "said"),
    [
        (Reply("x", wait=3), replace(FAST, first=0.2), "not begun to answer for 0.2 seconds"),
        (Reply("x", stall=3), replace(FAST, stall=0.2), "said nothing more for 0.2 seconds"),
        (Reply("x", wait=3), replace(FAST, whole=0.2), "longer than 0.2 seconds"),
        (Reply(["x" * 100], endless=True), replace(FAST, characters=2_000), "more than 2,000 characters"),
    ],
)
def test_a_stall_or_a_flood_ends_soon_and_the_request_with_it(reply, limits, said):
    began = time.perf_counter()
    with serve_model(reply) as server, model_on(server, limits) as model:
        with pytest.raises(ModelFault, match=said):
            model.ask(ASK)
        assert time.perf_counter() - began < 2
        assert server.gone.wait(2)


@pytest.mark.parametrize("reply", [Reply("x", wait=5), Reply("x", stall=5), Reply(["x"], endless=True)])
def test_closing_the_stream_cancels_the_request_at_once(reply):
    with serve_model(reply) as server, model_on(server) as model:
        stream = model.stream(ASK)
        while next(stream) is None and not server.requests:
            pass  # not connected yet
        began = time.perf_counter()
        stream.close()
        assert server.gone.wait(2)
        assert time.perf_counter() - began < 1


def test_one_model_serves_several_threads():
    with serve_model(Reply("Baku left [1].")) as server, model_on(server) as model:
        texts = []
        threads = [threading.Thread(target=lambda: texts.append(model.ask(ASK)[0])) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == ["Baku left [1]."] * 6


def test_the_key_is_sent_and_shown_nowhere(caplog):
    caplog.set_level(logging.INFO)
    with serve_model(Reply("Yes."), Reply(status=401, error=KEY)) as server:
        choice = choose_model("openai:m", server.url, KEY)
        good, bad = try_model(choice, FAST), try_model(choice, FAST)
    assert server.keys == [f"Bearer {KEY}"] * 2
    assert KEY not in caplog.text + repr(choice) + str(choice) + good.line + bad.line


def test_models_says_what_was_reached_how_fast_and_with_how_many_tokens():
    with serve_model(Reply("ready")) as server:
        reached = try_model(choose_model("openai:m", server.url), FAST)
    assert reached.ok
    assert reached.line.startswith(f"openai:m at {server.url} answered in 0.")
    assert reached.line.endswith("(100 tokens in, 20 out)")


def test_models_says_in_one_line_why_not():
    with serve_model(Reply(status=404)) as server:
        reached = try_model(choose_model("openai:gone", server.url), FAST)
    assert not reached.ok
    assert reached.line == f"openai:gone: {server.url} knows no model 'gone' (404). Check name and address."


def test_none_chooses_no_model():
    assert choose_model("none") is None
    assert choose_model("") is None


@pytest.mark.parametrize(
    ("spec", "url", "said"),
    [
        ("gpt", "", "names no language model"),
        ("openai:", "http://127.0.0.1/v1", "names no language model"),
        ("mistral:large", "", "names no language model"),
        ("openai:m", "", "OPENAI_API_KEY"),
        ("anthropic:m", "", "ANTHROPIC_API_KEY"),
        ("openai:m", "127.0.0.1:8080/v1", "must start with http"),
    ],
)
def test_a_choice_that_cannot_work_names_the_remedy(spec, url, said):
    with pytest.raises(ChatError, match=said):
        choose_model(spec, url)


def test_a_missing_extra_is_named(monkeypatch):
    choice = choose_model("anthropic:m", "http://127.0.0.1:9", "k")
    monkeypatch.setattr("chat.writer.models.find_spec", lambda name: None)
    with pytest.raises(ChatError, match=r"llama-index-llms-anthropic.*extra 'anthropic'"):
        open_model(choice)


def test_what_a_request_took_is_plain():
    assert Usage(1, 2, 0.5, True) == Usage(1, 2, 0.5, True, cut=False)
