"""Nothing leaves this machine: every command, in networks of its own where an attempt to leave is seen.

In one of them there is no way out; in the other there is one on which everything vanishes, so that whoever
tries hangs. See `closed_network.py`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import takewhile
from pathlib import Path

import docx
import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
KINDS = ("loopback", "silent")
EXIT_MOST = 3.0
"""Seconds from the last line that a command prints, or from Ctrl-C, to its end."""
PATIENCE = 300.0
"""Seconds that anything else may take; on a busy machine all of it is slow."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


class Network:
    """A network of its own, with what tried to leave it."""

    def __init__(self, kind: str):
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._holder = subprocess.Popen(
            ["unshare", *as_root, "--net", "--mount", sys.executable, HERE / "closed_network.py", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._inside = ["nsenter", "--target", str(self._holder.pid), "--net", "--mount"]
        self._inside += ["--user", "--preserve-credentials"] if as_root else []
        if self._holder.stdout.readline() != "ready\n":
            raise OSError((self._holder.communicate()[1].strip().splitlines() or ["no reason given"])[-1])
        self._attempts: list[dict] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def start(self, *command: object, **settings) -> subprocess.Popen:
        return subprocess.Popen([*self._inside, *map(str, command)], **settings)

    def left(self) -> list[str]:
        """What tried to leave until now."""
        time.sleep(0.3)  # the observer looks ten times a second
        return [f"{it['name']} ({it['to']}, port {it['port']})" for it in self._attempts]

    def close(self) -> list[str]:
        """Ends it; what tried to leave in all."""
        self._holder.stdin.close()
        self._reading.join()
        self._holder.wait(10)
        for stream in (self._holder.stdout, self._holder.stderr):
            stream.close()
        return self.left()

    def _read(self) -> None:
        for line in self._holder.stdout:
            self._attempts.append(json.loads(line))


@contextmanager
def network(kind: str) -> Iterator[Network]:
    """Skips the test where no such network can be made, and says why."""
    if sys.platform != "linux":
        pytest.skip("egress: networks of one's own are Linux's")
    if missing := [name for name in ("unshare", "nsenter", "ip", "mount") if shutil.which(name) is None]:
        pytest.skip(f"egress: this machine lacks {', '.join(missing)} (packages util-linux and iproute2)")
    try:
        made = Network(kind)
    except OSError as error:
        pytest.skip(f"egress: no network of its own can be made here ({error}); run the tests as root")
    try:
        yield made
    finally:
        made.close()


TRIES = {
    "a connection": "socket.create_connection(('192.0.2.1', 443), timeout=1)",
    "a connection by IPv6": "socket.create_connection(('2001:db8:1::1', 443), timeout=1)",
    "a packet": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
    "a name": "socket.getaddrinfo('example.org', 443)",
}
HERE_ONLY = (
    "server = socket.create_server(('127.0.0.1', 0)); "
    "socket.create_connection(server.getsockname()); socket.getaddrinfo('localhost', 80)"
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_observer_sees_whatever_tries_to_leave_and_nothing_else(kind, tmp_path):
    bare = {"env": environment(tmp_path)}
    for what, code in TRIES.items():
        if "IPv6" in what and not Path("/proc/net/if_inet6").exists():
            continue
        with network(kind) as net:
            # a look-up hangs for ten seconds, and is seen at once
            trying = net.start(
                sys.executable, "-c", f"import socket; {code}", stderr=subprocess.DEVNULL, **bare
            )
            assert wait_for(net.left, PATIENCE), what
            trying.kill()
            trying.wait()
    with network(kind) as net:
        done = net.start(sys.executable, "-c", f"import socket; {HERE_ONLY}", stderr=subprocess.PIPE, **bare)
        assert (done.communicate()[1], done.returncode, net.left()) == (b"", 0, [])
        lingers = ("timeit", "-s", "import os, time; print(flush=True); time.sleep(1); os._exit(0)")
        assert run(net, *lingers, **bare).lingered > 0.9


def wait_for(look, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if look():
            return True
    return bool(look())


# What is known to report, by the library that does, and where it reports to

REPORTS: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "gradio's analytics": (
        "import gradio; gradio.Blocks()",
        {"HF_ENDPOINT": "http://gradio-analytics.example"},
        "gradio-analytics.example",
    ),
    "gradio's look for a newer version": (
        "import gradio; gradio.Blocks()",
        {"HF_ENDPOINT": "http://gradio-analytics.example"},
        "api.gradio.app",
    ),
    "huggingface_hub": (
        "import time; from huggingface_hub.utils import send_telemetry; send_telemetry('x'); time.sleep(200)",
        {"HF_ENDPOINT": "http://huggingface-hub.example"},
        "huggingface-hub.example",
    ),
    "onnxruntime": (
        "import time, onnxruntime; time.sleep(200)",
        {},
        "mobile.events.data.microsoft.com",
    ),
    "chromadb by opentelemetry": (
        "import time; from chromadb.config import Settings, System; from chromadb.telemetry import opentelemetry as t; "
        "System(Settings()).instance(t.OpenTelemetryClient); t.tracer.start_span('x').end(); time.sleep(200)",
        {
            "CHROMA_OTEL_GRANULARITY": "all",
            "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://opentelemetry.example:4317",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        },
        "opentelemetry.example",
    ),
    "llama-index and nltk": (
        "from llama_index.core.utils import globals_helper; globals_helper.stopwords",
        {"NLTK_DATA": "missing-nltk"},
        "raw.githubusercontent.com",
    ),
    "tiktoken": (
        "import tiktoken; tiktoken.get_encoding('o200k_base')",
        {"TIKTOKEN_CACHE_DIR": "missing-tiktoken"},
        "openaipublic.blob.core.windows.net",
    ),
}

SWITCHED_ON = {
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_SHARE": "True",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "HF_HUB_OFFLINE": "0",
    "DO_NOT_TRACK": "0",
    "ORT_DISABLE_TELEMETRY": "0",
    "ANONYMIZED_TELEMETRY": "True",
    "CHROMA_OTEL_GRANULARITY": "all",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://opentelemetry.example:4317",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://opentelemetry.example:4317",
    "NLTK_DATA": "missing-nltk",
    "TIKTOKEN_CACHE_DIR": "missing-tiktoken",
}
"""An environment in which all of them report, as far as they listen to it."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of this process's own but where programs are: its guard would hide what it stops."""
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home / "user"),
        "TMPDIR": str(home / "tmp"),
        "PYTHONPATH": str(PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        **more,
    }


@pytest.fixture(scope="module")
def reported(tmp_path_factory) -> list[str]:
    """What leaves when all that is known to report is told to, each in a process of its own."""
    home = tmp_path_factory.mktemp("reports")
    with network("silent") as net:
        quiet = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        each = {(code, *switches.items()): (code, switches) for code, switches, _ in REPORTS.values()}
        started = [
            net.start(sys.executable, "-c", code, env=environment(home, **switches), **quiet)
            for code, switches in each.values()
        ]
        wait_for(lambda: all(any(to in line for line in net.left()) for *_, to in REPORTS.values()), PATIENCE)
        for process in started:
            process.kill()
            process.wait()
        return net.left()


@pytest.mark.parametrize("who", REPORTS)
def test_who_is_known_to_report_would_be_seen(who, reported):
    to = REPORTS[who][2]
    assert any(to in line for line in reported), f"{who} was not seen; seen were {reported}"


def test_chroma_s_own_product_telemetry_is_an_empty_shell_in_this_version(tmp_path):
    code = (
        "import time, chromadb; client = chromadb.EphemeralClient(chromadb.Settings(anonymized_telemetry=True)); "
        "client.create_collection('abc').add(ids=['1'], embeddings=[[1.0]]); time.sleep(1)"
    )
    with network("silent") as net:
        process = net.start(sys.executable, "-c", code, env=environment(tmp_path), cwd=tmp_path)
        assert process.wait(PATIENCE) == 0
        assert net.left() == []


# The product, in an environment that switches all of it on

ARTICLES = {
    "bridge.txt": "The bridge\n\nThe old bridge over the river was built in 1931. It carries two lanes of traffic.\n",
    "market.md": "# The market\n\nThe fish market opens at five in the morning. ![](http://picture.example/a.png)\n",
    "school.html": """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://dtd.example/xhtml1-strict.dtd">
<html><head><title>The school</title><base href="http://base.example/"><meta http-equiv="refresh" content="0;url=http://refresh.example/">
<link rel="stylesheet" href="http://style.example/a.css"><script src="http://script.example/a.js"></script></head>
<body><article><h1>The school</h1><img src="http://image.example/a.png"><iframe src="http://frame.example/"></iframe>
<p>The village school has forty pupils and two teachers, and it stands beside the church. The county pays its
teachers, and the parents of the pupils pay for the books that are read there in the winter.</p></article></body></html>""",
}


def word_file() -> bytes:
    """A Word file whose template, picture and document type are elsewhere."""
    made = docx.Document()
    made.add_heading("The mill", 1)
    made.add_paragraph("The mill at the weir was rebuilt in 1954 after the great flood of that spring.")
    made.part.relate_to("http://template.example/a.dotx", "http://rel.example/attachedTemplate", True)
    plain, changed = BytesIO(), BytesIO()
    made.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                kind = b'<!DOCTYPE w SYSTEM "http://word-dtd.example/a.dtd">'
                part = part.replace(b"?>", b"?>" + kind, 1)
            new.writestr(name, part)
    return changed.getvalue()


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    status: int
    out: str
    lingered: float
    """Seconds from the last that it printed to its end."""


def run(net: Network, *command: object, **settings) -> Ran:
    process = net.start(
        sys.executable, "-m", *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **settings
    )
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    said, last = b"", time.monotonic()
    with process.stdout as stream:
        while piece := stream.read1():
            said, last = said + piece, time.monotonic()
    status = process.wait()
    timer.cancel()
    return Ran(status, said.decode("utf-8", "replace"), time.monotonic() - last)


@contextmanager
def started(net: Network, *arguments: object, **settings) -> Iterator[subprocess.Popen]:
    """A Python that runs meanwhile and is killed in the end; `stdout` has all that it prints."""
    process = net.start(
        sys.executable, *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


MODEL = """
import sys, threading
sys.path.append(sys.argv[1])
from llm_server import Reply, serve_model
with serve_model(Reply("The old bridge over the river was built in 1931 [1].")) as server:
    print(server.url, flush=True)
    threading.Event().wait()
"""

CHROMA = "from chromadb.cli.cli import app; app()"
"""Chroma's own command."""

VISIT = """
import json, sys, urllib.request as web
def get(path, data=None):
    request = web.Request(sys.argv[1] + path, data and json.dumps(data).encode(), {"Content-Type": "application/json"})
    return web.urlopen(request, timeout=200).read().decode()
assert "Dossier" in get("/")
call = json.loads(get("/gradio_api/call/ask", {"data": ["When was the old bridge built?", None]}))
print(get("/gradio_api/call/ask/" + call["event_id"]))
asked = {"name": "ask_articles", "arguments": {"question": "When was the old bridge built?"}}
print(get("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}))
stream = web.urlopen(sys.argv[1] + "/gradio_api/heartbeat/x", timeout=200)
print("listening", flush=True)
while stream.read1():
    pass
"""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaves_and_every_command_ends_at_once(kind, tmp_path, embedder, home):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, text in ARTICLES.items():
        (corpus / name).write_text(text)
    (corpus / "mill.docx").write_bytes(word_file())
    evidence = {"article": "bridge", "quote": "built in 1931", "fact": 0}
    case = {"id": "a", "question": "When was the old bridge built?", "category": "fact"}
    case |= {"answerable": True, "facts": [["1931"]], "evidence": [evidence]}
    (tmp_path / "cases.jsonl").write_text(json.dumps(case) + "\n")
    place = ["--corpus", corpus, "--home", home, "--index", tmp_path / "index"]
    settings = {"cwd": tmp_path, "env": environment(tmp_path, **SWITCHED_ON)}
    lingered = {}
    with network(kind) as net:

        def ran(what: str, *command: object, **more: str) -> str:
            done = run(net, *command, cwd=tmp_path, env=settings["env"] | more)
            assert done.status == 0, f"{what} ended with {done.status}: {done.out}"
            assert net.left() == [], what
            lingered[what] = done.lingered
            return done.out

        ran("ingest", "ingest", *place)
        assert "1931" in ran("chat ask", "chat", *place, "ask", case["question"])
        with started(net, "-c", MODEL, HERE.parent, **settings) as model:
            url = model.stdout.readline().strip()
            asked = ("--llm", "openai:gpt-4o", "ask", case["question"])
            ran("chat ask with a model", "chat", *place, *asked, OPENAI_BASE_URL=url)
        ran("eval run", "eval", "run", *place, "--system", "all", "--questions", tmp_path / "cases.jsonl")

        with started(net, "-c", CHROMA, "run", "--path", tmp_path / "chroma", **settings) as server:
            assert any("listening" in line for line in server.stdout)
            reading = threading.Thread(target=server.stdout.read)  # who is not read stands still in the end
            reading.start()
            remote = (*place[:-1], tmp_path / "remote", "--chroma", "http://127.0.0.1:8000")
            ran("ingest to a Chroma server", "ingest", *remote)
            assert "1931" in ran("chat ask of a Chroma server", "chat", *remote, "ask", case["question"])
            server.kill()
            reading.join()
        assert net.left() == []

        with started(
            net, "-m", "chat", *place, "--port", "0", "--mcp", "--allow-uploads", **settings
        ) as page:
            address = page.stdout.readline().split()[3]
            with started(net, "-c", VISIT, address, **settings) as visitor:
                lines = list(takewhile(lambda line: line != "listening\n", visitor.stdout))
                assert sum("1931" in line for line in lines) == 2, lines
                page.send_signal(signal.SIGINT)
                began = time.monotonic()
                assert page.wait(PATIENCE) == 0
                lingered["page"] = time.monotonic() - began
        assert net.left() == []
    # who waits for a core does not hang
    most = EXIT_MOST * max(1.0, os.getloadavg()[0] / os.cpu_count())
    assert {what: seconds for what, seconds in lingered.items() if seconds > most} == {}
    print({what: round(seconds, 1) for what, seconds in lingered.items()}, f"of {most:.1f} s")
    assert list((tmp_path / "user").rglob("*")) == []  # nothing is kept where it was not said
