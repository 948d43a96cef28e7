"""Nothing is open but what the page, the API and the tools need; nothing leaks, nobody floods, nobody guesses."""

import asyncio
import http.client
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from chat.page import make_login
from chat.page.doors import BODY_MOST, KEPT_MOST, Doors
from chat.page.guard import HEADERS, Guard, policy, scripts_in
from chat.page.pace import BURST, RATE, SHARE, WAITING_MOST, Paces, WaitingRoom, client_of

PROJECT = Path(__file__).resolve().parents[2]
SECRETS = (b"root:x:0", b"[build-system]", b"PATH=", b"import gradio", b"SQLite format", b"BEGIN ")

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def send(address: str, method: str, target: str, body: bytes = b"", **headers: str):
    """(status, headers in lower case, body) of a request whose target is sent exactly as it is given."""
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    try:
        connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        reply = connection.getresponse()
        said = {name.lower(): value for name, value in reply.getheaders()}
        # a heartbeat never ends
        content = reply.read() if "event-stream" not in said.get("content-type", "") else b""
        return reply.status, said, content
    finally:
        connection.close()


def as_json(address: str, target: str, message, **headers: str):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return send(address, "POST", target, body, Content_Type="application/json", **headers)


# What is shut: every address that Gradio opens and that nothing here needs, and ways around that


def _files() -> list[str]:
    """Ways to name files of the machine and of the project."""
    here = str(PROJECT)
    names = [
        "/etc/passwd",
        "/proc/self/environ",
        f"{here}/pyproject.toml",
        f"{here}/chat/page/serving.py",
        "pyproject.toml",
        "chat/page/login.py",
        "../pyproject.toml",
        "../../../../etc/passwd",
        ".dossier/models",
        "C:/Windows/win.ini",
        "file:///etc/passwd",
        "~/.ssh/id_rsa",
    ]
    return [*names, "http://127.0.0.1:1/", "//etc/passwd", "/dev/stdin"]


def _dots(target: str) -> list[str]:
    """Ways to write `../` ten times before a path."""
    ways = (
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..%252f",
        "%252e%252e%252f",
        "..\\",
        "..%5c",
        "%c0%ae%c0%ae/",
    )
    return [way * 10 + target for way in (*ways, "....//", "..;/", "./../")]


READS = [
    *(f"/gradio_api/file={quote(name, safe='/:')}" for name in _files()),
    *(f"/gradio_api/file/{quote(name, safe='/:')}" for name in _files()),
    *(f"/file={quote(name, safe='/:')}" for name in _files()[:6]),
    *(
        f"/gradio_api/proxy={url}"
        for url in (
            "http://127.0.0.1:1/",
            "https://example.org/",
            "http://169.254.169.254/latest/meta-data/",
            "https://huggingface.co/",
            "https://x.hf.space/",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
            "//example.org/",
            "http%3A%2F%2F127.0.0.1%3A1%2F",
        )
    ),
    *(f"{top}{path}" for top in ("/static/", "/assets/", "/svelte/") for path in _dots("etc/passwd")),
    *(f"/{path}" for path in _dots("etc/passwd")[:6]),
    *(f"/runs/{path}/report.html" for path in _dots("x")[:6]),
    *(f"/own/{path}" for path in _dots("pyproject.toml")[:4]),
    "/gradio_api/custom_component/x/client/component/../../../../etc/passwd",
    "/gradio_api/custom_component/x/server/component/index.js",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    "/gradio_api/stream/a/b/1/x.ts",
    "/gradio_api/stream/a/b/1/playlist-file",
    "/gradio_api/deep_link?session_hash=a",
    "/gradio_api/openapi.json",
    "/gradio_api/user",
    "/gradio_api/token",
    "/gradio_api/login_check",
    "/gradio_api/dev/reload",
    "/gradio_api/upload_progress?upload_id=a",
    "/gradio_api/queue/status",
    "/gradio_api/runs",
    "/gradio_api/run-history/buckets",
    "/gradio_api/run-history/records",
    "/gradio_api/vibe-code",
    "/gradio_api/profiling/traces",
    "/gradio_api/profiling/summary",
    "/gradio_api/mcp/sse",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/x",
    "/logout",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/pwa_icon/192",
    "/.git/config",
    "/corpus/articles.toml",
    "/mcp",
    "/own",
    "//config",
    "/config/../gradio_api/file=/etc/passwd",
    "/%00/etc/passwd",
    "/gradio_api/queue/../file=/etc/passwd",
    "/assets/index.html%00.js",
]

