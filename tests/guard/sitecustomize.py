"""Keeps a Python process from reaching beyond this machine, and writes down where it tried to.

`tests/conftest.py` loads it for the tests. Python itself loads it, by its name, in every process that is started
with this folder on PYTHONPATH and a file named by DOSSIER_TESTS_LEFT. It listens to Python's own audit events
(PEP 578), so nothing that goes through Python's `socket` can pass it by; what C and Rust do by themselves it
cannot see: that is what `tests/egress` is for.
"""

import ipaddress
import os
import sys
from collections.abc import Callable
from typing import Any

LEFT = "DOSSIER_TESTS_LEFT"

# Where the event's address stands among its arguments
_ADDRESSES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getnameinfo": 0}
_NAMES = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}


def watch(write_down: Callable[[str], None]) -> None:
    """From now on, for as long as the process lives."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not event.startswith("socket."):
            return
        if event in _NAMES:
            host = arguments[_NAMES[event]]
        elif event in _ADDRESSES and isinstance(arguments[_ADDRESSES[event]], tuple):
            host = arguments[_ADDRESSES[event]][0]  # addresses of other kinds than IP are no tuples
        else:
            return
        host = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
        if not is_here(host):
            write_down(host)
            raise OSError(f"tests reach nothing beyond this machine, and tried {host}")

    sys.addaudithook(hook)


def is_here(host: str | None) -> bool:
    """Whether a host is this machine; a name is not, because somebody else would have to be asked about it."""
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _append(host: str) -> None:
    with open(os.environ[LEFT], "a", encoding="utf-8") as file:
        file.write(f"{host}\n")


if __name__ == "sitecustomize" and os.environ.get(LEFT):
    watch(_append)
