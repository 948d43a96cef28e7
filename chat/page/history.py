"""Exchanges as JSON that a browser keeps, and back again: their citations stay as they were."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any, get_args

from chat.answers import Answer, Citation, Closest, Found, Outcome, Statement
from chat.page.conversation import Exchange
from chat.page.markdown import answer_markdown
from chat.page.pieces import Shelf
from chat.page.trace import FOUND_SHOWN
from chat.question import whole_text

FORMAT = 1
"""Raised when a row changes its meaning; rows of another format are not opened."""

EXCHANGES_MOST = 200
"""Of one conversation."""


def freeze(exchange: Exchange, shelf: Shelf) -> dict[str, Any]:
    """One exchange as plain JSON, with the hash of each article that it cites as it was answered."""
    answer = exchange.answer
    row: dict[str, Any] = {
        "format": FORMAT,
        "question": exchange.question,
        "scope": sorted(exchange.scope) if exchange.scope is not None else None,
        "vote": exchange.vote,
        "drafted": exchange.drafted,
    }
    if answer is None:
        return row
    cited = {c.article for c in (*answer.citations, *answer.closest)}
    known = {id: shelf[id].sha256 for id in sorted(cited) if id in shelf} | dict(exchange.changed)
    kept = replace(answer, matches=answer.matches[:FOUND_SHOWN])
    return row | {"answer": asdict(kept), "articles": known, "markdown": answer_markdown(answer, shelf)}


def thaw(rows: Any, shelf: Shelf) -> list[Exchange]:
    """The exchanges that were frozen; ValueError where the browser sent anything else.

    Quotations stay as they were; where an article has changed since, the exchange says so. An answer with
    a quotation that its unchanged article does not hold is left out: its question can be asked again.
    """
    if not isinstance(rows, list) or len(rows) > EXCHANGES_MOST:
        raise ValueError(f"not a list of at most {EXCHANGES_MOST} exchanges: {str(rows)[:80]!r}")
    try:
        # without halves of characters, which cannot be drawn
        rows = json.loads(whole_text(json.dumps(rows, ensure_ascii=False)))
        return [_thawed(row, shelf) for row in rows]
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as problem:
        raise ValueError(f"not an exchange that was kept ({problem})") from problem


def _thawed(row: Mapping[str, Any], shelf: Shelf) -> Exchange:
    if row["format"] != FORMAT:
        raise ValueError(f"kept in format {row['format']!r}, and this is format {FORMAT}")
    scope = frozenset(map(str, row["scope"])) & shelf.keys() if row["scope"] is not None else None
    exchange = Exchange(str(row["question"]), scope, "stopped", suggested=())
    exchange.vote = row["vote"] if row["vote"] in ("up", "down") else ""
    exchange.drafted = row["drafted"] is True
    if "answer" in row:
        answer, hashes = _answer(row["answer"]), row["articles"]
        cited = {c.article for c in (*answer.citations, *answer.closest)}
        exchange.changed = {
            id: str(hashes.get(id, ""))
            for id in sorted(cited)
            if id not in shelf or shelf[id].sha256 != hashes.get(id)
        }
        if all(c.article in exchange.changed or _holds(c, shelf) for c in answer.citations):
            exchange.latest, exchange.state = _as_it_stands(answer, shelf, exchange.changed), "done"
    return exchange


def _as_it_stands(answer: Answer, shelf: Shelf, changed: Collection[str]) -> Answer:
    """The answer without offsets into articles that have changed, save those of its quotations."""
    return replace(
        answer,
        closest=tuple(c for c in answer.closest if c.article not in changed and _holds(c, shelf)),
        matches=tuple(
            m
            for m in answer.matches
            if m.article in shelf and m.article not in changed and m.end <= len(shelf[m.article].text)
        ),
    )


def _holds(cited: Citation | Closest, shelf: Shelf) -> bool:
    return shelf[cited.article].text[cited.start : cited.end] == cited.quote


def _answer(row: Mapping[str, Any]) -> Answer:
    if row["outcome"] not in get_args(Outcome):
        raise ValueError(f"unknown outcome {row['outcome']!r}")
    trace = row["trace"]
    return Answer(
        question=str(row["question"]),
        outcome=row["outcome"],
        statements=tuple(
            Statement(
                str(s["text"]),
                tuple(map(int, s["citations"])),
                str(s["lead"]),
                tuple((int(start), int(end)) for start, end in s["marked"]),
                s["verbatim"] is True,
            )
            for s in row["statements"]
        ),
        citations=tuple(
            Citation(int(c["number"]), *_span(c), quote=str(c["quote"])) for c in row["citations"]
        ),
        message=str(row["message"]),
        understood=str(row["understood"]),
        closest=tuple(Closest(*_span(c), str(c["quote"]), float(c["score"])) for c in row["closest"]),
        matches=tuple(
            Found(*_span(m), float(m["score"]), {str(name): int(rank) for name, rank in m["ranks"].items()})
            for m in row["matches"]
        ),
        trace=trace if isinstance(trace, dict) else {},
        seconds=float(row["seconds"]),
    )


def _span(row: Mapping[str, Any]) -> tuple[str, int, int]:
    start, end = int(row["start"]), int(row["end"])
    if not 0 <= start < end:
        raise ValueError(f"no span: [{start}, {end})")
    return str(row["article"]), start, end
