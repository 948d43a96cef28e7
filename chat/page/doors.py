"""Which of Gradio's addresses there are, how long a request may be, and how many may come."""

import asyncio
import json
import re
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.page.guard import refuse
from chat.page.pace import Paces, WaitingRoom, client_of

BODY_MOST = 64 * 1024
"""Bytes of a request."""

KEPT_MOST = 4 * 2**20
"""Bytes of the one request that is longer: the browser gives a kept conversation back."""

BODY_SECONDS = 30
"""Within which a request has to be there."""

NOTHING = "There is nothing here.\n"
TOO_LONG = f"A request may have at most {BODY_MOST:,} bytes.\n"
TOO_SLOW = f"The request was not there after {BODY_SECONDS} seconds.\n"
FAST = "That was very much at once from one place. Wait a few seconds."

_READ = re.compile(
    r"/|/(?:config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json|(?:assets|static|svelte)/[\w./@+-]+)"
    r"|/gradio_api/(?:info|app_id|startup-events|theme\.css|queue/data|heartbeat/\w+|call(?:/v2)?/\w+/\w+)"
)
_ASK = re.compile(r"/gradio_api/(?:queue/join|call(?:/v2)?/\w+)")
_MAY_BE_LONG = re.compile(r"/gradio_api/(?:run/\w+|queue/join)")
_DO = re.compile(r"/gradio_api/(?:run/\w+|cancel|reset)")
_REPORT = re.compile(r"/runs/.+/report\.html")
_OWN = re.compile(r"/own(?:/[^/]+)?")
_PART_OF_PAGE = re.compile(r"/(?:assets|static|svelte)/.*|/favicon\.ico|/manifest\.json")
_DOTS = re.compile(r"(?:^|[/\\])\.{1,2}(?:[/\\]|$)|[\\\0]|//")


class Events(Protocol):
    """Tells the requests of the page's own events apart by their JSON."""

    def asks(self, message: Any) -> bool:
        """Whether an answer is asked for."""
        ...

    def gives_back(self, message: Any) -> bool:
        """Whether a kept conversation is given back, which may be longer than anything else."""
        ...


class Doors:
    """Lets through what the page, the API and the tools need; everything else that Gradio opens stays shut."""

    def __init__(
        self,
        app: ASGIApp,
        room: WaitingRoom,
        paces: Paces,
        events: Events,
        mcp: bool = False,
        own: bool = False,
    ):
        """`mcp` and `own`: whether there are tools and whether people may add articles."""
        self._app = app
        self._room = room
        self._paces = paces
        self._events = events
        self._mcp = mcp
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if not self.is_open(method, path):
            await refuse(send, 404, NOTHING)
        elif _OWN.fullmatch(path):  # articles are longer, and bounded where they are read; folders are many
            while wait := self._paces.wait(client_of(scope)):
                await asyncio.sleep(wait)
            await self._app(scope, receive, send)
        elif not _PART_OF_PAGE.fullmatch(path) and (wait := self._paces.wait(client_of(scope))):
            await refuse(send, 429, FAST, (b"retry-after", b"%d" % (wait + 1)))
        elif method in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        else:
            await self._with_body(scope, receive, send)

    def is_open(self, method: str, path: str) -> bool:
        """Whether there is anything at an address, as decoded, for a method."""
        if self._own and _OWN.fullmatch(path):  # what may be a name is decided there
            return method in (("POST",) if path == "/own" else ("PUT", "DELETE"))
        if _DOTS.search(path):
            return False
        if method in ("GET", "HEAD"):
            return bool(_READ.fullmatch(path) or _REPORT.fullmatch(path) or (self._mcp and path == "/mcp"))
        if self._mcp and path == "/mcp":
            return method in ("POST", "DELETE")
        return method == "POST" and bool(_ASK.fullmatch(path) or _DO.fullmatch(path))

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = KEPT_MOST if _MAY_BE_LONG.fullmatch(scope["path"]) else BODY_MOST
        try:
            body = await asyncio.wait_for(_read(receive, most), BODY_SECONDS)
        except TimeoutError:
            await refuse(send, 408, TOO_SLOW)
            return
        except ConnectionError:
            return
        if body is None or (len(body) > BODY_MOST and not self._events.gives_back(_parsed(body))):
            await refuse(send, 413, TOO_LONG)
            return
        rest = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Message:
            return next(rest, None) or await receive()

        client = client_of(scope)
        if not self._is_asking(scope["path"], body):
            await self._app(scope, replay, send)
        elif why := self._room.is_full_for(client):
            await refuse(send, 503, why, (b"retry-after", b"5"))
        else:
            with self._room.one_more(client):
                await self._app(scope, replay, send)

    def _is_asking(self, path: str, body: bytes) -> bool:
        if path == "/gradio_api/queue/join":
            return self._events.asks(_parsed(body))
        return bool(_ASK.fullmatch(path)) or (path == "/mcp" and b"tools/call" in body)


def _parsed(body: bytes) -> Any:
    """The JSON of a request; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body; None when it has more than `most` bytes, ConnectionError when the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return bytes(body)
