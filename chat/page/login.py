"""Who may use the page: names with salted hashes of passwords (scrypt), asked for before anything else is done."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.errors import ChatError
from chat.page.guard import refuse
from chat.page.pace import Paces, client_of
from ingest.reading import read_bounded

COST = {"n": 2**14, "r": 8, "p": 1}
"""Of scrypt: 16 MiB and about 50 ms for each try (RFC 7914, section 2)."""

FILE_MOST = 1_000_000
"""Bytes of a file of logins: ten thousand people."""

REMEMBERED = 1_000
"""Logins that were found right; a browser sends its own with every request."""

GUESSES = 20
"""Wrong logins that one address may send at once, and then one every ten seconds."""

GUESS_RATE = 0.1

GUESSED = "Too many names and passwords were tried from here. Wait a little."

ASKS = (b"www-authenticate", b'Basic realm="Dossier", charset="UTF-8"')

FIELDS = "NAME:scrypt:SALT:HASH"


class LoginError(ChatError):
    """A login cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Login:
    """One person's name with the salted hash of a password."""

    name: str
    salt: bytes
    digest: bytes

    def line(self) -> str:
        """As it stands in a file of logins."""
        return ":".join((self.name, "scrypt", _text(self.salt), _text(self.digest)))

    def opens(self, password: str) -> bool:
        return hmac.compare_digest(_digest(password, self.salt), self.digest)


def make_login(name: str, password: str) -> Login:
    """LoginError when the name or the password cannot be used."""
    if not name or ":" in name or not name.isprintable() or name.startswith("#"):
        raise LoginError(
            f"{name!r} cannot be a name: it has no colon, does not begin with # and is not empty."
        )
    if not password:
        raise LoginError(f"The password of {name} is empty. Give --auth as NAME:PASSWORD.")
    salt = os.urandom(16)
    return Login(name, salt, _digest(password, salt))


def read_logins(file: Path) -> list[Login]:
    """The logins of a file, one a line; blank lines and those that begin with # are left out."""
    try:
        lines = read_bounded(file, FILE_MOST).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise LoginError(f"{file} cannot be read ({why}). Name a file of logins with --auth-file.") from error
    logins = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            name, kind, salt, digest = line.strip().split(":")
            if not name or kind != "scrypt":
                raise ValueError
            logins.append(
                Login(name, base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
            )
        except ValueError:
            raise LoginError(
                f"{file}, line {number}, is not of the form {FIELDS}. Make it with `python -m chat login NAME`."
            ) from None
    if not logins:
        raise LoginError(f"{file} has no login. Make one with `python -m chat login NAME`.")
    return logins


class LoginGate:
    """Lets in only who sends a right name and password (HTTP Basic, RFC 7617): page, API and tools alike."""

    def __init__(self, app: ASGIApp, logins: Iterable[Login]):
        self._app = app
        self._logins: Mapping[str, Login] = {login.name: login for login in logins}
        self._nobody = make_login("nobody", "x")  # so that an unknown name takes as long
        self._key = os.urandom(32)
        self._right: dict[bytes, str] = {}
        """What was sent, keyed and hashed → the name that it belongs to."""
        self._guesses = Paces(GUESS_RATE, GUESSES)
        self._trying = asyncio.Lock()  # one guess at a time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"authorization", b"")
        name = self._right.get(self._keyed(said), "")
        if said and not name:
            if wait := self._guesses.wait(client_of(scope)):
                await refuse(send, 429, GUESSED, (b"retry-after", b"%d" % (wait + 1)))
                return
            async with self._trying:
                name = await run_in_threadpool(self._name_in, said)
            if name:
                self._guesses.forgive(client_of(scope))
        if not name:
            await refuse(send, 401, "Name and password, please.\n", ASKS)
            return
        if len(self._right) >= REMEMBERED:
            self._right.clear()
        self._right[self._keyed(said)] = name
        await self._app({**scope, "dossier.login": name}, receive, send)

    def _keyed(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")

    def _name_in(self, said: bytes) -> str:
        """The name that a header logs in; empty when its password is not right."""
        kind, _, rest = said.partition(b" ")
        if kind.lower() != b"basic":
            return ""
        try:
            name, _, password = base64.b64decode(rest, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        login = self._logins.get(name)
        right = (login or self._nobody).opens(password)
        return name if right and login is not None else ""


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, dklen=32, **COST)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
