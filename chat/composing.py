"""Scored sentences to an answer: how much to say, in what order, introduced by whose words they are."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from chat.answers import Statement
from chat.citing import Cites
from chat.finding import Finding, Scored
from chat.names import find_names
from chat.question import Asked, Kind, classify
from chat.scoring import asking_alike
from chat.values import Value, agree, asked_values, says_more
from index import Match, NearQuestion
from index.analyzer import Analyzer
from ingest import Article, Sentence


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
    "list": Plan(4, 0.25, 0.85, 100),
    "why": Plan(3, 0.20, 0.80, 100),
    "how": Plan(2, 0.30, 0.75, 90),
}
DEFAULT_PLAN = Plan(2, 0.50, 0.60, 90)

NO_STATEMENT = ("dateline", "heading")
"""Kinds of sentences that say nothing by themselves."""

MOST_WORDS = 105
"""What a sentence leans on is brought along only within so many words for the whole answer."""

LOOKED_AT = 20
"""So many best sentences are looked through for what else to say."""

DISAGREE = "The articles disagree."
DIFFER = "The articles do not say the same."
"""For differences that were noted when the questions were prepared: of judgement and emphasis, too."""

SAME = 0.6
"""Two sentences with so much of their terms in common (Jaccard) say the same."""

VERSION = 0.4
"""A sentence of another article that answers the same question with another date or number is shown as
another version when it scores at least so much of the best one's score ..."""
VERSION_NEAR = 0.85
"""... or when a question prepared for it is this near (cosine) to the one that was asked."""
AGREES = 0.2
"""One that gives the same stands beside it from so much of its score on."""


INTRODUCES = 8
"""A line with at most so many words before its colon says nothing by itself."""

