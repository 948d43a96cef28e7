"""Hostile documents: each is read or refused with its reason, by the ingest and by the page's uploads alike.

The readers of web pages, PDF and Word files have two seconds of computing here, whatever a file's size.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile_documents import FACT, FILES, READ, TEXT, File, put

from chat import Config, open_answerer
from chat.own import OwnCorpus
from ingest import IngestError, RefusedFile, aside, loaders, make_article, read_corpus
from ingest.loaders import load_document, load_folder
from ingest.sentences import split_sentences

OUTSIDE = "this link leads out of the folder"
CIRCLE = "this link leads nowhere or round in a circle"
NO_FILE = "this is a pipe, a socket or a device"
UNSHOWN = "its name has characters that cannot be shown"


@pytest.fixture(scope="module", autouse=True)
def _two_seconds():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aside, "SECONDS", 2.0)
        patch.setattr(aside, "BYTES_A_SECOND", 10**12)
        yield
        aside.close_aside()


def read(path: Path, folder: Path):
    """The article and its sentences, as an index is made of them."""
    article = make_article(load_document(path, folder))
    return article, split_sentences(article)


@contextmanager
def refused(file: File) -> Iterator[None]:
    """The refusal that the table has for a file; every message is one line."""
    with pytest.raises(RefusedFile) as caught:
        yield
    assert any(reason in caught.value.reason for reason in file.expected.split("|")), caught.value.reason
    assert caught.value.file == file.name
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in FILES])
def test_each_file_is_read_or_refused_with_its_reason(tmp_path, promptly, file: File):
    path = put(tmp_path, file.name, file.bytes())
    if not file.expected.startswith(READ):
        with promptly(), refused(file):
            read(path, tmp_path)
        return
    with promptly():
        article, sentences = read(path, tmp_path)
    assert file.expected.removeprefix(READ).removeprefix(": ") in " ".join(article.text.split())
    assert all(article.text[s.start : s.end] == s.text and len(s.text) <= 2_000 for s in sentences)
    assert len(article.title) <= 1_000
    assert max(len(s.section) for s in sentences) <= 300
    assert not Path("/tmp/owned.xml").exists()


SMALL = [file for file in FILES if isinstance(file.content, bytes)]


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in SMALL])
def test_the_page_s_uploads_take_or_refuse_it_alike(tmp_path, file: File):
    own = OwnCorpus(tmp_path)
    if file.expected.startswith(READ):
        own.add(file.name, file.bytes())
        assert own.names() == [file.name]
    else:
        with refused(file):
            own.add(file.name, file.bytes())
        assert own.names() == []
    assert list((tmp_path / "uploads").glob(".*")) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x.txt", "characters that no name has"),
        ("/etc/x.txt", "characters that no name has"),
        ("a\\b.txt", "characters that no name has"),
        (".hidden.txt", "is hidden"),
        ("a\0.txt", "characters that no name has"),
        ("a\nb.txt", "characters that no name has"),
        ("a\ud800.txt", "characters that no name has"),
        ("a" * 300 + ".txt", "too long"),
        ("ü" * 150 + ".txt", "too long"),
        ("x.exe", "its ending is not one of"),
        ("x.txt.sh", "its ending is not one of"),
        ("x", "its ending is not one of"),
        ("", "its ending is not one of"),
        ("..", "is hidden"),
        ("README.md", "files of this name say something about a folder"),
        ("synonyms.txt", "files of this name say something about a folder"),
        ("articles.toml", "its ending is not one of"),
    ],
)
def test_a_hostile_name_is_not_uploaded(tmp_path, name, reason):
    with pytest.raises(RefusedFile, match=reason) as caught:
        OwnCorpus(tmp_path).add(name, TEXT.encode())
    caught.value.reason.encode()
    caught.value.file.encode()
    assert not list(tmp_path.rglob("*.txt"))


# What stands in a folder


def link(folder: Path, name: str, target: str) -> None:
    (folder / name).symlink_to(target)


def a_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "s.txt"))


def a_deep_folder(folder: Path) -> None:
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(1_500):
            os.mkdir("d")
            os.chdir("d")
        Path("a.txt").write_text(TEXT)
    finally:
        os.chdir(here)


def many_links(folder: Path) -> None:
    for i in range(200):
        link(folder, f"l{i}.txt", f"l{(i + 1) % 200}.txt")


IN_A_FOLDER = {
    "a link out": (lambda f: link(f, "a.txt", "/etc/passwd"), {"a.txt": OUTSIDE}),
    "a link out by a path upwards": (lambda f: link(f, "a.txt", "../../../../../../../etc/passwd"), {"a.txt": OUTSIDE}),
    "a link to what never ends": (lambda f: link(f, "a.txt", "/dev/zero"), {"a.txt": OUTSIDE}),
    "a link to this process": (lambda f: link(f, "a.txt", "/proc/self/environ"), {"a.txt": OUTSIDE}),
    "a link to nowhere": (lambda f: link(f, "a.txt", "nowhere"), {"a.txt": CIRCLE}),
    "a link to itself": (lambda f: link(f, "a.txt", "a.txt"), {"a.txt": CIRCLE}),
    "links in a circle": (many_links, dict.fromkeys((f"l{i}.txt" for i in range(200)), CIRCLE)),
    "a link to its own folder": (lambda f: link(f, "d", "."), {"d": "links to folders are not followed"}),
    "a link to the root": (lambda f: link(f, "d", "/"), {"d": OUTSIDE}),
    "a link to a link out": (lambda f: (link(f, "b", "/etc/passwd"), link(f, "a.txt", "b")), {"a.txt": OUTSIDE, "b": OUTSIDE}),
    "a pipe": (lambda f: os.mkfifo(f / "p.txt"), {"p.txt": NO_FILE}),
    "a link to a pipe": (lambda f: (os.mkfifo(f / "p"), link(f, "a.txt", "p")), {"a.txt": NO_FILE}),
    "a socket": (a_socket, {"s.txt": NO_FILE}),
    "a device": (lambda f: os.mknod(f / "z.txt", 0o20666, os.makedev(1, 5)), {"z.txt": NO_FILE}),
    "a folder with a file's name": (lambda f: (f / "a.txt").mkdir(), {}),
    "1,500 folders in each other": (a_deep_folder, {"/".join("d" * 64): "more than 64 folders inside each other"}),
    "a copy": (lambda f: put(f, "copy.txt"), {"good.txt": "is a copy of copy.txt"}),
    "the same words": (lambda f: put(f, "same.md", TEXT.replace(" ", "  ").encode()), {"same.md": "has the same text as good.txt"}),
    "a name that is no UTF-8": (lambda f: put(f, b"caf\xe9.txt", b"x " + TEXT.encode()), {"caf\\udce9.txt": UNSHOWN}),
    "a folder whose name is no UTF-8": (lambda f: put(f, b"caf\xe9/a.txt", b"x " + TEXT.encode()), {}),
    "a name with a line end": (lambda f: put(f, "a\nb.txt"), {"a\\nb.txt": UNSHOWN}),
    "a name with a terminal's sequence": (lambda f: put(f, "a\x1b[2J.txt"), {"a\\x1b[2J.txt": UNSHOWN}),
    "a name of 255 bytes": (lambda f: put(f, "n" * 251 + ".txt", b"x " + TEXT.encode()), {}),
    "a name that is a command": (lambda f: put(f, "$(reboot);`id`|x.txt", b"x " + TEXT.encode()), {}),
    "a name that is markup": (lambda f: put(f, "<img src=x onerror=alert(1)>.txt", b"x " + TEXT.encode()), {}),
    "a name that runs backwards": (lambda f: put(f, "\u202etxt.exe.txt", b"x " + TEXT.encode()), {}),
    "two names of one id": (lambda f: (put(f, "a b.txt", b"x " + TEXT.encode()), put(f, "a-b.txt", b"y " + TEXT.encode())), {"a-b.txt": "its id a-b is already that of a b.txt"}),
    "composed and decomposed": (lambda f: (put(f, "\u00e9.txt", b"x " + TEXT.encode()), put(f, "e\u0301.txt", b"y " + TEXT.encode())), {"\u00e9.txt": "its id"}),
    "an option": (lambda f: put(f, "--help.txt", b"x " + TEXT.encode()), {}),
    "2,000 files that are none": (lambda f: [put(f, f"{i}.exe") for i in range(2_000)], {}),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    """Removed by a program that no depth of folders troubles."""
    yield tmp_path
    subprocess.run([shutil.which("rm"), "-rf", *tmp_path.iterdir()], check=True)


@pytest.mark.parametrize("name", IN_A_FOLDER)
def test_what_stands_in_a_folder_is_read_or_refused(folder, promptly, name):
    make, expected = IN_A_FOLDER[name]
    put(folder, "good.txt")
    try:
        make(folder)
    except OSError as error:  # the file system may not take it: that is a protection too
        pytest.skip(f"this machine does not allow it ({error.strerror})")
    with promptly():
        documents, refused = load_folder(folder)
        corpus = None if not documents else read_corpus(folder)
    reasons = {fault.file: fault.reason for fault in (corpus.refused if corpus else refused)}
    assert reasons.keys() == expected.keys()
    for file, reason in expected.items():
        assert reason in reasons[file]
        assert str(file).isprintable()
    assert any(FACT in article.text for article in corpus.articles.values())


def test_a_file_that_vanishes_between_two_looks_is_refused(tmp_path, monkeypatch):
    put(tmp_path, "good.txt")
    lost = put(tmp_path, "lost.txt", b"x " + TEXT.encode())
    looked = loaders._may_be_article

    def vanishes(path: Path) -> bool:
        lost.unlink(missing_ok=True)
        return looked(path)

    monkeypatch.setattr(loaders, "_may_be_article", vanishes)
    documents, refused = load_folder(tmp_path)
    assert [document.file for document in documents] == ["good.txt"]
    assert all("see that it is there" in fault.reason for fault in refused)


def test_files_that_come_and_go_break_nothing(tmp_path):
    put(tmp_path, "good.txt")
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            path = put(tmp_path, "sub/restless.txt", b"x " + TEXT.encode())
            path.unlink()
            path.parent.rmdir()

    restless = threading.Thread(target=come_and_go)
    restless.start()
    try:
        for _ in range(100):
            documents, _ = load_folder(tmp_path)
            assert documents[0].file == "good.txt"
    finally:
        over.set()
        restless.join()


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "a.txt")
    monkeypatch.setattr(loaders, "_file_fault", lambda _: "")  # the look before it was swapped
    with pytest.raises(RefusedFile, match="it is a pipe"):
        load_document(tmp_path / "a.txt", tmp_path)


@pytest.mark.parametrize("kind", ["posix:abort", "time:sleep"])
def test_a_reader_that_crashes_or_waits_is_given_up(monkeypatch, kind):
    monkeypatch.setattr(aside, "WAITED", 2)
    with pytest.raises(RefusedFile, match=r"broke down|takes more than|cannot be read"):
        aside.read_aside(kind, b"x", "a.pdf", seconds=1.0)
    # the next file is read all the same
    assert aside.read_aside("ingest.webpages:read_webpage", f"<p>{FACT * 5}</p>".encode(), "a.html").text


def test_a_reader_may_open_no_connection():
    with pytest.raises(RefusedFile, match=r"it cannot be read \(PermissionError\)"):
        aside.read_aside("socket:getaddrinfo", b"127.0.0.1", "80")


# All that is read, as a corpus


MANY_SENTENCES = {"front matter that never ends.md", "unclosed elements.html"}
"""2,000 sentences each, a minute of the encoder; that they are read is looked at above."""


@pytest.fixture(scope="module")
def hostile_corpus(tmp_path_factory, home):
    folder = tmp_path_factory.mktemp("hostile-documents")
    for file in SMALL:
        small = len(file.content) < 60_000 and file.name not in MANY_SENTENCES
        if file.expected.startswith(READ) and small:
            put(folder, file.name, file.content)
    with open_answerer(Config(corpus=folder, home=home, index=folder / ".index", reader=False)) as answerer:
        yield answerer


QUESTIONS = (
    "When was the old bridge built?",
    "Who built it?",
    "What is <script>?",
    "Is the bridge closed?",
    "1850?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_from_hostile_documents_are_their_own_words(hostile_corpus, promptly, assert_sound, question):
    assert len(hostile_corpus.articles) >= 25  # twelve have the same text as another one
    with promptly():
        answer = hostile_corpus.answer(question)
    assert answer.outcome in ("answered", "partial", "declined")
    assert_sound(answer, hostile_corpus.articles)


def test_there_are_at_least_120():
    assert len({file.name for file in FILES}) == len(FILES)
    assert len(FILES) + len(IN_A_FOLDER) >= 120


def test_a_folder_of_nothing_but_refused_files_says_why_in_one_line(tmp_path):
    for file in SMALL:
        if not file.expected.startswith(READ):
            put(tmp_path, file.name, file.content)
    with pytest.raises(IngestError) as caught:
        read_corpus(tmp_path)
    assert str(caught.value).isprintable()
