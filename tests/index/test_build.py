"""A build changes all or nothing, and embeds only what is new."""

import errno
import shutil
from pathlib import Path

import pytest

from index import BuildInProgress, DossierIndexError, IndexDamaged, build, open_index
from index.disk import only_builder
from index.generations import CHROMA, CONTENTS, KEPT
from index.records import read_contents
from index.vectors import open_vectors
from index.verify import check_copy, verify_built


def entries(place) -> list:
    return read_contents(place.current().folder / CONTENTS).entries()


def test_a_build_says_what_it_did(once_built):
    place, built = once_built
    assert (built.changed, built.generation, built.articles) == (True, 1, 3)
    # three titles and one heading are passages and sentences of their own
    assert (built.passages, built.sentences, built.questions) == (8, 10, 3)
    assert built.embedded == len(entries(place)) == 8 + 10 + 3


def test_chroma_holds_exactly_the_entries(place, private):
    copy = Path(shutil.copytree(place.current().folder, private / "copy"))
    vectors = open_vectors(copy / CHROMA)
    stored = {
        id: (kind, row["article"])
        for kind, collection in vectors.collections.items()
        for found in (collection.get(include=["metadatas"]),)
        for id, row in zip(found["ids"], found["metadatas"], strict=True)
    }
    vectors.close()
    assert stored == {entry.id: (entry.kind, entry.article) for entry in entries(place)}


def test_unchanged_input_changes_nothing(place):
    before = sorted((path, path.stat().st_mtime_ns) for path in place.index.rglob("*"))
    built = place.build()
    assert (built.changed, built.generation, built.embedded) == (False, 1, 0)
    assert (built.articles, built.passages, built.sentences, built.questions) == (3, 8, 10, 3)
    assert sorted((path, path.stat().st_mtime_ns) for path in place.index.rglob("*")) == before


def test_a_changed_file_embeds_only_what_changed_and_open_readers_see_the_switch(place, private):
    (place.index / "tmp-1").mkdir()  # as a killed build leaves it
    old = {entry.text for entry in entries(place)}
    with open_index(place.index, place.embedder) as index:
        question = "how many lanes of traffic"
        assert "two lanes" in best(index, question)
        place.rewrite("bridge.txt", "two lanes", "six lanes")
        built = place.build()
        new = {entry.text for entry in entries(place)} - old
        # the paragraph and the sentence that leans on the one before
        assert built.embedded == len(new) == 2
        assert (built.changed, built.generation) == (True, 2)
        assert index.generation == "gen-000001"
        assert "six lanes" in best(index, question)
        assert index.generation == "gen-000002"
        assert [path.name for path in private.glob("dossier-*/gen-*")] == ["gen-000002"]
    place.rewrite("bridge.txt", "six lanes", "two lanes")
    place.build()
    assert KEPT == 2
    assert place.names() == {"CURRENT", ".build.lock", "embeddings.sqlite", "gen-000002", "gen-000003"}


def best(index, question: str) -> str:
    found = index.search(question)
    return index.contents.sentences[found.sentences[0].id].text


@pytest.mark.parametrize(
    ("step", "fault", "raised"),
    [
        ("write_contents", KeyboardInterrupt(), KeyboardInterrupt),
        ("_store", MemoryError(), MemoryError),
        ("verify_built", IndexDamaged("The new index did not pass its check."), IndexDamaged),
        ("publish", OSError(errno.ENOSPC, "No space left on device"), DossierIndexError),
    ],
)
def test_a_build_that_breaks_off_leaves_the_old_index(place, monkeypatch, step, fault, raised):
    def break_off(*_):
        raise fault

    before, names = place.current(), place.names()
    place.rewrite("bridge.txt", "two lanes", "six lanes")
    if step == "publish":
        monkeypatch.setattr(build, "_store", lambda *_: None)
        monkeypatch.setattr(build, "verify_built", lambda *_: None)
    monkeypatch.setattr(build, step, break_off)
    with pytest.raises(raised) as caught:
        place.build()
    if raised is DossierIndexError:
        assert "No space left on device" in str(caught.value)
    assert place.current() == before
    assert place.names() == names
    with only_builder(place.index):
        pass  # the lock is free again


def test_what_a_broken_off_build_embedded_is_not_embedded_again(place, monkeypatch):
    def break_off(*_):
        raise KeyboardInterrupt

    place.rewrite("bridge.txt", "two lanes", "six lanes")
    with monkeypatch.context() as patch:
        patch.setattr(build, "verify_built", break_off)
        with pytest.raises(KeyboardInterrupt):
            place.build()
    built = place.build()
    assert (built.changed, built.embedded, built.generation) == (True, 0, 2)


def test_a_second_builder_is_told_to_wait(place):
    place.rewrite("bridge.txt", "two lanes", "six lanes")
    with only_builder(place.index), pytest.raises(BuildInProgress, match="Wait until it is done"):
        place.build()


def test_who_has_nothing_to_build_need_not_wait(place):
    with only_builder(place.index):
        assert not place.build().changed


def test_a_wrong_synonyms_line_is_found_before_anything_is_built(place):
    names = place.names()
    (place.articles / "synonyms.txt").write_text("Kyiv\n")
    with pytest.raises(DossierIndexError, match=r"synonyms\.txt, line 1"):
        place.build()
    assert place.names() == names


class TestVerification:
    @pytest.fixture
    def copy(self, place, private):
        """A built generation that may be spoilt."""
        return Path(shutil.copytree(place.current().folder, private / "copy"))

    def test_passes_what_was_built(self, copy):
        check_copy(copy)

    def test_finds_a_vector_missing(self, copy):
        vectors = open_vectors(copy / CHROMA)
        vectors.collections["sentence"].delete(ids=["s:bridge:0"])
        vectors.close()
        with pytest.raises(ValueError, match="20 vectors for 21 entries"):
            check_copy(copy)

    def test_finds_a_vector_under_another_name(self, copy):
        file = copy / CONTENTS
        file.write_text(file.read_text().replace("how old is it", "how old is the bridge"))
        with pytest.raises(ValueError, match="is double or unknown"):
            check_copy(copy)

    def test_finds_a_vector_that_is_no_unit_vector(self, copy):
        vectors = open_vectors(copy / CHROMA)
        vectors.collections["sentence"].update(ids=["s:bridge:0"], embeddings=[[2.0] + [0.0] * 383])
        vectors.close()
        with pytest.raises(ValueError, match="the vector of s:bridge:0 is not of length 1"):
            check_copy(copy)

    def test_survives_whatever_happens_to_the_checking_process(self, copy):
        (copy / CHROMA / "chroma.sqlite3").write_bytes(b"no database" * 1000)
        with pytest.raises(IndexDamaged, match=r"did not pass its check .* the old one stays in use"):
            verify_built(copy)
