"""The measures: exact, repeatable, each one function with its definition and where it comes from.

Citations and matches are compared with the evidence sentence by sentence. *Gold* is the set of the
sentences that prove a fact (`SentenceMap.gold`); a citation or a match stands for the sentences its span
touches, so a citation of half a page is as imprecise as the page is long.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from chat.answers import Answer, Outcome
from eval.cases import Case, Category
from eval.normal import states
from eval.sentences import SentenceMap
from ingest.articles import Article

Ids = Collection[str]
"""Sentence ids, `article:start`."""

WORDS_AT_MOST = 120
WORDS_AT_MOST_BROAD = 220
HIT_AT = tuple(range(1, 11))
"""The k of hit@k."""


def answers(answer: Answer) -> bool:
    """Whether the system took the risk of answering, in whole or in part."""
    return answer.outcome in ("answered", "partial")


def claims(answer: Answer) -> str:
    """What the answer claims: its statements with their leads, without markers and our own message."""
    return "\n".join(f"{s.lead} {s.text}" if s.lead else s.text for s in answer.statements)


def facts_stated(case: Case, answer: Answer) -> tuple[bool, ...]:
    """For each fact whether one of its forms occurs in what the answer claims.

    The substring match of open-domain question answering ("answer recall", Chen et al. 2017, DrQA; Asai et
    al. 2023, "match"), after the normalisation in `eval.normal`.
    """
    said = claims(answer)
    return tuple(any(states(said, form) for form in forms) for forms in case.facts)


def fact_recall(stated: Sequence[bool]) -> float | None:
    """Share of the facts that are stated; None without facts. All facts are stated where it is 1."""
    return sum(stated) / len(stated) if stated else None


def citation_precision(cited: Ids, gold: Iterable[Ids]) -> float | None:
    """Share of the cited sentences that prove a fact, any fact; None where nothing is cited.

    ALCE (Gao et al. 2023, arXiv 2305.14627, section 3.3) counts a citation as precise when it supports its
    statement alone or is needed by the others to do so, as a model judges. Gold sentences prove a fact by
    themselves, so with them in the model's place the second case cannot occur.
    """
    proof = set().union(*gold)
    return len(set(cited) & proof) / len(set(cited)) if cited else None


def citation_recall(support: Sequence[Ids | None], gold: Sequence[Ids]) -> float | None:
    """Share of the stated facts that a citation proves, where they are stated; None where none is stated.

    `support[i]` holds the sentences cited by the statements that state fact i, and is None where no
    statement does. ALCE's citation recall asks for each statement whether its citations together support
    it; here the facts take the place of the statements, as for them gold sentences exist. A fact that is
    not stated is fact recall's affair, and a sentence that states no fact is citation precision's.
    """
    proved = [
        bool(set(ids) & set(proof)) for ids, proof in zip(support, gold, strict=True) if ids is not None
    ]
    return sum(proved) / len(proved) if proved else None


def citations_valid(answer: Answer, articles: Mapping[str, Article]) -> float | None:
    """Share of the citations whose quote is exactly their span; None where nothing is cited."""
    if not answer.citations:
        return None
    valid = [
        c.article in articles
        and 0 <= c.start < c.end <= len(articles[c.article].text)
        and articles[c.article].text[c.start : c.end] == c.quote
        for c in answer.citations
    ]
    return sum(valid) / len(valid)


def first_ranks(ranked: Sequence[Ids], gold: Iterable[Ids]) -> tuple[int | None, ...]:
    """For each fact the rank, from 1, of the first match that touches a sentence proving it; None for none.

    `ranked` holds the sentences of each match, best first.
    """
    return tuple(
        next((rank for rank, ids in enumerate(ranked, start=1) if set(ids) & set(proof)), None)
        for proof in gold
    )


def hit(ranks: Sequence[int | None], k: int) -> float:
    """hit@k: 1 when a sentence that proves any fact is among the first k matches (TREC's success@k)."""
    return float(any(rank is not None and rank <= k for rank in ranks))


def hit_all(ranks: Sequence[int | None], k: int) -> float:
    """1 when each fact has a sentence proving it among the first k matches: all that the answer needs."""
    return float(all(rank is not None and rank <= k for rank in ranks))


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """1 / rank of the first match that proves a fact, 0 without one; its mean is MRR (Voorhees 1999)."""
    return max((1 / rank for rank in ranks if rank is not None), default=0.0)


def ndcg(ranked: Sequence[Ids], gold: Iterable[Ids], k: int = 10) -> float:
    """nDCG@k with gain 1 for each match that brings a gold sentence not yet seen (Järvelin, Kekäläinen 2002).

    The ideal ranking has the gold sentences first. A sentence found twice gains once.
    """
    proof = set().union(*gold)
    left, gained = set(proof), 0.0
    for rank, ids in enumerate(ranked[:k], start=1):
        if left & set(ids):
            gained += 1 / log2(rank + 1)
            left -= set(ids)
    return gained / sum(1 / log2(rank + 1) for rank in range(1, min(k, len(proof)) + 1))


def confidence(answer: Answer) -> float:
    """The system's own `trace["confidence"]`, else the score of its best match, else 0."""
    own = answer.trace.get("confidence")
    if isinstance(own, int | float):
        return float(own)
    return float(answer.matches[0].score) if answer.matches else 0.0


def risk_coverage(rows: np.ndarray) -> np.ndarray:
    """The risk at each coverage 1/n, 2/n … 1, of cases given as `(…, n, 2)`: confidence, loss.

    The risk at coverage c is the share of errors if just the share c with the highest confidence were
    answered (El-Yaniv and Wiener 2010). Cases of equal confidence are taken worst first, so that a system
    that knows no difference gains nothing by it.
    """
    sure, loss = rows[..., 0], rows[..., 1]
    order = np.lexsort((-loss, -sure), axis=-1)
    errors = np.cumsum(np.take_along_axis(loss, order, axis=-1), axis=-1)
    return errors / np.arange(1, loss.shape[-1] + 1)


def area_under_risk_coverage(rows: np.ndarray) -> np.ndarray:
    """The mean risk over all coverages, AURC (Geifman, Uziel and El-Yaniv 2019); lower is better.

    The loss of a case is 0 when it is answerable and right, else 1: what a system would have said to the
    questions that it declined is not known, so beyond its own coverage this is the upper bound.
    """
    return risk_coverage(rows).mean(axis=-1)


def words(answer: Answer) -> int:
    """White-space separated words that the reader reads: claims and message, without markers."""
    return len(claims(answer).split()) + len(answer.message.split())


def faults(case: Case, answer: Answer, stated: Sequence[bool], cites_gold: bool) -> tuple[str, ...]:
    """Why the case is not right, in words; empty when it is right, which is the headline figure.

    An answerable case is right when it is answered, wholly or in part, every fact is stated, at least one
    citation is gold evidence, and the answer keeps to 120 words (220 for broad questions). Any other case is
    right when it is declined and cites nothing.
    """
    if answer.outcome == "failed":
        return ("failed",)
    if not case.answerable:
        found = []
        if answer.outcome != "declined":
            found.append("answered, though the articles do not say it")
        if answer.citations and answer.outcome == "declined":
            found.append("declined, yet with citations")
        return tuple(found)
    if answer.outcome == "declined":
        return ("declined, though the articles say it",)
    found = []
    if not all(stated):
        missing = list(stated).count(False)
        found.append(
            f"{missing} of {len(stated)} facts missing" if len(stated) > 1 else "the fact is missing"
        )
    if not cites_gold:
        found.append("no citation is evidence")
    limit = WORDS_AT_MOST_BROAD if case.category == "broad" else WORDS_AT_MOST
    if words(answer) > limit:
        found.append(f"{words(answer)} words, at most {limit}")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Score:
    """All that was measured on one case. None where a measure does not apply to it."""

    id: str
    category: Category
    split: str
    answerable: bool
    outcome: Outcome
    right: bool
    faults: tuple[str, ...]
    """Why it is not right; empty when it is."""
    facts: tuple[bool, ...]
    """For each fact whether it is stated."""
    citation_precision: float | None
    citation_recall: float | None
    citations_valid: float | None
    ranks: tuple[int | None, ...]
    """For each fact the rank of the first match that proves it."""
    ndcg: float | None
    confidence: float
    words: int
    seconds: float
    """As the caller waited for it."""
    error: str = ""
    """What the system raised; empty when it did not."""


def score_case(
    case: Case, answer: Answer, sentences: SentenceMap, *, seconds: float, error: str = ""
) -> Score:
    """Measure one answer. Citations are judged on answerable cases only: without facts there is no gold."""
    gold = sentences.gold(case)
    of_citation = {c.number: sentences.touched(c.article, c.start, c.end) for c in answer.citations}
    cited = frozenset().union(*of_citation.values())
    ranked = [sentences.touched(match.article, match.start, match.end) for match in answer.matches]
    stated = facts_stated(case, answer)
    found = faults(case, answer, stated, cites_gold=any(cited & proof for proof in gold))
    return Score(
        id=case.id,
        category=case.category,
        split=case.split,
        answerable=case.answerable,
        outcome=answer.outcome,
        right=not found,
        faults=found,
        facts=stated,
        citation_precision=citation_precision(cited, gold) if gold else None,
        citation_recall=citation_recall(_support(case, answer, of_citation), gold),
        citations_valid=citations_valid(answer, sentences.articles),
        ranks=first_ranks(ranked, gold),
        ndcg=ndcg(ranked, gold) if gold else None,
        confidence=confidence(answer),
        words=words(answer),
        seconds=seconds,
        error=error,
    )


def _support(case: Case, answer: Answer, of_citation: Mapping[int, Ids]) -> list[Ids | None]:
    """For each fact the sentences cited by the statements that state it; None where no statement does."""
    support: list[Ids | None] = []
    for forms in case.facts:
        stating = [
            statement
            for statement in answer.statements
            if any(states(f"{statement.lead} {statement.text}", form) for form in forms)
        ]
        numbers = {number for statement in stating for number in statement.citations}
        ids = frozenset().union(*(of_citation.get(number, frozenset()) for number in numbers))
        support.append(ids if stating else None)
    return support
