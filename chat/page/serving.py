"""The page behind a web server: which hosts it answers to, what the browser may load, how it stops."""

import contextlib
import errno
import ipaddress
import os
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.engine import Answerer
from chat.errors import ChatError
from chat.page.evaluation import find_report
from chat.page.events import AT_ONCE
from chat.page.layout import HERE, build_page, build_theme
from chat.page.login import LoginGate
from chat.page.mcp import add_mcp
from chat.page.settings import PageSettings
from chat.page.uploads import add_uploads

DEFAULT = PageSettings()

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
        "frame-src 'self'",  # reports of runs
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


REPORT_HEADERS = {
    "content-security-policy": (
        "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "x-frame-options": "SAMEORIGIN",
}
"""A report is shown inside the page, as if it came from elsewhere: it has no access to the page."""


class PageError(ChatError):
    """The page cannot be served; the message says why and what to do."""


class Guard:
    """Answers only to known host names and to no other site's page, and tells the browser to load nothing
    from elsewhere.

    An address made of digits is always let in: only names can be pointed at this machine by a
    stranger's name server.
    """

    def __init__(self, app: ASGIApp, host: str = "localhost", names: Iterable[str] = ()) -> None:
        """`names` are those under which browsers know the page beside `host`, behind a proxy for example."""
        self.app = app
        self.proxied = {name.lower() for name in names}
        self.names = {"localhost", host.lower(), *self.proxied}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin", "")
        reads = scope.get("method") in ("GET", "HEAD", "OPTIONS")
        if not self.knows(host):
            await _refuse(scope, send, 421, UNKNOWN_NAME)
        elif not reads and origin and not self.is_own(origin, host):
            await _refuse(scope, send, 403, OTHER_SITE)
        else:
            await self.app(scope, receive, _with_headers(send))

    def is_own(self, origin: str, host: str) -> bool:
        """Whether an Origin header names this page; a proxy may have changed the Host header."""
        try:
            address = urlsplit(origin)
        except ValueError:
            return False
        return address.netloc == host or (address.hostname or "") in self.proxied

    def knows(self, host: str) -> bool:
        """Whether a Host header names this machine, with or without a port."""
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        with contextlib.suppress(ValueError):
            return bool(ipaddress.ip_address(name))
        return name.lower() in self.names


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = list(message.get("headers", ()))
            said = {name.lower() for name, _ in own}
            message["headers"] = own + [header for header in HEADERS if header[0] not in said]
        await send(message)

    return send_with_headers


UNKNOWN_NAME = "Dossier does not answer to this host name. Start it with --host-name NAME to allow it.\n"
OTHER_SITE = "Another site may not do this. Behind a proxy, name the page's host with --host-name NAME.\n"


async def _refuse(scope: Scope, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode()})


def build_app(answerer: Answerer, settings: PageSettings = DEFAULT) -> ASGIApp:
    """The page as an ASGI application."""
    page = build_page(answerer, settings)
    page.queue(max_size=QUEUE_MOST, default_concurrency_limit=AT_ONCE, api_open=False)
    app = FastAPI(**UNLISTED)
    add_reports(app, settings.runs)
    if settings.own is not None:
        add_uploads(app, answerer, settings.own)
    if settings.mcp:
        add_mcp(app, answerer)
    # Whatever is not said here, Gradio reads from GRADIO_... in the environment.
    app = gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs=UNLISTED,
        root_path=settings.root_path,
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
    # Gradio's task that forgets old sessions looks for them in the outer application.
    app.state_holder = app.routes[-1].app.state_holder
    inside = LoginGate(app, settings.logins) if settings.logins else app
    return Guard(inside, settings.host, settings.names)


def add_reports(app: FastAPI, runs: Path) -> None:
    """Serves the reports of the runs in a folder below `/runs/`."""

    @app.get("/runs/{name:path}/report.html")
    def report(name: str) -> Response:
        file = find_report(runs, name)
        if file is None:
            return PlainTextResponse("There is no such run.\n", 404)
        return FileResponse(file, media_type="text/html; charset=utf-8", headers=REPORT_HEADERS)


def open_server(answerer: Answerer, settings: PageSettings = DEFAULT) -> tuple[uvicorn.Server, socket.socket]:
    """A server that is not running yet and the socket it will listen on.

    PageError when the port is taken or the host is not this machine's.
    """
    listening = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        build_app(answerer, settings),
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
    settings: PageSettings = DEFAULT,
    ready: Callable[[str], None] = lambda address: print(
        f"Dossier is on {address} (Ctrl-C stops it)", flush=True
    ),
) -> None:
    """Serves the page until Ctrl-C; `ready` is called with its address once it can be opened."""
    server, listening = open_server(answerer, settings)
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    with listening, contextlib.suppress(KeyboardInterrupt):
        ready(f"http://{name}:{listening.getsockname()[1]}")
        server.run(sockets=[listening])
