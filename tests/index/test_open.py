"""What a reader gets when the stored index is damaged, switched or gone."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from chat import Config, open_answerer
from chat.engine import Answerer
from chat.scoring import read_weights
from index import DossierIndexError, IndexDamaged, generations, open_index, vectors
from index.disk import list_file
from index.generations import CHROMA, CONTENTS, CURRENT, MANIFEST, usable_generation

QUESTION = "When was the old bridge built?"


def spoil_contents(folder):
    file = folder / CONTENTS
    file.write_text(file.read_text().replace("1931", "1391"))


def spoil_database(folder):
    with (folder / CHROMA / "chroma.sqlite3").open("r+b") as stream:
        stream.truncate(1000)


def lose_a_file(folder):
    (folder / CHROMA / "chroma.sqlite3").unlink()


def add_a_file(folder):
    (folder / "more").write_text("")


def spoil_manifest(folder):
    (folder / MANIFEST).write_text("{")


DAMAGES = [spoil_contents, spoil_database, lose_a_file, add_a_file, spoil_manifest, shutil.rmtree]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_generation_gives_way_to_the_one_before_with_a_warning(place_of_two, damage):
    damage(place_of_two.index / "gen-000002")
    generation, warning = usable_generation(place_of_two.index)
    assert generation.number == 1
    assert "gen-000002" in warning
    assert warning.endswith("The generation gen-000001 is used instead. Mend it: python -m ingest")


@pytest.mark.parametrize("damage", DAMAGES)
def test_without_a_whole_generation_it_says_what_is_wrong_and_what_to_do(place, damage):
    damage(place.index / "gen-000001")
    with pytest.raises(IndexDamaged) as caught:
        open_index(place.index, place.embedder)
    assert "gen-000001" in str(caught.value)
    assert str(caught.value).endswith("Make it: python -m ingest")


@pytest.mark.parametrize(
    "said", ["", "{}", '{"generation": "../../etc", "manifest": "x"}', "[]", "\0", "[" * 9_000]
)
def test_a_pointer_that_cannot_be_followed_gives_the_newest_whole_generation(place_of_two, said):
    (place_of_two.index / CURRENT).write_text(said)
    generation, warning = usable_generation(place_of_two.index)
    assert generation.number == 2
    assert "CURRENT cannot be followed" in warning


def test_where_there_is_no_index_it_says_how_to_make_one(tmp_path, embedder):
    with pytest.raises(IndexDamaged, match=r"There is no index in .* python -m ingest"):
        open_index(tmp_path, embedder)


def test_the_generation_before_answers_and_the_warning_is_kept(place_of_two, caplog):
    spoil_contents(place_of_two.index / "gen-000002")
    with open_index(place_of_two.index, place_of_two.embedder) as index:
        assert index.generation == "gen-000001"
        assert index.search(QUESTION).sentences
        assert "The generation gen-000001 is used instead." in index.warning
    assert f"index-damaged reason={index.warning!r}" in caplog.text


def test_a_sound_index_has_no_warning(place):
    with open_index(place.index, place.embedder) as index:
        assert index.warning == ""
        assert index.fingerprint == place.current().fingerprint


def test_a_damaged_index_is_built_again_by_whoever_opens_the_answerer(place, home):
    spoil_database(place.index / "gen-000001")
    with open_answerer(Config(corpus=place.articles, home=home, index=place.index)) as answerer:
        assert answerer.warning == ""
        assert answerer.fingerprint["generation"] == "gen-000002"
    assert place.current().number == 2


def test_what_is_open_is_not_touched_by_damage_to_what_is_stored(place):
    with open_index(place.index, place.embedder) as index:
        before = index.search(QUESTION)
        shutil.rmtree(place.index / "gen-000001")
        (place.index / CURRENT).write_text("{")
        assert index.search(QUESTION) == before


def test_a_newer_index_that_cannot_be_used_leaves_the_open_one(place, twice_built, caplog):
    with open_index(place.index, place.embedder) as index:
        before = index.search(QUESTION)
        shutil.rmtree(place.index / "gen-000001")
        (place.index / CURRENT).write_text((twice_built.index / CURRENT).read_text())
        assert index.search(QUESTION) == before
    assert "newer-index-refused reason=" in caplog.text


def test_a_newer_index_that_is_damaged_does_not_bring_an_older_one_back(place_of_two):
    with open_index(place_of_two.index, place_of_two.embedder) as index:
        before = index.search(QUESTION)
        pointer = json.loads((place_of_two.index / CURRENT).read_bytes())
        (place_of_two.index / CURRENT).write_text(json.dumps(pointer | {"manifest": "0"}))
        spoil_contents(place_of_two.index / "gen-000002")
        assert index.search(QUESTION) == before
        assert (index.generation, index.warning) == ("gen-000002", "")


def test_reading_never_writes_to_what_is_stored(place):
    before = sorted((path, path.stat().st_mtime_ns) for path in place.index.rglob("*"))
    with open_index(place.index, place.embedder) as index:
        index.search(QUESTION)
    assert sorted((path, path.stat().st_mtime_ns) for path in place.index.rglob("*")) == before


def test_two_readers_have_copies_of_their_own_which_go_when_they_close(place, private):
    one, two = (open_index(place.index, place.embedder) for _ in range(2))
    assert len(list(private.iterdir())) == 2
    one.close()
    assert len(list(private.iterdir())) == 1
    assert two.search(QUESTION).sentences
    two.close()
    assert list(private.iterdir()) == []


def test_a_copy_that_cannot_be_made_is_one_line_and_leaves_nothing(place, private, monkeypatch):
    def refuse(file, copy):
        raise OSError(5, "Input/output error", str(copy))

    monkeypatch.setattr("index.generations.copy_file", refuse)
    with pytest.raises(DossierIndexError, match=r"cannot be copied to .*Input/output error.*TMPDIR"):
        open_index(place.index, place.embedder)
    assert list(private.iterdir()) == []


def test_vectors_that_do_not_open_leave_the_search_by_words(place, monkeypatch):
    def refuse(folder):
        raise RuntimeError("hnsw segment reader: nothing found on disk")

    monkeypatch.setattr(vectors, "open_vectors", refuse)
    with open_index(place.index, place.embedder) as index:
        assert "Search goes by words alone" in index.warning
        found = index.search(QUESTION)
        assert found.sentences[0].found.keys() <= {"words", "passage_words"}
        assert "1931" in index.contents.sentences[found.sentences[0].id].text


@pytest.mark.parametrize("other", [{"schema": 2}, {"embedder": {"name": "other"}}])
def test_a_generation_made_by_another_version_or_embedder_is_not_read(place_of_two, other):
    folder = place_of_two.index / "gen-000002"
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["fingerprint"] |= other
    (folder / MANIFEST).write_text(json.dumps(manifest))
    pointer = {"generation": folder.name, "manifest": list_file(folder / MANIFEST)["sha256"]}
    (place_of_two.index / CURRENT).write_text(json.dumps(pointer))
    with open_index(place_of_two.index, place_of_two.embedder) as index:
        assert index.generation == "gen-000001"
        assert "made by another version of Dossier or with another embedder" in index.warning


def test_a_generation_removed_while_it_is_read_gives_way_to_the_one_published_instead(
    place, monkeypatch, caplog
):
    copy, removed = generations.copy_file, []

    def copy_removed(file, target):
        if not removed:
            removed.append(file)
            place.rewrite("bridge.txt", "two lanes", "six lanes")
            place.build()
            shutil.rmtree(place.index / "gen-000001")
        return copy(file, target)

    monkeypatch.setattr(generations, "copy_file", copy_removed)
    with open_index(place.index, place.embedder) as index:
        assert (index.generation, index.warning) == ("gen-000002", "")
    assert caplog.text == ""


def test_a_question_asked_while_another_thread_opens_the_newer_index_is_not_answered_from_the_old(
    place, monkeypatch
):
    with open_index(place.index, place.embedder) as index:
        place.rewrite("bridge.txt", "two lanes", "six lanes")
        place.build()
        opening, go_on, open_ = Event(), Event(), index._open

        def open_slowly():
            opening.set()
            go_on.wait(20)
            return open_()

        monkeypatch.setattr(index, "_open", open_slowly)
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(index.current)
            assert opening.wait(20)
            two = pool.submit(index.current)
            assert not two.done()
            go_on.set()
            assert one.result() is two.result()
        assert "six lanes" in one.result().contents.articles["bridge"].text


def test_what_a_killed_reader_left_is_removed_by_the_next_and_what_is_in_use_is_not(place, private):
    code = (
        "import os, signal, tempfile; from index.private import PrivateFolder; "
        f"tempfile.tempdir = {str(private)!r}; PrivateFolder(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    with open_index(place.index, place.embedder) as index:
        mine = set(private.iterdir())
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
        assert len(set(private.iterdir())) == 2
        (private / "dossier-index-new").mkdir()  # is being made, its owner's file is to come
        with open_index(place.index, place.embedder):
            assert len(set(private.iterdir()) & mine) == 1
            assert {path.name for path in private.iterdir()} >= {"dossier-index-new"}
        assert set(private.iterdir()) == {*mine, private / "dossier-index-new"}
        assert index.search(QUESTION).sentences


def test_an_index_opened_before_a_fork_is_refused_after_it_and_stays_the_parents(place, private):
    with (
        open_index(place.index, place.embedder) as index,
        Answerer(index, "plain", read_weights("plain")) as asked,
    ):
        before = index.search(QUESTION)
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forking threads
            child = os.fork()
        if not child:
            os.write(writing, asked.answer(QUESTION).message.encode())
            index.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        message = os.read(reading, 10_000).decode()
        assert re.fullmatch(
            rf"This index was opened by process {os.getpid()}, .* spawn instead of fork\.", message
        )
        assert index.search(QUESTION) == before
        assert len(list(private.iterdir())) == 1
