"""From dataclasses to HTML. Whatever comes from a document, a question or a model goes through `escaped`."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from chat.answers import Answer, Citation, Closest, Outcome, Progress, Statement
from chat.composing import DIFFER, DISAGREE
from chat.page.conversation import Exchange, Exchanges
from chat.page.pieces import Shelf, count_articles, credits_of, escaped, folded, opens, title_of
from chat.page.trace import render_trace
from chat.values import find_dates, find_numbers
from ingest.articles import Article, Block, Kind

OUTCOMES: dict[Outcome, str] = {
    "answered": "Answered",
    "partial": "Partly answered",
    "declined": "Not in the articles",
    "failed": "Something broke",
}

TAGS: dict[Kind, str] = {
    "title": "h2",
    "standfirst": "p",
    "byline": "p",
    "dateline": "p",
    "heading": "h3",
    "paragraph": "p",
    "list_item": "li",
    "quotation": "blockquote",
    "note": "p",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one article's text to mark."""

    start: int
    end: int
    number: int | None = None
    """Of the citation, where it has one."""


# The conversation


def render_heading(title: str) -> str:
    """The line above the conversation; on a phone it opens the list of articles, too."""
    return (
        f'<header class="top"><h1>{escaped(title)}</h1><nav aria-label="Views">'
        '<button type="button" class="quiet" data-new><span>New</span></button>'
        '<button type="button" class="quiet" data-history aria-haspopup="dialog"><span>History</span></button>'
        '<button type="button" class="quiet" data-evaluation aria-pressed="false"><span>Evaluation</span></button>'
        '<button type="button" class="quiet narrow" data-list><span>Articles</span></button></nav></header>'
    )


def render_conversation(
    conversation: Exchanges,
    shelf: Shelf,
    examples: Sequence[str] = (),
    freeze: Callable[[Exchange], Any] | None = None,
    id: str = "",
) -> str:
    """The whole conversation; while it is empty, what this is and what could be asked.

    What `freeze` makes of each exchange goes along as JSON for the browser to keep, under the name `id`.
    """
    if not conversation:
        return render_welcome(shelf, examples, id)
    busy = any(exchange.state in ("running", "waiting") for exchange in conversation)
    exchanges = "".join(
        render_exchange(exchange, shelf, number, exchange is conversation[-1], freeze)
        for number, exchange in enumerate(conversation, 1)
    )
    return (
        f'<div class="conversation" role="log" aria-busy="{str(busy).lower()}" '
        f'data-conversation="{escaped(id)}">{exchanges}</div>'
    )


def render_welcome(shelf: Shelf, examples: Sequence[str], id: str = "") -> str:
    """What this is in one sentence, and example questions as buttons."""
    return (
        f'<div class="welcome" data-conversation="{escaped(id)}"><h2>Ask the articles</h2>'
        f"<p>Answers come from {count_articles(len(shelf))} only: every sentence shows the exact words it rests "
        "on, and what is not there is said not to be there.</p>"
        + (_chips(examples, "Example questions") if examples else "")
        + "</div>"
    )


def _chips(questions: Iterable[str], label: str) -> str:
    items = "".join(
        f'<li><button type="button" class="chip" dir="auto" data-ask="{escaped(question)}">'
        f"{escaped(question)}</button></li>"
        for question in questions
    )
    return f'<ul class="chips" aria-label="{label}">{items}</ul>'


def render_asking(articles: int, scope: Set[str] | None = None, tick: int = 0) -> str:
    """Which articles are asked, as a button that opens their list; `scope` None means all of them.

    `tick` is the number of the tick that said so.
    """
    all_of_them = "the article" if articles == 1 else f"all {count_articles(articles)}"
    which = all_of_them if scope is None else f"{len(scope)} of {count_articles(articles)}"
    return f'<button type="button" class="asking" data-list data-tick="{tick}">Asking {which}</button>'


def render_exchange(
    exchange: Exchange,
    shelf: Shelf,
    number: int,
    last: bool = True,
    freeze: Callable[[Exchange], Any] | None = None,
) -> str:
    """One question with what came of it; `number` counts from 1 in the conversation.

    What can be asked next stands below the last one only.
    """
    asked_in = ""
    if exchange.scope is not None and len(exchange.scope) < len(shelf):
        asked_in = f'<p class="asked-in">asked in {len(exchange.scope)} of {count_articles(len(shelf))}</p>'
    frozen = f' data-frozen="{escaped(json.dumps(freeze(exchange)))}"' if freeze else ""
    return (
        f'<section class="exchange" id="exchange-{number}" data-exchange="{number}" '
        f'aria-label="Question {number}"{frozen}>'
        f'<div class="asked"><h2 dir="auto">{escaped(exchange.question)}</h2>{asked_in}</div>'
        f"{_render_latest(exchange, shelf, number)}"
        f"{render_actions(exchange)}"
        f"{render_suggested(exchange.suggested) if last and exchange.suggested else ''}</section>"
    )


