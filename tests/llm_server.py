"""A server on loopback that speaks OpenAI's chat protocol, and Ollama's, with scripted replies."""

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-secret-0123456789"


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    text: str | Sequence[str] = ""
    """The answer; a sequence is sent in these pieces, a string in pieces of a few characters."""
    status: int = 200
    error: str = ""
    """The server's message where the status is no 200."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Sent as it is in place of everything."""
    wait: float = 0.0
    """Seconds before anything is sent."""
    stall: float = 0.0
    """Seconds after the text, before the end."""
    breaks: bool = False
    """The connection is cut after the text."""
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (100, 20)
    streams: bool = True
    """False for a server that answers in one piece whatever is asked."""
    endless: bool = False
    """The text again and again, until the client goes."""

    def pieces(self) -> list[str]:
        if not isinstance(self.text, str):
            return list(self.text)
        return [self.text[i : i + 7] for i in range(0, len(self.text), 7)]

    def whole(self) -> str:
        return "".join(self.pieces())


class LLMServer(ThreadingHTTPServer):
    """Gives one reply after the other, the last one for ever; keeps the requests."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, replies: Sequence[Reply]):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = list(replies)
        self.requests: list[dict] = []
        self.keys: list[str] = []
        self.times: list[float] = []
        """When each request came, in seconds of the monotonic clock."""
        self.gone = threading.Event()
        """Set when a client left before its reply was all sent."""
        self.stopping = threading.Event()

    def handle_error(self, request, client_address) -> None:
        # a client may leave as soon as it has what it came for
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [request["messages"][-1]["content"] for request in self.requests]

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LLMServer

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.times.append(time.monotonic())
        self.server.requests.append(asked)
        self.server.keys.append(self.headers.get("authorization", ""))
        reply = self.server.next_reply()
        try:
            self._sleep(reply.wait)
            if reply.body is not None:
                self._send(reply.status, reply.body, reply.headers)
            elif reply.status != 200:
                body = json.dumps({"error": {"message": reply.error, "type": "error"}}).encode()
                self._send(reply.status, body, reply.headers)
            elif self.path.startswith("/api/"):
                self._chunks("application/x-ndjson", self._ollama_lines(reply), reply)
            elif asked.get("stream") and reply.streams:
                self._chunks("text/event-stream", self._events(reply, asked), reply)
            else:
                self._send(200, json.dumps(self._completion(reply, asked)).encode(), reply.headers)
        except (BrokenPipeError, ConnectionResetError):
            self.server.gone.set()
            self.close_connection = True

    def _sleep(self, seconds: float) -> None:
        """Waits, and notices meanwhile when the client leaves."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.server.stopping.is_set():
            self.connection.settimeout(min(left, 0.05))
            try:
                if self.connection.recv(1) == b"":
                    raise ConnectionResetError
            except TimeoutError:
                pass
            finally:
                self.connection.settimeout(None)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _chunks(self, kind: str, lines: Iterator[str], reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in lines:
            data = line.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        if reply.breaks:
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    def _events(self, reply: Reply, asked: dict) -> Iterator[str]:
        base = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": asked["model"]}

        def event(delta: dict, finish: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return f"data: {json.dumps(base | {'choices': [choice]})}\n\n"

        yield event({"role": "assistant", "content": ""})
        while True:
            for piece in reply.pieces():
                yield event({"content": piece})
            if not reply.endless or self.server.stopping.is_set():
                break
        self._sleep(reply.stall)
        if reply.breaks:
            return
        if reply.finish:
            yield event({}, reply.finish)
        if reply.usage and (asked.get("stream_options") or {}).get("include_usage"):
            yield f"data: {json.dumps(base | {'choices': [], 'usage': _usage(reply)})}\n\n"
        yield "data: [DONE]\n\n"

    def _completion(self, reply: Reply, asked: dict) -> dict:
        message = {"role": "assistant", "content": reply.whole()}
        choice = {"index": 0, "message": message, "finish_reason": reply.finish}
        usage = {"usage": _usage(reply)} if reply.usage else {}
        return {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": asked["model"],
            "choices": [choice],
        } | usage

    def _ollama_lines(self, reply: Reply) -> Iterator[str]:
        base = {"model": "m", "created_at": "2024-01-01T00:00:00Z"}
        for piece in reply.pieces():
            yield (
                json.dumps(base | {"message": {"role": "assistant", "content": piece}, "done": False}) + "\n"
            )
        tokens = dict(zip(("prompt_eval_count", "eval_count"), reply.usage or (), strict=False))
        end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": reply.finish}
        yield json.dumps(base | end | tokens) + "\n"


def _usage(reply: Reply) -> dict[str, int]:
    tokens_in, tokens_out = reply.usage
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }


@contextmanager
def serve_model(*replies: Reply) -> Iterator[LLMServer]:
    """The server, running."""
    with LLMServer(replies) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.stopping.set()
        server.shutdown()
        thread.join()