WRITES = [
    "/gradio_api/upload",
    "/gradio_api/upload?upload_id=a",
    "/gradio_api/component_server",
    "/gradio_api/process_recording",
    "/gradio_api/vibe-edit",
    "/gradio_api/undo-vibe-edit",
    "/gradio_api/vibe-code",
    "/gradio_api/vibe-starter-queries",
    "/gradio_api/run-history/connect",
    "/gradio_api/profiling/clear",
    "/gradio_api/stream/a",
    "/gradio_api/stream/a/close",
    "/login",
    "/own",
    "/mcp",
    "/",
    "/config",
]


def test_there_are_enough_probes():
    assert len({*READS, *WRITES}) >= 140


def test_no_probe_finds_anything(served, answerer, tmp_path):
    with served(answerer, runs=tmp_path) as address:
        found = []
        for method, targets in (("GET", READS), ("POST", WRITES), ("PUT", WRITES), ("DELETE", WRITES)):
            for target in targets:
                body = b"x" if method != "GET" else b""
                status, _, content = send(address, method, target, body)
                if status not in (400, 404, 405) or any(secret in content for secret in SECRETS):
                    found.append((method, target, status))
        assert found == []


def test_every_address_of_gradio_is_open_or_shut_on_purpose():
    """A new version of Gradio may open more: then this fails, and what it opens is shut until it is wanted."""
    import gradio.routes

    text = Path(gradio.routes.__file__).read_text(encoding="utf-8")
    paths = re.findall(r'@(app|router)\.(get|post|put|delete|head)\(\s*f?"([^"]+)"', text)
    doors = Doors(None, WaitingRoom(1), Paces(), None)
    opened = set()
    for of, method, path in paths:
        example = re.sub(r"\{[^}]*\}", "x", ("/gradio_api" if of == "router" else "") + path)
        if doors.is_open(method.upper(), example):
            opened.add(example.rstrip("/") or "/")
    assert opened == {
        "/",
        "/assets/x",
        "/config",
        "/favicon.ico",
        "/gradio_api/app_id",
        "/gradio_api/call/v2/x",
        "/gradio_api/call/v2/x/x",
        "/gradio_api/call/x",
        "/gradio_api/call/x/x",
        "/gradio_api/cancel",
        "/gradio_api/heartbeat/x",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/gradio_api/queue/join",
        "/gradio_api/reset",
        "/gradio_api/run/x",
        "/gradio_api/startup-events",
        "/gradio_api/theme.css",
        "/manifest.json",
        "/robots.txt",
        "/static/x",
        "/svelte/x",
        "/theme.css",
    }


# Who is answered


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "localhost"}, 200),
        ({"Origin": "https://evil.example"}, 200),  # reading is no harm: the browser keeps the reply from it
    ],
)
def test_a_page_whose_name_was_rebound_to_this_machine_is_refused(address, headers, status):
    got, said, _ = send(address, "GET", "/config", **headers)
    assert got == status
    assert said["x-frame-options"] == "DENY"
    assert said.get("access-control-allow-origin") != "https://evil.example"


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Gradio-Server", "X-Forwarded-Server"])
def test_no_header_makes_the_page_believe_that_it_lives_elsewhere(address, name):
    for target in ("/", "/config", "/gradio_api/info"):
        _, _, content = send(address, "GET", target, **{name: "http://evil.example"})
        assert b"evil.example" not in content


