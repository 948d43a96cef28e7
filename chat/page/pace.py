"""How fast one client may go, and how many questions may wait, so that nobody waits long behind others."""

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from starlette.types import Scope

RATE = 20.0
"""Requests a second that one client may go on with; the page's own scripts and styles are not counted."""

BURST = 200
"""Requests that it may send at once after it was quiet."""

CLIENTS_MOST = 10_000
"""That are remembered; the one that was quiet the longest is forgotten first."""

WAIT_SECONDS = 8.0
"""As long as a question may have to wait for those before it; more are turned away at once."""

WAITING_MOST = 64
"""Questions that wait, however fast answers come."""

WAITING_LEAST = 8

SHARE = 4
"""One client may have at most a quarter of the questions that wait."""

FIRST_GUESS = 0.4
"""Seconds for an answer, while none was given."""


def client_of(scope: Scope) -> str:
    """Whose request this is: the name that logged in, or else the address (of IPv6 the network)."""
    if name := scope.get("dossier.login"):
        return f"login {name}"
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    # one machine has a whole IPv6 network of addresses to choose from
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


class Paces:
    """For each client a bucket of tokens that fills again with time; a request takes one."""

    def __init__(self, rate: float = RATE, burst: float = BURST, clock: Callable[[], float] = time.monotonic):
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Client → tokens and when they were counted."""

    def wait(self, client: str) -> float:
        """Seconds until this client may send a request; 0 when it may now, which is counted."""
        now = self._clock()
        tokens, since = self._left.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        self._left[client] = (tokens - allowed, now)
        if len(self._left) > CLIENTS_MOST:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate

    def forgive(self, client: str) -> None:
        """Gives the token of one request back."""
        if client in self._left:
            tokens, since = self._left[client]
            self._left[client] = (tokens + 1, since)


class Line(Protocol):
    """The questions that Gradio keeps."""

    def queued(self) -> Iterable[str]:
        """The client of each that waits."""
        ...

    def running(self) -> int:
        """How many are being answered."""
        ...

    def seconds(self) -> Sequence[float]:
        """What the last answers took, once their turn had come."""
        ...


class WaitingRoom:
    """The questions that wait for an answer, wherever they were asked: on the page, by API, as tools."""

    def __init__(self, at_once: int):
        """`at_once`: questions that are answered at the same time."""
        self._at_once = at_once
        self.line: Line | None = None
        """Known once the page is built."""
        self._coming: Counter[str] = Counter()
        """By client the requests that are let in and not in the line yet, or never go there."""

    @property
    def most(self) -> int:
        """Questions that may wait, so that the last of them waits no longer than it should."""
        took = self.line.seconds() if self.line else ()
        mean = sum(took) / len(took) if took else FIRST_GUESS
        return max(WAITING_LEAST, min(WAITING_MOST, int(WAIT_SECONDS * self._at_once / max(mean, 0.001))))

    def is_full_for(self, client: str) -> str:
        """Why one more question of this client cannot wait; empty when it can."""
        waiting = self._waiting()
        if waiting.total() >= self.most:
            return f"Dossier is busy: {waiting.total()} questions are waiting. Ask again in a few seconds."
        if waiting[client] >= self.most // SHARE:
            return (
                f"Dossier is busy: {waiting[client]} of your questions are waiting already. "
                "Ask again in a few seconds."
            )
        return ""

    def is_quiet(self) -> bool:
        """Whether nobody waits for an answer."""
        return not self._waiting() and not (self.line and self.line.running())

    def _waiting(self) -> Counter[str]:
        return Counter(self.line.queued() if self.line else ()) + Counter(self._coming)  # a copy, for threads

    @contextmanager
    def one_more(self, client: str) -> Iterator[None]:
        """While a question is on its way, or is answered without going through Gradio's queue."""
        self._coming[client] += 1
        try:
            yield
        finally:
            self._coming[client] -= 1
            if not self._coming[client]:
                del self._coming[client]
