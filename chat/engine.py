"""The one engine: a question through search, reading, choosing and checking, to an answer."""

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import replace
from itertools import zip_longest
from weakref import WeakKeyDictionary

from chat.answers import Answer, Closest, Found, Progress, Turn
from chat.checker.mpnet import open_checker
from chat.citing import Cites, keep_supported
from chat.composing import Choice, choose, choose_contrast, choose_overview, merge, write_statements
from chat.config import MAX_QUESTION, Config
from chat.finding import Finder, Finding, Scored, explain
from chat.followups import standalone
from chat.logs import QUESTIONS, log_fault, new_id
from chat.names import find_persons
from chat.naming import named_article
from chat.parts import split_parts
from chat.question import as_searched, whole_text
from chat.reader import Reader
from chat.reader.minilm import open_reader
from chat.refusing import OTHER_SCRIPT, not_covered, refusal
from chat.scoring import Weights, read_weights
from chat.scripts import is_in_other_script, scripts_of
from chat.writer import Author, choose_model, open_model
from index import (
    Embedder,
    Forked,
    Index,
    IndexDamaged,
    Match,
    Searcher,
    VectorsUnavailable,
    build_index,
    open_embedder,
    open_index,
)
from index.build import OnProgress
from ingest import Article, Corpus, read_corpus

log = logging.getLogger(__name__)
questions = logging.getLogger(QUESTIONS)

Event = Progress | Answer

MOST_TURNS = 20
"""Older turns of a conversation are not looked at."""

PART = 0.5
"""The threshold for a part of a question, as a share of that for a whole one."""
AGREED = 3
"""So many best sentences of the whole question speak for its parts."""
AGREED_PART = 0.25
"""The share of the threshold that a part needs for which one of them speaks."""


