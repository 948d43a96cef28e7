"""What the page does when somebody asks, stops, opens an article or ticks one."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from chat.config import MAX_QUESTION
from chat.engine import Answerer
from chat.feedback import CASES, VOTES, append_line, draft_case, vote_row
from chat.page.conversation import (
    Conversation,
    Exchange,
    answer_waiting,
    history_before,
    put_before,
    replace_all,
    stop_all,
    suggest_next,
    untick,
)
from chat.page.evaluation import Evaluation, render_evaluation
from chat.page.history import freeze, thaw
from chat.page.pace import WaitingRoom, client_of
from chat.page.pieces import escaped
from chat.page.render import Span, render_article, render_article_list, render_asking, render_conversation
from chat.page.settings import PageSettings
from chat.page.uploads import removable
from chat.question import whole_text

log = logging.getLogger(__name__)

WAITING_MOST = 8
"""Questions of one conversation that are not answered yet."""

FORGOTTEN = "Dossier was started anew meanwhile. Try that once more."

ANSWERING = "answer"
"""What is asked on the page and by API waits in one queue under this name."""


class Parts(NamedTuple):
    """The components that events read and write."""

    asked: gr.State
    """Conversation: one per browser session."""
    conversation: gr.HTML
    question: gr.Textbox
    asking: gr.HTML
    """Which articles are asked."""
    notice: gr.HTML
    """Why something was not done, or that it was: the latter is shown for a moment only (page.js)."""
    ask: gr.Button
    stop: gr.Button
    reader: gr.HTML
    evaluation: gr.HTML


def refusal(question: str, conversation: Conversation, scope: frozenset[str] | None) -> str:
    """Why the question is not taken, in one friendly line; empty when it is."""
    if not question.strip():
        return "Type a question first."
    if len(question) > MAX_QUESTION:
        return (
            f"That is {len(question):,} characters, and a question may have {MAX_QUESTION:,}. "
            "It is still in the box: shorten it and ask again."
        )
    if scope is not None and not scope:
        return "No article is ticked. Tick at least one on the list of articles."
    if sum(exchange.state in ("waiting", "running") for exchange in conversation) >= WAITING_MOST:
        return f"{WAITING_MOST} questions are waiting already. Let one be answered first."
    return ""


def spans_of(data: Any) -> tuple[str, Span | None, list[Span]]:
    """The article that a click names, the words to show and those to mark lightly.

    ValueError where the browser sent anything else: what it sends is not trusted.
    """
    try:
        spans = [
            Span(int(span["start"]), int(span["end"]), int(span["number"]) if span.get("number") else None)
            for span in data["spans"][:100]
        ]
        return str(data["article"]), spans[0] if spans else None, spans[1:]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise ValueError(f"not an article with spans: {str(data)[:80]!r}") from problem


def as_text(given: Any) -> str:
    """What a browser sent in the place of a text, as a text that can be drawn; empty for anything else."""
    return whole_text(given) if isinstance(given, str) else ""


def _said(event: gr.EventData) -> Mapping[str, Any]:
    """What page.js sent along."""
    return event._data if isinstance(event._data, dict) else {}


def _named(event: gr.EventData, asked: Conversation) -> Exchange | None:
    """The answered exchange that an event is about, by its number from 1; None where there is none."""
    number = _said(event).get("exchange")
    if not isinstance(number, int) or not 1 <= number <= len(asked) or asked[number - 1].answer is None:
        return None
    return asked[number - 1]


def _kept(file: Path, row: Mapping[str, Any]) -> str:
    """Appends a row; gives back why that cannot be done, or nothing."""
    try:
        append_line(file, row)
    except OSError as error:
        return f"It cannot be stored in {file} ({error.strerror}): make room or allow writing there."
    return ""


def connect(parts: Parts, answerer: Answerer, settings: PageSettings, room: WaitingRoom) -> None:
    """Ties the page's events to the engine; call inside the page's `gr.Blocks`.

    No handler gives `gr.skip()`: Gradio makes a new component of it, under a new number, and keeps with each session
    every one that was drawn into, 100 kB for a question.
    """
    feedback = settings.home / "feedback"
    evaluation = Evaluation(settings.evaluate, settings.runs)

    one_drawing = threading.Lock()  # or an older drawing could take the higher number

    def drawn(asked: Conversation) -> str:
        shelf = answerer.articles
        with one_drawing:
            markup = render_conversation(
                asked, shelf, answerer.examples, lambda exchange: freeze(exchange, shelf), asked.id
            )
            number, before = asked.drawing
            if markup != before:
                number += 1
                asked.drawing = number, markup
        return f'<div data-drawing="{number}">{markup}</div>'

    def scope_of(asked: Conversation) -> frozenset[str] | None:
        known, (_, unticked) = frozenset(answerer.articles), asked.unticked
        return known - unticked if known & unticked else None

    def hear_ticks(event: gr.EventData, asked: Conversation) -> None:
        named, tick = _said(event).get("unticked"), _said(event).get("tick")
        if isinstance(named, list) and isinstance(tick, int):
            untick(asked, tick, answerer.articles.keys() & frozenset(map(as_text, named)))

    def take(question: Any, asked: Conversation, request: gr.Request) -> tuple[Any, ...]:
        question, scope = as_text(question), scope_of(asked)
        client = client_of(request.request.scope)
        if why := refusal(question, asked, scope) or room.is_full_for(client):
            return question, alert(why), asked, drawn(asked)
        asked.append(Exchange(question.strip(), scope))
        return "", "", asked, drawn(asked)

    def take_suggested(event: gr.EventData, asked: Conversation, request: gr.Request) -> tuple[Any, ...]:
        return take(_said(event).get("question"), asked, request)[1:]  # what is being typed stays

    def answer(asked: Conversation) -> Iterator[Any]:
        yield drawn(asked)  # a generator that yields nothing would empty the page
        for _ in answer_waiting(asked, answerer):
            yield drawn(asked)

    def suggest(asked: Conversation) -> Iterator[Any]:
        for _ in suggest_next(asked, answerer, room.is_quiet):
            yield drawn(asked)
        yield drawn(asked)  # a question may have been asked meanwhile, and its drawing overtaken by ours

    def restore(event: gr.EventData, asked: Conversation) -> tuple[Any, ...]:
        id, notice = as_text(_said(event).get("id"))[:40], ""
        rows = _said(event).get("exchanges")
        try:
            # None: the page has only just said what it is called, and may have been asked something before
            kept = thaw(rows or [], answerer.articles)
        except ValueError as problem:
            log.warning("conversation-refused reason=%r", type(problem.__cause__ or problem).__name__)
            # under another name, so that what is kept stays as it is
            id, kept, notice = f"{id}~", [], alert("That conversation cannot be read any more.")
        if rows is None:
            asked.id = id
        elif _said(event).get("forgotten") is True:
            hear_ticks(event, asked)
            put_before(asked, id, kept, scope_of(asked))
        else:
            replace_all(asked, id, kept)
        return notice, asked, drawn(asked)

    def judge(event: gr.EventData, asked: Conversation) -> tuple[Any, ...]:
        vote, comment = _said(event).get("vote"), as_text(_said(event).get("comment"))
        exchange = _named(event, asked)
        if exchange is None or vote not in ("up", "down"):
            return alert(FORGOTTEN), drawn(asked)
        history = history_before(asked, exchange)
        row = vote_row(vote, comment, exchange.question, history, exchange.answer)
        if why := _kept(feedback / VOTES, row):
            return alert(why), drawn(asked)
        exchange.vote = vote
        said = "Comment stored" if comment.strip() else "Stored"
        return tell(f"{said} on this machine. Thank you."), drawn(asked)

    def draft(event: gr.EventData, asked: Conversation) -> tuple[Any, ...]:
        exchange = _named(event, asked)
        if exchange is None or exchange.drafted:
            return alert("" if exchange else FORGOTTEN), drawn(asked)
        row = draft_case(exchange.question, history_before(asked, exchange), exchange.answer)
        if why := _kept(feedback / CASES, row):
            return alert(why), drawn(asked)
        exchange.drafted = True
        return tell(f"Added to {feedback / CASES} as {row['id']}: complete it there."), drawn(asked)

    def stop(asked: Conversation) -> str:
        stop_all(asked)
        return drawn(asked)

    def open_article(event: gr.EventData, asked: Conversation) -> str:
        try:
            article, here, also = spans_of(_said(event))
            return render_article(answerer.articles[article], here, also)
        except (ValueError, KeyError):
            return list_articles(asked)[0]

    def list_articles(asked: Conversation) -> tuple[str, str]:
        names = removable(answerer) if settings.own is not None else None
        return render_article_list(answerer.articles, scope_of(asked), names), asking(asked)

    def choose(event: gr.EventData, asked: Conversation) -> tuple[Conversation, str, str]:
        hear_ticks(event, asked)
        return asked, asking(asked), ""

    def evaluate(event: gr.EventData) -> str:
        match _said(event).get("do"):
            case "start":
                evaluation.start()
            case "cancel":
                evaluation.cancel()
        return render_evaluation(evaluation)

    def asking(asked: Conversation) -> str:
        return render_asking(len(answerer.articles), scope_of(asked), asked.unticked[0])

    def alert(why: str) -> str:
        return f'<p role="alert">{escaped(why)}</p>' if why else ""

    def tell(what: str) -> str:
        # the time makes the same words once more a new message
        return f'<p data-say="{time.time_ns()}">{escaped(what)}</p>'

    # Straight calls do not queue; only answering does. `multiple`: a second question may come while
    # one is answered, and waits in the conversation.
    straight: dict[str, Any] = {
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
        "trigger_mode": "multiple",
    }
    taken = [parts.question, parts.notice, parts.asked, parts.conversation]
    typed = {"fn": take, "inputs": [parts.question, parts.asked], "outputs": taken}
    suggested = {"fn": take_suggested, "inputs": parts.asked, "outputs": taken[1:]}
    for heard, handler in (
        (parts.question.submit, typed),
        (parts.ask.click, typed),
        (parts.conversation.ask, suggested),
        (parts.conversation.resume, {"fn": drawn, "inputs": parts.asked, "outputs": parts.conversation}),
    ):
        heard(**handler, **straight).then(
            answer,
            parts.asked,
            parts.conversation,
            **(straight | {"queue": True}),
            concurrency_limit=settings.at_once,
            concurrency_id=ANSWERING,
        ).then(
            suggest,
            parts.asked,
            parts.conversation,
            **(straight | {"queue": True}),
            concurrency_limit=1,  # it can wait, and the machine has better things to do
        )
    shown = [parts.notice, parts.conversation]
    parts.conversation.vote(judge, parts.asked, shown, **straight)
    parts.conversation.draft(draft, parts.asked, shown, **straight)
    kept = [parts.notice, parts.asked, parts.conversation]
    parts.conversation.restore(restore, parts.asked, kept, **straight)
    parts.conversation.redraw(drawn, parts.asked, parts.conversation, **straight)
    parts.stop.click(stop, parts.asked, parts.conversation, **straight)
    parts.conversation.evaluation(evaluate, None, parts.evaluation, **straight)
    parts.conversation.open(open_article, parts.asked, parts.reader, **straight)
    parts.conversation.list(list_articles, parts.asked, [parts.reader, parts.asking], **straight)
    chosen = [parts.asked, parts.asking, parts.notice]
    parts.conversation.scope(choose, parts.asked, chosen, **straight)
