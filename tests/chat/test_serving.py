"""The page answers to its own names only, loads nothing from elsewhere, and says why it cannot start."""

import asyncio
import gc
import socket
from urllib.parse import urlsplit

import pytest
from gradio.state_holder import SessionState

from chat.page.guard import Guard, policy
from chat.page.serving import PageError, open_server
from chat.page.settings import PageSettings
from eval.load import Program, Reader


async def _app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"yes")]})
    await send({"type": "http.response.body", "body": b"page"})


def answered(
    host: str | None, *names: str, method: str = "GET", origin: str = ""
) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of a request with this Host header."""
    sent = []

    async def send(message):
        sent.append(message)

    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    headers += [(b"origin", origin.encode())] if origin else []
    scope = {"type": "http", "method": method, "path": "/", "headers": headers}
    asyncio.run(Guard(_app, "127.0.0.1", names)(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:7860", "127.0.0.1:7860", "[::1]:7860", "192.168.1.5", "desk.lan:80"]
)
def test_addresses_and_known_names_are_answered(host):
    assert answered(host, "desk.lan")[0] == 200


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "127.0.0.1.evil.example", "localhost.evil", "[x]"]
)
def test_other_names_are_refused_so_that_no_site_can_reach_the_page_through_one(host):
    assert answered(host, "desk.lan")[0] == 421


@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:7860", "https://desk.lan", "https://desk.lan:444"])
def test_the_page_itself_and_programs_may_change_things(origin):
    assert answered("127.0.0.1:7860", "desk.lan", method="POST", origin=origin)[0] == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://127.0.0.1:3000", "http://localhost", "https://evil.example", "http://[x", "x"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_page_of_another_site_may_not(origin, method):
    assert answered("127.0.0.1:7860", "desk.lan", method=method, origin=origin)[0] == 403
    assert answered("127.0.0.1:7860", "desk.lan", origin=origin)[0] == 200


def test_every_response_tells_the_browser_to_load_nothing_from_elsewhere():
    _, headers = answered("localhost")
    assert headers[b"x-app"] == b"yes"
    assert headers[b"content-security-policy"].decode() == policy()
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"x-frame-options"] == b"DENY"
    assert "default-src 'none'" in policy()
    assert "//" not in policy()


def test_a_taken_port_is_named_with_the_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PageError, match=rf"port {port} on 127\.0\.0\.1 is taken.*--port"):
            open_server(None, PageSettings(port=port))


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("192.0.2.1", 0), ("a..b", 0)])
def test_an_impossible_address_is_named_with_the_remedy(host, port):
    with pytest.raises(PageError, match=rf"cannot listen on {host}, port {port}.*--host"):
        open_server(None, PageSettings(host=host, port=port))


def test_what_is_kept_for_a_session_does_not_grow_with_each_question(served, answerer):
    def components() -> int:
        states = [it for it in gc.get_objects() if type(it) is SessionState]
        return sum(len(state.blocks_config.blocks) + len(state.config_values) for state in states)

    with served(answerer) as address:
        person = Reader(urlsplit(address).port, 0, [])
        sizes = []
        for question in ("When was the CSTO founded?", "Who leads it?", "Where is its seat?"):
            assert person.ask(question).kind == "answer"
            person.stay()
            person._event("take", ["x" * 4_001, None, None])  # refused
            person._event("open_article", [None, None], {"article": "none"})
            sizes.append(components())
        assert Program(urlsplit(address).port, 1, []).ask("Who leads it?").kind == "answer"
        sizes.append(components())  # who asks by API has none
    assert sizes[0] == sizes[-2] == sizes[-1] > 0
