"""Web pages, PDF and Word files are read in a process of their own: a hostile one may hang, bloat or crash its reader.

The process has a bound of time and memory for each file and may open no connection. It is started for the first
file that needs it and ends with `close_aside`, or with the process that started it.
"""

import atexit
import contextlib
import importlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import BinaryIO

from ingest.errors import RefusedFile
from ingest.extracts import Extract

SECONDS = 5.0
"""Of computing for a file, and one more for each BYTES_A_SECOND of it."""
BYTES_A_SECOND = 50_000
WAITED = 20
"""A reader that only waits is given up after so many times its seconds."""
MEMORY = 3 << 30
"""Bytes of address space."""

LIBRARIES = {"ingest.webpages": "trafilatura", "ingest.pdfs": "pypdf", "ingest.word": "docx"}
"""What each reader imports when it is first used."""

Reader = Callable[[bytes, str], Extract]

_using = threading.Lock()
_process: "subprocess.Popen[bytes] | None" = None


def read_aside(kind: str, raw: bytes, file: str, seconds: float | None = None) -> Extract:
    """What the reader of `kind`, such as `ingest.pdfs:read_pdf`, makes of the bytes; RefusedFile as that raises it.

    RefusedFile also when it takes more than its seconds (None for those that the size allows) or its memory.
    """
    seconds = seconds or SECONDS + len(raw) / BYTES_A_SECOND
    with _using:
        process = _started()
        asked = {"kind": kind, "file": file, "size": len(raw), "seconds": seconds}
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n" + raw)
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], seconds * WAITED)
            line = process.stdout.readline() if ready else b""
        except BrokenPipeError:
            line = b""
        if not line:
            if not _has_ended(process):
                process.kill()
            status = process.wait()
            _forget()
            raise RefusedFile(file, _why(status, seconds))
    said = json.loads(line)
    if "refused" in said:
        raise RefusedFile(file, said["refused"])
    return Extract(said["text"], said["title"], tuple(said["authors"]), said["publisher"])


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Its output closes a moment before its end is known."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return False
    return True


def close_aside() -> None:
    """Ends the process, if there is one."""
    with _using:
        if _process is not None:
            _process.stdin.close()
            _process.wait()
            _forget()


def _started() -> "subprocess.Popen[bytes]":
    global _process
    if _process is None:
        code = "from ingest.aside import serve; serve()"
        _process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(close_aside)
    return _process


def _forget() -> None:
    global _process
    if _process is not None:
        _process.stdin.close()
        _process.stdout.close()
        _process = None


def _why(status: int, seconds: float) -> str:
    if status in (-signal.SIGPROF, -signal.SIGKILL):
        return f"reading it takes more than {seconds:.0f} seconds; save its text as .txt or .md"
    return f"its reader broke down ({status}); save its text as .txt or .md"


def serve() -> None:
    """The other process: reads files from its input until that ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the answers
    sys.addaudithook(_refuse_connections)
    while line := source.readline():
        asked = json.loads(line)
        raw = source.read(asked["size"])
        _import_library(asked["kind"])
        signal.setitimer(signal.ITIMER_PROF, asked["seconds"])  # ends the process, also inside a library
        said = _read(asked["kind"], raw, asked["file"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(out, said)


def _import_library(kind: str) -> None:
    """Importing it may take longer than reading with it, and is not the file's fault."""
    with contextlib.suppress(ImportError):  # the reader says so in better words
        if library := LIBRARIES.get(kind.partition(":")[0]):
            importlib.import_module(library)


def _read(kind: str, raw: bytes, file: str) -> dict:
    module, _, name = kind.partition(":")
    try:
        reader: Reader = getattr(importlib.import_module(module), name)
        return asdict(reader(raw, file))
    except RefusedFile as fault:
        return {"refused": fault.reason}
    except MemoryError:
        return {
            "refused": f"reading it takes more than {MEMORY >> 30} GiB of memory; save its text as .txt or .md"
        }
    except Exception as fault:
        return {"refused": f"it cannot be read ({type(fault).__name__}); save its text as .txt or .md"}


def _write(out: BinaryIO, said: dict) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.flush()


def _refuse_connections(event: str, _: tuple) -> None:
    if event in (
        "socket.connect",
        "socket.getaddrinfo",
        "socket.sendto",
        "subprocess.Popen",
        "os.system",
        "os.exec",
    ):
        raise PermissionError(f"reading a file needs no {event}")
