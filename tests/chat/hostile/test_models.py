"""Faults of a language model and of its server: the articles' own words are shown with one line that says why."""

import gzip
import json
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from llm_server import KEY, Reply, serve_model

from chat import Answerer
from chat.scoring import read_weights
from chat.writer import Author, Limits, choose_model, open_model

ASKED = "When was the CSTO founded?"
WRITTEN = "The CSTO was established in 2002 [1]."
QUICK = Limits(first=3, stall=1, whole=6, wait=0.01, characters=5_000)
OWN = "These are the articles' own words."
NOTHING_LEFT = "not supported by the articles, so it is not shown"
NO_ANSWER = "answered with something that is no answer|broke off|gave an empty answer|cannot be reached"


@dataclass(frozen=True)
class Fault:
    """What a server does, and what the answer then says beside the quotations."""

    name: str
    reply: Reply | Callable[[socket.socket], None]
    says: str


def event(delta: object, finish: str | None = "stop", **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    row = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(row | more).encode() + b"\n\n"


def sent(body: bytes, kind: str = "text/event-stream", **headers: str) -> Reply:
    return Reply(
        body=body, headers={"Content-Type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}
    )


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"


def for_ever(
    piece: bytes, head: bytes = HEAD + b"\r\n", wait: float = 0.0
) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(wait)

    return serve


def once(content: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(content)


DONE = b"data: [DONE]\n\n"
FAULTS = [
    *(
        Fault(f"status {status}", Reply(status=status, error=f"no {KEY}"), says)
        for status, says in (
            (400, "refused the request (400)"),
            (401, "refused the key (401)"),
            (403, "refused the key (403)"),
            (404, "knows no model"),
            (418, "refused the request (418)"),
            (429, "is busy or its quota is used up"),
            (500, "is in trouble (500)"),
            (503, "is in trouble (503)"),
            (599, "is in trouble (599)"),
        )
    ),
    Fault("a prompt that is too long", Reply(status=400, error="maximum context length is 10 tokens"), "cannot take a prompt of this length"),
    Fault("a redirect to another machine", Reply(status=307, headers={"Location": "http://192.0.2.1/v1/chat/completions"}), "sends elsewhere (307), which is not followed"),
    Fault("a permanent redirect", Reply(status=301, headers={"Location": "//192.0.2.1/"}), "sends elsewhere (301), which is not followed"),
    Fault("a redirect to a file", Reply(status=302, headers={"Location": "file:///etc/passwd"}), "sends elsewhere (302), which is not followed"),
    Fault("a login page", sent(b"<html><form action=//192.0.2.1></html>", "text/html"), NO_ANSWER),
    Fault("nothing at all", sent(b""), NO_ANSWER),
    Fault("no JSON", sent(b"{", "application/json"), NO_ANSWER),
    Fault("JSON that is a list", sent(b"[]", "application/json"), NO_ANSWER),
    Fault("JSON that is null", sent(b"null", "application/json"), NO_ANSWER),
    Fault("an event that is no JSON", sent(b"data: {\n\n" + DONE), NO_ANSWER),
    Fault("an event that is a list", sent(b"data: []\n\n" + DONE), NO_ANSWER),
    Fault("an event that is an error", sent(b'data: {"error": {"message": "no"}}\n\n'), NO_ANSWER),
    Fault("lists 20,000 deep", sent(b"data: " + b"[" * 20_000 + b"\n\n" + DONE), NO_ANSWER),
    Fault("no choices", sent(event({}, choices=[]) + DONE), NO_ANSWER),
    Fault("choices that are null", sent(event({}, choices=None) + DONE), NO_ANSWER),
    Fault("a delta that is a list", sent(event([]) + DONE), NO_ANSWER),
    Fault("words that are a number", sent(event({"content": 7}) + DONE), NO_ANSWER),
    Fault("words that are a list", sent(event({"content": [{"text": WRITTEN}]}) + DONE), NO_ANSWER),
    Fault("words that are null", sent(event({"content": None}) + DONE), NO_ANSWER),
    Fault("a call of a tool", sent(event({"tool_calls": [{"index": 0, "id": "x", "type": "function", "function": {"name": "sh", "arguments": "{}"}}]}, "tool_calls") + DONE), NO_ANSWER),
    Fault("bytes that are no UTF-8", sent(b"data: \xff\xfe\n\n" + DONE), NO_ANSWER),
    Fault("half a character", sent(event({"content": "The CSTO fell in 1850 \ud800 [1]."}) + DONE), NOTHING_LEFT),
    Fault("NUL and control characters", Reply("\0\x1b[2J\a The CSTO fell in 1850 [1].\x9b"), NOTHING_LEFT),
    Fault("white space", Reply(" \n\t " * 50), "|".join((NO_ANSWER, NOTHING_LEFT))),
    Fault("only markers", Reply("[1][2][3]"), NOTHING_LEFT),
    Fault("markers out of range", Reply("The CSTO fell in 1850 [99] [99999999999999999999] [0] [-1]."), NOTHING_LEFT),
    Fault("5,000 markers", Reply("The CSTO fell in 1850 " + "[1]" * 1_500 + "."), NOTHING_LEFT),
    Fault("no markers", Reply("The CSTO was founded in 1850."), NOTHING_LEFT),
    Fault("gibberish", Reply("fnord " * 300), NOTHING_LEFT),
    Fault("opening brackets", Reply("[" * 4_000), NOTHING_LEFT),
    Fault("a flood of words", Reply(WRITTEN * 200), "said more than 5,000 characters"),
    Fault("words without end", Reply(WRITTEN, endless=True), "said more than 5,000 characters"),
    Fault("a line without end", for_ever(b"a" * 100_000), "sent more than 8,000,000 bytes"),
    Fault("comments without end", for_ever(b": ping\n\n" * 2_000), "sent more than 8,000,000 bytes"),
    Fault("headers without end", for_ever(b"X: " + b"a" * 1_000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), NO_ANSWER),
    Fault("one byte now and then", for_ever(b"d", wait=0.1), "has not begun to answer for 3 seconds"),
    Fault("nothing after the first words", Reply(WRITTEN, stall=30), "said nothing more for 1 seconds"),
    Fault("a gzip bomb", sent(gzip.compress(bytes(20_000_000)), "application/json", Content_Encoding="gzip"), "sent a compressed answer"),
    Fault("a deflate bomb", sent(zlib.compress(bytes(20_000_000)), Content_Encoding="deflate"), "sent a compressed answer"),
    Fault("what is no gzip", sent(b"hello", Content_Encoding="gzip"), "sent a compressed answer"),
    Fault("a broken connection", Reply(WRITTEN, breaks=True), "broke off in the middle"),
    Fault("an end without its reason", Reply("The CSTO fell", finish=None), "broke off in the middle"),
    Fault("a door that is slammed", once(b""), NO_ANSWER),
    Fault("another protocol", once(b"SSH-2.0-OpenSSH_9.0\r\n"), NO_ANSWER),
    Fault("a status that is no number", once(b"HTTP/1.1 abc OK\r\n\r\n"), NO_ANSWER),
    Fault("two lengths", once(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx"), NO_ANSWER),
    Fault("a negative length", once(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"), NO_ANSWER),
    Fault("a chunk of no size", once(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), NO_ANSWER),
    Fault("a wait of a thousand years", Reply(status=429, headers={"Retry-After": "1e12"}), "took longer than 6 seconds"),
    Fault("a wait that is no number", Reply(status=503, headers={"Retry-After": "soon"}), "is in trouble (503)"),
]  # fmt: skip


@contextmanager
def serve(reply: Reply | Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does this."""
    if isinstance(reply, Reply):
        with serve_model(reply) as server:
            yield server.url
        return
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(1 << 16)
                reply(connection)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the client has gone

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    waiting = threading.Thread(target=accept, daemon=True)
    waiting.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    waiting.join(5)


@pytest.fixture(scope="module")
def ask(engine, checker):
    def ask(url: str):
        author = Author(open_model(choose_model("openai:m", url, KEY), QUICK), checker)
        try:
            return Answerer(engine._index, "prepared", read_weights("prepared"), author=author).answer(ASKED)
        finally:
            author.close()

    return ask


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])
def test_each_fault_leaves_the_articles_own_words_and_one_line(
    engine, promptly, assert_sound, caplog, fault, ask
):
    caplog.set_level(logging.DEBUG, "chat")
    with serve(fault.reply) as url, promptly(4):  # the server computes here, too
        answer = ask(url)
    assert answer.outcome == "answered"
    assert_sound(answer, engine.articles)
    assert any(says in answer.message for says in fault.says.split("|")), answer.message
    assert OWN in answer.message
    assert answer.message.isprintable()
    assert KEY not in repr(answer) + caplog.text
    assert "Traceback" not in caplog.text


def test_what_is_asked_goes_to_no_address_that_a_server_names(engine, ask):
    """Also not to one on this machine, which the tests' guard would let pass."""
    with serve_model(Reply(WRITTEN)) as other:
        for status in (301, 302, 303, 307, 308):
            with serve(Reply(status=status, headers={"Location": f"{other.url}/chat/completions"})) as url:
                assert "which is not followed" in ask(url).message
        assert (other.requests, other.keys) == ([], [])


def test_ollama_s_client_is_kept_at_home_too(engine, checker):
    with (
        serve_model(Reply(WRITTEN)) as other,
        serve_model(
            Reply(status=307, headers={"Location": f"http://127.0.0.1:{other.server_port}/api/chat"})
        ) as server,
    ):
        model = open_model(choose_model("ollama:m", server.url.removesuffix("/v1")), QUICK)
        author = Author(model, checker)
        answer = Answerer(engine._index, "prepared", read_weights("prepared"), author=author).answer(ASKED)
        author.close()
        assert "which is not followed" in answer.message
        assert other.requests == []
