"""How an answer was found: what was looked for and decided, the ranked sentences, and every figure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chat.answers import Answer, Found
from chat.page.pieces import Shelf, escaped, folded, opens, title_of, words_of

FOUND_SHOWN = 10
"""Found sentences that are shown."""

LISTS = {
    "dense": "by meaning",
    "words": "by words",
    "passage_dense": "its passage by meaning",
    "passage_words": "its passage by words",
    "prepared": "by prepared questions",
}
"""What the search's lists are called here."""


def render_trace(answer: Answer, shelf: Shelf, key: str) -> str:
    """The question as understood, how sure the engine was, the ranked sentences, seconds; all figures folded.

    `key` begins the ids of what can be unfolded.
    """
    figures = {**({"question as understood": answer.understood} if answer.understood else {}), **answer.trace}
    figures.setdefault("seconds", answer.seconds)
    return folded(
        key,
        "How this was found",
        _listed(_steps(answer))
        + _found(answer.matches, shelf)
        + folded(f"{key}-figures", "Every figure", _listed(_facts(figures))),
    )


def _listed(facts: Iterable[tuple[str, Sequence[str]]]) -> str:
    rows = "".join(
        f"<div><dt>{escaped(name)}</dt>"
        + "".join(f'<dd dir="auto">{escaped(line)}</dd>' for line in lines)
        + "</div>"
        for name, lines in facts
    )
    return f"<dl>{rows}</dl>"


def _steps(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """The trace in words. It may come from a browser: what has not the form that the engine gives is left out."""
    if answer.understood:
        yield "Searched for", [answer.understood]
    findings = answer.trace.get("findings")
    findings = (
        [it for it in findings if isinstance(it, Mapping)] if isinstance(findings, list | tuple) else []
    )
    decided = []
    for finding in findings:
        sure, needed = finding.get("confidence"), finding.get("threshold")
        if isinstance(sure, float) and isinstance(needed, float):
            of = f"“{finding.get('question')}”: " if len(findings) > 1 else ""
            done = "so it is" if sure >= needed else "so it is not"
            decided.append(
                f"{of}the articles say it with a probability of {sure:.0%}, and from {needed:.0%} on "
                f"it is answered: {done}"
            )
    if decided:
        yield "Decision", decided
    writer = answer.trace.get("writer")
    if isinstance(writer, Mapping):
        counts = [f"{writer[name]} {name}" for name in ("written", "kept", "removed") if name in writer]
        yield (
            "Statements",
            [f"{writer.get('model')}: {', '.join(counts)}" if counts else f"{writer.get('model')}"],
        )
    yield "Seconds", [f"{answer.seconds:.2f}"]


def _found(matches: Sequence[Found], shelf: Shelf) -> str:
    if not matches:
        return ""
    shown = matches[:FOUND_SHOWN]
    items = "".join(
        f'<li><button type="button" dir="auto" {opens(found.article, found.start, found.end)}>'
        f"{escaped(words_of(found.article, found.start, found.end, shelf))}</button>"
        f'<span class="credit" dir="auto">{escaped(title_of(found.article, shelf))}</span>'
        f'<span class="credit">{_ranks(found)}</span></li>'
        for found in shown
    )
    of = f" of {len(matches)}" if len(matches) > len(shown) else ""
    return (
        f'<p class="label">The {len(shown)} best{of} sentences found, with their rank in each list</p>'
        f'<ol class="found">{items}</ol>'
    )


def _ranks(found: Found) -> str:
    ranks = (f"{rank} {LISTS.get(name, name)}" for name, rank in found.ranks.items())
    return escaped(f"score {found.score:.3f} · rank {', '.join(ranks)}")


def _facts(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Names and lines for JSON values; what holds no further mappings or lists is one line."""
    for name, value in values.items():
        path = f"{before}{name}".replace("_", " ")
        if isinstance(value, Mapping) and not _is_plain(value):
            yield from _facts(value, f"{path} · ")
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            if all(_is_plain(item) for item in value):
                yield path, [_shown(item) for item in value]
            else:
                numbered = {f"{path} {number}": item for number, item in enumerate(value, 1)}
                yield from _facts(numbered if len(value) > 1 else {path: value[0]})
        elif value is not None:
            yield path, [_shown(value)]


def _is_plain(value: Any) -> bool:
    inside = value.values() if isinstance(value, Mapping) else ()
    return not any(isinstance(item, Mapping | list | tuple) for item in inside)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return " · ".join(f"{name} {_shown(item)}".replace("_", " ") for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item) for item in value) or "none"
    return json.dumps(value, default=str)
