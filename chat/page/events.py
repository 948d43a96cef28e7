"""What the page does when somebody asks, stops, opens an article or ticks one."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import gradio as gr

from chat.config import MAX_QUESTION
from chat.engine import Answerer
from chat.page.conversation import Conversation, Exchange, answer_waiting, is_running, stop_all
from chat.page.render import Span, escaped, render_article, render_article_list, render_conversation

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


def _said(event: gr.EventData) -> Mapping[str, Any]:
    """What page.js sent along."""
    return event._data if isinstance(event._data, dict) else {}


def connect(parts: Parts, answerer: Answerer) -> None:
    """Ties the page's events to the engine; call inside the page's `gr.Blocks`."""

    def drawn(asked: Conversation) -> str:
        return render_conversation(asked, answerer.articles, answerer.examples)

    def take(question: str, asked: Conversation, scope: frozenset[str] | None) -> tuple[Any, ...]:
        if why := refusal(question, asked, scope):
            return gr.skip(), f'<p role="alert">{escaped(why)}</p>', asked, gr.skip()
        asked.append(Exchange(question.strip(), scope))
        return "", scope_note(scope), asked, drawn(asked)

    def take_suggested(
        event: gr.EventData, asked: Conversation, scope: frozenset[str] | None
    ) -> tuple[Any, ...]:
        _, *rest = take(str(_said(event).get("question", "")), asked, scope)
        return gr.skip(), *rest  # what is being typed stays

    def answer(asked: Conversation) -> Iterator[Any]:
        # A generator that yields nothing would empty the page. Where another one is at work, only that
        # one draws, so that an older drawing never comes after its last.
        yield gr.skip() if is_running(asked) else drawn(asked)
        for _ in answer_waiting(asked, answerer):
            yield drawn(asked)

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
        return render_article_list(answerer.articles, scope)

    def choose(event: gr.EventData) -> tuple[frozenset[str] | None, str]:
        known = answerer.articles.keys()
        chosen = known & {str(article) for article in _said(event).get("articles", [])}
        scope = None if chosen == known else frozenset(chosen)
        return scope, scope_note(scope)

    def scope_note(scope: frozenset[str] | None) -> str:
        return "" if scope is None else f"<p>Asking {len(scope)} of {len(answerer.articles)} articles</p>"

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
        )
    parts.stop.click(stop, parts.asked, parts.conversation, **straight)
    parts.conversation.open(open_article, None, parts.reader, **straight)
    parts.conversation.list(list_articles, parts.scope, parts.reader, **straight)
    parts.conversation.scope(choose, None, [parts.scope, parts.notice], **straight)
