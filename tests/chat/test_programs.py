"""The engine for programs: plain JSON with checked citations, over Gradio's API and as tools."""

import base64
import json

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, AuthenticationError

from chat.page import make_login
from chat.page.mcp import TOOLS, reply_to
from chat.programs import CHARACTERS_MOST, ask_articles, read_article, search_passages

FOUNDED = "When was the CSTO founded?"

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch):
    """Gradio's client reports each start to its maker unless all three of these say no."""
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def rpc(answerer, method: str, id: int | None = 1, **params):
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": id} if id is not None else {})
    return reply_to(json.dumps(message).encode(), answerer)


def call(answerer, name: str, **arguments):
    return rpc(answerer, "tools/call", name=name, arguments=arguments)["result"]


def test_an_answer_carries_the_words_it_rests_on(answerer):
    answer = ask_articles(answerer, FOUNDED)
    assert answer["outcome"] == "answered"
    assert json.loads(json.dumps(answer)) == answer
    for cite in answer["citations"]:
        assert answerer.articles[cite["article"]].text[cite["start"] : cite["end"]] == cite["quote"]


def test_passages_are_slices_of_their_article_best_first(answerer):
    passages = search_passages(answerer, "drones", limit=3)
    assert len(passages) == 3
    assert [p["score"] for p in passages] == sorted((p["score"] for p in passages), reverse=True)
    for p in passages:
        assert answerer.articles[p["article"]].text[p["start"] : p["end"]] == p["text"]
    assert {p["article"] for p in search_passages(answerer, "drones", ["kursk-incursion"])} == {
        "kursk-incursion"
    }


def test_an_article_is_read_in_pieces(answerer):
    whole = answerer.articles["strained-architecture"].text
    piece = read_article(answerer, "strained-architecture", start=100)
    assert piece["text"] == whole[100 : 100 + CHARACTERS_MOST]
    assert (piece["end"], piece["characters"]) == (min(len(whole), 100 + CHARACTERS_MOST), len(whole))


def test_what_is_not_there_is_named_with_what_is(answerer):
    for wrong in (lambda: ask_articles(answerer, "x", ["b"]), lambda: read_article(answerer, "b")):
        with pytest.raises(ValueError, match=r"no article 'b'; there are collective-insecurity, "):
            wrong()
    with pytest.raises(ValueError, match="limit has to be from 1 to 50, and is 0"):
        search_passages(answerer, "x", limit=0)
    with pytest.raises(ValueError, match="start has to be from 0"):
        read_article(answerer, "kursk-incursion", start=10**9)


def test_tools_are_listed_called_and_fail_as_the_protocol_says(answerer):
    begun = rpc(answerer, "initialize", protocolVersion="2025-03-26")["result"]
    assert (begun["protocolVersion"], begun["serverInfo"]["name"]) == ("2025-03-26", "dossier")
    assert (
        rpc(answerer, "initialize", protocolVersion="2099-01-01")["result"]["protocolVersion"] == "2025-06-18"
    )
    assert rpc(answerer, "notifications/initialized", id=None) is None
    assert [tool["name"] for tool in rpc(answerer, "tools/list")["result"]["tools"]] == list(TOOLS)
    answer = call(answerer, "ask_articles", question=FOUNDED)
    assert answer["structuredContent"] == json.loads(answer["content"][0]["text"])
    assert answer["structuredContent"]["outcome"] == "answered"
    assert (
        len(call(answerer, "search_passages", query="drones", limit=2)["structuredContent"]["passages"]) == 2
    )
    assert call(answerer, "read_article", article="kursk-incursion")["structuredContent"]["start"] == 0


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("ask_articles", {}, "question has to be given"),
        ("ask_articles", {"question": 3}, "question has to be of type string"),
        ("ask_articles", {"question": "x", "more": 1}, "the arguments are question, articles"),
        ("ask_articles", {"question": "x", "articles": "a"}, "articles has to be a list of strings"),
        ("search_passages", {"query": "x", "limit": True}, "limit has to be of type integer"),
        ("search_passages", {"query": " "}, "a query has 1 to"),
        ("read_article", {"article": "b"}, "there is no article 'b'"),
    ],
)
def test_wrong_arguments_are_told_to_the_model(answerer, name, arguments, why):
    reply = call(answerer, name, **arguments)
    assert reply["isError"] is True
    assert why in reply["content"][0]["text"]


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", -32700), (b"[]", -32600), (b'{"id": 1}', -32600), (b'{"id": 1, "method": "x"}', -32601),
     (b'{"id": 1, "method": "tools/call"}', -32602)],
)  # fmt: skip
def test_what_is_no_request_gets_the_code_of_json_rpc(answerer, body, code):
    assert reply_to(body, answerer)["error"]["code"] == code


def test_gradio_s_client_asks_and_searches(served, answerer):
    with served(answerer) as address:
        client = Client(address, verbose=False, analytics_enabled=False)
        answer = client.predict(FOUNDED, api_name="/ask")
        assert answer["outcome"] == "answered"
        assert client.predict("drones", ["strained-architecture"], 2, api_name="/search")[0]["text"]
        with pytest.raises(AppError, match="there is no article 'b'"):
            client.predict(FOUNDED, ["b"], api_name="/ask")
        assert set(client.view_api(return_format="dict", print_info=False)["named_endpoints"]) == {
            "/ask",
            "/search",
        }


def test_a_login_covers_page_api_and_tools_alike(served, answerer):
    import httpx

    word = base64.b64encode("änn:s€cret".encode()).decode()
    with (
        served(answerer, mcp=True, logins=(make_login("änn", "s€cret"),)) as address,
        httpx.Client() as client,
    ):
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Basic eDp5"}, 401),
            ({"Authorization": f"Basic {word}"}, 200),
        ):
            for path in ("", "config", "gradio_api/info", "gradio_api/startup-events"):
                assert client.get(address + path, headers=headers).status_code == status, path
            assert client.post(address + "mcp", json=body, headers=headers).status_code == status
        with pytest.raises(AuthenticationError):
            Client(address, verbose=False, analytics_enabled=False)
        client = Client(
            address, headers={"Authorization": f"Basic {word}"}, verbose=False, analytics_enabled=False
        )
        assert client.predict(FOUNDED, api_name="/ask")["outcome"] == "answered"


def test_the_tools_are_there_only_when_they_are_asked_for(served, answerer):
    import httpx

    with served(answerer) as address:
        assert httpx.post(address + "mcp", json={}).status_code in (404, 405)