class Answerer:
    """Answers questions from one corpus; safe to use from several threads. Made by `open_answerer`."""

    def __init__(
        self,
        index: Index,
        reading: str,
        weights: Weights,
        reader: Reader | None = None,
        author: Author | None = None,
    ):
        self._index = index
        self.reading = reading
        """With what it reads: `prepared+reader`, `prepared`, `reader` or `plain`."""
        self._weights = weights
        self._reader = reader
        self._author = author
        self._known_persons: WeakKeyDictionary[Searcher, Mapping[str, str]] = WeakKeyDictionary()
        self._known_scripts: WeakKeyDictionary[Searcher, AbstractSet[str]] = WeakKeyDictionary()

    @property
    def articles(self) -> Mapping[str, Article]:
        return self._index.contents.articles

    @property
    def examples(self) -> tuple[str, ...]:
        """Questions to begin with."""
        return self._index.contents.examples

    @property
    def fingerprint(self) -> Mapping[str, object]:
        """What the answers depend on, as plain JSON values."""
        return {
            **self._index.fingerprint,
            "generation": self._index.generation,
            "reading": self.reading,
            "weights": self._weights.digest(),
            "llm": str(self._author.model.choice) if self._author else "none",
        }

    @property
    def warning(self) -> str:
        return self._index.warning

    def without_model(self) -> "Answerer":
        """The same engine, answering with quotations only; closing either closes both."""
        plain = copy(self)
        plain._author = None
        return plain

    def answer(
        self, question: str, history: Sequence[Turn] = (), scope: AbstractSet[str] | None = None
    ) -> Answer:
        """The answer to a question; `scope` names the articles to ask, None for all.

        A fault inside gives an answer with the outcome `failed`, never an exception.
        """
        answer = None
        for event in self.stream(question, history, scope):
            if isinstance(event, Answer):
                answer = event
        assert answer is not None  # stream always ends with one
        return answer

    def stream(
        self, question: str, history: Sequence[Turn] = (), scope: AbstractSet[str] | None = None
    ) -> Iterator[Event]:
        """The steps to the answer and snapshots of it; the last event is the answer. Close it to stop."""
        began = time.perf_counter()
        id = new_id()  # ties what the user sees to the lines in the log
        refused = _refuse_question(question, history)
        question = whole_text(question[:MAX_QUESTION]) if isinstance(question, str) else ""
        questions.info("asked id=%s question=%r turns=%d", id, question, len(history) if not refused else 0)
        if refused:
            log.info("refused id=%s", id)
            yield Answer(question, "failed", message=refused, seconds=time.perf_counter() - began)
            return
        try:
            turns = tuple(
                replace(turn, content=whole_text(turn.content[:MAX_QUESTION]))
                for turn in history[-MOST_TURNS:]
            )
            for event in self._stream(question, turns, scope, began):
                if isinstance(event, Answer) and event.trace:
                    log.info(
                        "answered id=%s outcome=%s citations=%d seconds=%.3f",
                        id,
                        event.outcome,
                        len(event.citations),
                        event.seconds,
                    )
                elif isinstance(event, Answer) and event.outcome == "failed":
                    log.info("refused id=%s", id)
                yield event
        except Forked as error:
            log.error("forked id=%s reason=%r", id, str(error))
            yield Answer(question, "failed", message=str(error), seconds=time.perf_counter() - began)
        except Exception as error:
            log_fault(log, error, id=id)
            yield Answer(
                question,
                "failed",
                message=f"Something broke while answering (fault {id}); it is not that the articles do not "
                "say. Ask again; if it stays so, run `python -m ingest` and look at the log.",
                seconds=time.perf_counter() - began,
            )

    def ways(
        self, question: str, history: Sequence[Turn] = (), searcher: Searcher | None = None
    ) -> list[str]:
        """Ways to say a question so that it stands on its own, the likeliest first; at least one."""
        searcher = searcher or self._index.current()
        # capitals are how names are told from other words
        plain = searcher.speller.truecase(as_searched(question))
        return standalone(plain, history, self._persons(searcher), self._alikeness)

    def finder(self) -> Finder:
        """What finds sentences for one question, on the newest generation of the index."""
        return Finder(self._index.current(), self._weights, self._reader)

    def rebuild(self, corpus: Corpus, on_progress: OnProgress = lambda doing, done, total: None) -> None:
        """Makes the index that of `corpus`; questions asked meanwhile are answered from the old one.

        DossierIndexError when that cannot be done.
        """
        build_index(corpus, self._index.folder, self._index.embedder, on_progress, self._index.chroma)
        self._index.current()

    def close(self) -> None:
        if self._author:
            self._author.close()
        self._index.close()

    def __enter__(self) -> "Answerer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stream(
        self, question: str, history: tuple[Turn, ...], scope: AbstractSet[str] | None, began: float
    ) -> Iterator[Event]:
        # all of one answer comes from one generation, also when a newer one is published meanwhile
        finder = self.finder()
        searcher = finder.searcher
        if refused := _refuse_scope(scope, searcher.contents.articles):
            yield Answer(question, "failed", message=refused, seconds=time.perf_counter() - began)
            return
        yield Progress("Searching the articles")
        ways = self.ways(question, history, searcher)
        extra: dict[str, object] = {}
        if self._author:
            standalone, extra["condensed"] = yield from self._author.standalone(question, history)
            ways = [standalone] if standalone else ways
        contents = searcher.contents
        whole = finder.find_best(ways, scope)
        parts = split_parts(searcher.speller.truecase(whole.found.question))
        findings = [whole] if len(parts) == 1 else [finder.find(part, scope) for part in parts]
        is_foreign = is_in_other_script(whole.found.question, self._scripts(searcher))
        answered = [] if is_foreign else answered_parts(whole, findings)
        searched = time.perf_counter() - began
        asked_articles = {k: v for k, v in contents.articles.items() if scope is None or k in scope}
        asks_for = {gap.question: gap.asks_for for gap in contents.gaps}
        matches = tuple(_found(item.match) for item in _interleaved(findings))
        common = {"understood": whole.found.question, "matches": matches}
        versions: Mapping[str, str] = {}
        problem = next(filter(None, (finding.found.problem for finding in findings)), "")
        if not answered and problem:
            # what words alone do not find may well be there: that is a fault, not an answer
            message = f"Not everything could be searched. {problem} Then ask again."
            answer = Answer(question, "failed", message=message, **common)
        elif not answered:
            message = (
                OTHER_SCRIPT if is_foreign else refusal(whole.found, asked_articles, asks_for, whole.unnamed)
            )
            closest = () if is_foreign else _closest(whole.scored, contents.articles)
            answer = Answer(question, "declined", message=message, closest=closest, **common)
        else:
            cites = Cites(contents.articles)
            choice = merge([_choose(finding, finder, scope) for finding in answered])
            versions = choice.versions
            statements = write_statements(choice, contents.articles, cites)
            missing = [finding.found.question for finding in findings if finding not in answered]
            answer = Answer(
                question,
                "partial" if missing else "answered",
                statements,
                cites.citations(),
                message=not_covered(missing, asked_articles) if missing else "",
                **common,
            )
            if problem:
                note = f"Only words were searched for, so something may be missing. {problem}"
                answer = replace(answer, message=f"{answer.message} {note}".strip())
            if self._author:
                scored = _interleaved(answered)
                answer = yield from self._author.rewrite(answer, choice, scored, searcher, scope)
                extra |= answer.trace
        answer, dropped = keep_supported(answer, contents.articles)
        seconds = time.perf_counter() - began
        trace = {
            "ways": ways,
            "confidence": min(finding.decision.confidence for finding in answered or findings),
            "threshold": whole.decision.threshold,
            "findings": [explain(finding) for finding in findings],
            "versions": list(versions),
            "citations_dropped": dropped,
            "generation": self._index.generation,
            "seconds": {"search": searched, "all": seconds},
            **extra,
        }
        yield replace(answer, trace=trace, seconds=seconds)

    def _persons(self, searcher: Searcher) -> Mapping[str, str]:
        """Family names to full names, found once for each generation."""
        known = self._known_persons.get(searcher)
        if known is None:
            articles = searcher.contents.articles.values()
            texts = (
                article.text[block.start : block.end] for article in articles for block in article.blocks
            )
            known = find_persons(texts, [author for article in articles for author in article.authors])
            self._known_persons[searcher] = known
        return known

    def _scripts(self, searcher: Searcher) -> AbstractSet[str]:
        """What a question can be written in, found once for each generation."""
        known = self._known_scripts.get(searcher)
        if known is None:
            contents = searcher.contents
            questions = (question for item in contents.prepared for question in item.questions)
            texts = (article.text for article in contents.articles.values())
            known = scripts_of([*texts, *questions, contents.synonyms])
            self._known_scripts[searcher] = known
        return known

    def _alikeness(self, one: str, other: str) -> float:
        a, b = self._index.embedder.embed([one, other])
        return float(a @ b)


