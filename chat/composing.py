"""Scored sentences to an answer: how much to say, in what order, introduced by whose words they are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chat.answers import Statement
from chat.citing import Cites
from chat.question import Kind
from chat.values import agree, find_values
from index import Match
from index.analyzer import Analyzer
from ingest import Article, Sentence


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
class Plan:
    """How much to say for one kind of question."""

    most: int
    """Sentences at the most."""
    ratio: float
    """A further sentence must score at least so much of the best one's score."""
    mass: float
    """No sentence is added once those chosen have so much of all scores together."""
    words: int
    """No sentence is added beyond so many words."""


PLANS: Mapping[Kind, Plan] = {
    "broad": Plan(6, 0.05, 0.95, 190),
    "list": Plan(3, 0.25, 0.85, 100),
    "why": Plan(3, 0.25, 0.85, 100),
    "how": Plan(2, 0.30, 0.75, 90),
}
DEFAULT_PLAN = Plan(2, 0.35, 0.60, 90)

LOOKED_AT = 20
"""So many best sentences are looked through for what else to say."""

DISAGREE = "The articles disagree."

SAME = 0.6
"""Two sentences with so much of their terms in common (Jaccard) say the same."""

VERSION = 0.12
"""A sentence of another article that gives another date or number for the same question is shown as
another version when it scores at least so much of the best one's score."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to say: the sentences, best first, who else says the same, and whether they disagree."""

    items: tuple[Scored, ...]
    echoes: Mapping[str, tuple[Scored, ...]]
    """Sentence id of an item → sentences of other articles that say the same."""
    versions: tuple[str, ...] = ()
    """The different values that the articles give, when they disagree: at least two, or none."""


def choose(scored: Sequence[Scored], kind: Kind, analyzer: Analyzer) -> Choice:
    """The sentences to say; `scored` is in order, best first, and not empty."""
    plan = PLANS.get(kind, DEFAULT_PLAN)
    best = scored[0]
    chosen = [best]
    echoes: dict[str, list[Scored]] = {}
    versions = [_value(best, kind)]
    said = len(best.sentence.text.split())
    for item in scored[1:LOOKED_AT]:
        words = len(item.sentence.text.split())
        twin = next((other for other in chosen if is_same(item, other, analyzer)), None)
        if twin is not None:
            if twin.sentence.article != item.sentence.article:
                echoes.setdefault(twin.sentence.id, []).append(item)
            continue
        elsewhere = all(item.sentence.article != other.sentence.article for other in chosen)
        if (value := _value(item, kind)) and item.score >= VERSION * best.score:
            same = next((i for i, other in enumerate(versions) if agree(value, other)), None)
            if same is not None and elsewhere and versions[same]:
                echoes.setdefault(chosen[same].sentence.id, []).append(item)
                continue
            if same is None and elsewhere and versions[0]:
                chosen.insert(len(versions), item)
                versions.append(value)
                said += words
                continue
        mass = sum(other.score for other in chosen)
        wanted = len(chosen) < plan.most and item.score >= plan.ratio * best.score and mass < plan.mass
        if wanted and said + words <= plan.words:
            chosen.append(item)
            said += words
    differ = tuple(versions) if len(versions) > 1 else ()
    return Choice(tuple(chosen), {id: tuple(items) for id, items in echoes.items()}, differ)


def merge(choices: Sequence[Choice]) -> Choice:
    """The choices for the parts of one question as one; nothing is said twice."""
    items = {item.sentence.id: item for choice in choices for item in choice.items}
    echoes = {id: found for choice in choices for id, found in choice.echoes.items()}
    versions = next((choice.versions for choice in choices if choice.versions), ())
    return Choice(tuple(items.values()), echoes, versions)


def _value(item: Scored, kind: Kind) -> str:
    """The date or number with which a sentence answers; empty when the question asks for none."""
    values = find_values(item.sentence.text, kind)
    if item.span:
        values = [v for v in values if v.start < item.span[1] and item.span[0] < v.end] or values
    return values[0].key if values else ""


def is_same(one: Scored, other: Scored, analyzer: Analyzer) -> bool:
    """True for near-duplicates: sentences that share most of their terms."""
    a, b = (set(analyzer.terms(item.sentence.text)) for item in (one, other))
    return len(a & b) >= SAME * len(a | b) > 0


def write_statements(choice: Choice, articles: Mapping[str, Article], cites: Cites) -> tuple[Statement, ...]:
    """One statement for each chosen span, grouped by article, each article's in reading order.

    A sentence that leans on the one before it brings that along; who says the same is cited beside it.
    """
    statements: list[Statement] = []
    for name in dict.fromkeys(item.sentence.article for item in choice.items):
        article = articles[name]
        quoted: set[tuple[int, int]] = set()
        spoken = False
        for start, end, items in _spans(article, [i for i in choice.items if i.sentence.article == name]):
            first = items[0].sentence
            numbers = [cites.number(name, start, end)]
            text = article.slice(start, end)
            if first.leans and first.context and start == first.start and first.context not in quoted:
                # what it leans on stands further up: quoted first, as a citation of its own
                quoted.add(first.context)
                numbers.insert(0, cites.number(name, *first.context))
                text = f"{article.slice(*first.context)} … {text}"
            quoted.update(item.sentence.context for item in items if item.sentence.context)
            for item in items:
                for echo in choice.echoes.get(item.sentence.id, ()):
                    other = echo.sentence
                    numbers.append(cites.number(other.article, other.start, other.end))
            shift = len(text) - (end - start) - start
            marked = tuple(
                (item.sentence.start + item.span[0] + shift, item.sentence.start + item.span[1] + shift)
                for item in items
                if item.span
            )
            lead = "" if spoken else introduce(article, first)
            spoken = True
            statements.append(Statement(text, tuple(dict.fromkeys(numbers)), lead, marked))
    if choice.versions and len(statements) > 1:
        statements[0] = replace(statements[0], lead=f"{DISAGREE} {statements[0].lead}".strip())
    return tuple(statements)


def _spans(article: Article, items: Sequence[Scored]) -> list[tuple[int, int, list[Scored]]]:
    """The spans to quote in reading order, each with the sentences in it; those that overlap are one."""
    spans: list[tuple[int, int, list[Scored]]] = []
    for item in sorted(items, key=lambda item: item.sentence.start):
        start, end = _with_context(item.sentence, article)
        if spans and start < spans[-1][1]:
            first, last, inside = spans.pop()
            spans.append((first, max(last, end), [*inside, item]))
        else:
            spans.append((start, end, [item]))
    return spans


def introduce(article: Article, sentence: Sentence) -> str:
    """Whose words follow: "The Diplomat writes:"."""
    name = source_name(article)
    if sentence.kind == "title":
        return f"{name}, title:"
    if sentence.kind == "byline":
        return f"{name}, by-line:"
    if sentence.kind == "note":
        return (
            f"{name}, about the authors:" if not re.search(r"\bviews\b", sentence.text) else f"{name}, note:"
        )
    return f"{name} writes:"


def source_name(article: Article) -> str:
    """The publisher, else the authors, else the title in quotes."""
    if article.publisher:
        return article.publisher
    if article.authors:
        return " and ".join(
            [", ".join(article.authors[:-1]), article.authors[-1]][not article.authors[:-1] :]
        )
    return f"“{article.title}”"


def _with_context(sentence: Sentence, article: Article) -> tuple[int, int]:
    """The span of a sentence, from the one that it leans on where that stands right before it."""
    if sentence.leans and sentence.context:
        start, end = sentence.context
        if not article.text[end : sentence.start].strip():
            return start, sentence.end
    return sentence.start, sentence.end
