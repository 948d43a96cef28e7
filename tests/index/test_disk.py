"""Crashes between any two touches of the disk are harmless."""

import json
import os

import pytest

from index import DossierIndexError, IndexDamaged
from index.disk import copy_file, list_file, list_names, only_builder, open_file, write_atomically
from index.generations import (
    CONTENTS,
    CURRENT,
    all_generations,
    begin,
    check_generation,
    copy_generation,
    current_generation,
    current_name,
    publish,
    tidy,
    usable_generation,
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


def test_files_are_listed_with_size_and_hash_and_copied_with_the_same(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"abc")
    assert list_names(tmp_path) == ["a/b"]
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc", FIPS 180-2
    assert list_file(tmp_path / "a" / "b") == {"size": 3, "sha256": sha256}
    assert copy_file(tmp_path / "a" / "b", tmp_path / "c") == {"size": 3, "sha256": sha256}
    assert (tmp_path / "c").read_bytes() == b"abc"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_read_and_nobody_waits_for_it(tmp_path, make):
    make(tmp_path / "f")
    with pytest.raises(OSError, match="it is no file"), open_file(tmp_path / "f"):
        pass


def test_a_lock_that_is_no_file_is_named_with_the_remedy(tmp_path):
    (tmp_path / ".build.lock").mkdir()
    with (
        pytest.raises(DossierIndexError, match=r"\.build\.lock is no file\. Remove it"),
        only_builder(tmp_path),
    ):
        pass


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
            before = current_generation(tmp_path)
            return publish(tmp_path, place, {"fingerprint": {"of": content}, "counts": {}}, before)

        return publish_one

    def test_are_numbered_and_only_two_stay(self, publish_one, tmp_path):
        assert [publish_one(content).number for content in "abc"] == [1, 2, 3]
        assert [path.name for path in all_generations(tmp_path)] == ["gen-000002", "gen-000003"]
        assert current_generation(tmp_path).fingerprint == {"of": "c"}

    def test_are_in_order_also_beyond_six_digits(self, publish_one, tmp_path):
        publish_one("a").folder.rename(tmp_path / "gen-999999")
        pointer = json.loads((tmp_path / CURRENT).read_bytes()) | {"generation": "gen-999999"}
        (tmp_path / CURRENT).write_text(json.dumps(pointer))
        assert [publish_one(content).number for content in "bc"] == [1_000_000, 1_000_001]
        assert [path.name for path in all_generations(tmp_path)] == ["gen-1000000", "gen-1000001"]

    def test_stay_when_the_pointer_was_not_moved(self, publish_one, tmp_path):
        publish_one("a")
        pointer = (tmp_path / CURRENT).read_bytes()
        publish_one("b")
        (tmp_path / CURRENT).write_bytes(pointer)  # as if killed before the last step
        assert current_generation(tmp_path).fingerprint == {"of": "a"}
        assert publish_one("c").number == 3

    def test_are_tidied_from_what_killed_builds_left(self, publish_one, tmp_path):
        publish_one("a")
        publish_one("b")
        pointer = (tmp_path / CURRENT).read_bytes()
        publish_one("c")
        publish_one("b")
        (tmp_path / CURRENT).write_bytes(pointer)  # as if killed before it was moved
        (tmp_path / "gen-000004").rename(tmp_path / "gen-000002")
        (tmp_path / "tmp-1").mkdir()
        (tmp_path / ".CURRENT.1-2").write_text("{")
        tidy(tmp_path, current_generation(tmp_path))
        assert {path.name for path in tmp_path.iterdir()} == {CURRENT, "gen-000002"}

    def test_all_stay_while_it_is_not_known_which_is_current(self, publish_one, tmp_path):
        publish_one("a")
        publish_one("b")
        (tmp_path / CURRENT).unlink()
        tidy(tmp_path, None)
        assert len(all_generations(tmp_path)) == 2

    def test_a_damaged_one_goes_rather_than_the_whole_one_before_it(self, publish_one, tmp_path):
        whole, damaged = publish_one("a"), publish_one("b")
        (damaged.folder / CONTENTS).write_text("?")
        place = begin(tmp_path)
        publish(tmp_path, place, {"fingerprint": {}, "counts": {}}, usable_generation(tmp_path)[0])
        assert [path.name for path in all_generations(tmp_path)] == [whole.folder.name, "gen-000003"]

    def test_a_pointer_that_is_a_folder_is_replaced(self, publish_one, tmp_path):
        (tmp_path / CURRENT / "x").mkdir(parents=True)
        place = begin(tmp_path)
        publish(tmp_path, place, {"fingerprint": {"of": "a"}, "counts": {}})
        assert current_generation(tmp_path).fingerprint == {"of": "a"}

    def test_a_copy_is_found_incomplete_when_the_original_is_removed_meanwhile(self, publish_one, tmp_path):
        folder = publish_one("a").folder
        (folder / "b").write_text("")  # as if listed before it went
        with pytest.raises(IndexDamaged, match="b does not belong there"):
            copy_generation(folder, None, tmp_path)
        (folder / "b").unlink()
        (folder / CONTENTS).unlink()
        with pytest.raises(IndexDamaged, match="is missing"):
            copy_generation(folder, None, tmp_path)

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
