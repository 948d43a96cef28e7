"""The real page with the real engine in a real browser."""

import asyncio
import importlib.util
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

TESTS = Path(__file__).parents[1]
RELOADED = ("AbortError: signal is aborted", "Connection errored out")
"""What Gradio's own script says when a page is left while it listens."""
PICTURES = TESTS.parent / "screenshots"


@pytest.fixture(scope="module")  # as long as it lives, nothing else can run an event loop
def browser():
    from playwright.sync_api import sync_playwright

    spec = importlib.util.spec_from_file_location("find_chromium", TESTS / "find_chromium.py")
    chromium = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(chromium)
    path = chromium.find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install one, or set DOSSIER_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def answerer():
    from chat import Config, open_answerer

    with open_answerer(Config()) as answerer:
        yield answerer


@pytest.fixture(scope="session")
def page_home(tmp_path_factory) -> Path:
    """Where the pages under test keep what people give them."""
    return tmp_path_factory.mktemp("page-home")


@pytest.fixture(scope="session")
def served(page_home):
    """Serves an engine: `with served(answerer, **settings) as address`."""
    from chat.page import PageSettings, open_server

    @contextmanager
    def served(answerer, **settings) -> Iterator[str]:
        async def made():  # where no loop runs, Gradio makes some that it never closes
            server, listening = open_server(
                answerer, PageSettings(**{"port": 0, "home": page_home} | settings)
            )
            if path := settings.get("root_path"):
                server.config.app = behind_proxy(server.config.app, path)
            return server, listening

        with ThreadPoolExecutor(1) as aside:
            server, listening = aside.submit(asyncio.run, made()).result()
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}{settings.get('root_path', '')}/"
        finally:
            server.should_exit = True
            running.join(10)
            listening.close()

    return served


def behind_proxy(app, path: str):
    """The application as one sees it behind a proxy that takes `path` away; nothing else is there."""

    async def proxied(scope, receive, send):
        if scope["type"] == "http":
            if not scope["path"].startswith(f"{path}/"):
                await send({"type": "http.response.start", "status": 404, "headers": []})
                await send({"type": "http.response.body", "body": b"not behind the proxy"})
                return
            scope = scope | {"path": scope["path"].removeprefix(path), "raw_path": None}
        await app(scope, receive, send)

    return proxied


@pytest.fixture(scope="session")
def address(served, answerer) -> Iterator[str]:
    with served(answerer) as address:
        yield address


@pytest.fixture(scope="module")
def opened(browser):
    """Opens a page of its own session; afterwards: no request left the machine and no script failed."""
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # a busy machine may be slow

    @contextmanager
    def opened(address: str, width: int = 1280, height: int = 800, complains: tuple[str, ...] = (), **more):
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **more
        )
        page = context.new_page()
        requested: list[str] = []
        failures: list[str] = []
        context.on("request", lambda request: requested.append(request.url))
        page.on("websocket", lambda socket: requested.append(socket.url))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on(
            "console",
            lambda said: failures.append(f"{said.text} {said.location}") if said.type == "error" else None,
        )
        page.goto(address)
        expect(page.locator(".shelf")).to_be_attached()
        expect(page.locator("[data-conversation]:not([data-conversation=''])")).to_be_attached()
        yield page
        context.close()
        assert len(requested) > 10  # the recording itself works
        hosts = {urlsplit(url).hostname for url in requested if not url.startswith(("data:", "blob:"))}
        assert hosts == {"127.0.0.1"}
        expected = (*RELOADED, *complains)
        assert [said for said in failures if not any(words in said for words in expected)] == []

    return opened


@pytest.fixture
def page(opened, address):
    with opened(address) as page:
        yield page


@pytest.fixture(scope="session")
def ask():
    """Types a question and waits until its answer is complete."""
    from playwright.sync_api import expect

    def ask(page, question: str) -> None:
        before = page.locator(".exchange").count()
        page.get_by_label("Your question").fill(question)
        page.get_by_label("Your question").press("Enter")
        expect(page.locator(".exchange")).to_have_count(before + 1)
        expect(page.locator(".exchange").last.locator(".outcome")).to_be_visible()

    return ask


@pytest.fixture(scope="session")
def picture():
    """Keeps a screenshot under a name."""

    def picture(page, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")

    return picture


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core's script, which comes with a package of the development lock."""
    package = importlib.util.find_spec("axe_playwright_python")
    assert package is not None, "axe-playwright-python is not installed: run `make setup-dev`"
    return Path(package.origin).with_name("axe.min.js")