def _render_latest(exchange: Exchange, shelf: Shelf, number: int) -> str:
    latest, running = exchange.latest, exchange.state in ("running", "waiting")
    answer = ""
    if isinstance(latest, Answer):
        finished = exchange.state == "done"
        answer = render_answer(latest, shelf, f"exchange-{number}", finished, exchange.changed)
    if exchange.state == "waiting":
        return '<p class="progress" role="status" data-waiting>Waiting for the question before it</p>'
    if running:
        match latest:
            case Progress():
                doing = latest.doing
            case Answer():
                doing = "" if latest.trace else "Writing the rest"  # what is whole has its trace
            case None:
                doing = "Searching the articles"
        return answer + (f'<p class="progress" role="status">{escaped(doing)}</p>' if doing else "")
    if exchange.state == "stopped":
        return f'{answer}<p class="stopped">Stopped. {_ask_again(exchange.question)}</p>'
    return answer


def render_suggested(questions: Iterable[str]) -> str:
    """Questions to go on with, as buttons."""
    return f'<h3 class="label">Go on with</h3>{_chips(questions, "Questions to go on with")}'


def render_actions(exchange: Exchange) -> str:
    """What can be done with an answer: judge it, copy it, make a test case of it. Nothing with a fault."""
    if exchange.answer is None or exchange.answer.outcome == "failed":
        return ""
    votes = "".join(
        f'<button type="button" data-vote="{vote}" aria-pressed="{str(exchange.vote == vote).lower()}">'
        f"{label}</button>"
        for vote, label in (("up", "Helpful"), ("down", "Not helpful"))
    )
    comment = '<button type="button" data-comment>Add a comment</button>' if exchange.vote else ""
    case = (
        '<span class="drafted">In the question set</span>'
        if exchange.drafted
        else '<button type="button" data-draft>Add to question set</button>'
    )
    return (
        f'<div class="actions" role="group" aria-label="This answer">{votes}{comment}'
        '<button type="button" data-copy="rich">Copy</button>'
        f'<button type="button" data-copy="markdown">Copy as Markdown</button>{case}</div>'
    )


def _ask_again(question: str) -> str:
    return f'<button type="button" class="quiet" data-ask="{escaped(question)}">Ask again</button>'


# An answer


def render_answer(
    answer: Answer,
    shelf: Shelf,
    key: str = "answer",
    finished: bool = True,
    changed: Collection[str] = (),
) -> str:
    """Outcome, statements with their markers, sources, closest passages and how it was found.

    `key` begins the ids of what can be unfolded and must be unique on the page. The outcome and the
    search are shown of a finished answer only: a snapshot's may still change. `changed` are the articles
    that are no longer what they were: where a quotation stood in them is not known any more.
    """
    cited = {citation.number: citation for citation in answer.citations}
    parts = [f'<p class="outcome">{OUTCOMES[answer.outcome]}</p>'] if finished else []
    sides, others = split_versions(answer)
    parts += [render_versions(sides, cited, shelf)] if sides else []
    parts += (render_statement(statement, cited, shelf) for statement in others)
    if answer.message:
        parts.append(f'<p class="message" dir="auto">{escaped(answer.message)}</p>')
    if answer.outcome == "failed" and finished:
        parts.append(_ask_again(answer.question))
    if answer.citations:
        parts.append(render_sources(answer.citations, shelf, changed))
    if answer.closest:
        parts.append(render_closest(answer.closest, shelf, f"{key}-closest"))
    if finished and (answer.matches or answer.trace or answer.understood):
        parts.append(render_trace(answer, shelf, f"{key}-trace"))
    moved = f' data-changed="{escaped(json.dumps(sorted(changed)))}"' if changed else ""
    return f'<div class="answer" data-outcome="{answer.outcome}"{moved}>{"".join(parts)}</div>'


def render_statement(statement: Statement, cited: Mapping[int, Citation], shelf: Shelf) -> str:
    """One statement with its lead, the exact answer in bold, and a marker for each citation."""
    lead = f'<span class="lead" dir="auto">{escaped(statement.lead)}</span> ' if statement.lead else ""
    pieces = []
    for start, end, marks in _pieces(0, len(statement.text), [Span(*span) for span in statement.marked]):
        piece = escaped(statement.text[start:end])
        pieces.append(f"<strong>{piece}</strong>" if marks else piece)
    markers = "".join(render_marker(cited[n], shelf) for n in statement.citations if n in cited)
    says = f'<span class="says" dir="auto">{"".join(pieces)}</span>'
    return f'<p class="statement">{lead}{says}{markers}</p>'


