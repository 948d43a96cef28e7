"""Vectors are kept by text, and a damaged cache costs time and nothing else."""

import resource
import shutil
import sqlite3
from contextlib import closing, contextmanager

import numpy as np
import pytest

from index import DossierIndexError
from index.cache import BATCH, embed_with_cache, journal_of, prune_cache, settle_cache


class Counting:
    """An embedder that remembers what it was asked for."""

    name, dimension = "counting", 2

    def __init__(self):
        self.asked: list[str] = []

    def embed(self, texts) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], np.float32)


@pytest.fixture
def embedder() -> Counting:
    return Counting()


def test_rows_belong_to_their_texts_and_each_text_is_embedded_once(tmp_path, embedder):
    rows, computed = embed_with_cache(["ccc", "a", "bb"], embedder, tmp_path / "c")
    assert rows.tolist() == [[3, 1], [1, 1], [2, 1]]
    assert computed == 3
    rows, computed = embed_with_cache(["bb", "dddd", "a"], embedder, tmp_path / "c")
    assert rows.tolist() == [[2, 1], [4, 1], [1, 1]]
    assert computed == 1
    assert sorted(embedder.asked) == ["a", "bb", "ccc", "dddd"]


def test_another_embedder_shares_nothing(tmp_path, embedder):
    embed_with_cache(["a"], embedder, tmp_path / "c")
    other = Counting()
    other.name = "other"
    assert embed_with_cache(["a"], other, tmp_path / "c")[1] == 1


def test_progress_is_told_up_to_the_end(tmp_path, embedder):
    told = []
    texts = [str(number) for number in range(BATCH + 1)]
    embed_with_cache(texts, embedder, tmp_path / "c", lambda done, total: told.append((done, total)))
    assert told == [(0, BATCH + 1), (BATCH, BATCH + 1), (BATCH + 1, BATCH + 1)]


def test_an_altered_vector_is_computed_again(tmp_path, embedder):
    embed_with_cache(["a", "bb"], embedder, tmp_path / "c")
    with closing(sqlite3.connect(tmp_path / "c")) as database, database:
        database.execute("UPDATE vectors SET vector = zeroblob(8)")
    rows, computed = embed_with_cache(["a", "bb"], embedder, tmp_path / "c")
    assert (rows.tolist(), computed) == ([[1, 1], [2, 1]], 2)


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_cache_is_thrown_away(tmp_path, embedder, content):
    (tmp_path / "c").write_bytes(content)
    assert embed_with_cache(["a"], embedder, tmp_path / "c")[1] == 1
    assert embed_with_cache(["a"], embedder, tmp_path / "c")[1] == 0


def test_a_cache_that_cannot_be_written_is_named(tmp_path, embedder):
    with pytest.raises(DossierIndexError, match=r"nowhere/c cannot be written \(.*\); the old index"):
        embed_with_cache(["a"], embedder, tmp_path / "nowhere" / "c")


def test_what_is_no_longer_needed_is_forgotten(tmp_path, embedder):
    embed_with_cache(["a", "bb"], embedder, tmp_path / "c")
    prune_cache(["bb", "ccc"], embedder, tmp_path / "c")
    assert embed_with_cache(["a", "bb"], embedder, tmp_path / "c")[1] == 1


@pytest.mark.parametrize("begun", ["a write", "an empty journal"])
def test_the_journal_of_a_killed_process_is_settled(tmp_path, embedder, begun):
    file, left = tmp_path / "c", tmp_path / "left"
    embed_with_cache(["a", "bb"], embedder, file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("BEGIN")
        database.execute("DELETE FROM vectors")
        shutil.copy(file, left)  # as they lie there when it is killed
        shutil.copy(journal_of(file), journal_of(left))
    if begun == "an empty journal":
        journal_of(left).write_bytes(b"")
    settle_cache(left)
    assert not journal_of(left).exists()
    assert embed_with_cache(["a", "bb"], embedder, left)[1] == 0
    settle_cache(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_cache_that_cannot_be_pruned_does_no_harm(tmp_path, embedder):
    prune_cache(["a"], embedder, tmp_path / "nowhere" / "c")
    assert not (tmp_path / "nowhere").exists()


def test_a_full_disk_does_not_throw_the_cache_away(tmp_path, embedder):
    embed_with_cache(["a"], embedder, tmp_path / "c")
    many = [f"{number} {'x' * 9}" for number in range(3 * BATCH)]
    with limited_files(40_000), pytest.raises(DossierIndexError, match="c cannot be written"):
        embed_with_cache(many, embedder, tmp_path / "c")
    assert embed_with_cache(["a"], embedder, tmp_path / "c")[1] == 0


def test_a_folder_in_its_place_is_replaced(tmp_path, embedder):
    (tmp_path / "c" / "d").mkdir(parents=True)
    assert embed_with_cache(["a"], embedder, tmp_path / "c")[1] == 1
    assert (tmp_path / "c").is_file()


@contextmanager
def limited_files(size: int):
    """No file of this process can grow beyond `size` bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
