"""One question to sentences with scores, and to the decision whether they answer it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from chat.naming import named_source, unnamed
from chat.question import Asked, Kind, classify
from chat.reader import Reader, Reading
from chat.reader.candidates import as_candidate
from chat.scoring import (
    DECISION_FEATURES,
    Weights,
    decision_features,
    sentence_features,
    sigmoid,
    softmax,
)
from index import Found, Match, NearQuestion, Searcher
from ingest import Sentence

READ = 24
"""So many best sentences of a search are read and scored."""

WAYS = 3
"""So many ways of saying a follow-up are tried: each is searched and read."""

LEAD = 0.15
"""A less likely way of saying a question is taken when the articles answer it so much more surely."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence with how well it answers, and the words in it that do."""

    sentence: Sentence
    score: float
    """0 to 1; those of all sentences read for one question add up to 1."""
    match: Match
    span: tuple[int, int] | None = None
    """The exact answer, `[start, end)` in the sentence's text."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the articles answer, and on what grounds."""

    answer: bool
    confidence: float
    """Probability that they do, 0 to 1."""
    threshold: float
    grounds: Mapping[str, float]
    """The numbers that went in."""


# eq=False: arrays cannot be compared so, and a finding is equal to itself only
@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What was found for one question that stands on its own."""

    asked: Asked
    found: Found
    scored: tuple[Scored, ...]
    """Best first; the scores add up to 1."""
    decision: Decision
    features: np.ndarray
    """(sentences, SENTENCE_FEATURES), in the order of `found.sentences`."""
    unnamed: str = ""
    """A name in the question that no article has, for which it is not answered."""


class Finder:
    """Searches, reads and decides, with one generation and one set of weights."""

    def __init__(self, searcher: Searcher, weights: Weights, reader: Reader | None = None):
        self.searcher = searcher
        self._weights = weights
        self._reader = reader

    def find(self, question: str, scope: AbstractSet[str] | None = None) -> Finding:
        """What the articles in `scope` have on the question: where it names an author or publisher, what theirs has."""
        articles = self.searcher.contents.articles
        source = named_source(self.searcher.speller.truecase(question), articles)
        if source and len(articles) > 1 and (scope is None or (source in scope and len(scope) > 1)):
            own = self._find(question, {source})
            if own.decision.answer:
                return own
        return self._find(question, scope)

    def _find(self, question: str, scope: AbstractSet[str] | None) -> Finding:
        found = self.searcher.search(question, scope)
        asked = classify(found.question)
        matches = found.sentences[:READ]
        sentences = [self.searcher.contents.sentences[match.id] for match in matches]
        readings = self._read(found.question, sentences)
        features = sentence_features(matches, sentences, readings, found, asked)
        scores = softmax(features @ self._weights.sentence)
        scored = [
            Scored(sentence, float(score), match, _span(readings[i], asked.kind) if readings else None)
            for i, (sentence, score, match) in enumerate(zip(sentences, scores, matches, strict=True))
        ]
        scored.sort(key=lambda item: (-item.score, item.sentence.id))
        # somebody is not answered for with what is said of others
        unknown = unnamed(found.question, self.searcher.mentions, self.searcher.speller.is_word)
        decision = self._decide(found, asked, features, is_known=not unknown)
        return Finding(asked, found, tuple(scored), decision, features, unknown)

    def find_best(self, ways: Sequence[str], scope: AbstractSet[str] | None = None) -> Finding:
        """The finding for the way of saying a question that the articles answer most surely.

        `ways` has the likeliest first; a later one must be surer by LEAD.
        """
        best = self.find(ways[0], scope)
        for way in ways[1:WAYS]:
            other = self.find(way, scope)
            if other.decision.confidence > best.decision.confidence + LEAD:
                best = other
        return best

    def _decide(self, found: Found, asked: Asked, features: np.ndarray, is_known: bool) -> Decision:
        grounds = decision_features(found, asked, features, self._weights.sentence)
        # a question of which no word is in any article is not answered by what is nearest to it
        nothing = not len(features) or not found.known_share or not is_known
        confidence = 0.0 if nothing else sigmoid(float(grounds @ self._weights.decision))
        named = {name: float(value) for name, value in zip(DECISION_FEATURES, grounds, strict=True)}
        threshold = self._weights.threshold
        return Decision(confidence >= threshold, confidence, threshold, named)

    def _read(self, question: str, sentences: Sequence[Sentence]) -> list[Reading] | None:
        if self._reader is None:
            return None
        articles = self.searcher.contents.articles
        return self._reader.read(question, [as_candidate(articles[s.article], s) for s in sentences])


SPAN = 0.4
"""A span is marked as the exact answer when it is at least so sure."""

SHORT: tuple[Kind, ...] = ("when", "who", "where", "how_many", "which", "list", "what")
"""Kinds of questions that a few words answer; a reason or a manner is the whole sentence."""


def _span(reading: Reading, kind: Kind) -> tuple[int, int] | None:
    return reading.span if kind in SHORT and reading.span_score >= SPAN else None


def explain(finding: Finding) -> Mapping[str, object]:
    """The finding as plain JSON values, for the trace."""

    def near(items: Sequence[NearQuestion]) -> list[dict[str, object]]:
        return [{"question": item.question, "score": item.score} for item in items[:3]]

    return {
        "question": finding.found.question,
        "kind": finding.asked.kind,
        "corrections": [{"asked": c.asked, "meant": c.meant} for c in finding.found.corrections],
        "confidence": finding.decision.confidence,
        "threshold": finding.decision.threshold,
        "unnamed": finding.unnamed,
        "grounds": dict(finding.decision.grounds),
        "prepared": near(finding.found.prepared),
        "gaps": near(finding.found.gaps),
    }
