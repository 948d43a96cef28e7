"""What the page does when somebody asks, stops, opens an article or ticks one."""

import logging
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
    is_running,
    replace_all,
    stop_all,
    suggest_next,
)
from chat.page.evaluation import Evaluation, render_evaluation
from chat.page.history import freeze, thaw
from chat.page.render import Span, escaped, render_article, render_article_list, render_conversation
from chat.page.settings import PageSettings
from chat.page.uploads import removable
from chat.question import whole_text

log = logging.getLogger(__name__)

WAITING_MOST = 8
"""Questions of one conversation that are not answered yet."""

AT_ONCE = 8
"""Conversations that are answered at the same time; the others wait in the queue."""


class Parts(NamedTuple):
    """The components that events read and write."""

    asked: gr.State
    """Conversation: one per browser session."""
    scope: gr.State
    """frozenset of article ids, or None for all."""
    conversation: gr.HTML
    question: gr.Textbox
    notice: gr.HTML
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


def connect(parts: Parts, answerer: Answerer, settings: PageSettings) -> None:
    """Ties the page's events to the engine; call inside the page's `gr.Blocks`."""
    feedback = settings.home / "feedback"
    evaluation = Evaluation(settings.evaluate, settings.runs)

    def drawn(asked: Conversation) -> str:
        shelf = answerer.articles
        return render_conversation(
            asked, shelf, answerer.examples, lambda exchange: freeze(exchange, shelf), asked.id
        )

    def take(question: str, asked: Conversation, scope: frozenset[str] | None) -> tuple[Any, ...]:
        question = as_text(question)
        scope = None if scope is None else scope & answerer.articles.keys()  # some may have been removed
        if why := refusal(question, asked, scope):
            return gr.skip(), alert(why), asked, gr.skip()
        asked.append(Exchange(question.strip(), scope))
        return "", scope_note(scope), asked, drawn(asked)

    def take_suggested(
        event: gr.EventData, asked: Conversation, scope: frozenset[str] | None
    ) -> tuple[Any, ...]:
        _, *rest = take(_said(event).get("question"), asked, scope)
        return gr.skip(), *rest  # what is being typed stays

    def answer(asked: Conversation) -> Iterator[Any]:
        # A generator that yields nothing would empty the page. Where another one is at work, only that
        # one draws, so that an older drawing never comes after its last.
        yield gr.skip() if is_running(asked) else drawn(asked)
        for _ in answer_waiting(asked, answerer):
            yield drawn(asked)

    def suggest(asked: Conversation) -> Iterator[Any]:
        yield gr.skip()
        for _ in suggest_next(asked, answerer):
            yield drawn(asked)
        yield drawn(asked)  # a question may have been asked meanwhile, and its drawing overtaken by ours

    def restore(event: gr.EventData, asked: Conversation, scope: frozenset[str] | None) -> tuple[Any, ...]:
        id, notice = as_text(_said(event).get("id"))[:40], scope_note(scope)
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
        else:
            replace_all(asked, id, kept)
        return notice, asked, drawn(asked)

    def judge(event: gr.EventData, asked: Conversation) -> tuple[Any, ...]:
        vote, comment = _said(event).get("vote"), as_text(_said(event).get("comment"))
        exchange = _named(event, asked)
        if exchange is None or vote not in ("up", "down"):
            return gr.skip(), gr.skip()
        history = history_before(asked, exchange)
        row = vote_row(vote, comment, exchange.question, history, exchange.answer)
        if why := _kept(feedback / VOTES, row):
            return alert(why), gr.skip()
        exchange.vote = vote
        said = "Comment stored" if comment.strip() else "Stored"
        return f"<p>{said} on this machine. Thank you.</p>", drawn(asked)

    def draft(event: gr.EventData, asked: Conversation) -> tuple[Any, ...]:
        exchange = _named(event, asked)
        if exchange is None or exchange.drafted:
            return gr.skip(), gr.skip()
        row = draft_case(exchange.question, history_before(asked, exchange), exchange.answer)
        if why := _kept(feedback / CASES, row):
            return alert(why), gr.skip()
        exchange.drafted = True
        return f"<p>Added as {row['id']} to {escaped(str(feedback / CASES))}: complete it there.</p>", drawn(
            asked
        )

    def stop(asked: Conversation) -> str:
        stop_all(asked)
        return drawn(asked)

    def open_article(event: gr.EventData) -> Any:
        try:
            article, here, also = spans_of(_said(event))
            return render_article(answerer.articles[article], here, also)
        except (ValueError, KeyError):
            return gr.skip()

    def list_articles(scope: frozenset[str] | None) -> str:
        names = removable(answerer) if settings.own is not None else None
        return render_article_list(answerer.articles, scope, names)

    def choose(event: gr.EventData) -> tuple[frozenset[str] | None, str]:
        known = answerer.articles.keys()
        named = _said(event).get("articles")
        chosen = known & {as_text(article) for article in (named if isinstance(named, list) else [])}
        scope = None if chosen == known else frozenset(chosen)
        return scope, scope_note(scope)

    def evaluate(event: gr.EventData) -> str:
        match _said(event).get("do"):
            case "start":
                evaluation.start()
            case "cancel":
                evaluation.cancel()
        return render_evaluation(evaluation)

    def scope_note(scope: frozenset[str] | None) -> str:
        return "" if scope is None else f"<p>Asking {len(scope)} of {len(answerer.articles)} articles</p>"

    def alert(why: str) -> str:
        return f'<p role="alert">{escaped(why)}</p>'

    # Straight calls do not queue; only answering does. `multiple`: a second question may come while
    # one is answered, and waits in the conversation.
    straight: dict[str, Any] = {
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
        "trigger_mode": "multiple",
    }
    taken = [parts.question, parts.notice, parts.asked, parts.conversation]
    typed = {"fn": take, "inputs": [parts.question, parts.asked, parts.scope], "outputs": taken}
    suggested = {"fn": take_suggested, "inputs": [parts.asked, parts.scope], "outputs": taken}
    for heard, handler in (
        (parts.question.submit, typed),
        (parts.ask.click, typed),
        (parts.conversation.ask, suggested),
    ):
        heard(**handler, **straight).then(
            answer,
            parts.asked,
            parts.conversation,
            **(straight | {"queue": True}),
            concurrency_limit=AT_ONCE,
            concurrency_id="answer",
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
    parts.conversation.restore(restore, [parts.asked, parts.scope], kept, **straight)
    parts.stop.click(stop, parts.asked, parts.conversation, **straight)
    parts.conversation.evaluation(evaluate, None, parts.evaluation, **straight)
    parts.conversation.open(open_article, None, parts.reader, **straight)
    parts.conversation.list(list_articles, parts.scope, parts.reader, **straight)
    parts.conversation.scope(choose, None, [parts.scope, parts.notice], **straight)