def test_behind_a_proxy_only_its_own_names_are_believed(served, answerer):
    with served(answerer, names=("desk.lan",)) as address:
        assert send(address, "GET", "/config", X_Forwarded_Host="evil.example")[0] == 421
        _, _, content = send(
            address, "GET", "/config", X_Forwarded_Host="desk.lan", X_Forwarded_Proto="https"
        )
        assert json.loads(content)["root"] == "https://desk.lan"


def test_two_host_headers_are_one_too_many():
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")] * 2}
    assert _status(Guard(None), scope) == 421


def test_no_web_socket_is_opened():
    assert _run(Guard(None), {"type": "websocket", "path": "/", "headers": []}) == [
        {"type": "websocket.close", "code": 1008}
    ]


@pytest.mark.parametrize("target", ["/", "/config", "/theme.css", "/nothing", "/gradio_api/info"])
def test_every_reply_carries_the_headers(address, target):
    _, said, _ = send(address, "GET", target)
    for name, value in HEADERS:
        if name != b"content-security-policy":
            assert said[name.decode()] == value.decode()
    assert said["content-security-policy"].startswith("default-src 'none'; script-src 'self' 'unsafe-eval'")
    assert "'unsafe-inline'" not in said["content-security-policy"].split("style-src")[0]


def test_the_scripts_in_the_page_are_allowed_by_their_hash_and_one_more_stops_all(address):
    _, said, page = send(address, "GET", "/", Accept_Encoding="br, gzip")
    assert said["content-security-policy"].count("sha256-") == len(scripts_in(page)) > 1
    assert said["content-security-policy"] == policy(
        re.findall(r"'sha256-[^']*'", said["content-security-policy"])
    )

    async def page_with(scope, receive, send):
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
        await send(start)
        await send({"type": "http.response.body", "body": b"<script>1</script><SCRIPT>evil</SCRIPT>"})

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}
    for known, hashes in ((2, 2), (1, 0)):
        headers = dict(_run(Guard(page_with, scripts=known), scope)[0]["headers"])
        assert headers[b"content-security-policy"].count(b"sha256-") == hashes


# How much


def test_a_long_request_is_refused_and_one_that_gives_a_conversation_back_may_be_longer(served, answerer):
    with served(answerer) as address:
        config = json.loads(send(address, "GET", "/config")[2])
        by_name = {event["api_name"]: event["id"] for event in config["dependencies"]}
        row = {"format": 0, "question": "x" * BODY_MOST}

        def given(event: str, size: int = 1) -> int:
            kept = {"id": "a", "exchanges": [row] * size}
            message = {
                "fn_index": by_name[event],
                "data": [None] * 3,
                "event_data": kept,
                "session_hash": "a",
            }
            return as_json(address, "/gradio_api/run/predict", message)[0]

        assert given("restore") == 200
        assert given("restore", KEPT_MOST // BODY_MOST) == 413
        for other in ("judge", "choose", "take"):
            assert given(other) == 413
        long = {"data": ["x" * BODY_MOST]}
        assert as_json(address, "/gradio_api/call/ask", long)[0] == 413
        assert as_json(address, "/gradio_api/call/ask", b"[" * 100_000)[0] == 413
    with served(answerer, mcp=True) as address:
        assert as_json(address, "/mcp", {"x": "x" * BODY_MOST})[0] == 413


def test_a_question_of_4001_characters_is_told_so_by_every_way(served, answerer):
    question, why = "When? " + "x" * 3_995, "4,001 characters; at most 4,000"
    with served(answerer, mcp=True) as address:
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "ask_articles", "arguments": {"question": question}},
        }
        reply = json.loads(as_json(address, "/mcp", message)[2])["result"]["structuredContent"]
        assert (reply["outcome"], why in reply["message"]) == ("failed", True)
        event = json.loads(as_json(address, "/gradio_api/call/ask", {"data": [question, None]})[2])[
            "event_id"
        ]
        assert why.encode() in _stream(address, f"/gradio_api/call/ask/{event}")


