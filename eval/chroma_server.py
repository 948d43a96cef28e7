"""A Chroma server of our own for a while: for the benchmark, and for tests."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0


class ServerError(Exception):
    """The server did not start; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A running server."""

    url: str
    pid: int

    def peak_memory(self) -> float:
        """MiB; 0 where the system does not tell."""
        with suppress(OSError):
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM"))
        return 0.0


@contextmanager
def chroma_server(folder: Path, port: int = 0) -> Iterator[ChromaServer]:
    """Runs `chroma run` on this machine alone, with its data in `folder`; it ends with the context.

    `port` 0 takes a free one. ServerError when it does not start.
    """
    port = port or _free_port()
    # what the `chroma` command does, wherever that is installed
    run = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run"]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*run, "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield ChromaServer(url, process.pid)
    finally:
        process.kill()  # a build or a test may have stopped it, and its data goes with it
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _wait(url: str, process: subprocess.Popen) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), direct.open(f"{url}/api/v2/heartbeat", timeout=5):
            return
        time.sleep(0.05)
    raise ServerError(f"`chroma run` did not answer at {url}; its log is server.log beside its data.")