COVER = 0.01
"""A sentence about somebody whom a question names beside somebody else, and of whom nothing is said yet,
is added when it scores at least so much of the best one's score."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to say: the sentences, best first, who else says the same, and whether they disagree."""

    items: tuple[Scored, ...]
    echoes: Mapping[str, tuple[Scored, ...]]
    """Sentence id of an item → sentences of other articles that say the same."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """The different values that the articles give, when they disagree, each with the id of the sentence that
    gives it: at least two, or none."""
    differ: str = DISAGREE
    """How versions are introduced."""


def choose(finding: Finding, analyzer: Analyzer) -> Choice:
    """The sentences to say for a question that was found answered."""
    kind = finding.asked.kind
    plan = PLANS.get(kind, DEFAULT_PLAN)
    scored = [item for item in finding.scored if item.sentence.kind not in NO_STATEMENT] or finding.scored
    scored = [_introduced(item, finding.scored) for item in scored]
    asked = _asked_same(finding.found.prepared, kind)
    best = scored[0]
    chosen = [best]
    echoes: dict[str, list[Scored]] = {}
    given = [_values(best, finding.asked)]  # those of the first of `chosen`, in their order
    said = len(best.sentence.text.split())
    for item in scored[1:LOOKED_AT]:
        words = len(item.sentence.text.split())
        twin = next((other for other in chosen if is_same(item, other, analyzer)), None)
        if twin is not None:
            if twin.sentence.article != item.sentence.article:
                echoes.setdefault(twin.sentence.id, []).append(item)
            continue
        elsewhere = all(item.sentence.article != other.sentence.article for other in chosen)
        same_asked = asked.get(item.sentence.id, 0.0) >= VERSION_NEAR
        if (values := _values(item, finding.asked)) and (same_asked or item.score >= AGREES * best.score):
            same, common = _agreeing(values, given)
            if same is not None and elsewhere:
                more = agree(values[0].key, common.key) and says_more(values[0].key, common.key)
                if more and item.score >= AGREES * best.score:
                    # "August 2021" says more than "2021": it is quoted, and the other stands beside it
                    echoes[item.sentence.id] = [*echoes.pop(chosen[same].sentence.id, []), chosen[same]]
                    chosen[same], given[same] = item, values
                else:
                    echoes.setdefault(chosen[same].sentence.id, []).append(item)
                    if common is not given[same][0]:
                        chosen[same] = replace(chosen[same], span=(common.start, common.end))
                        given[same] = [common, *(value for value in given[same] if value is not common)]
                continue
            answers = same_asked or item.score >= VERSION * best.score
            if same is None and elsewhere and answers and given[0] and said + words <= MOST_WORDS:
                chosen.insert(len(given), item)
                given.append(values)
                said += words
                continue
        mass = sum(other.score for other in chosen)
        wanted = len(chosen) < plan.most and item.score >= plan.ratio * best.score and mass < plan.mass
        if wanted and said + words <= plan.words:
            chosen.append(item)
            said += words
    named = [_terms_of(name, analyzer) for name in coordinated_names(finding.asked.text)]
    spoken_of = [terms for terms in named if any(_speaks_of(item, terms, analyzer) for item in chosen)]
    for terms in named if spoken_of else ():
        if any(_speaks_of(other, terms, analyzer) for other in chosen):
            continue
        item = next((i for i in scored[:LOOKED_AT] if _speaks_of(i, terms, analyzer)), None)
        if item is not None and item.score >= COVER * best.score:
            words = len(item.sentence.text.split())
            if said + words <= MOST_WORDS:
                chosen.append(item)
                said += words
    ids = (item.sentence.id for item in chosen)  # the sentences that give them stand first
    keys = [values[0].key for values in given if values]
    differ = dict(zip(keys, ids, strict=False)) if len(keys) > 1 else {}
    return Choice(tuple(chosen), {id: tuple(items) for id, items in echoes.items()}, differ)


CONTRAST_NEAR = 0.75
"""A question noted as answered differently by the articles is the one asked when it is this near (cosine) ..."""
CONTRAST_LEAD = 0.05
"""... and no other prepared question is nearer by more than this."""
CONTRAST_SURE = 0.88
"""So near, it is the one asked even if the sentence that answers best is none of those noted."""


def choose_contrast(finding: Finding, sentences: Mapping[str, Sentence]) -> Choice | None:
    """Each article's version where it was noted beforehand that they differ on this; None when it was not.

    The sentence that answers best is among them, or else it is something else that was asked.
    """
    same_kind = asking_alike(finding.found.prepared, finding.asked.kind)
    near = next((item for item in same_kind if item.contrast), None)
    if near is None or near.score < CONTRAST_NEAR:
        return None
    if finding.found.prepared[0].score > near.score + CONTRAST_LEAD:
        return None
    scored = {item.sentence.id: item for item in finding.scored}
    versions: dict[str, list[Scored]] = {}
    for item in finding.found.prepared:
        article = sentences[item.targets[0]].article
        if item.contrast == near.contrast and article not in versions:
            versions[article] = [_as_scored(sentences[id], scored) for id in item.targets]
    best = next((item for item in finding.scored if item.sentence.kind not in NO_STATEMENT), None)
    among = best is not None and any(best in items for items in versions.values())
    if len(versions) < 2 or not (
        among or near.score >= CONTRAST_SURE
    ):  # fewer when the others are outside of what was asked
        return None
    first = {f"{near.contrast}: {article}": items[0].sentence.id for article, items in versions.items()}
    return Choice(tuple(item for items in versions.values() for item in items), {}, first, DIFFER)


def _as_scored(sentence: Sentence, scored: Mapping[str, Scored]) -> Scored:
    """A sentence picked beforehand; with its score where it was read."""
    match = Match(sentence.article, sentence.start, sentence.end, 0.0)
    return scored.get(sentence.id) or Scored(sentence, 0.0, match)


BROAD = 3
"""A prepared question with so many sentences is a broad one."""
BROAD_NEAR = 0.55
"""It answers a broad question when it is at least this near (cosine)."""


def choose_overview(
    finding: Finding, sentences: Mapping[str, Sentence], article: str | None
) -> Choice | None:
    """The sentences that were picked beforehand for a broad question like this one; None when there are none.

    `article` is the one that the question names, if any: then only its own are taken.
    """
    near = next(
        (
            item
            for item in finding.found.prepared
            if len(item.targets) >= BROAD and article in (None, sentences[item.targets[0]].article)
        ),
        None,
    )
    if near is None or near.score < BROAD_NEAR:
        return None
    scored = {item.sentence.id: item for item in finding.scored}
    items: list[Scored] = []
    said = 0
    for id in near.targets:
        sentence = sentences[id]
        words = len(sentence.text.split())
        if sentence.kind in NO_STATEMENT or said + words > PLANS["broad"].words:
            continue
        said += words
        items.append(_as_scored(sentence, scored))
    return Choice(tuple(items), {}) if items else None


def merge(choices: Sequence[Choice]) -> Choice:
    """The choices for the parts of one question as one, what disagrees first; nothing is said twice."""
    choices = sorted(choices, key=lambda choice: not choice.versions)
    differ = set(choices[0].versions.values())
    items = {item.sentence.id: item for item in choices[0].items if item.sentence.id in differ}
    said = sum(len(item.sentence.text.split()) for item in items.values())
    for row in zip_longest(*(choice.items for choice in choices)):
        for nth, item in enumerate(row):
            if item is None or item.sentence.id in items:
                continue
            words = len(item.sentence.text.split())
            # one part's further sentences give way to what all parts need
            if item is choices[nth].items[0] or len(choices) == 1 or said + words <= MOST_WORDS:
                items[item.sentence.id] = item
                said += words
    echoes = {id: found for choice in choices for id, found in choice.echoes.items()}
    first = choices[0]
    return Choice(tuple(items.values()), echoes, first.versions, first.differ)


def coordinated_names(question: str) -> list[str]:
    """Names that a question puts side by side: "Forster and Akromov", "Kazakhstan, Belarus or Armenia"."""
    names = find_names(question)
    joined = []
    for one, other in pairwise(names):
        at = question.find(one)
        between = question[at + len(one) : question.find(other, at + len(one))]
        if re.fullmatch(r"(?:,|,? and|,? or| and also)(?: the)? ", between):
            joined += [one, other]
    return list(dict.fromkeys(joined))


def _introduced(item: Scored, scored: Sequence[Scored]) -> Scored:
    """For a line that only introduces a quotation ("Article 7 says:") the best sentence of that; else the item itself."""
    line = item.sentence
    if not line.text.rstrip().endswith(":") or len(line.text.split()) > INTRODUCES:
        return item
    for other in scored:
        of = other.sentence
        if of.article == line.article and of.context == (line.start, line.end):
            return replace(other, score=max(other.score, item.score))
    return item


def _terms_of(name: str, analyzer: Analyzer) -> set[str]:
    """The mark of a name's synonyms, else its own terms."""
    return {t for t in analyzer.terms(name, question=True) if t.startswith("=")} or set(analyzer.terms(name))