def _stream(address: str, target: str) -> bytes:
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    connection.request("GET", target)
    content = connection.getresponse().read()
    connection.close()
    return content


def test_one_client_may_send_many_requests_at_once_and_then_a_few_each_second():
    now = [0.0]
    paces = Paces(clock=lambda: now[0])
    assert [paces.wait("a") for _ in range(BURST)] == [0] * BURST
    assert 0 < paces.wait("a") <= 1 / RATE
    assert paces.wait("b") == 0
    now[0] += 1
    assert sum(paces.wait("a") == 0 for _ in range(BURST)) == RATE


def test_who_asks_is_a_login_or_an_address_and_an_ipv6_network_is_one():
    assert client_of({"client": ("10.0.0.1", 1)}) == "10.0.0.1"
    assert client_of({"client": ("10.0.0.1", 1), "dossier.login": "ann"}) == "login ann"
    assert client_of({"client": ("2001:db8::1", 1)}) == client_of({"client": ("2001:db8::ffff", 1)})
    assert client_of({"client": ("2001:db8::1", 1)}) != client_of({"client": ("2001:db8:0:1::1", 1)})


def test_a_flood_from_one_address_is_slowed_down(served, answerer):
    with served(answerer) as address:
        statuses = [send(address, "GET", "/robots.txt")[0] for _ in range(BURST * 2)]
        assert statuses[: BURST // 2] == [200] * (BURST // 2)
        _, said, content = next(
            reply for reply in (send(address, "GET", "/robots.txt") for _ in range(200)) if reply[0] == 429
        )
        assert int(said["retry-after"]) >= 1
        assert "Wait a few seconds" in json.loads(content)["detail"]


class _Line:
    def __init__(self, *queued: str, seconds: tuple[float, ...] = ()):
        self._queued, self._seconds = queued, seconds

    def queued(self):
        return self._queued

    def running(self):
        return 1

    def seconds(self):
        return self._seconds


def test_so_many_questions_wait_that_the_last_waits_some_seconds_and_one_client_has_a_share():
    room = WaitingRoom(2)
    room.line = _Line(seconds=(0.001,))
    assert room.most == WAITING_MOST
    room.line = _Line(seconds=(0.5,) * 30)
    assert room.most == 32
    room.line = _Line(*"a" * (32 // SHARE), seconds=(0.5,))
    assert "of your questions are waiting" in room.is_full_for("a")
    assert room.is_full_for("b") == ""
    room.line = _Line(*(f"{i}" for i in range(31)), seconds=(0.5,))
    with room.one_more("b"):
        assert "32 questions are waiting" in room.is_full_for("c")
    assert room.is_full_for("c") == ""
    room.line = _Line(seconds=(60.0,))
    assert room.is_full_for("c") == ""  # where answers take long, some may wait all the same


# Passwords


def test_guessing_passwords_is_slow_and_stops_nobody_else(served, answerer):
    import base64

    def login(word: str) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(word.encode()).decode()}

    with served(answerer, logins=(make_login("ann", "secret"),), names=("desk.lan",)) as address:
        assert send(address, "GET", "/robots.txt", **login("ann:secret"))[0] == 200
        guesses = [send(address, "GET", "/robots.txt", **login(f"ann:{n}"))[0] for n in range(25)]
        assert guesses == [401] * 20 + [429] * 5
        assert send(address, "GET", "/robots.txt", **login("ann:secret"))[0] == 200
        assert send(address, "GET", "/robots.txt", **login("ann:x"), X_Forwarded_For="10.1.1.1")[0] == 401


def test_who_knows_no_password_gets_nothing_by_any_way(served, answerer):
    with served(answerer, logins=(make_login("ann", "secret"),), mcp=True) as address:
        for target in (
            "/",
            "/config",
            "/assets/x.js",
            "/runs/x/report.html",
            "/gradio_api/heartbeat/a",
            "/mcp",
        ):
            assert send(address, "GET", target)[0] == 401, target
        for target in ("/gradio_api/queue/join", "/gradio_api/call/ask", "/gradio_api/run/predict", "/mcp"):
            assert as_json(address, target, {"data": ["x"]})[0] == 401, target


# Whatever the environment says


@contextmanager
def started(tmp_path: Path, home: Path, **environment: str):
    """`python -m chat` with more in its environment; gives its address and process id."""
    command = [
        sys.executable,
        "-m",
        "chat",
        "--port",
        "0",
        "--home",
        str(home),
        "--index",
        str(home / "index/shipped"),
    ]
    env = os.environ | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"} | environment
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, "it did not start"
            yield found[0] + "/", process.pid
        finally:
            process.terminate()
            process.wait(20)


def _listening(pid: int) -> set[str]:
    """The addresses that a process listens on, TCP, in the kernel's hexadecimal."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = os.readlink(link)
        except FileNotFoundError:
            continue
        inodes |= set(re.findall(r"socket:\[(\d+)\]", name))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.add(fields[1].split(":")[0])
    return found


HOSTILE = {
    "GRADIO_SHARE": "True",
    "GRADIO_SHARE_SERVER_ADDRESS": "127.0.0.1:9",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_SERVER_PORT": "1",
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_ROOT_PATH": "https://evil.example",
    "GRADIO_MCP_SERVER": "True",
    "GRADIO_SSR_MODE": "True",
    "GRADIO_VIBE_MODE": "1",
    "GRADIO_RUN_HISTORY": "True",
    "GRADIO_PROFILING": "1",
    "GRADIO_LOCAL_DEV_MODE": "1",
    "GRADIO_WATCH_DIRS": "/",
    "GRADIO_DEBUG": "1",
    "GRADIO_DEFAULT_CONCURRENCY_LIMIT": "none",
    "GRADIO_NUM_WORKERS": "4",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_HISTORY_BUCKET": "evil/bucket",
    "FORWARDED_ALLOW_IPS": "*",
    "WEB_CONCURRENCY": "4",
    "SYSTEM": "spaces",
    "SPACE_ID": "evil/space",
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")
def test_nothing_in_the_environment_opens_the_page_further(tmp_path, home, shipped_index):
    with started(tmp_path, home, **HOSTILE) as (address, pid):
        assert urlsplit(address).hostname == "127.0.0.1"
        assert _listening(pid) == {"0100007F"}  # 127.0.0.1, and nothing else
        config = json.loads(send(address, "GET", "/config")[2])
        assert config["root"] == address.rstrip("/")
        assert not {"evil", "share"} & {str(config.get(key)) for key in ("space_id", "root", "share_url")}
        for target in ("/gradio_api/file=/etc/passwd", "/gradio_api/mcp/sse", "/gradio_api/runs"):
            assert send(address, "GET", target)[0] == 404
        event = json.loads(
            as_json(address, "/gradio_api/call/ask", {"data": ["When was the CSTO founded?", None]})[2]
        )
        assert b'"outcome": "answered"' in _stream(address, f"/gradio_api/call/ask/{event['event_id']}")
        assert b"x-forwarded" not in send(address, "GET", "/config", X_Forwarded_For="10.9.9.9")[2]


def test_no_part_of_the_project_launches_gradio_which_could_share_it():
    files = [*PROJECT.glob("chat/**/*.py"), *PROJECT.glob("eval/**/*.py")]
    wrong = [str(file) for file in files if re.search(r"\.launch\(|share=True", file.read_text("utf-8"))]
    assert files
    assert wrong == []


# Small pieces


def _run(app, scope) -> list[dict]:
    sent = []

    async def keep(message):
        sent.append(message)

    asyncio.run(app(scope, None, keep))
    return sent


def _status(app, scope) -> int:
    return _run(app, scope)[0]["status"]