def open_answerer(
    config: Config = Config(),  # noqa: B008  (frozen: no caller can change it)
    on_progress: OnProgress = lambda doing, done, total: None,
) -> Answerer:
    """The answerer of a corpus; its index is built or brought up to date first where that is needed.

    IngestError, DossierIndexError and their kinds when that cannot be done.
    """
    choice = choose_model(config.llm, config.llm_url, config.llm_key)  # before the work of a build
    corpus = read_corpus(config.corpus, config.strict)
    embedder = open_embedder(config.home, config.model)
    index = _open_index(config, corpus, embedder, on_progress)
    reader = open_reader(config.home, config.model) if config.reader else None
    used = (("prepared", config.prepared and bool(index.contents.prepared)), ("reader", reader is not None))
    author = None
    if choice:
        checker = open_checker(config.home, config.model)
        author = Author(open_model(choice), checker, config.on_llm_failure)
    reading = "+".join(name for name, is_used in used if is_used) or "plain"
    weights = read_weights(reading, gaps=bool(index.contents.gaps))
    return Answerer(index, reading, weights, reader, author)


def _open_index(config: Config, corpus: Corpus, embedder: Embedder, on_progress: OnProgress) -> Index:
    """The corpus's index, made or brought up to date first; as it stands while its Chroma server is away."""
    away = None
    try:
        build_index(corpus, config.index_folder, embedder, on_progress, config.chroma)
    except VectorsUnavailable as error:
        away = error
    try:
        return open_index(config.index_folder, embedder, config.prepared, config.chroma)
    except IndexDamaged as error:
        raise away or error from error


