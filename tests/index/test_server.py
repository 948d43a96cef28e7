"""Vectors on a Chroma server: `chroma run`, the real one, on this machine."""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import chromadb
import numpy as np
import pytest
from chromadb.utils import embedding_functions

from chat import Config, open_answerer
from eval.bench import write_corpus
from eval.chroma_server import ChromaServer, chroma_server
from index import DossierIndexError, NoRoom, VectorsUnavailable, server
from index.cache import BATCH
from index.fingerprint import make_fingerprint
from index.generations import COLLECTIONS
from index.stores import store_at
from index.vectors import CONFIGURATION, KINDS, add_vectors
from ingest.__main__ import main as ingest
from ingest.questions import read_questions

QUESTION = "When was the old bridge built?"
QUESTIONS = [QUESTION, "who pays the teachers", "When does the market close?", "fish", "how many pupils?"]


@pytest.fixture(scope="module")
def chroma(tmp_path_factory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def remote(once_built, chroma, tmp_path, admin):
    """The small corpus with its vectors on the server, which holds nothing else."""
    place = replace(once_built[0].copy(tmp_path), chroma=chroma.url)
    shutil.rmtree(place.index / "gen-000001")  # its vectors are in files
    (place.index / "CURRENT").unlink()
    place.build()
    return place


class Admin:
    """Somebody else with the same server."""

    def __init__(self, url: str):
        self.server = server._Server(url, 60.0)

    def all(self) -> dict[str, chromadb.Collection]:
        return {
            model.name: server._collection(self.server, model) for model in self.server.list_collections()
        }

    def new(self, name: str) -> chromadb.Collection:
        return server._collection(self.server, self.server.create_collection(name))

    def delete(self, *names: str) -> None:
        for name in names:
            self.server.delete_collection(name)


@pytest.fixture
def admin(chroma) -> Iterator[Admin]:
    admin = Admin(chroma.url)
    yield admin
    admin.delete(*admin.all())
    admin.server.close()


@pytest.fixture
def no_pause(monkeypatch):
    """The server is looked at before each question, not only every few seconds."""
    monkeypatch.setattr(server, "PAUSE", 0.0)


def names(place) -> dict[str, str]:
    """The collections of the current generation by kind."""
    said = json.loads((place.current().folder / COLLECTIONS).read_text())
    return {kind: row["name"] for kind, row in said["collections"].items()}


def found(index) -> list:
    return [index.search(question) for question in QUESTIONS]


def by_words(result) -> bool:
    return all(match.found.keys() <= {"words", "passage_words"} for match in result.sentences)


def test_an_index_in_files_is_not_built_anew_because_there_are_servers(once_built):
    place, _ = once_built
    corpus = place.corpus()
    without = make_fingerprint(corpus, *read_questions(corpus.folder, corpus.articles), place.embedder)
    assert place.current().fingerprint == without


def test_no_room_is_asked_for_vectors_that_are_on_a_server(place, chroma, admin, monkeypatch):
    shutil.rmtree(place.index)
    monkeypatch.setattr("index.room.bytes_free", lambda folder: 200_000)
    with pytest.raises(NoRoom):
        place.build()
    assert replace(place, chroma=chroma.url).build().changed


def test_the_server_s_full_disk_is_not_told_as_this_one_s(place, chroma, admin, monkeypatch):
    def full(*_, **__):
        raise VectorsUnavailable(f"What answers at {chroma.url} is at fault: 500 'No space left on device'")

    monkeypatch.setattr(server._Server, "create_collection", full)
    with pytest.raises(VectorsUnavailable, match=f"{chroma.url} is at fault: 500 'No space left"):
        replace(place, chroma=chroma.url).build()


def test_what_is_found_is_what_is_found_with_files(remote, once_built):
    with once_built[0].open() as files, remote.open() as index:
        assert index.warning == ""
        for one, other in zip(found(files), found(index), strict=True):
            assert [m.id for m in one.sentences] == [m.id for m in other.sentences]
            assert [m.score for m in one.sentences] == pytest.approx(
                [m.score for m in other.sentences], abs=1e-6
            )
            assert [near.question for near in one.prepared] == [near.question for near in other.prepared]
    assert not (remote.current().folder / "chroma").exists()


def test_a_generation_has_new_collections_and_those_of_two_stay(remote, admin):
    made = [names(remote)]
    with remote.open() as index:
        for old, new in (("forty", "fifty"), ("fifty", "sixty")):
            remote.rewrite("school.txt", f"has {old} pupils", f"has {new} pupils")
            assert remote.build().embedded > 0
            made.append(names(remote))
            (best, *_) = index.search("How many pupils has the school?").sentences
            assert new in index.contents.sentences[best.id].text
        assert index.warning == ""
    held = set(admin.all())
    assert held == set(made[1].values()) | set(made[2].values())
    assert not held & set(made[0].values())


def test_unchanged_input_changes_nothing(remote, admin):
    before = admin.all().keys()
    assert not remote.build().changed
    assert admin.all().keys() == before


def empty(admin, collections):
    admin.delete(*collections.values())


def lose_one(admin, collections):
    admin.delete(collections["question"])


def shorten(admin, collections):
    admin.all()[collections["sentence"]].delete(ids=["s:bridge:0"])


def take_all_out(admin, collections):
    collection = admin.all()[collections["sentence"]]
    collection.delete(ids=collection.get()["ids"])


def exchange(admin, collections):
    admin.delete(collections["passage"])
    rows = [[float(i)] + [1.0] * 383 for i in range(8)]
    admin.new(collections["passage"]).add(ids=[f"p:x:{i}" for i in range(8)], embeddings=rows)


LOSSES = {
    empty: "does not hold the index's vectors",
    lose_one: "does not hold the index's vectors",
    shorten: "holds 9 of the index's 10 sentence vectors",
    take_all_out: "holds 0 of the index's 10 sentence vectors",
    exchange: "holds another collection in the place of the index's passage vectors",
}


@pytest.mark.parametrize("lose", LOSSES)
def test_vectors_that_are_not_the_published_ones_are_told_and_stored_again(remote, admin, lose, no_pause):
    with remote.open() as index:
        sound = found(index)
        lose(admin, names(remote))
        for reader in (index, remote.open()):  # one that was open, and one that opens now
            results = found(reader)
            assert all(map(by_words, results))
            assert all(LOSSES[lose] in result.problem for result in results)
            assert reader.warning.endswith(f"python -m ingest --chroma {remote.chroma}")
            assert "1931" in reader.contents.sentences[results[0].sentences[0].id].text
        reader.close()
        built = remote.build()
        assert (built.changed, built.embedded) == (True, 0)
        assert found(index) == sound
        assert index.warning == ""


def test_vectors_changed_in_place_are_never_taken_for_sentences(remote, admin):
    with remote.open() as index:
        collection = admin.all()[names(remote)["sentence"]]
        collection.delete(ids=["s:bridge:0"])
        collection.add(ids=["s:bridge:7777"], embeddings=[[1.0] * 384], metadatas=[{"article": "bridge"}])
        result = index.search(QUESTION)
        assert by_words(result)
        assert "damaged" in result.problem


class Answering(BaseHTTPRequestHandler):
    """What else may answer at an address."""

    status, content, kind = 200, b"<html>Hello</html>", "text/html"

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_):
        pass