def split_versions(answer: Answer) -> tuple[list[tuple[str, list[Statement]]], tuple[Statement, ...]]:
    """What each article says where they disagree, as (value, statements), and the statements beside that.

    The engine puts the articles that disagree first, in the order of `trace["versions"]`.
    """
    values = answer.trace.get("versions") or ()
    articles = {citation.number: citation.article for citation in answer.citations}
    by_article: dict[str, list[Statement]] = {}
    for statement in answer.statements:
        own = next((articles[number] for number in statement.citations if number in articles), "")
        by_article.setdefault(own, []).append(statement)
    if not isinstance(values, list | tuple) or not 1 < len(values) <= len(by_article):
        return [], answer.statements
    grouped = list(by_article.values())
    sides = [(str(value), said) for value, said in zip(values, grouped, strict=False)]
    return sides, tuple(statement for said in grouped[len(sides) :] for statement in said)


def render_versions(
    sides: Sequence[tuple[str, Sequence[Statement]]], cited: Mapping[int, Citation], shelf: Shelf
) -> str:
    """The versions of articles that disagree, side by side, each under its source."""
    cards = []
    for value, statements in sides:
        own = next((cited[n].article for n in statements[0].citations if n in cited), "")
        by = credits_of(shelf[own])[-1:] if own in shelf else ()
        under = f'<span class="credit" dir="auto">{escaped(by[0])}</span>' if by else ""
        said = (replace(s, lead="", marked=s.marked or _places(value, s.text)) for s in statements)
        body = "".join(render_statement(statement, cited, shelf) for statement in said)
        cards.append(
            f'<li class="version"><h3 dir="auto">{escaped(title_of(own, shelf))}</h3>{under}{body}</li>'
        )
    lead = sides[0][1][0].lead
    how = DIFFER if lead.startswith(DIFFER) else DISAGREE
    return f'<p class="disagree">{escaped(how)}</p><ul class="versions">{"".join(cards)}</ul>'


def _places(value: str, text: str) -> tuple[tuple[int, int], ...]:
    """Where a date or number that the articles disagree about stands in the text."""
    found = [v for v in (*find_dates(text), *find_numbers(text)) if v.key == value]
    return ((found[0].start, found[0].end),) if found else ()


def render_marker(citation: Citation, shelf: Shelf) -> str:
    """The small button after a statement that shows and opens its source."""
    name = f"Source {citation.number}: {title_of(citation.article, shelf)}"
    return (
        f'<button type="button" class="marker" {opens(citation.article, citation.start, citation.end)} '
        f'data-number="{citation.number}" aria-label="{escaped(name)}">{citation.number}</button>'
    )


def render_sources(citations: Sequence[Citation], shelf: Shelf, changed: Collection[str] = ()) -> str:
    """The numbered sources of an answer, each a button that opens its article at the quoted words."""
    items = "".join(
        f'<li><button type="button" class="source" data-number="{citation.number}" '
        f"{opens(citation.article, citation.start, citation.end)}>"
        f'<span class="number">{citation.number}</span>'
        f"{_source(citation.article, citation.quote, shelf, _since(citation.article, shelf, changed))}"
        "</button></li>"
        for citation in citations
    )
    return f'<h3 class="label">Sources</h3><ol class="sources">{items}</ol>'


def _since(article: str, shelf: Shelf, changed: Collection[str]) -> str:
    """What became of a cited article since the answer was given; empty when it is the same."""
    if article not in changed:
        return ""
    return "This article has changed since." if article in shelf else "This article is no longer here."


def render_closest(closest: Sequence[Closest], shelf: Shelf, key: str) -> str:
    """Passages near a question that the articles do not answer, folded and labelled as no answer."""
    items = "".join(
        f'<li><button type="button" class="source" {opens(near.article, near.start, near.end)}>'
        f"{_source(near.article, near.quote, shelf)}</button></li>"
        for near in closest
    )
    return folded(key, "Closest passages, not an answer", f'<ul class="sources">{items}</ul>')


# The articles


