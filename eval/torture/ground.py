"""What is tortured: one index folder that alternates between two small corpora, and what each must answer."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat.answers import Answer
from index.errors import IndexDamaged
from index.generations import MANIFEST, current_name

Label = str
"""Which of the two corpora: `a` or `b`."""

LABELS = ("a", "b")

TEXTS: Mapping[Label, Mapping[str, str]] = {
    "a": {
        "bridge.txt": "The bridge\n\nThe old bridge over the river Lenn was built in 1931. It carries two lanes of "
        "traffic. The mayor opened it on a Sunday.\n",
        "market.txt": "The market\n\nThe fish market opens at five in the morning. Buyers come from the whole "
        "coast.\n\nWho runs it\n\nA cooperative of 120 fishermen runs the fish market.\n",
        "school.txt": "The school\n\nThe village school has forty pupils. The county pays its teachers.\n",
    },
    "b": {
        "bridge.txt": "The bridge\n\nRepairs are under way. The old bridge over the river Lenn was built in 1847. It "
        "carries six lanes of traffic. The bishop opened it on a Friday.\n",
        "market.txt": "The market\n\nThe fish market opens at nine in the evening. Buyers come from the capital "
        "only.\n\nWho runs it\n\nA company with 900 clerks runs the fish market.\n",
        "tower.txt": "The tower\n\nThe water tower holds 700 litres. A storm bent its roof.\n",
    },
}

PREPARED: Mapping[Label, tuple[Mapping[str, Any], ...]] = {
    "a": (
        {"article": "bridge", "quotes": ["built in 1931"], "questions": ["When was the bridge built?"]},
        {"article": "market", "quotes": ["at five"], "questions": ["At what time does the market open?"]},
        {"article": "school", "quotes": ["forty pupils"], "questions": ["How many pupils has the school?"]},
        {
            "article": "market",
            "quote": "opens at five",
            "question": "How many stalls are there?",
            "asks_for": "number of stalls",
        },
    ),
    "b": (
        {"article": "bridge", "quotes": ["built in 1847"], "questions": ["When was the bridge built?"]},
        {"article": "market", "quotes": ["at nine"], "questions": ["At what time does the market open?"]},
        {"article": "tower", "quotes": ["700 litres"], "questions": ["How much does the tower hold?"]},
        {
            "article": "market",
            "quote": "opens at nine",
            "question": "How many stalls are there?",
            "asks_for": "number of stalls",
        },
    ),
}

QUESTIONS = (
    "When was the old bridge over the river built?",
    "How many lanes of traffic does the bridge carry?",
    "When does the fish market open?",
    "Who runs the fish market?",
    "How many pupils has the village school?",
    "How much does the water tower hold?",
)
"""Each is answered otherwise from `a` than from `b`; the last two are declined by one of them."""

STAYING = {"CURRENT", ".build.lock", "embeddings.sqlite"}
"""What lies in an index folder beside the generations."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an index that nobody disturbed says."""

    articles: Mapping[Label, Mapping[str, str]]
    """The fingerprints' hashes of the articles, by which a generation is known."""
    answers: Mapping[Label, Mapping[str, list]]
    """By question, as `said` gives them."""

    def label(self, folder: Path, name: tuple[str, str] | None) -> Label | None:
        """Of which corpus a generation is; None when it is gone, spoilt, or was made from neither."""
        if name is None:
            return None
        try:
            content = (folder / name[0] / MANIFEST).read_bytes()
            articles = json.loads(content)["fingerprint"]["articles"]
        except (OSError, ValueError, KeyError):
            return None
        if hashlib.sha256(content).hexdigest() != name[1]:
            return None
        return next((label for label, known in self.articles.items() if known == articles), None)

    def current(self, folder: Path) -> Label | None:
        """Of which corpus the published generation is."""
        try:
            return self.label(folder, current_name(folder))
        except IndexDamaged:
            return None


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder with the two corpora, and room for indexes."""

    folder: Path
    home: Path
    """Where the encoder's graph is."""

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def private(self) -> Path:
        """For what builders put into the folder for temporary files."""
        return self.folder / "private"

    def corpus(self, label: Label) -> Path:
        return self.folder / "corpora" / label

    def lay(self) -> None:
        """Writes the two corpora; `folder` is new."""
        self.private.mkdir(parents=True)
        for label in LABELS:
            (self.corpus(label) / "questions").mkdir(parents=True)
            for name, text in TEXTS[label].items():
                (self.corpus(label) / name).write_text(text, encoding="utf-8")
            rows = "".join(json.dumps(row) + "\n" for row in PREPARED[label])
            (self.corpus(label) / "questions" / "all.jsonl").write_text(rows, encoding="utf-8")


def said(answer: Answer) -> list:
    """All of an answer that somebody reads, as plain JSON values."""
    cited = [[c.article, c.start, c.end, c.quote] for c in answer.citations]
    return [answer.outcome, answer.text(), cited]


def other(label: Label) -> Label:
    return LABELS[1 - LABELS.index(label)]


def untidy(index: Path) -> list[str]:
    """Names in an index folder that should not be there; more than two generations count too."""
    names = {path.name for path in index.iterdir()} - STAYING
    generations = sorted(name for name in names if name.startswith("gen-"))
    return sorted(names - set(generations)) + generations[:-2]


def copy_index(index: Path, copy: Path) -> None:
    """Replaces `copy` by a copy of an index folder."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(index, copy)