def _speaks_of(item: Scored, terms: AbstractSet[str], analyzer: Analyzer) -> bool:
    return bool(terms & set(analyzer.terms(item.sentence.text)))


def _asked_same(prepared: Sequence[NearQuestion], kind: Kind) -> dict[str, float]:
    """Sentence id → how near the nearest question of this kind is that was prepared for it."""
    nearness: dict[str, float] = {}
    for near in prepared:
        if classify(near.question).kind == kind:
            for id in near.targets:
                nearness.setdefault(id, near.score)
    return nearness


def _values(item: Scored, asked: Asked) -> list[Value]:
    """The date or number with which a sentence answers, and the others in it; none when the question asks for none."""
    values = asked_values(item.sentence.text, asked.text, asked.kind)
    span = item.span or (0, 0)
    return sorted(values, key=lambda value: not (value.start < span[1] and span[0] < value.end))


def _agreeing(values: Sequence[Value], given: Sequence[Sequence[Value]]) -> tuple[int | None, Value | None]:
    """Which of those given the values agree with, and in what of it: by what both answer with, else by what one does.

    A sentence with several dates may have been taken for answering with the wrong one.
    """
    for i, others in enumerate(given):
        if others and agree(values[0].key, others[0].key):
            return i, others[0]
    for i, others in enumerate(given):
        for other in others[1:]:
            if agree(values[0].key, other.key):
                return i, other
        if others and any(agree(value.key, others[0].key) for value in values[1:]):
            return i, others[0]
    return None, None


