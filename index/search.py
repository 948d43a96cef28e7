"""A question to ranked sentences and passages, with the place of each in every list it came from."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from index.analyzer import Analyzer
from index.embedder import Embedder
from index.errors import VectorsUnavailable
from index.lexical import Lexical
from index.records import Contents
from index.spelling import Correction, Speller
from index.synonyms import parse_synonyms
from ingest import Passage, Sentence

if TYPE_CHECKING:
    from index.vectors import Vectors

DEPTH = 60
"""Entries taken from each list; a sentence in none of them is not a candidate."""

PASSAGES_READ = 12
"""All sentences of so many best passages are candidates too."""

DAMAGED = "The index's vectors are damaged. Run `python -m ingest`."

WEIGHTS: Mapping[str, float] = {
    "dense": 0.40,
    "words": 0.25,
    "passage_dense": 0.15,
    "passage_words": 0.10,
    "prepared": 0.80,
}
"""How much each list counts in a sentence's score; fitted on the `dev` questions."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in one list."""

    rank: int
    """From 1."""
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence or passage that was found, and why."""

    article: str
    start: int
    end: int
    score: float
    """Comparable between the matches of one question; about 0 to 1."""
    found: Mapping[str, Place] = field(default_factory=dict)
    """By list: `dense` and `words` for the sentence, `passage_dense` and `passage_words` for the passage
    around it, `prepared` for the nearest question written for it. A list that did not hold it is missing."""

    @property
    def id(self) -> str:
        return f"{self.article}:{self.start}"


@dataclass(frozen=True, slots=True)
class NearQuestion:
    """A prepared or gap question near the one that was asked."""

    question: str
    targets: tuple[str, ...]
    """Ids of the sentences it was written for."""
    score: float
    """Cosine of the two questions' vectors."""
    contrast: str = ""
    """The name of the contrast between articles that it asks about; empty for none."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that one search brought up, best first."""

    question: str
    """As searched for: spelling mended."""
    corrections: tuple[Correction, ...]
    sentences: tuple[Match, ...]
    passages: tuple[Match, ...]
    prepared: tuple[NearQuestion, ...]
    gaps: tuple[NearQuestion, ...]
    known_share: float
    """Share of the question's weight that is in words which the corpus has: 0 to 1."""
    problem: str = ""
    """Why it went by words alone, so that what was not found may be there all the same; empty when it did not."""


