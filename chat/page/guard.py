"""Who is answered and what the browser may load: nothing from elsewhere, and no script that is not the page's."""

import base64
import contextlib
import hashlib
import ipaddress
import json
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(scripts: Iterable[str] = ()) -> str:
    """The content security policy; `scripts` are the hashes of those that may stand in the page itself."""
    return "; ".join(
        (
            "default-src 'none'",
            # Gradio makes functions of its templates and of our page.js in the browser
            " ".join(("script-src 'self' 'unsafe-eval'", *scripts)),
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


POLICY_NAME = b"content-security-policy"

HEADERS = [
    (POLICY_NAME, policy().encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
]

_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def scripts_in(page: bytes) -> list[bytes]:
    """The scripts that stand in a page itself, as a browser reads them."""
    return [body.replace(b"\r\n", b"\n") for body in _SCRIPT.findall(page)]


def _hashed(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


class Guard:
    """Answers only to known host names and to no other site's page, and tells the browser to load nothing
    from elsewhere.

    An address made of digits is always let in: only names can be pointed at this machine by a
    stranger's name server.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str = "localhost",
        names: Iterable[str] = (),
        proxied: bool = False,
        scripts: int = 0,
    ) -> None:
        """`names` are those under which browsers know the page beside `host`. `proxied`: what a proxy says of
        the request it passes on is believed. `scripts`: how many may stand in a page; where there are
        others, somebody put them there, and none is run."""
        self.app = app
        self.scripts = scripts
        self.given = {name.lower() for name in names}
        self.names = {"localhost", host.lower(), *self.given}
        self.proxied = proxied or bool(self.given)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        said = _named(scope, b"host")
        forwarded = _named(scope, b"x-forwarded-host") if self.proxied else []
        origins = _named(scope, b"origin")
        reads = scope.get("method") in ("GET", "HEAD")
        if scope["type"] != "http":  # the page uses no other
            await send({"type": "websocket.close", "code": 1008})
        elif len(said) != 1 or not all(map(self.knows, (*said, *forwarded))):
            await refuse(send, 421, UNKNOWN_NAME)
        elif not reads and not all(self.is_own(origin, said[0]) for origin in origins):
            await refuse(send, 403, OTHER_SITE)
        else:
            await self.app(self._passed_on(scope), receive, self._with_headers(send))

    def _passed_on(self, scope: Scope) -> Scope:
        """Without headers that would make Gradio believe that it has another address."""
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if name != b"x-gradio-server"
            and (self.proxied or not name.startswith(b"x-forwarded"))
            # the page's scripts are hashed on the way out, and so must not be compressed
            and not (name == b"accept-encoding" and scope["path"] == "/")
        ]
        return {**scope, "headers": kept}

    def _with_headers(self, send: Send) -> Send:
        """Adds the headers that a response has not; a page waits until it is whole and its scripts are known."""
        held: list[Message] = []
        page = bytearray()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                said = dict(own)
                message["headers"] = own + [header for header in HEADERS if header[0] not in said]
                is_page = said.get(b"content-type", b"").startswith(b"text/html")
                if is_page and POLICY_NAME not in said:
                    held.append(message)
                    return
            elif held and message["type"] == "http.response.body":
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                start, found = held.pop(), scripts_in(bytes(page))
                allowed = policy(map(_hashed, found) if len(found) == self.scripts else ())
                rest = [header for header in start["headers"] if header[0] != POLICY_NAME]
                await send({**start, "headers": [*rest, (POLICY_NAME, allowed.encode())]})
                message = {"type": "http.response.body", "body": bytes(page)}
            await send(message)

        return send_with_headers

    def is_own(self, origin: str, host: str) -> bool:
        """Whether an Origin header names this page; a proxy may have changed the Host header."""
        try:
            address = urlsplit(origin)
        except ValueError:
            return False
        return address.netloc == host or (address.hostname or "") in self.given

    def knows(self, host: str) -> bool:
        """Whether a Host header names this machine, with or without a port."""
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        with contextlib.suppress(ValueError):
            return bool(ipaddress.ip_address(name))
        return name.lower() in self.names


def _named(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


UNKNOWN_NAME = "Dossier does not answer to this host name. Start it with --host-name NAME to allow it.\n"
OTHER_SITE = "Another site may not do this. Behind a proxy, name the page's host with --host-name NAME.\n"


async def refuse(send: Send, status: int, why: str, *headers: tuple[bytes, bytes]) -> None:
    """A reply of one line; Gradio's own scripts look for it in JSON, as `detail`."""
    as_json = status in (429, 503)
    body = json.dumps({"detail": why.strip()}) if as_json else why
    kind = b"application/json" if as_json else b"text/plain; charset=utf-8"
    said = [(b"content-type", kind), *HEADERS, *headers]
    await send({"type": "http.response.start", "status": status, "headers": said})
    await send({"type": "http.response.body", "body": body.encode()})
