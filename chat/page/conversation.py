"""What one browser session asked and what came of it; questions are answered one after the other."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal

from chat.answers import Answer, Progress, Turn
from chat.engine import Answerer
from chat.logs import log_fault
from chat.suggesting import suggest_questions

State = Literal["waiting", "running", "done", "stopped"]

log = logging.getLogger(__name__)

BROKE = (
    "Something went wrong while looking for the answer. This says nothing about what the articles hold. "
    "Ask again; if it happens again, look for fault {id} in the window where Dossier was started."
)


@dataclass(slots=True)
class Exchange:
    """One question and its answer so far. Mutable: the stream fills it in while the page shows it."""

    question: str
    scope: frozenset[str] | None = None
    """Ids of the articles to ask; None for all."""
    state: State = "waiting"
    latest: Progress | Answer | None = None
    suggested: tuple[str, ...] | None = None
    """Questions to go on with; None while nobody has looked for any."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """Ids of cited articles that are no longer what they were when this was answered, with their hash of
    then (empty when it is not known)."""
    vote: Literal["", "up", "down"] = ""
    drafted: bool = False
    """Whether it was added to the question set."""

    @property
    def answer(self) -> Answer | None:
        """The whole answer; None while there is none."""
        return self.latest if self.state == "done" and isinstance(self.latest, Answer) else None


class Conversation(list[Exchange]):
    """The exchanges of one browser session, in order."""

    id: str = ""
    """The name under which the browser keeps it."""
    unticked: tuple[int, frozenset[str]] = (0, frozenset())
    """Ids of articles that are not asked, what is added later is; and the number of the tick that said so."""
    drawing: tuple[int, str] = (0, "")
    """Its last drawing, with a number that goes up with each that differs from the one before."""


Exchanges = list[Exchange]

# Two requests of one session may come at once. Only the change of state is guarded, never the work.
_changing = threading.Lock()


def is_running(conversation: Exchanges) -> bool:
    """Whether one of the questions is being answered."""
    return any(exchange.state == "running" for exchange in conversation)


def take_next(conversation: Exchanges) -> Exchange | None:
    """The first waiting exchange, now running; None when nothing waits or another one is running."""
    with _changing:
        if is_running(conversation):
            return None
        waiting = next((exchange for exchange in conversation if exchange.state == "waiting"), None)
        if waiting is not None:
            waiting.state = "running"
        return waiting


def stop_all(conversation: Exchanges) -> None:
    """Marks what runs or waits as stopped; a running stream notices at its next event."""
    with _changing:
        for exchange in conversation:
            if exchange.state in ("waiting", "running"):
                exchange.state = "stopped"


def replace_all(conversation: Conversation, id: str, exchanges: Iterable[Exchange] = ()) -> None:
    """Stops what runs and puts another conversation in its place; whoever still draws it draws the new one."""
    stop_all(conversation)
    with _changing:
        conversation[:] = exchanges
        conversation.id = id


def untick(conversation: Conversation, tick: int, articles: frozenset[str]) -> None:
    """Leaves articles out from now on, unless a later tick has already said which."""
    with _changing:
        if tick > conversation.unticked[0]:
            conversation.unticked = tick, articles


def put_before(
    conversation: Conversation, id: str, exchanges: Iterable[Exchange], scope: frozenset[str] | None = None
) -> None:
    """Puts what a browser kept before what was asked since, once; for a session that was forgotten meanwhile.

    What was asked before it was known which articles are ticked is asked again of those in `scope`.
    """
    with _changing:
        if conversation.id != id:
            for place, exchange in enumerate(conversation):
                if exchange.scope != scope:
                    exchange.state = "stopped"  # whoever answers it notices
                    conversation[place] = Exchange(exchange.question, scope)
            conversation[:0] = exchanges
            conversation.id = id


def _finish(exchange: Exchange) -> None:
    with _changing:
        if exchange.state == "running":
            exchange.state = "done"


def history_before(conversation: Exchanges, exchange: Exchange) -> tuple[Turn, ...]:
    """The earlier turns that were answered or declined, as the engine takes them."""
    turns: list[Turn] = []
    for earlier in conversation:
        if earlier is exchange:
            break
        answer = earlier.answer
        if answer is not None and answer.outcome != "failed":
            turns += (Turn("user", earlier.question), Turn("assistant", answer.text()))
    return tuple(turns)


def answer_waiting(conversation: Exchanges, answerer: Answerer) -> Iterator[None]:
    """Answers what waits, in order, and yields after each change; returns when nothing waits."""
    while (exchange := take_next(conversation)) is not None:
        try:
            yield
            for _ in _fill_in(exchange, answerer, history_before(conversation, exchange)):
                yield
            _finish(exchange)
        except GeneratorExit:  # the browser went away
            stop_all(conversation)
            raise
        yield


def _fill_in(exchange: Exchange, answerer: Answerer, history: tuple[Turn, ...]) -> Iterator[None]:
    try:
        # closing is what stops the engine's work
        with closing(answerer.stream(exchange.question, history, exchange.scope)) as events:
            for event in events:
                if exchange.state != "running":
                    return
                exchange.latest = event
                yield
        if not isinstance(exchange.latest, Answer):
            raise RuntimeError("the stream ended without an answer")
    except Exception as problem:  # whatever it is, the person who asked is told, and can ask again
        message = BROKE.format(id=log_fault(log, problem))
        exchange.latest = Answer(exchange.question, "failed", message=message)


def suggest_next(
    conversation: Exchanges, answerer: Answerer, may_go_on: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """Looks for questions to go on with after the last answer, and yields when each is found.

    Gives way as soon as another question is asked, or when `may_go_on` says no.
    """
    with _changing:
        exchange = conversation[-1] if conversation else None
        if exchange is None or exchange.suggested is not None or exchange.answer is None:
            return
        exchange.suggested = ()
    answers = [earlier.answer for earlier in conversation if earlier.answer is not None]
    questions = [earlier.question for earlier in conversation]
    seen = {(c.article, c.start, c.end) for answer in answers for c in answer.citations}
    if exchange.answer.outcome == "failed":
        return
    try:
        for question in suggest_questions(
            answerer, exchange.answer, questions, seen, exchange.scope, may_go_on
        ):
            if conversation[-1:] != [exchange]:
                return
            exchange.suggested += (question,)
            yield
    except Exception as problem:  # nobody asked for them: without them the page is whole
        log_fault(log, problem, "suggesting-failed")