class Searcher:
    """Search over the contents of one generation; without vectors it goes by words alone."""

    def __init__(
        self, contents: Contents, vectors: "Vectors | None", embedder: Embedder, prepared: bool = True
    ):
        """`prepared` False leaves the prepared and gap questions out of the search."""
        self.contents = contents
        self._vectors = vectors
        self._embedder = embedder
        self._use_prepared = prepared and bool(contents.prepared)
        groups = parse_synonyms(contents.synonyms)
        self.analyzer = Analyzer(groups)
        self._sentences: list[Sentence] = list(contents.sentences.values())
        self._passages: list[Passage] = list(contents.passages.values())
        self._passage_of = {id: passage for passage in self._passages for id in passage.sentences}
        self._words = Lexical([contents.sentence_in_context(s) for s in self._sentences], self.analyzer)
        self._passage_words = Lexical([f"{p.section} {p.text}" for p in self._passages], self.analyzer)
        self._questions = {
            entry.id: entry for entry in contents.entries() if entry.kind in ("question", "gap")
        }
        self._of_article = np.array([s.article for s in self._sentences])
        self._passage_of_article = np.array([p.article for p in self._passages])
        self.speller = Speller(
            (article.text[b.start : b.end] for article in contents.articles.values() for b in article.blocks),
            is_english=embedder.knows_word,
            names=(name for group in groups for name in dict.fromkeys((*group.asked, *group.found))),
        )
        besides = [question for item in contents.prepared for question in item.questions]
        for article in contents.articles.values():
            besides += [article.title, article.publisher or "", *article.authors]  # may stand in no block
        self._mentioned = sorted(
            {*self.speller.words, *(word for text in besides for word in self.analyzer.words(text))}
        )

    def search(self, question: str, scope: AbstractSet[str] | None = None, limit: int = 50) -> Found:
        """The best `limit` sentences and passages for a question.

        `scope` names the articles to look in; every list is made within it, so that nothing outside
        takes a place. An empty question finds nothing.
        """
        question, corrections = self.speller.correct(question)
        if not question.strip() or (scope is not None and not scope):
            return Found(question, tuple(corrections), (), (), (), (), 0.0)
        lists = {
            "words": _best(self._words.scores(question), self._of_article, scope),
            "passage_words": _best(self._passage_words.scores(question), self._passage_of_article, scope),
        }
        words = {self._sentences[i].id: score for i, score in lists["words"]}
        passage_words = {self._passages[i].id: score for i, score in lists["passage_words"]}
        try:
            dense, passage_dense, prepared, gaps = self._by_meaning(question, scope)
            problem = ""
        except VectorsUnavailable as error:
            dense, passage_dense, prepared, gaps = {}, {}, (), ()
            problem = str(error)
        by_sentence = {
            "dense": dense,
            "words": words,
            "passage_dense": self._spread(passage_dense),
            "passage_words": self._spread(passage_words),
            "prepared": _best_question(prepared),
        }
        return Found(
            question,
            tuple(corrections),
            self._rank_sentences(by_sentence, scope)[:limit],
            self._rank_passages(passage_dense, passage_words)[:limit],
            prepared,
            gaps,
            self._passage_words.known_share(question),
            problem,
        )

    def mentions(self, word: str) -> bool:
        """True where an article, what is known of it, a synonym or a prepared question has the word, or one like it.

        So `Ukrainians` is mentioned where only `Ukraine` is: like it is what begins with all but its ending.
        """
        normal = Analyzer.normal(word)
        roots = {normal, *(normal[:-n] for n in range(1, 5) if len(normal) - n >= (4 if n <= 2 else 5))}
        return any(
            self._mentioned[at].startswith(root)
            for root in roots
            if (at := bisect_left(self._mentioned, root)) < len(self._mentioned)
        )

    @property
    def problem(self) -> str:
        """Why the vectors cannot be used now; empty when they can."""
        return self._vectors.problem if self._vectors else DAMAGED

    def passage_of(self, sentence_id: str) -> Passage:
        return self._passage_of[sentence_id]

    def _by_meaning(
        self, question: str, scope: AbstractSet[str] | None
    ) -> tuple[dict[str, float], dict[str, float], tuple[NearQuestion, ...], tuple[NearQuestion, ...]]:
        """Sentences, passages, prepared and gap questions near the question; VectorsUnavailable."""
        if self._vectors is None:
            raise VectorsUnavailable(DAMAGED)
        vector = self._embedder.embed([question])[0]
        dense = self._nearest(vector, "sentence", scope, self.contents.sentences)
        passage_dense = self._nearest(vector, "passage", scope, self.contents.passages)
        if not self._use_prepared:
            return dense, passage_dense, (), ()
        prepared = self._near_questions(vector, "question", scope)
        return dense, passage_dense, prepared, self._near_questions(vector, "gap", scope)

    def _nearest(
        self, vector: np.ndarray, kind: str, scope: AbstractSet[str] | None, known: Mapping[str, object]
    ) -> dict[str, float]:
        """Id in the contents → cosine, best first; every article has some, so none is a fault."""
        near = {near.id[2:]: near.score for near in self._vectors.nearest(vector, kind, DEPTH, scope)}
        if not near or not near.keys() <= known.keys():
            raise VectorsUnavailable(DAMAGED)
        return near

    def _near_questions(
        self, vector: np.ndarray, kind: str, scope: AbstractSet[str] | None
    ) -> tuple[NearQuestion, ...]:
        near = self._vectors.nearest(vector, kind, DEPTH, scope)
        if any(n.id not in self._questions for n in near):
            raise VectorsUnavailable(DAMAGED)
        entries = ((self._questions[n.id], n.score) for n in near)
        return tuple(NearQuestion(e.text, e.targets, score, e.contrast) for e, score in entries)

    def _spread(self, passages: Mapping[str, float]) -> dict[str, float]:
        """The sentences of the best passages, each with its passage's score."""
        best = list(passages.items())[:PASSAGES_READ]
        return {id: score for name, score in best for id in self.contents.passages[name].sentences}

    def _rank_sentences(
        self, lists: Mapping[str, Mapping[str, float]], scope: AbstractSet[str] | None
    ) -> tuple[Match, ...]:
        places = {name: _places(scores) for name, scores in lists.items()}
        # a sentence that is not in a list scores what the last of a full list does, or nothing
        floors = {
            name: min(scores.values()) if name in ("dense", "passage_dense") and scores else 0.0
            for name, scores in lists.items()
        }
        ids = {id for scores in lists.values() for id in scores}
        matches = []
        for id in ids:
            sentence = self.contents.sentences[id]
            score = sum(weight * lists[name].get(id, floors[name]) for name, weight in WEIGHTS.items()) / sum(
                WEIGHTS.values()
            )
            found = {name: places[name][id] for name in lists if id in places[name]}
            matches.append(Match(sentence.article, sentence.start, sentence.end, score, found))
        return tuple(sorted(matches, key=lambda m: (-m.score, m.article, m.start)))

    def _rank_passages(self, dense: Mapping[str, float], words: Mapping[str, float]) -> tuple[Match, ...]:
        places = {"passage_dense": _places(dense), "passage_words": _places(words)}
        floor = min(dense.values(), default=0.0)
        matches = []
        for id in dense.keys() | words.keys():
            passage = self.contents.passages[id]
            score = 0.6 * dense.get(id, floor) + 0.4 * words.get(id, 0.0)
            found = {name: places[name][id] for name in places if id in places[name]}
            matches.append(Match(passage.article, passage.start, passage.end, score, found))
        return tuple(sorted(matches, key=lambda m: (-m.score, m.article, m.start)))


def _best(
    scores: np.ndarray, of_article: np.ndarray, scope: AbstractSet[str] | None
) -> list[tuple[int, float]]:
    """The DEPTH best positions with their scores, best first, none of score 0."""
    if scope is not None:
        scores = np.where(np.isin(of_article, sorted(scope)), scores, 0.0)
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    # BM25 gives a full list even where nothing matches
    return [(int(i), float(scores[i])) for i in order if scores[i] > 0]


def _best_question(prepared: Sequence[NearQuestion]) -> dict[str, float]:
    """Sentence id → the score of the nearest question written for it, best first."""
    best: dict[str, float] = {}
    for near in prepared:
        for id in near.targets:
            best.setdefault(id, near.score)
    return best


def _places(scores: Mapping[str, float]) -> dict[str, Place]:
    """The scores' mapping is in order, best first."""
    return {id: Place(rank, score) for rank, (id, score) in enumerate(scores.items(), 1)}