def is_same(one: Scored, other: Scored, analyzer: Analyzer) -> bool:
    """True for near-duplicates: sentences that share most of their terms."""
    a, b = (set(analyzer.terms(item.sentence.text)) for item in (one, other))
    return len(a & b) >= SAME * len(a | b) > 0


def write_statements(choice: Choice, articles: Mapping[str, Article], cites: Cites) -> tuple[Statement, ...]:
    """One statement for each chosen span, grouped by article, each article's in reading order.

    A sentence that leans on the one before it brings that along; who says the same is cited beside it.
    """
    statements: list[Statement] = []
    brought = _contexts(choice.items, articles)
    differ = set(choice.versions.values())
    for name in dict.fromkeys(item.sentence.article for item in choice.items):
        article = articles[name]
        quoted: set[tuple[int, int]] = set()
        spoken = False
        for start, end, items in _spans(
            article, [i for i in choice.items if i.sentence.article == name], brought
        ):
            first = items[0].sentence
            numbers = []
            text = article.slice(start, end)
            if first.id in brought and start == first.start and first.context not in quoted:
                # what it leans on stands further up: quoted first, as a citation of its own
                numbers.append(cites.number(name, *first.context))
                text = f"{article.slice(*first.context)} … {text}"
            numbers.append(cites.number(name, start, end))
            quoted.update(item.sentence.context for item in items if item.sentence.id in brought)
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
            if any(item.sentence.id in differ for item in items):
                lead = f"{choice.differ} {lead}".strip()
                differ = set()  # said once, before the first version
            statements.append(Statement(text, tuple(dict.fromkeys(numbers)), lead, marked))
    return tuple(statements)


def _contexts(items: Sequence[Scored], articles: Mapping[str, Article]) -> set[str]:
    """Ids of the sentences that bring along what they lean on: as many as there is room for."""
    room = MOST_WORDS - sum(len(item.sentence.text.split()) for item in items)
    chosen = {(item.sentence.article, item.sentence.start) for item in items}
    brought = set()
    counted = set()
    for item in items:
        sentence = item.sentence
        if sentence.leans and sentence.context and (sentence.article, sentence.context[0]) not in chosen:
            context = (sentence.article, *sentence.context)
            # the line that introduces a quotation is quoted once for all its sentences
            words = (
                0 if context in counted else len(articles[sentence.article].slice(*sentence.context).split())
            )
            if words <= room:
                room -= words
                counted.add(context)
                brought.add(sentence.id)
    return brought


def _spans(
    article: Article, items: Sequence[Scored], brought: AbstractSet[str]
) -> list[tuple[int, int, list[Scored]]]:
    """The spans to quote in reading order, each with the sentences in it; those that overlap are one."""
    spans: list[tuple[int, int, list[Scored]]] = []
    for item in sorted(items, key=lambda item: item.sentence.start):
        start, end = item.sentence.start, item.sentence.end
        if item.sentence.id in brought:
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
    return f"“{short_title(article.title)}”"


def short_title(title: str) -> str:
    """A title without its second half: what stands before the colon, the dash or the full stop."""
    first = re.split(r"(?<=\w)(?::| - | – |—|\. )", title, maxsplit=1)[0]
    return first if len(first.split()) >= 3 else title


def _with_context(sentence: Sentence, article: Article) -> tuple[int, int]:
    """The span of a sentence, from the one that it leans on where that stands right before it."""
    start, end = sentence.context
    adjacent = not article.text[end : sentence.start].strip()
    return (start if adjacent else sentence.start), sentence.end
