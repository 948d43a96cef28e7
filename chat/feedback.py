"""What people say about answers, kept on this machine: votes, and drafts of test cases.

Both are JSON Lines below the home folder, `feedback/votes.jsonl` and `feedback/cases.jsonl`; lines are only
ever appended. A vote is

    {"time", "vote": "up" | "down", "comment", "question", "history", "outcome", "answer", "citations"}

and of several for one answer the last one counts. A draft is a case of a question set (`eval/cases.py`) that
`python -m eval check` accepts once somebody has put the facts in the place of what `TO_FILL_IN` says.
"""

import fcntl
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from chat.answers import Answer, Turn
from chat.question import Kind, classify
from chat.values import asked_values

VOTES = "votes.jsonl"
CASES = "cases.jsonl"

TO_FILL_IN = "TO FILL IN: the words of the quote that a right answer must hold"

COMMENT_MOST = 4_000
"""Characters."""

CATEGORIES: Mapping[Kind, str] = {"why": "why", "how": "how", "list": "list", "broad": "broad"}
"""By kind of question; `fact` for the others."""


def vote_row(
    vote: Literal["up", "down"], comment: str, question: str, history: Sequence[Turn], answer: Answer
) -> dict[str, Any]:
    """One line of votes.jsonl."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "vote": vote,
        "comment": comment.strip()[:COMMENT_MOST],
        "question": question,
        "history": [asdict(turn) for turn in history],
        "outcome": answer.outcome,
        "answer": answer.text(),
        "citations": [asdict(citation) for citation in answer.citations],
    }


def draft_case(question: str, history: Sequence[Turn], answer: Answer) -> dict[str, Any]:
    """A case made of one turn: each statement that has one is a fact, proved by its quotation.

    What the fact is can be told for exact answers, dates and numbers; elsewhere `TO_FILL_IN` stands.
    """
    answerable = answer.outcome in ("answered", "partial")
    quotes = {citation.number: citation for citation in answer.citations}
    asked = answer.understood or question
    kind = classify(asked).kind
    facts, evidence = [], []
    for statement in answer.statements if answerable else ():
        words = [statement.text[start:end] for start, end in statement.marked]
        words = words or [
            statement.text[v.start : v.end] for v in asked_values(statement.text, asked, kind)[:1]
        ]
        holding = [quotes[n] for n in statement.citations if n in quotes and _any_in(words, quotes[n].quote)]
        for citation in holding or [quotes[n] for n in statement.citations[:1] if n in quotes]:
            evidence.append({"article": citation.article, "quote": citation.quote, "fact": len(facts)})
        facts.append(list(dict.fromkeys(words)) if holding and words else [TO_FILL_IN])
    category = CATEGORIES.get(kind, "fact") if answerable else "unanswerable"
    return {
        "id": f"draft-{datetime.now(UTC):%Y%m%d}-{uuid.uuid4().hex[:8]}",
        "question": question,
        "category": "follow-up" if history else category,
        "answerable": answerable,
        "facts": facts,
        "evidence": evidence,
        **({"history": [asdict(turn) for turn in history]} if history else {}),
        "note": f"A draft from the page: the answer was {answer.outcome}. Check everything.",
    }


def _any_in(words: Sequence[str], quote: str) -> bool:
    return any(word in quote for word in words)


def append_line(file: Path, row: Mapping[str, Any]) -> None:
    """Adds one line of JSON, on the disk when this returns.

    A line that a crash cut short stays alone: the next one begins on a line of its own. OSError when the
    file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    place = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)  # until it is closed
        size = os.fstat(place).st_size
        if size and os.pread(place, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:
            line = line[os.write(place, line) :]
        os.fsync(place)
    finally:
        os.close(place)
