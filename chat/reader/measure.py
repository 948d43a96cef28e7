"""How well a reader reads: SQuAD's measures on held-out articles, and ranking on a corpus's cases."""

import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chat.reader import Candidate, Reader
from chat.reader.candidates import as_candidate
from chat.reader.examples import Asked, Embed, likeness
from ingest import read_corpus, split_sentences

READ = 40
"""Candidates that the reader is given for a case, the most alike ones of the corpus."""


@dataclass(frozen=True, slots=True)
class Given:
    """A reader's answer to one SQuAD question, whether it would give it or not."""

    asked: Asked
    answer: str
    relevance: float
    holds: bool
    """Whether the sentence it was taken from holds an accepted answer."""


def read_squad(reader: Reader, questions: Sequence[Asked]) -> list[Given]:
    """The answer from the most relevant sentence of each question's paragraph."""
    given = []
    for asked in questions:
        readings = reader.read(asked.question, asked.candidates)
        best = max(range(len(readings)), key=lambda i: readings[i].relevance)
        text = asked.candidates[best].text
        answer = text[slice(*readings[best].span)] if readings[best].span else ""
        holds = any(gold in text for gold in asked.golds)
        given.append(Given(asked, answer, readings[best].relevance, holds))
    return given


def squad_scores(given: Sequence[Given], threshold: float) -> dict[str, float]:
    """SQuAD 2.0's F1 and exact match in %, with no answer below the threshold, and what tells more."""
    answerable = np.array([bool(g.asked.golds) for g in given])
    relevance = np.array([g.relevance for g in given])
    f1 = np.array([max((token_f1(g.answer, gold) for gold in g.asked.golds), default=0.0) for g in given])
    exact = np.array(
        [any(normalise(g.answer) == normalise(gold) for gold in g.asked.golds) for g in given], float
    )
    shown = relevance >= threshold
    scores = {
        "questions": len(given),
        "answerable": int(answerable.sum()),
        "f1": 100 * np.where(answerable, f1 * shown, ~shown).mean(),
        "exact": 100 * np.where(answerable, exact * shown, ~shown).mean(),
        "f1_always_abstain": 100 * (~answerable).mean(),
        "f1_on_answerable": 100 * f1[answerable].mean(),
        "exact_on_answerable": 100 * exact[answerable].mean(),
        "sentence_on_answerable": 100 * np.array([g.holds for g in given])[answerable].mean(),
        "auc": auc(relevance[answerable], relevance[~answerable]),
        "threshold": threshold,
    }
    return {name: round(float(value), 3) for name, value in scores.items()}


def best_threshold(given: Sequence[Given]) -> float:
    """The relevance from which answering gives the highest SQuAD 2.0 F1."""
    order = sorted(given, key=lambda g: -g.relevance)
    gain = [max(token_f1(g.answer, gold) for gold in g.asked.golds) if g.asked.golds else -1.0 for g in order]
    best = int(np.argmax(np.cumsum([0.0, *gain])))
    if best == len(order):
        return 0.0
    above = order[best - 1].relevance if best else 1.0
    return (above + order[best].relevance) / 2


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """The share of pairs in which the positive is higher, ties counted half."""
    if not len(positive) or not len(negative):
        return float("nan")
    negative = np.sort(negative)
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.mean() / 2 / len(negative))


def normalise(answer: str) -> str:
    """As SQuAD's official script: small letters, no punctuation, no articles, single spaces."""
    bare = "".join(c for c in answer.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def token_f1(answer: str, gold: str) -> float:
    """As SQuAD's official script: F1 of the words that both share."""
    given, wanted = normalise(answer).split(), normalise(gold).split()
    if not given or not wanted:
        return float(given == wanted)
    shared = sum((Counter(given) & Counter(wanted)).values())
    return 2 * shared / (len(given) + len(wanted))


def case_scores(reader: Reader, corpus: Path, cases: Path, embed: Embed) -> dict[str, float]:
    """Ranking and telling apart on an evaluation set's cases; follow-ups are left out.

    `first` and `third`: how often the best one and one of the best three are evidence; `before_…`: the same
    by likeness alone. The areas under the ROC curve are of the highest relevance.
    """
    articles = read_corpus(corpus).articles
    sentences = [s for article in articles.values() for s in split_sentences(article)]
    candidates = [as_candidate(articles[s.article], s) for s in sentences]
    rows = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if not row.get("history")]
    scores = likeness([row["question"] for row in rows], [c.text for c in candidates], embed)
    hits: dict[str, list[bool]] = {}
    highest: dict[str, list[float]] = {"answerable": [], "off-topic": [], "near": []}
    for row, like in zip(rows, scores, strict=True):
        order = np.argsort(-like)[:READ]
        readings = reader.read(row["question"], [candidates[i] for i in order])
        by_reader = [order[i] for i in np.argsort([-r.relevance for r in readings])]
        top = max(r.relevance for r in readings)
        if not row["answerable"]:
            highest["off-topic" if row["category"] == "off-topic" else "near"].append(top)
            continue
        highest["answerable"].append(top)
        gold = set()
        for evidence in row["evidence"]:
            start = articles[evidence["article"]].text.find(evidence["quote"])
            end = start + len(evidence["quote"])
            gold |= {
                i
                for i, s in enumerate(sentences)
                if s.article == evidence["article"] and s.start < end and start < s.end
            }
        for name, ranked in (("", by_reader), ("before_", list(order))):
            hits.setdefault(f"{name}first", []).append(ranked[0] in gold)
            hits.setdefault(f"{name}third", []).append(bool(gold & set(ranked[:3])))
    result = {name: 100 * float(np.mean(values)) for name, values in hits.items()}
    for name in ("near", "off-topic"):
        result[f"auc_{name}"] = auc(np.array(highest["answerable"]), np.array(highest[name]))
    return {"cases": len(rows)} | {name: round(value, 3) for name, value in result.items()}


def group_scores(reader: Reader, groups: Sequence) -> dict[str, float]:
    """On prepared and gap questions: how often the best of the sentences answers, and the area under
    the ROC curve of the highest relevance, prepared against gap questions."""
    first, top = [], {True: [], False: []}
    for group in groups:
        shown: list[Candidate] = [*group.right, *group.wrong]
        relevance = [r.relevance for r in reader.read(group.question, shown)]
        top[bool(group.right)].append(max(relevance))
        if group.right:
            first.append(int(np.argmax(relevance)) < len(group.right))
    return {
        "prepared": len(top[True]),
        "gaps": len(top[False]),
        "first": round(100 * float(np.mean(first)), 3),
        "auc": round(auc(np.array(top[True]), np.array(top[False])), 3),
    }