@contextmanager
def answering(**what) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Other", (Answering,), what)) as other:
        threading.Thread(target=other.serve_forever).start()
        yield f"http://127.0.0.1:{other.server_port}"
        other.shutdown()


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def nobody() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


OTHERS = {
    "down": (nobody, r"cannot be reached .*Start it: chroma run --path DIR --host 127\.0\.0\.1 --port \d+"),
    "slow": (silent, r"did not answer within 0 s. Look whether it is overloaded"),
    "web": (answering, "is no Chroma server of version 1, or is at fault: 200 '<html>Hello"),
    "older": (
        lambda: answering(status=404, content=b'{"detail":"Not Found"}', kind="application/json"),
        "is no Chroma server of version 1, .*404",
    ),
    "strange": (
        lambda: answering(content=b'"1.0.0"', kind="application/json"),
        "answers is not what Chroma answers",
    ),
    "newer": (
        lambda: answering(content=b'"2.0.1"', kind="application/json"),
        r"is of Chroma's version 2\.0\.1, and version 1 is needed. Start one of `chromadb` 1\.",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_server_that_cannot_be_used_is_one_line_and_search_goes_by_words(
    remote, name, monkeypatch, capsys, home
):
    monkeypatch.setattr(server, "ASKING", 0.3)
    other, told = OTHERS[name]
    with other() as url:
        moved = replace(remote, chroma=url)
        with pytest.raises(VectorsUnavailable, match=told):
            moved.build()
        with moved.open() as index:
            assert all(map(by_words, found(index)))
            assert index.warning
            assert "1931" in index.contents.sentences[index.search(QUESTION).sentences[0].id].text
        options = ["--corpus", str(moved.articles), "--home", str(home), "--index", str(moved.index)]
        assert ingest([*options, "--chroma", url]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert remote.current().number == 1


def test_a_chat_starts_without_its_server_and_says_what_that_means(remote, home, tmp_path):
    with nobody() as url:
        config = Config(corpus=remote.articles, home=home, index=remote.index, chroma=url)
        with open_answerer(config) as answerer:
            found = answerer.answer(QUESTION)
            assert "1931" in found.text()
            assert (
                "Only words were searched for, so something may be missing. The Chroma server"
                in found.message
            )
            missed = answerer.answer("Who painted the town hall?")
        assert missed.outcome == "failed"  # and not "the articles do not say"
        assert "Not everything could be searched. The Chroma server" in missed.message
        with pytest.raises(VectorsUnavailable, match="cannot be reached"):  # and not "there is no index"
            open_answerer(replace(config, index=tmp_path / "none"))


def test_a_server_that_goes_and_comes_back_is_used_again(once_built, tmp_path, no_pause, caplog):
    place = once_built[0].copy(tmp_path)
    with chroma_server(tmp_path / "server") as running:
        place = replace(place, chroma=running.url)
        place.build()
        index = place.open()
        sound = found(index)
    with index, caplog.at_level(logging.WARNING):
        assert all(map(by_words, found(index)))
        assert "cannot be reached" in index.warning
        assert caplog.text.count("cannot be reached") == 1  # not once for each question
        with chroma_server(tmp_path / "server", port=int(running.url.rpartition(":")[2])):
            assert found(index) == sound
            assert index.warning == ""


def test_a_slow_server_is_asked_once_and_then_left_alone_for_a_while(remote, monkeypatch):
    monkeypatch.setattr(server, "ASKING", 0.3)
    with silent() as url, replace(remote, chroma=url).open() as index:
        asked = []
        monkeypatch.setattr(server._Session, "request", lambda *a, **k: asked.append(a))
        found(index)
        assert asked == []


def test_index_and_server_that_do_not_belong_together_are_told(remote, once_built):
    with replace(remote, chroma="").open() as index:
        assert "They are on a Chroma server: name it with --chroma." in index.warning
        assert by_words(index.search(QUESTION))
    with replace(once_built[0], chroma=remote.chroma).open() as index:
        assert "The index does not name its vectors on a Chroma server" in index.warning
        assert by_words(index.search(QUESTION))


def test_going_back_to_files_leaves_nothing_on_the_server(remote, admin):
    local = replace(remote, chroma="")
    assert local.build().changed  # the vectors are elsewhere, which is another index
    local.rewrite("school.txt", "forty", "fifty")
    local.build()
    assert admin.all() == {}
    with local.open() as index:
        assert index.warning == ""


def test_old_vectors_that_cannot_be_deleted_are_named(tmp_path, caplog):
    file = tmp_path / COLLECTIONS
    with nobody() as url:
        rows = {"passage": {"name": "dossier-0123456789ab-passage"}, "sentence": {"name": "somebody-elses"}}
        file.write_text(json.dumps({"server": url, "collections": rows}))
        server.delete_collections(file)
    assert "vectors-stay delete='dossier-0123456789ab-passage' reason='The Chroma server at" in caplog.text
    assert "somebody-elses" not in caplog.text
    file.write_text("{")
    server.delete_collections(file)
    assert f"vectors-may-stay file={str(file)!r}" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://a",
        "http://",
        "http://a:b",
        "http://a?b",
        "http://ann:secret@127.0.0.1:8000",
        "http://127.0.0.1:99999",
        "http://☃",
        "http://\0",
    ],
)
def test_what_is_no_address_of_a_server_is_refused_and_no_password_is_shown(url):
    with pytest.raises(
        DossierIndexError, match=r"is not the address of a Chroma server. Write it like"
    ) as caught:
        store_at(url)
    assert "secret" not in str(caught.value)


ASKER = """
import sys
from pathlib import Path
from chat import Config, open_answerer
articles, home, index, chroma = sys.argv[1:]
config = Config(corpus=Path(articles), home=Path(home), index=Path(index), chroma=chroma)
with open_answerer(config) as answerer:
    answer = answerer.answer("When was the old bridge built?")
print(answer.outcome, answer.message)
print(*(name for name in sys.modules if name.startswith(("chromadb.server", "posthog.client"))))
"""


def test_no_proxy_is_asked_no_setting_is_taken_and_no_python_server_is_loaded(remote, home, tmp_path):
    (tmp_path / ".env").write_text("CHROMA_CLIENT_AUTH_PROVIDER=no.such.Class\n")
    with nobody() as other:
        elsewhere = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), other)
        done = subprocess.run(
            # -P: the folder has one of the name of a room
            [sys.executable, "-P", "-c", ASKER, remote.articles, home, remote.index, remote.chroma],
            env={**os.environ, **elsewhere, "CHROMA_SERVER_HOST": other},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("answered \n\n", "")


def test_an_embedding_function_that_a_collection_on_a_server_names_is_not_built(
    remote, admin, tmp_path, monkeypatch
):
    function = embedding_functions.DefaultEmbeddingFunction()
    rows = {}
    for kind in KINDS:
        configuration = {**CONFIGURATION, "embedding_function": function}
        made = admin.server.create_collection(f"dossier-other-{kind}", configuration=configuration)
        rows[kind] = {"name": made.name, "id": str(made.id), "count": 0}
    (tmp_path / COLLECTIONS).write_text(json.dumps({"server": remote.chroma, "collections": rows}))
    built = []
    monkeypatch.setattr(type(function), "build_from_config", lambda config: built.append(config))
    with closing(store_at(remote.chroma).open(tmp_path)) as vectors:
        add_vectors(vectors, "passage", ["1"], np.ones((1, 384)), ["bridge"])
        assert len(vectors.nearest(np.ones(384), "passage", 1, {"bridge"})) == 1
    assert built == []


READER = """
import json, sys
from pathlib import Path
from chat import Config, open_answerer
articles, home, index, chroma = sys.argv[1:]
config = Config(corpus=Path(articles), home=Path(home), index=Path(index), chroma=chroma)
with open_answerer(config) as answerer:
    print("ready", flush=True)
    for question in sys.stdin:
        answer = answerer.answer(question.strip())
        quotes = [[c.article, c.start, c.end, c.quote] for c in answer.citations]
        generation = answer.trace["generation"]
        print(json.dumps([generation, answer.outcome, answer.text(), quotes, answer.message]), flush=True)
"""


def test_two_chats_on_one_server_answer_alike_also_over_a_switch(remote, home):
    places = [str(part) for part in (remote.articles, home, remote.index, remote.chroma)]
    chats = [
        subprocess.Popen(
            [sys.executable, "-c", READER, *places], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    def answers() -> list:
        for chat in chats:
            chat.stdin.write("\n".join([*QUESTIONS, "How many pupils has the school?"]) + "\n")
            chat.stdin.flush()
        one, other = (
            [json.loads(chat.stdout.readline()) for _ in range(len(QUESTIONS) + 1)] for chat in chats
        )
        assert one == other
        assert {answer[0] for answer in one} == {remote.current().folder.name}
        assert "failed" not in {answer[1] for answer in one}
        return one

    try:
        assert [chat.stdout.readline() for chat in chats] == ["ready\n", "ready\n"]
        before = answers()
        assert "forty pupils" in before[-1][2]
        for old, new in (
            ("forty", "fifty"),
            ("fifty", "sixty"),
            ("sixty", "ninety"),
        ):  # two of four are deleted
            remote.rewrite("school.txt", f"has {old} pupils", f"has {new} pupils")
            remote.build()
        after = answers()
        assert "ninety pupils" in after[-1][2]
        assert [answer[1:] for answer in after[:1]] == [answer[1:] for answer in before[:1]]
    finally:
        for chat in chats:
            chat.communicate()  # the end of its questions ends it
    assert [chat.returncode for chat in chats] == [0, 0]


BUILDER = """
import sys, zlib
from pathlib import Path
import numpy as np
from index import build_index
from ingest import read_corpus

class Slow:
    name, dimension = "slow", 16
    def embed(self, texts):
        rows = np.array([np.random.default_rng(zlib.crc32(t.encode())).normal(size=16) for t in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
    def count_tokens(self, text): return len(text) // 4
    def knows_word(self, word): return False

folder, chroma = sys.argv[1:]
say = lambda doing, done, total: print(doing, done, total, flush=True)
built = build_index(read_corpus(Path(folder) / "corpus"), Path(folder) / "index", Slow(), say, chroma)
print("built", built.embedded, built.passages + built.sentences, flush=True)
"""


@pytest.mark.parametrize("where", ["files", "server"])
def test_an_ingest_that_was_killed_goes_on_where_it_was(where, chroma, admin, tmp_path):
    write_corpus(tmp_path / "corpus", 300)
    arguments = [sys.executable, "-c", BUILDER, str(tmp_path), chroma.url if where == "server" else ""]

    def run(killed_at: str, from_count: int = 0) -> list[str]:
        """What a build said, until it was killed by SIGKILL while it did what is named."""
        said = []
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as building:
            for line in building.stdout:
                said.append(line.strip())
                doing, done, _ = line.split()
                if doing == killed_at and int(done) >= from_count:
                    building.kill()
                    break
        assert building.returncode == (-9 if killed_at else 0)
        return said

    killed = run("embedding", 3 * BATCH)
    done = int(killed[-1].split()[1])
    resumed = run("storing", 1)  # when the passages are stored, and the sentences are about to be
    assert int(resumed[1].split()[1]) >= done, "what was embedded before the kill is embedded again"
    assert not list((tmp_path / "index").glob("gen-*"))
    if where == "server":
        assert len(admin.all()) == 4  # those of the build that was killed
    *said, built = run("")
    _, embedded, entries = built.split()
    assert (int(embedded), int(entries) > 1_000) == (0, True)
    assert next(line for line in said if line.startswith("storing")) == f"storing 0 {entries}"
    assert {path.name for path in (tmp_path / "index").iterdir()} >= {"CURRENT", "gen-000001"}
    assert not list((tmp_path / "index").glob("tmp-*"))
    if where == "server":
        held = admin.all().values()
        assert len(held) == 4
        assert sum(collection.count() for collection in held) == int(entries)
