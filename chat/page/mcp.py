"""The engine as tools for language models: the Model Context Protocol over HTTP, without sessions.

Each request is one JSON-RPC message and is answered by one in JSON, as the protocol's "streamable HTTP"
transport allows (https://modelcontextprotocol.io/specification/2025-06-18/basic/transports). The tools only
read, so that nothing has to be remembered between requests.
"""

import asyncio
import inspect
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from chat.engine import Answerer
from chat.logs import log_fault
from chat.programs import ask_articles, read_article, search_passages
from chat.question import whole_text

log = logging.getLogger(__name__)

VERSIONS = ("2025-06-18", "2025-03-26")
"""Of the protocol that are spoken, the newest first."""

INSTRUCTIONS = (
    "Answers come from a small set of trusted articles only. Every statement of an answer carries the exact words "
    "that it rests on. The outcome `declined` means that the articles do not say: do not answer from elsewhere then."
)

_TEXT = {"type": "string"}
_ARTICLES = {
    "type": "array",
    "items": _TEXT,
    "description": "Ids of the articles to look in; all when left out.",
}

TOOLS: Mapping[str, tuple[Callable[..., Any], str, Mapping[str, Any]]] = {
    "ask_articles": (
        ask_articles,
        "Ask the articles a question. Gives the outcome (answered, partial, declined, failed), the statements, and "
        "for each its citations with the exact words.",
        {"question": {**_TEXT, "description": "The question, in English."}, "articles": _ARTICLES},
    ),
    "search_passages": (
        search_passages,
        "Find the passages of the articles that are nearest to a query, best first.",
        {
            "query": {**_TEXT, "description": "A question or some words."},
            "articles": _ARTICLES,
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "description": "At most so many; 5."},
        },
    ),
    "read_article": (
        read_article,
        "Read an article's text. A long one comes in pieces: ask again with `start` at the last `end`.",
        {
            "article": {**_TEXT, "description": "Its id, as citations and passages name it."},
            "start": {"type": "integer", "minimum": 0, "description": "The first character; 0."},
        },
    ),
}
"""Name → the function, what it is for, and the schema of its arguments."""


class RpcError(Exception):
    """A message that cannot be obeyed, with the code of JSON-RPC for why."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def add_mcp(app: FastAPI, answerer: Answerer, at_once: int = 2) -> None:
    """Serves the tools on `/mcp`; at most `at_once` calls are worked at the same time."""
    turns = asyncio.Semaphore(at_once)

    @app.post("/mcp")
    async def message(request: Request) -> Response:
        body = await request.body()  # the doors bound it
        async with turns:
            reply = await run_in_threadpool(reply_to, body, answerer)
        return Response(status_code=202) if reply is None else JSONResponse(reply)

    @app.api_route("/mcp", methods=["GET", "DELETE"])
    def no_stream() -> Response:
        return Response(status_code=405, headers={"allow": "POST"})


def reply_to(body: bytes, answerer: Answerer) -> dict[str, Any] | None:
    """The answer to one message; None for a notification."""
    try:
        message = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return _failed(None, -32700, "this is not JSON")
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return _failed(None, -32600, "this is not a JSON-RPC request")
    if "id" not in message:
        return None
    id = message["id"]
    if type(id) not in (str, int) or (isinstance(id, str) and whole_text(id) != id):
        return _failed(None, -32600, "the id of a request is a text or a whole number")
    params = message.get("params")
    try:
        result = _result(message["method"], params if isinstance(params, dict) else {}, answerer)
    except RpcError as error:
        return _failed(id, error.code, str(error))
    except Exception as error:
        return _failed(id, -32603, f"something broke (fault {log_fault(log, error)})")
    return {"jsonrpc": "2.0", "id": id, "result": result}


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(name)


def _result(method: str, params: Mapping[str, Any], answerer: Answerer) -> dict[str, Any]:
    match method:
        case "initialize":
            asked = params.get("protocolVersion")
            return {
                "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "dossier", "version": "0.1.0"},
                "instructions": INSTRUCTIONS,
            }
        case "ping":
            return {}
        case "tools/list":
            return {"tools": [_described(name) for name in TOOLS]}
        case "tools/call":
            return _called(params.get("name"), params.get("arguments") or {}, answerer)
        case _:
            raise RpcError(-32601, f"there is no method {method!r}")


def _described(name: str) -> dict[str, Any]:
    function, about, properties = TOOLS[name]
    needed = [
        p for p in properties if inspect.signature(function).parameters[p].default is inspect.Parameter.empty
    ]
    schema = {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}
    hints = {"readOnlyHint": True, "openWorldHint": False}
    return {"name": name, "description": about, "inputSchema": schema, "annotations": hints}


def _called(name: Any, arguments: Any, answerer: Answerer) -> dict[str, Any]:
    if not isinstance(name, str) or name not in TOOLS:
        raise RpcError(-32602, f"there is no tool {name!r}; there are {', '.join(TOOLS)}")
    function, _, properties = TOOLS[name]
    try:
        _check(arguments, properties, _described(name)["inputSchema"]["required"])
        found = function(answerer, **arguments)
    except ValueError as error:
        return {"content": [{"type": "text", "text": str(error)}], "isError": True}
    whole = found if isinstance(found, dict) else {"passages": found}
    text = json.dumps(whole, ensure_ascii=False)
    return {"content": [{"type": "text", "text": text}], "structuredContent": whole, "isError": False}


def _check(arguments: Any, properties: Mapping[str, Any], needed: list[str]) -> None:
    """ValueError when the arguments are not of the schema."""
    kinds = {"string": str, "integer": int, "array": list}
    if (
        not isinstance(arguments, dict)
        or arguments.keys() - properties.keys()
        or set(needed) - arguments.keys()
    ):
        raise ValueError(
            f"the arguments are {', '.join(properties)}, of which {', '.join(needed)} has to be given"
        )
    for name, value in arguments.items():
        kind = properties[name]["type"]
        if type(value) is not kinds[kind] or (kind == "array" and not all(isinstance(v, str) for v in value)):
            of = "a list of strings" if kind == "array" else f"of type {kind}"
            raise ValueError(f"{name} has to be {of}")


def _failed(id: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}
