"""Training data to groups: a question with sentences, which of them answer it, and with which words."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from chat.reader import Candidate
from chat.reader.candidates import as_candidate
from ingest import Article, Block, read_corpus, split_sentences
from ingest.sentences import Sentence

Source = Literal["squad", "nq", "prepared", "gap"]
Embed = Callable[[Sequence[str]], np.ndarray]

TEST_ARTICLES = ("French_and_Indian_War", "Islamism", "Oxygen", "Scottish_Parliament", "Sky_(United_Kingdom)")
"""SQuAD 2.0 articles that nothing is trained, chosen or calibrated on."""
CALIBRATION_ARTICLES = ("Geology", "Imperialism")
"""SQuAD 2.0 articles for choosing and calibrating."""

HARD_NEGATIVES = 12
"""So many sentences that do not answer are kept for each question, the most alike first."""
NEAR_SAME = 0.80
"""Cosine from which another question's answers may answer this one too: they are not taken as wrong."""


@dataclass(frozen=True, slots=True)
class Group:
    """One question with the sentences to tell apart."""

    source: Source
    name: str
    """What is held out together: the article, or the sentence that a corpus's question was written from."""
    question: str
    right: tuple[Candidate, ...]
    """Empty when nothing answers."""
    spans: tuple[tuple[int, int] | None, ...]
    """For each of `right`, the words in its text that answer, where the data say so."""
    wrong: tuple[Candidate, ...]
    """The most alike first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A SQuAD question over its paragraph, for measuring."""

    name: str
    question: str
    golds: tuple[str, ...]
    """Accepted answers; empty when the paragraph does not answer."""
    candidates: tuple[Candidate, ...]
    """The paragraph's sentences, in order."""


def squad_groups(file: Path, embed: Embed) -> Iterator[Group]:
    """Groups from SQuAD's JSON form: hard negatives from the paragraph and from the rest of its article."""
    for title, paragraphs in _squad_articles(file):
        sentences = [
            (i, s) for i, (context, _) in enumerate(paragraphs) for s in paragraph_candidates(title, context)
        ]
        candidates = [candidate for _, (_, candidate) in sentences]
        texts = [candidate.text for candidate in candidates]
        home = np.array([i for i, _ in sentences])
        asked = [(i, question) for i, (_, questions) in enumerate(paragraphs) for question in questions]
        scores = likeness([question["question"] for _, question in asked], texts, embed)
        for (paragraph, question), row in zip(asked, scores, strict=True):
            at_home = np.flatnonzero(home == paragraph)
            answer = most_given([a["text"] for a in question["answers"]])
            if not answer:
                # elsewhere in the article something may answer: only the paragraph is known not to
                wrong = sorted(at_home, key=lambda i: -row[i])
                yield Group("squad", title, question["question"], (), (), tuple(candidates[i] for i in wrong))
                continue
            holding = [i for i in at_home if answer in texts[i]]
            if not holding:
                continue  # the answer runs over the end of a sentence
            right = max(holding, key=lambda i: row[i])
            start = texts[right].index(answer)
            wrong = sorted((i for i in at_home if i not in holding), key=lambda i: -row[i])
            away = [
                i
                for i in np.argsort(-row)
                if home[i] != paragraph and answer.casefold() not in texts[i].casefold()
            ]
            yield Group(
                "squad",
                title,
                question["question"],
                (candidates[right],),
                ((start, start + len(answer)),),
                tuple(candidates[i] for i in [*wrong[:6], *away[:6]]),
            )


def squad_questions(file: Path, names: Iterable[str]) -> Iterator[Asked]:
    """The questions of some articles over the sentences of their own paragraph."""
    wanted = set(names)
    for title, paragraphs in _squad_articles(file):
        if title in wanted:
            for context, questions in paragraphs:
                candidates = tuple(candidate for _, candidate in paragraph_candidates(title, context))
                for question in questions:
                    golds = tuple(a["text"] for a in question["answers"])
                    yield Asked(title, question["question"], golds, candidates)


def nq_groups(file: Path, embed: Embed) -> Iterator[Group]:
    """Groups from search questions with one passage each."""
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        candidates = [candidate for _, candidate in paragraph_candidates(row["title"], row["context"])]
        answer = row["answer"]
        holding = [i for i, c in enumerate(candidates) if answer in c.text]
        if not holding:
            continue
        (scores,) = likeness([row["question"]], [c.text for c in candidates], embed)
        right = max(holding, key=lambda i: scores[i])
        start = candidates[right].text.index(answer)
        folded = [a.casefold() for a in (answer, *row["answers"])]
        wrong = [
            i
            for i in np.argsort(-scores)
            if i not in holding and not any(a in candidates[i].text.casefold() for a in folded)
        ]
        yield Group(
            "nq",
            row["title"],
            row["question"],
            (candidates[right],),
            ((start, start + len(answer)),),
            tuple(candidates[i] for i in wrong[:HARD_NEGATIVES]),
        )


