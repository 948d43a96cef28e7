"""The page behind a web server: how it is put together, where it listens, how it stops."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.queueing import EventQueue
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from chat.engine import Answerer
from chat.errors import ChatError
from chat.page.doors import Doors
from chat.page.evaluation import find_report
from chat.page.events import ANSWERING
from chat.page.guard import Guard, scripts_in
from chat.page.layout import HERE, build_page, build_theme
from chat.page.login import LoginGate
from chat.page.mcp import add_mcp
from chat.page.pace import Paces, WaitingRoom, client_of
from chat.page.settings import PageSettings
from chat.page.uploads import add_uploads

DEFAULT = PageSettings()

QUEUE_MOST = 1_000
"""Events in Gradio's queue, looking for questions to go on with included."""

SESSIONS_MOST = 500
"""That are remembered, 40 kB each and what was asked. A page that was forgotten gives its conversation back by itself."""

UPLOAD_MOST = "1kb"
"""Gradio's own upload address is closed; if it were not, this would bound it."""

UNLISTED = {"docs_url": None, "redoc_url": None, "openapi_url": None}
"""No pages that describe the web server's addresses."""

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


class Events:
    """The page's own events and Gradio's queue of them, as the doors need to know them."""

    def __init__(self, page: gr.Blocks):
        self._page = page
        self._asking = {id for id, fn in page.fns.items() if fn.concurrency_id == ANSWERING}
        self._restoring = {id for id, fn in page.fns.items() if fn.name == "restore"}

    def asks(self, message: Any) -> bool:
        return self._is_one_of(message, self._asking)

    def gives_back(self, message: Any) -> bool:
        return self._is_one_of(message, self._restoring)

    def queued(self) -> list[str]:
        line = self._line()
        # a copy: other threads look, too
        return [client_of(event.request.scope) for event in list(line.queue)] if line else []

    def running(self) -> int:
        line = self._line()
        return line.current_concurrency if line else 0

    def seconds(self) -> list[float]:
        past = list(self._page._queue.event_analytics.values())
        # Gradio numbers events of the same name
        answers = (row for row in past if row["function"].partition("_")[0] in ("answer", "ask"))
        return [row["process_time"] for row in answers if row["process_time"]]

    def _line(self) -> EventQueue | None:
        return self._page._queue.event_queue_per_concurrency_id.get(ANSWERING)

    @staticmethod
    def _is_one_of(message: Any, events: Container[int]) -> bool:
        number = message.get("fn_index") if isinstance(message, dict) else None
        return isinstance(number, int) and number in events


def build_app(answerer: Answerer, settings: PageSettings = DEFAULT) -> ASGIApp:
    """The page as an ASGI application."""
    room = WaitingRoom(settings.at_once)
    page = build_page(answerer, settings, room)
    # The doors bound how many questions wait; this is for what they do not count.
    page.queue(max_size=QUEUE_MOST, default_concurrency_limit=1, api_open=False)
    # After each event Gradio works out statistics over the last 10,000 that nobody sees here.
    page._queue.ANALYTICS_MAX_EVENTS = 100
    page._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize  # sic
    page.state_session_capacity = SESSIONS_MOST
    events = Events(page)
    room.line = events
    app = FastAPI(**UNLISTED)
    add_reports(app, settings.runs)
    if settings.own is not None:
        add_uploads(app, answerer, settings.own)
    if settings.mcp:
        add_mcp(app, answerer, settings.at_once)
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
    inside: ASGIApp = Doors(app, room, Paces(), events, settings.mcp, settings.own is not None)
    if settings.logins:
        inside = LoginGate(inside, settings.logins)
    scripts = scripts_in((Path(gr.__file__).parent / "templates/frontend/index.html").read_bytes())
    return Guard(inside, settings.host, settings.names, settings.proxied, len(scripts))


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
        proxy_headers=settings.proxied,
        forwarded_allow_ips="127.0.0.1",  # else read from the environment
        ws="none",
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
