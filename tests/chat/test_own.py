"""The user's own corpus: articles are added and removed, and the one it began with stays as it is."""

import pytest

from chat.own import OwnCorpusError, added_name, open_own_corpus
from ingest import RefusedFile, read_corpus

STORY = (
    "The pact was signed in Bishkek in the spring of 1996, and it has been in force ever since then.\n" * 3
)


@pytest.fixture
def shipped(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "questions").mkdir(parents=True)
    (folder / "one.txt").write_text(
        "A title\n\nA first article that says a few things about the world.", "utf-8"
    )
    (folder / "articles.toml").write_text('[[article]]\nid = "one"\nfile = "one.txt"\n', "utf-8")
    (folder / ".hidden").write_text("x", "utf-8")
    return folder


def ids(own) -> list[str]:
    return list(read_corpus(own.folder).articles)


def test_it_begins_as_a_copy(shipped, tmp_path):
    own = open_own_corpus(shipped, tmp_path / "home")
    assert ids(own) == ["one"]
    assert not (own.folder / ".hidden").exists()


def test_what_is_added_is_read_and_stays_when_it_is_opened_again(shipped, tmp_path):
    before = {path: path.read_bytes() for path in shipped.rglob("*") if path.is_file()}
    own = open_own_corpus(shipped, tmp_path / "home")
    own.add("My pact – 1996.txt", STORY.encode())
    own.add("My pact – 1996.txt", STORY.encode())  # twice is once
    again = open_own_corpus(shipped, tmp_path / "home")
    assert again == own
    articles = read_corpus(again.folder).articles
    assert [added_name(article) for article in articles.values()] == ["", "My pact – 1996.txt"]
    assert {path: path.read_bytes() for path in shipped.rglob("*") if path.is_file()} == before
    own.remove("My pact – 1996.txt")
    assert ids(own) == ["one"]


def test_what_changes_in_the_first_corpus_changes_in_the_copy(shipped, tmp_path):
    own = open_own_corpus(shipped, tmp_path / "home")
    own.add("mine.txt", STORY.encode())
    (shipped / "two.txt").write_text(
        "Another title\n\nA second article, of which nobody knew before.", "utf-8"
    )
    (shipped / "one.txt").unlink()
    (shipped / "articles.toml").unlink()
    open_own_corpus(shipped, tmp_path / "home")
    assert ids(own) == ["two", "uploads-mine"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("../one.txt", STORY, "characters that no name has"),
        ("a/b.txt", STORY, "characters that no name has"),
        ("..\\one.txt", STORY, "characters that no name has"),
        (".one.txt", STORY, "hidden"),
        ("x" * 300 + ".txt", STORY, "too long"),
        ("a\x00.txt", STORY, "characters that no name has"),
        ("one.exe", STORY, "its ending is not one of"),
        ("articles.toml", STORY, "its ending is not one of"),
        ("README.md", STORY, "not read"),
        ("synonyms.txt", STORY, "not read"),
        ("empty.txt", "", "empty"),
        ("bad.txt", b"\xff\xfe\x00a", "UTF"),
        ("bad.pdf", b"no pdf", "PDF"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason_and_leaves_nothing(
    shipped, tmp_path, name, content, reason
):
    own = open_own_corpus(shipped, tmp_path / "home")
    with pytest.raises(RefusedFile, match=reason):
        own.add(name, content.encode() if isinstance(content, str) else content)
    assert ids(own) == ["one"]
    assert own.names() == []
    assert [path.name for path in (tmp_path / "home").rglob("*") if "one.exe" in path.name] == []


def test_a_name_that_is_taken_is_refused(shipped, tmp_path):
    own = open_own_corpus(shipped, tmp_path / "home")
    own.add("mine.txt", STORY.encode())
    with pytest.raises(RefusedFile, match="one of this name already"):
        own.add("mine.txt", STORY.replace("1996", "1997").encode())


@pytest.mark.parametrize("name", ["one.txt", "../one.txt", "", ".", "none.txt"])
def test_only_what_was_added_can_be_removed(shipped, tmp_path, name):
    own = open_own_corpus(shipped, tmp_path / "home")
    with pytest.raises(KeyError):
        own.remove(name)
    assert ids(own) == ["one"]


def test_a_link_that_leads_out_is_not_followed(shipped, tmp_path):
    (tmp_path / "secret.txt").write_text(STORY, "utf-8")
    (shipped / "link.txt").symlink_to(tmp_path / "secret.txt")
    own = open_own_corpus(shipped, tmp_path / "home")
    assert ids(own) == ["one"]


def test_a_corpus_that_is_not_there_or_cannot_be_copied_is_named(shipped, tmp_path):
    with pytest.raises(OwnCorpusError, match=r"nowhere does not exist.*--corpus"):
        open_own_corpus(tmp_path / "nowhere", tmp_path / "home")
    (shipped / "uploads").mkdir()
    with pytest.raises(OwnCorpusError, match="rename it"):
        open_own_corpus(shipped, tmp_path / "home")
