"""One question to sentences with scores, and to the decision whether they answer it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from chat.composing import Scored
from chat.question import Asked, classify
from chat.refusing import Decision, decide
from index import Found, Searcher

READ = 40
"""So many best sentences of a search are read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one question that stands on its own."""

    asked: Asked
    found: Found
    scored: tuple[Scored, ...]
    """Best first."""
    decision: Decision


def find(question: str, searcher: Searcher, scope: AbstractSet[str] | None) -> Finding:
    """Searches, scores and decides."""
    found = searcher.search(question, scope)
    asked = classify(found.question)
    sentences = searcher.contents.sentences
    scored = tuple(Scored(sentences[match.id], match.score, match) for match in found.sentences[:READ])
    return Finding(asked, found, scored, decide(found, scored))


def find_best(ways: Sequence[str], searcher: Searcher, scope: AbstractSet[str] | None) -> Finding:
    """The finding for the way of saying a question that the articles answer most surely.

    `ways` has the likeliest first; a later one must be surer by LEAD.
    """
    best = find(ways[0], searcher, scope)
    for way in ways[1:]:
        other = find(way, searcher, scope)
        if other.decision.confidence > best.decision.confidence + LEAD:
            best = other
    return best


LEAD = 0.05


def explain(finding: Finding) -> Mapping[str, object]:
    """The finding as plain JSON values, for the trace."""
    near = lambda items: [{"question": n.question, "score": n.score} for n in items[:3]]  # noqa: E731
    return {
        "question": finding.found.question,
        "kind": finding.asked.kind,
        "corrections": [{"asked": c.asked, "meant": c.meant} for c in finding.found.corrections],
        "confidence": finding.decision.confidence,
        "grounds": dict(finding.decision.grounds),
        "prepared": near(finding.found.prepared),
        "gaps": near(finding.found.gaps),
    }
