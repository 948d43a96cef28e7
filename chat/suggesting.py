"""Questions to go on with: near what was just cited, and only those that the articles answer."""

import re
from collections.abc import Callable, Collection, Iterator
from collections.abc import Set as AbstractSet
from itertools import zip_longest

from chat.answers import Answer
from chat.engine import Answerer
from ingest.questions import Prepared

MOST = 3
TRIED = 10
"""Questions that are asked of the engine, at most, to find those that it answers."""

READS_WELL = re.compile(
    r"(?:Who|Whom|Whose|What|When|Where|Why|How|Which|In (?:what|which)|Is|Are|Was|Were|Do|Does|Did|Has|Have|Had|"
    r"Can|Could|Will|Would)\b[^?]{12,90}\?"
)
"""Prepared questions are also bare words and long paraphrases; only a plain question is offered."""

Span = tuple[str, int, int]
"""Article, start, end."""


def suggest_questions(
    answerer: Answerer,
    answer: Answer,
    asked: Collection[str] = (),
    seen: Collection[Span] = (),
    scope: AbstractSet[str] | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Iterator[str]:
    """Up to three questions to ask next, each as soon as it was checked; none where none was prepared.

    Each is answered in full, from words near those of `answer` (near its closest passages where it was
    declined), and cites something that is not among the spans in `seen`, those cited so far. `asked` are
    the questions of the conversation. Ends as soon as `may_go_on` says no.
    """
    plain = answerer.without_model()  # nobody pays a language model for what is only looked for
    contents = plain.finder().searcher.contents
    shown = {*seen, *((c.article, c.start, c.end) for c in answer.citations)}
    anchors = [(c.article, c.start, c.end) for c in (*answer.citations, *answer.closest)]
    said = {_plain(question) for question in (*asked, answer.question, answer.understood)}
    found = 0
    for tried, (prepared, question) in enumerate(_near(contents.prepared, anchors, shown, scope)):
        if found == MOST or tried == TRIED or not may_go_on():
            return
        if _plain(question) in said:
            continue
        reply = plain.answer(question, scope=scope)
        cited = {(c.article, c.start, c.end) for c in reply.citations}
        on_point = any(
            c.article == prepared.article
            and any(c.start < end and start < c.end for start, end in prepared.spans)
            for c in reply.citations
        )
        if reply.outcome == "answered" and on_point and not cited <= shown:
            found += 1
            said.add(_plain(question))
            shown |= cited
            yield question


def _near(
    prepared: Collection[Prepared],
    anchors: Collection[Span],
    shown: Collection[Span],
    scope: AbstractSet[str] | None,
) -> Iterator[tuple[Prepared, str]]:
    """A question for each sentence not shown yet, the nearest first, one cited article after the other."""
    columns = []
    for article in dict.fromkeys(article for article, _, _ in anchors):
        if scope is not None and article not in scope:
            continue
        places = [(start, end) for name, start, end in anchors if name == article]
        read = [(start, end) for name, start, end in shown if name == article]
        own = [item for item in prepared if item.article == article and len(item.spans) == 1]
        fresh = [item for item in own if not _overlap(item.spans[0], read)]
        fresh.sort(key=lambda item: min(_distance(item.spans[0], place) for place in places))
        plain = ((item, _first_plain(item.questions)) for item in fresh)
        columns.append([(item, question) for item, question in plain if question])
    for row in zip_longest(*columns):
        yield from (entry for entry in row if entry is not None)


def _first_plain(questions: Collection[str]) -> str:
    return next((question for question in questions if READS_WELL.fullmatch(question)), "")


def _overlap(span: tuple[int, int], others: Collection[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _distance(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters between two spans; what comes after is nearer than what comes before."""
    return other[0] - one[1] + 1 if one[0] < other[0] else max(0, one[0] - other[1])


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))