def render_article_list(
    shelf: Shelf, scope: Set[str] | None = None, removable: Mapping[str, str] | None = None
) -> str:
    """All articles with a tick for those that are asked; `scope` None means all.

    `removable` gives the names of those that were added, by id; None where none may be added.
    """
    removable_names = removable or {}
    items = "".join(
        '<li><label class="tick"><input type="checkbox" name="scope" '
        f'value="{escaped(article.id)}"{" checked" if scope is None or article.id in scope else ""} '
        f'aria-label="{escaped(f"Ask “{article.title}”")}"></label>'
        f'<button type="button" class="volume" data-open data-article="{escaped(article.id)}" dir="auto">'
        f'<span class="title">{escaped(article.title)}</span>'
        f'<span class="credit">{escaped(_credit_line(article))}</span></button>'
        f"{_remove(article, removable_names)}</li>"
        for article in shelf.values()
    )
    everything = (
        '<label class="tick all"><input type="checkbox" name="all"'
        f"{'' if scope is not None and len(scope) < len(shelf) else ' checked'}> All articles</label>"
        if len(shelf) > 1
        else ""
    )
    return (
        f'<section class="pane" aria-label="Articles"><header><h2>Articles</h2>{_close()}</header>'
        '<div class="body" tabindex="0" role="region" aria-label="List of articles">'
        f'<p class="hint">Questions go to the ticked ones. Open one to read it.</p>{everything}'
        f'<ul class="shelf">{items}</ul>{_adding() if removable is not None else ""}</div></section>'
    )


def _remove(article: Article, names: Mapping[str, str]) -> str:
    if article.id not in names:
        return ""
    return (
        f'<button type="button" class="quiet remove" data-remove="{escaped(names[article.id])}" '
        f'aria-label="{escaped(f"Remove “{article.title}”")}">Remove</button>'
    )


def _adding() -> str:
    return (
        '<div class="adding"><button type="button" class="quiet" data-add="files">Add files</button> '
        '<button type="button" class="quiet" data-add="folder">Add a folder</button>'
        '<p class="hint">Or drop them here: .txt, .md, .html, .pdf, .docx. They are stored on the machine that '
        "Dossier runs on, and can be removed again.</p></div>"
    )


def render_article(article: Article, here: Span | None = None, also: Iterable[Span] = ()) -> str:
    """The article's content by kind, with the words of `here` marked and those of `also` more lightly."""
    spans = [*([here] if here else []), *also]
    body, listing = [], False
    for block in article.blocks:
        if (block.kind == "list_item") != listing:
            body.append("</ul>" if listing else "<ul>")
            listing = not listing
        body.append(_render_block(article, block, here, spans))
    if listing:
        body.append("</ul>")
    return (
        f'<section class="pane" aria-label="Article" data-showing="{escaped(article.id)}"><header>'
        f'<button type="button" class="quiet back" data-list>← Articles</button>'
        f'<p class="showing" dir="auto">{escaped(article.title)}</p>{_close()}</header>'
        f'<div class="body" tabindex="0" role="region" aria-label="{escaped(article.title)}">'
        f'<p class="credit" dir="auto">{escaped(_credit_line(article))}</p>'
        f'<article class="text">{"".join(body)}</article></div></section>'
    )


def _render_block(article: Article, block: Block, here: Span | None, spans: Sequence[Span]) -> str:
    parts = []
    for start, end, marks in _pieces(block.start, block.end, spans):
        words = escaped(article.text[start:end])
        if marks:
            of = here if here is not None and here in marks else marks[0]
            number = f' data-number="{of.number}"' if of.number is not None and end == of.end else ""
            look = "here" if of is here else "also"
            words = f'<mark class="{look}" data-start="{of.start}"{number}>{words}</mark>'
        parts.append(words)
    tag = TAGS[block.kind]
    return f'<{tag} class="{block.kind}" dir="auto">{"".join(parts)}</{tag}>'


def _pieces(start: int, end: int, spans: Sequence[Span]) -> Iterator[tuple[int, int, list[Span]]]:
    """`[start, end)` cut where a span begins or ends, each piece with the spans that cover it."""
    inside = [span for span in spans if span.start < end and span.end > start]
    cuts = {start, end}
    for span in inside:
        cuts |= {max(start, span.start), min(end, span.end)}
    edges = sorted(cuts)
    for left, right in pairwise(edges):
        yield left, right, [span for span in inside if span.start <= left and right <= span.end]


# Small pieces


def _close() -> str:
    return '<button type="button" class="quiet close" data-close aria-label="Close the articles">✕</button>'


def _source(article: str, quote: str, shelf: Shelf, since: str = "") -> str:
    by = credits_of(shelf[article])[-1:] if article in shelf else ()
    credit = f'<span class="credit" dir="auto">{escaped(by[0])}</span>' if by else ""
    changed = f'<span class="since">{since}</span>' if since else ""
    return (
        f'<span class="what"><span class="title" dir="auto">{escaped(title_of(article, shelf))}</span>{credit}{changed}'
        f'<span class="quote" dir="auto">{escaped(quote)}</span></span>'
    )


def _credit_line(article: Article) -> str:
    return " · ".join((*credits_of(article), f"{article.words:,}\N{NO-BREAK SPACE}words"))
