"""The tests' own guard: whatever tries to reach beyond this machine is stopped and makes its test fail."""

import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
HOSTS = ["192.0.2.1", "2001:db8::1", "example.org"]

WAYS = {
    "connect": "socket.socket().connect(('192.0.2.1', 80))",
    "connect_ex": "socket.socket().connect_ex(('192.0.2.1', 80))",
    "by IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "sendto": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 80))",
    "sendmsg": "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 80))",
    "below the module": "__import__('_socket').socket().connect(('192.0.2.1', 80))",
    "getaddrinfo": "socket.getaddrinfo('example.org', 80)",
    "gethostbyname": "socket.gethostbyname('example.org')",
    "gethostbyname_ex": "socket.gethostbyname_ex('example.org')",
    "gethostbyaddr": "socket.gethostbyaddr('192.0.2.1')",
    "getnameinfo": "socket.getnameinfo(('192.0.2.1', 80), 0)",
    "asyncio": "asyncio.run(asyncio.wait_for(asyncio.open_connection('192.0.2.1', 80), 1))",
    "urllib": "urllib.request.urlopen('http://example.org', timeout=1)",
    "httpx": "httpx.get('http://192.0.2.1', timeout=1)",
}

SWALLOWS = """
    import contextlib, socket

    def test_swallows():
        with contextlib.suppress(OSError):
            socket.create_connection(("192.0.2.1", 80), 1)
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_way_out_is_shut_and_written_down(way, tried_to_leave):
    names = {name: __import__(name) for name in ("asyncio", "httpx", "socket", "urllib.request", "urllib")}
    with pytest.raises(Exception, match="beyond this machine"):
        exec(WAYS[way], names)
    tried = tried_to_leave()
    assert tried
    assert set(tried) <= set(HOSTS)


@pytest.mark.parametrize("host", HOSTS)
def test_a_process_that_a_test_starts_is_guarded_too(host, tried_to_leave):
    code = f"import socket\ntry: socket.create_connection(({host!r}, 80), 1)\nexcept OSError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"tests reach nothing beyond this machine, and tried {host}\n"
    assert tried_to_leave() == [host]


def test_this_machine_may_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()


def test_a_test_whose_code_swallows_the_error_fails_all_the_same(tmp_path):
    (tmp_path / "test_swallows.py").write_text(textwrap.dedent(SWALLOWS))
    arguments = ["-p", "conftest", "-p", "no:cacheprovider", "--rootdir", tmp_path, "-q", tmp_path]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout
    assert "1 error" in done.stdout
    assert "tried to reach 192.0.2.1" in done.stdout
