"""Crashes between any two touches of the disk are harmless."""

import os

import pytest

from index import DossierIndexError, IndexDamaged
from index.disk import list_files, only_builder, read_json, write_atomically
from index.generations import (
    CONTENTS,
    CURRENT,
    all_generations,
    begin,
    check_generation,
    current_generation,
    current_name,
    publish,
)


def test_a_file_is_replaced_whole_and_nothing_lies_beside_it(tmp_path):
    file = tmp_path / "f"
    write_atomically(file, b"one")
    write_atomically(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_content_and_nothing_beside_it(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    file = tmp_path / "f"
    write_atomically(file, b"one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, b"two")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_files_are_listed_with_size_and_hash(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"abc")
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc", FIPS 180-2
    assert list_files(tmp_path) == {"a/b": {"size": 3, "sha256": sha256}}


def test_json_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "f").write_text("{")
    with pytest.raises(DossierIndexError, match=r"f cannot be read"):
        read_json(tmp_path / "f")


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(DossierIndexError, match="--home or --index"), only_builder(tmp_path / "f" / "index"):
        pass


class TestGenerations:
    @pytest.fixture
    def publish_one(self, tmp_path):
        def publish_one(content: str):
            place = begin(tmp_path)
            (place / CONTENTS).write_text(content)
            return publish(tmp_path, place, {"fingerprint": {"of": content}})

        return publish_one

    def test_are_numbered_and_only_two_stay(self, publish_one, tmp_path):
        assert [publish_one(content).number for content in "abc"] == [1, 2, 3]
        assert [path.name for path in all_generations(tmp_path)] == ["gen-000002", "gen-000003"]
        assert current_generation(tmp_path).fingerprint == {"of": "c"}

    def test_are_in_order_also_beyond_six_digits(self, publish_one, tmp_path):
        publish_one("a").folder.rename(tmp_path / "gen-999999")
        assert [publish_one(content).number for content in "bc"] == [1_000_000, 1_000_001]
        assert [path.name for path in all_generations(tmp_path)] == ["gen-1000000", "gen-1000001"]

    def test_stay_when_the_pointer_was_not_moved(self, publish_one, tmp_path):
        publish_one("a")
        pointer = (tmp_path / CURRENT).read_bytes()
        publish_one("b")
        (tmp_path / CURRENT).write_bytes(pointer)  # as if killed before the last step
        assert current_generation(tmp_path).fingerprint == {"of": "a"}
        assert publish_one("c").number == 3

    def test_are_built_in_a_folder_from_which_killed_builds_are_gone(self, tmp_path):
        (tmp_path / "tmp-1").mkdir()
        assert [path.name for path in tmp_path.iterdir()] == ["tmp-1"]
        begin(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == [f"tmp-{os.getpid()}"]

    def test_that_were_altered_are_told_by_file(self, publish_one):
        folder = publish_one("a").folder
        (folder / CONTENTS).write_text("b")
        with pytest.raises(IndexDamaged, match=r"gen-000001/passages\.jsonl is not what was written"):
            check_generation(folder)
        (folder / CONTENTS).unlink()
        with pytest.raises(IndexDamaged, match=r"gen-000001/passages\.jsonl is missing"):
            check_generation(folder)

    def test_without_a_pointer_are_no_index(self, tmp_path):
        assert current_name(tmp_path) is None
        assert current_generation(tmp_path) is None
