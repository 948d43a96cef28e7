import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chat.answers import Answer, Citation, Found, Statement
from eval.cases import Case, load_cases
from eval.sentences import SentenceMap
from ingest.articles import Article, Block

PACT = (
    "The pact\n\nThe pact was founded in 1992. Six states belong to it.\n\n"
    "Georgia left in 1999. Nobody says why.\n"
)
CHARTER = (
    "The charter\n\nThe pact began in 2002, its charter says. “Members owe help” – so the charter.\n\n"
    "Georgia left in\u00a01999, the charter’s note says.\n"
)


def make_article(name: str, text: str) -> Article:
    lines = [Block(m.start(), m.end(), "paragraph") for m in re.finditer(r"[^\n]+", text)]
    title = Block(lines[0].start, lines[0].end, "title")
    return Article(name, text, text[title.start : title.end], (title, *lines[1:]), f"{name}.txt", "0" * 64)


@pytest.fixture
def articles() -> dict[str, Article]:
    """Two small articles: `pact` with five sentences, title included, `charter` with four."""
    return {"pact": make_article("pact", PACT), "charter": make_article("charter", CHARTER)}


@pytest.fixture
def sentences(articles) -> SentenceMap:
    return SentenceMap(articles)


@pytest.fixture
def sentence_id(articles) -> Callable[[str, str], str]:
    """The id of the sentence that begins with these words."""
    return lambda name, words: f"{name}:{articles[name].text.index(words)}"


@pytest.fixture
def quoting(articles) -> Callable[..., Answer]:
    """An answer that quotes these pieces, `(article, quote)`, each a statement with one citation."""

    def build(*pieces: tuple[str, str], matches: Sequence[tuple[str, str]] = (), **more) -> Answer:
        citations = []
        for number, (name, quote) in enumerate(pieces, start=1):
            start = articles[name].text.index(quote)
            citations.append(Citation(number, name, start, start + len(quote), quote))
        found = []
        for rank, (name, quote) in enumerate(matches, start=1):
            start = articles[name].text.index(quote)
            found.append(Found(name, start, start + len(quote), 1 / rank, {"words": rank}))
        return Answer(
            question=more.pop("question", "?"),
            outcome=more.pop("outcome", "answered" if pieces else "declined"),
            statements=tuple(Statement(c.quote, (c.number,)) for c in citations),
            citations=tuple(citations),
            matches=tuple(found),
            **more,
        )

    return build


ROWS = [
    {
        "id": "founded",
        "question": "When was the pact founded?",
        "category": "disagree",
        "answerable": True,
        "facts": [["1992"], ["2002"]],
        "evidence": [
            {"article": "pact", "quote": "The pact was founded in 1992.", "fact": 0},
            {"article": "charter", "quote": "The pact began in 2002", "fact": 1},
        ],
    },
    {
        "id": "georgia",
        "question": "when did georgia leave",
        "category": "fact",
        "answerable": True,
        "facts": [["in 1999"]],
        "evidence": [
            {"article": "pact", "quote": "Georgia left in 1999.", "fact": 0},
            {"article": "charter", "quote": "Georgia left in\u00a01999, the charter’s note says.", "fact": 0},
        ],
    },
    {
        "id": "why-georgia",
        "question": "Why did Georgia leave?",
        "category": "unanswerable",
        "answerable": False,
        "facts": [],
        "evidence": [],
        "note": "Nobody says why.",
    },
]


@pytest.fixture
def rows() -> list[dict]:
    """The lines of a sound question set of three cases, to be changed at will."""
    return json.loads(json.dumps(ROWS))


@pytest.fixture
def write_set(tmp_path) -> Callable[..., Path]:
    """Writes rows as a question set and gives back its path."""

    def write(rows: Sequence[dict], name: str = "dev.jsonl") -> Path:
        file = tmp_path / name
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return file

    return write


@pytest.fixture
def cases(rows, write_set, articles) -> dict[str, Case]:
    """The three cases by id."""
    return {case.id: case for case in load_cases(write_set(rows), articles)}


@dataclass
class FakeSystem:
    """Answers from a list; what is an exception there is raised."""

    articles: Mapping[str, Article]
    answers: Mapping[str, Answer | Exception]
    fingerprint: Mapping = field(default_factory=lambda: {"system": "fake"})

    def answer(self, question, history=()):
        answer = self.answers[question]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def fake_system(articles, cases, quoting) -> FakeSystem:
    """Right on `founded`, wrong on `georgia` (it raises), right on `why-georgia` (it declines)."""
    founded = quoting(
        ("pact", "The pact was founded in 1992."),
        ("charter", "The pact began in 2002, its charter says."),
        matches=[("pact", "Six states belong to it."), ("pact", "The pact was founded in 1992.")],
    )
    declined = quoting(message="The articles do not say why.")
    return FakeSystem(
        articles,
        {
            cases["founded"].question: founded,
            cases["georgia"].question: RuntimeError("the disk\nis gone"),
            cases["why-georgia"].question: declined,
        },
    )
