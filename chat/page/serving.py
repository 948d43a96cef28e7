"""The page behind a web server: which hosts it answers to, what the browser may load, how it stops."""

import contextlib
import errno
import ipaddress
import os
import socket
from collections.abc import Callable, Iterable

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.engine import Answerer
from chat.errors import ChatError
from chat.page.events import AT_ONCE
from chat.page.layout import HERE, build_page, build_theme

QUEUE_MOST = 64
"""Requests that wait for an answer; one more is turned away."""

UPLOAD_MOST = "1kb"
"""The page takes no files, but Gradio's upload address cannot be closed, only bounded."""

UNLISTED = {"docs_url": None, "redoc_url": None, "openapi_url": None}
"""No pages that describe the web server's addresses."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles its templates in the browser
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


class PageError(ChatError):
    """The page cannot be served; the message says why and what to do."""


class Guard:
    """Answers only to known host names, and tells the browser to load nothing from elsewhere.

    An address made of digits is always let in: only names can be pointed at this machine by a
    stranger's name server.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self.app = app
        self.names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not self.knows(dict(scope["headers"]).get(b"host", b"").decode("latin-1")):
            await _refuse(scope, send)
        else:
            await self.app(scope, receive, _with_headers(send))

    def knows(self, host: str) -> bool:
        """Whether a Host header names this machine, with or without a port."""
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        with contextlib.suppress(ValueError):
            return bool(ipaddress.ip_address(name))
        return name.lower() in self.names


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    body = "Dossier does not answer to this host name. Start it with --host NAME to allow it.\n"
    await send({"type": "http.response.body", "body": body.encode()})


def build_app(answerer: Answerer, names: Iterable[str] = (), root_path: str = "") -> ASGIApp:
    """The page as an ASGI application; `names` are host names it answers to beside localhost."""
    page = build_page(answerer).queue(max_size=QUEUE_MOST, default_concurrency_limit=AT_ONCE, api_open=False)
    # Whatever is not said here, Gradio reads from GRADIO_... in the environment.
    app = gr.mount_gradio_app(
        FastAPI(**UNLISTED),
        page,
        path="/",
        app_kwargs=UNLISTED,
        root_path=root_path,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=UPLOAD_MOST,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=build_theme(),
        head=f"<style>{(HERE / 'page.css').read_text(encoding='utf-8')}</style>",  # `css` would be rewritten
    )
    return Guard(app, names)


def open_server(
    answerer: Answerer,
    host: str = "127.0.0.1",
    port: int = 7860,
    root_path: str = "",
    names: Iterable[str] = (),
) -> tuple[uvicorn.Server, socket.socket]:
    """A server that is not running yet and the socket it will listen on; port 0 takes a free one.

    PageError when the port is taken or the host is not this machine's.
    """
    listening = _listen(host, port)
    config = uvicorn.Config(
        build_app(answerer, [host, *names], root_path),
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # open pages hold a connection that never ends by itself
    )
    return uvicorn.Server(config), listening


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError, UnicodeError) as problem:
        listening.close()
        if getattr(problem, "errno", None) == errno.EADDRINUSE:
            raise PageError(
                f"port {port} on {host} is taken by another program: choose another one with --port, "
                "or any free one with --port 0"
            ) from problem
        raise PageError(
            f"cannot listen on {host}, port {port} ({problem}): "
            "--host must be an address of this machine and --port from 0 to 65535"
        ) from problem
    return listening


def serve(
    answerer: Answerer,
    host: str = "127.0.0.1",
    port: int = 7860,
    root_path: str = "",
    names: Iterable[str] = (),
    ready: Callable[[str], None] = lambda address: print(f"Dossier is on {address} (Ctrl-C stops it)"),
) -> None:
    """Serves the page until Ctrl-C; `ready` is called with its address once it can be opened.

    `root_path` and `names` are for a proxy: the path and the host names that browsers see.
    """
    server, listening = open_server(answerer, host, port, root_path, names)
    name = f"[{host}]" if ":" in host else host
    with listening, contextlib.suppress(KeyboardInterrupt):
        ready(f"http://{name}:{listening.getsockname()[1]}")
        server.run(sockets=[listening])
