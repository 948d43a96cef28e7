"""A small corpus and its index, built once; each test works on a copy of its own."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from index import Built, Index, build_index, open_index
from index.embedder import Embedder
from index.generations import Generation, current_generation
from ingest.corpus import Corpus, read_corpus

TEXTS = {
    "bridge.txt": "The bridge\n\nThe old bridge over the river was built in 1931. It carries two lanes of traffic.\n",
    "market.txt": "The market\n\nThe fish market opens at five in the morning. Buyers come from the whole coast.\n",
    "school.txt": "The school\n\nThe village school has forty pupils.\n\nWho pays\n\nThe county pays its teachers.\n",
}
QUESTIONS = [
    {
        "article": "bridge",
        "quotes": ["built in 1931"],
        "questions": ["When was the bridge built?", "how old is it"],
    },
    {
        "article": "market",
        "quote": "opens at five",
        "question": "When does it close?",
        "asks_for": "closing time",
    },
]


@dataclass(frozen=True)
class Place:
    """A corpus folder and the folder of its index."""

    articles: Path
    index: Path
    embedder: Embedder
    chroma: str = ""

    def corpus(self) -> Corpus:
        return read_corpus(self.articles)

    def build(self) -> Built:
        return build_index(self.corpus(), self.index, self.embedder, chroma=self.chroma)

    def open(self) -> Index:
        return open_index(self.index, self.embedder, chroma=self.chroma)

    def current(self) -> Generation:
        return current_generation(self.index)

    def rewrite(self, file: str, old: str, new: str) -> None:
        path = self.articles / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def names(self) -> set[str]:
        """What lies in the index folder."""
        return {path.name for path in self.index.iterdir()}

    def copy(self, folder: Path) -> "Place":
        shutil.copytree(self.articles, folder / "articles")
        shutil.copytree(self.index, folder / "index")
        return Place(folder / "articles", folder / "index", self.embedder)


@pytest.fixture(scope="session")
def once_built(tmp_path_factory, embedder) -> tuple[Place, Built]:
    """Not to be changed: use `place`."""
    folder = tmp_path_factory.mktemp("small")
    place = Place(folder / "articles", folder / "index", embedder)
    (place.articles / "questions").mkdir(parents=True)
    for name, text in TEXTS.items():
        (place.articles / name).write_text(text)
    rows = "".join(json.dumps(row) + "\n" for row in QUESTIONS)
    (place.articles / "questions" / "all.jsonl").write_text(rows)
    return place, place.build()


@pytest.fixture(scope="session")
def twice_built(once_built, tmp_path_factory) -> Place:
    """Of two generations; not to be changed: use `place_of_two`."""
    place = once_built[0].copy(tmp_path_factory.mktemp("twice"))
    place.rewrite("market.txt", "five", "six")
    (place.articles / "questions" / "all.jsonl").unlink()
    place.build()
    return place


@pytest.fixture
def place(once_built, tmp_path) -> Place:
    return once_built[0].copy(tmp_path)


@pytest.fixture
def place_of_two(twice_built, tmp_path) -> Place:
    return twice_built.copy(tmp_path)


@pytest.fixture
def private(tmp_path, monkeypatch) -> Path:
    """The folder in which readers make their private copies in this test."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