def answered_parts(whole: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """Those of the findings for a question's parts that the articles answer.

    Beside a part that they answer another is likelier answered than a question by itself, the more so where its
    best sentence is also one of the best for the whole question and no other part's.
    """
    surely = [finding for finding in findings if finding.decision.answer]
    if len(findings) == 1 or not (surely or whole.decision.answer):
        return surely
    bests = [finding.scored[0].sentence.id if finding.scored else "" for finding in findings]
    of_whole = {item.sentence.id for item in whole.scored[:AGREED]}
    agreed = [best in of_whole and bests.count(best) == 1 for best in bests]
    return [
        finding
        for finding, agrees in zip(findings, agreed, strict=True)
        if finding.decision.confidence >= (AGREED_PART if agrees else PART) * finding.decision.threshold
    ]


def _refuse_question(question: str, history: Sequence[Turn]) -> str:
    """Why a question cannot be asked; empty when it can. What comes from outside may be of any type."""
    if not isinstance(question, str):
        return f"A question is a text, and this is of type {type(question).__name__}."
    if len(question) > MAX_QUESTION:
        return f"The question has {len(question):,} characters; at most {MAX_QUESTION:,} can be asked. Shorten it."
    if not any(c.isalnum() for c in question):
        return "There is no question in this. Type one, in words."
    if not isinstance(history, list | tuple) or not all(
        isinstance(turn, Turn) and isinstance(turn.content, str) for turn in history
    ):
        return "The conversation before the question is not a list of turns."
    return ""


def _refuse_scope(scope: AbstractSet[str] | None, articles: Mapping[str, Article]) -> str:
    """Why these articles cannot be asked; empty when they can."""
    if scope is None:
        return ""
    if not is_collection_of_texts(scope):
        return "The articles to ask are named by a list of their ids."
    if unknown := sorted(set(scope) - articles.keys()):
        return f"There is no article {unknown[0]!r}. Known are {', '.join(articles)}."
    return "" if scope else "No article is chosen. Choose at least one to ask."


def _choose(finding: Finding, finder: Finder, scope: AbstractSet[str] | None) -> Choice:
    """What to say for one question."""
    contents, analyzer = finder.searcher.contents, finder.searcher.analyzer
    if contrast := choose_contrast(finding, contents.sentences):
        return contrast
    if finding.asked.kind == "broad":
        question = finder.searcher.speller.truecase(finding.found.question)
        article = named_article(question, contents.articles, analyzer)
        if overview := choose_overview(finding, contents.sentences, article):
            return overview
        if article and (scope is None or article in scope):
            # nothing was picked beforehand: what in the article is nearest to its own title
            finding = replace(finder.find(contents.articles[article].title, {article}), asked=finding.asked)
    return choose(finding, analyzer)


def is_collection_of_texts(given: object) -> bool:
    """False for a single text, which is a collection of its characters."""
    return (
        isinstance(given, Collection)
        and not isinstance(given, str | bytes)
        and all(isinstance(item, str) for item in given)
    )


def _interleaved(findings: Sequence[Finding]) -> list[Scored]:
    """The findings' sentences, the best of each first, none twice."""
    items: dict[str, Scored] = {}
    for row in zip_longest(*(finding.scored for finding in findings)):
        for item in row:
            if item is not None:
                items.setdefault(item.sentence.id, item)
    return list(items.values())


def _found(match: Match) -> Found:
    ranks = {name: place.rank for name, place in match.found.items()}
    return Found(match.article, match.start, match.end, match.score, ranks)


def _closest(scored: Sequence[Scored], articles: Mapping[str, Article], most: int = 3) -> tuple[Closest, ...]:
    return tuple(
        Closest(s.article, s.start, s.end, articles[s.article].slice(s.start, s.end), item.score)
        for item in scored[:most]
        for s in (item.sentence,)
    )