def corpus_groups(corpus: Path, questions: Path, embed: Embed) -> Iterator[Group]:
    """Groups from the prepared and the gap questions of a corpus; wrong sentences come from all of it."""
    articles = read_corpus(corpus).articles
    sentences = [s for article in articles.values() for s in split_sentences(article)]
    candidates = [as_candidate(articles[s.article], s) for s in sentences]
    texts = [candidate.text for candidate in candidates]
    prepared, gaps = [], []
    for file in sorted(questions.glob("*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if "asks_for" in row:
                gaps.append((row["quote"], row["question"]))
            else:
                right = [
                    i for quote in row["quotes"] for i in _quoted(articles[row["article"]], quote, sentences)
                ]
                prepared += [(row["quotes"][0], question, right) for question in row["questions"] if right]
    vectors = embed([question for _, question, _ in prepared])
    alike = vectors @ vectors.T
    scores = likeness([question for _, question, _ in prepared], texts, embed)
    for n, (name, question, right) in enumerate(prepared):
        # what answers nearly the same question may answer this one
        allowed = {i for m in np.flatnonzero(alike[n] > NEAR_SAME) for i in prepared[m][2]} | set(right)
        wrong = [i for i in np.argsort(-scores[n]) if i not in allowed][:HARD_NEGATIVES]
        unique = list(dict.fromkeys(right))
        yield Group(
            "prepared",
            name,
            question,
            tuple(candidates[i] for i in unique),
            (None,) * len(unique),
            tuple(candidates[i] for i in wrong),
        )
    for (name, question), row in zip(gaps, likeness([q for _, q in gaps], texts, embed), strict=True):
        wrong = np.argsort(-row)[:HARD_NEGATIVES]
        yield Group("gap", name, question, (), (), tuple(candidates[i] for i in wrong))


def is_held_out(group: Group) -> bool:
    """Whether a group is kept for choosing, calibrating or measuring: some articles, a tenth of the sentences."""
    if group.source in ("prepared", "gap"):
        return zlib.crc32(group.name.encode()) % 10 == 0
    return group.name in TEST_ARTICLES or group.name in CALIBRATION_ARTICLES


def paragraph_candidates(title: str, paragraph: str) -> list[tuple[Sentence, Candidate]]:
    """The sentences of one paragraph under a title, as the reader will see them."""
    head = f"{title}\n"
    blocks = (Block(0, len(title), "title"), Block(len(head), len(head) + len(paragraph), "paragraph"))
    article = Article(id=title, text=head + paragraph, title=title, blocks=blocks, file="", sha256="")
    return [(s, as_candidate(article, s)) for s in split_sentences(article) if s.kind != "title"]


def likeness(questions: Sequence[str], texts: Sequence[str], embed: Embed) -> np.ndarray:
    """How alike each question and each text are, by meaning and by words: (questions, texts)."""
    return embed(questions) @ embed(texts).T + 0.5 * _bm25(questions, texts)


def _bm25(questions: Sequence[str], texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> np.ndarray:
    """BM25 (Robertson & Zaragoza 2009), each question's scores divided by its best: (questions, texts)."""
    counts = [Counter(_words(text)) for text in texts]
    found: Counter[str] = Counter(word for count in counts for word in count)
    lengths = np.array([sum(count.values()) for count in counts])
    norm = k1 * (1 - b + b * lengths / max(lengths.mean(), 1))
    columns: dict[str, np.ndarray] = {}
    scores = np.zeros((len(questions), len(texts)), np.float32)
    for row, question in zip(scores, questions, strict=True):
        for word in set(_words(question)) & found.keys():
            if word not in columns:
                times = np.array([count[word] for count in counts])
                idf = np.log(1 + (len(texts) - found[word] + 0.5) / (found[word] + 0.5))
                columns[word] = idf * times * (k1 + 1) / (times + norm)
            row += columns[word]
    return scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-6)


def most_given(answers: Sequence[str]) -> str:
    """The answer that most annotators gave, the shorter at a tie; empty for none."""
    counts = Counter(answers)
    return min(counts, key=lambda a: (-counts[a], len(a))) if counts else ""


def _words(text: str) -> list[str]:
    # crude stemming is enough to find look-alikes
    return [word[:6] for word in re.findall(r"\w+", text.casefold())]


def _squad_articles(file: Path) -> Iterator[tuple[str, list[tuple[str, list[Mapping[str, Any]]]]]]:
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        yield article["title"], [(p["context"], p["qas"]) for p in article["paragraphs"]]


def _quoted(article: Article, quote: str, sentences: Sequence[Sentence]) -> list[int]:
    """Indices of the article's sentences of which the quote holds more than half."""
    start = article.text.find(quote)
    end = start + len(quote)
    if start < 0:
        raise ValueError(f"{article.id} does not hold the prepared quote “{quote[:60]}”. Mend the quote.")
    return [
        i
        for i, s in enumerate(sentences)
        if s.article == article.id and min(end, s.end) - max(start, s.start) > (s.end - s.start) / 2
    ]
