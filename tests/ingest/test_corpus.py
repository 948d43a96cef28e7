"""A folder to a corpus: what articles.toml may say, what is refused, and that the shipped files are untouched."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from ingest import IngestError, RefusedFile, read_corpus
from ingest.corpus import article_id

ORIGINALS = {
    "collective-insecurity.txt": "b9b759fcbf3460dd879f03811f99ba8971ff1a93834eebb31609a88aebb27099",
    "demise-of-csto.txt": "919a91eb456f24dfee861a281d841cbfa75720660160e532451fe04c715f9a35",
    "kursk-incursion.txt": "52025d250b3b6bd3cb6a38d593985f1d1baa3ff60d9dbffcaab8bb91362d7f73",
    "russian-nato.txt": "e12c3e653fb142f868f72378c7ffeb657669892d3d2ae46ea9935327b1f874e8",
    "strained-architecture.txt": "106e2d731a26f2b6bcdb9b4034c3aae1be58d97e47f250babb875acb370f1ee6",
}
"""sha256 of the articles as they were given."""

PACT = "The pact\n\nThe pact was founded in 1992 by six states of the region.\n"
CHARTER = "The charter\n\nThe charter names five bodies and a council of all the heads of state.\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two articles, `pact.txt` and `charter.txt`."""
    (tmp_path / "pact.txt").write_text(PACT)
    (tmp_path / "charter.txt").write_text(CHARTER)
    return tmp_path


def say(folder: Path, manifest: str) -> Path:
    (folder / "articles.toml").write_text(manifest, encoding="utf-8")
    return folder


def fault(folder: Path) -> str:
    """Why the corpus is refused; every message is one line."""
    with pytest.raises(IngestError) as caught:
        read_corpus(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_shipped_articles_are_byte_for_byte_those_that_were_given(corpus):
    found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in corpus.folder.glob("*.txt")}
    found.pop("synonyms.txt")
    assert found == ORIGINALS
    assert {a.file: a.sha256 for a in corpus.articles.values()} == ORIGINALS


def test_the_shipped_articles_keep_their_text_as_it_stands(corpus):
    for article in corpus.articles.values():
        assert article.text.encode() == (corpus.folder / article.file).read_bytes()


def test_what_articles_toml_says_of_the_shipped_articles_stands_in_them(corpus):
    for article in corpus.articles.values():
        text = " ".join(article.text.split())
        assert article.title in text
        assert all(author in text for author in article.authors)
        if article.publisher:
            assert article.publisher.replace(" ", "").casefold() in text.replace(" ", "").casefold()


def test_the_shipped_articles_name_no_author_or_publisher_that_they_do_not_name_themselves(corpus):
    said = {name: (article.authors, article.publisher) for name, article in corpus.articles.items()}
    assert said == {
        "collective-insecurity": (("Lachlan Forster",), None),
        "demise-of-csto": ((), None),
        "kursk-incursion": (
            ("Alouddin Komilov", "Otabek Akromov", "Mirshohid Aslanov"),
            "Geopolitical Monitor",
        ),
        "russian-nato": ((), None),
        "strained-architecture": (("Saadi Khamidov",), "The Diplomat"),
    }


def test_every_line_that_the_shipped_articles_toml_leaves_out_is_in_its_file(corpus):
    entries = tomllib.loads((corpus.folder / "articles.toml").read_text(encoding="utf-8"))["article"]
    for entry in entries:
        lines = corpus.articles[entry["id"]].text.splitlines()
        assert set(entry.get("leave_out", ())) <= {line.strip() for line in lines}


def test_nothing_of_the_shipped_corpus_is_refused_and_it_has_examples(corpus):
    assert corpus.refused == ()
    assert len(corpus.examples) >= 4
    assert "Tokayev, Tokaev" in corpus.synonyms


def test_without_articles_toml_ids_come_from_file_names_and_titles_from_texts(folder):
    found = read_corpus(folder)
    assert {a.id: a.title for a in found.articles.values()} == {"charter": "The charter", "pact": "The pact"}
    assert (found.examples, found.synonyms, found.refused) == ((), "", ())


def test_articles_toml_gives_order_id_title_authors_and_publisher(folder):
    say(
        folder,
        'examples = ["Who?"]\n[[article]]\nfile = "pact.txt"\nid = "treaty"\ntitle = "A treaty"\n'
        'authors = ["Ann Lee"]\npublisher = "The Paper"\n',
    )
    found = read_corpus(folder)
    assert list(found.articles) == ["treaty", "charter"]
    treaty = found.articles["treaty"]
    assert (treaty.title, treaty.authors, treaty.publisher) == ("A treaty", ("Ann Lee",), "The Paper")
    assert found.examples == ("Who?",)


@pytest.mark.parametrize(
    ("manifest", "named", "remedy"),
    [
        ("[[article]\n", "cannot be read", "Mend it or take it away"),
        ("examples = 'Who?'", "`examples`", "must be a list of questions in quotes"),
        ("examples = [1]", "`examples`", "must be a list of questions in quotes"),
        ("article = 'pact.txt'", "each article is a table", "[[article]]"),
        ("article = ['pact.txt']", "each article is a table", "[[article]]"),
        ("[[articles]]\nfile = 'pact.txt'", "unknown key `articles`", "[[article]]"),
        ("[[article]]\nid = 'pact'", "no `file`", "Add the file's name"),
        ("[[article]]\nfile = 'pact.txt'\nauthor = 'A'", "unknown key `author`", "authors, publisher"),
        (
            "[[article]]\nfile = 'pact.txt'\nauthors = 'A'",
            "`authors` of pact.txt",
            "a list of texts, and is 'A'",
        ),
        ("[[article]]\nfile = 'pact.txt'\ntitle = 7", "`title` of pact.txt", "a text in quotes, and is 7"),
        ("[[article]]\nfile = 'pact.txt'\nid = ' '", "`id` of pact.txt is empty", "take it out"),
        ("[[article]]\nfile = 'no.txt'", "names no.txt, which is not in", "take the entry out"),
        ("[[article]]\nfile = 'pact.txt'\n" * 2, "two articles with the file pact.txt", "Take one out"),
        (
            "[[article]]\nfile='pact.txt'\nid='x'\n[[article]]\nfile='charter.txt'\nid='x'",
            "two articles with the id x",
            "Take one out",
        ),
    ],
)
def test_a_wrong_articles_toml_is_refused_with_the_value_and_the_remedy(folder, manifest, named, remedy):
    message = fault(say(folder, manifest))
    assert "articles.toml" in message
    assert named in message
    assert remedy in message


def test_an_articles_toml_that_is_not_utf8_is_refused(folder):
    (folder / "articles.toml").write_bytes(b"# \xe9\n")
    assert "articles.toml cannot be read" in fault(folder)


def test_an_articles_toml_that_is_a_folder_is_refused(folder):
    (folder / "articles.toml").mkdir()
    assert "articles.toml cannot be read" in fault(folder)


def test_synonyms_that_are_not_utf8_are_refused(folder):
    (folder / "synonyms.txt").write_bytes(b"Kyiv, Ki\xe9v\n")
    message = fault(folder)
    assert "synonyms.txt cannot be read" in message
    assert "Save it as UTF-8" in message


def test_a_file_whose_id_is_taken_is_refused_and_the_first_is_kept(folder):
    (folder / "pact.md").write_text("# Another\n\nAnother text about a pact of some other states.\n")
    found = read_corpus(folder)
    assert found.articles["pact"].file == "pact.md"
    (refused,) = found.refused
    assert refused.file == "pact.txt"
    assert "its id pact is already that of pact.md" in refused.reason
    assert "articles.toml" in refused.reason


def test_a_refused_file_is_listed_and_the_others_are_read(folder):
    (folder / "empty.txt").write_text("")
    found = read_corpus(folder)
    assert set(found.articles) == {"pact", "charter"}
    assert [refused.file for refused in found.refused] == ["empty.txt"]


def test_a_refused_file_that_articles_toml_names_is_refused_and_not_missing(folder):
    (folder / "empty.txt").write_text("")
    say(folder, "[[article]]\nfile = 'empty.txt'")
    assert [refused.file for refused in read_corpus(folder).refused] == ["empty.txt"]


def test_a_file_with_nothing_but_page_furniture_is_refused(folder):
    (folder / "menu.txt").write_text("Menu\nLog in\nSubscribe\n")
    (refused,) = read_corpus(folder).refused
    assert "nothing in it reads like the text of an article" in refused.reason


@pytest.mark.parametrize("text", ["", "Menu\nLog in\n"])
def test_strict_stops_at_the_first_refused_file(folder, text):
    (folder / "menu.txt").write_text(text)
    with pytest.raises(RefusedFile) as caught:
        read_corpus(folder, strict=True)
    assert caught.value.file == "menu.txt"


def test_strict_changes_nothing_where_nothing_is_refused(folder):
    assert read_corpus(folder, strict=True) == read_corpus(folder)


def test_a_missing_folder_is_named_with_the_remedy(tmp_path):
    message = fault(tmp_path / "nowhere")
    assert "nowhere does not exist" in message
    assert "--corpus" in message


def test_an_empty_folder_says_what_to_put_there(tmp_path):
    assert "put .txt, .md, .html, .pdf or .docx files there" in fault(tmp_path)


def test_a_folder_of_which_nothing_can_be_used_says_why(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    message = fault(tmp_path)
    assert "can be used" in message
    assert "empty.txt" in message


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("The Pact, 1992.txt", "the-pact-1992"),
        ("2024/russian-nato.txt", "2024-russian-nato"),
        ("Türkiye – façade.md", "türkiye-façade"),
        ("e\u0301tude.txt", "étude"),
        ("….txt", "article"),
    ],
)
def test_an_id_is_made_of_the_letters_and_digits_of_the_path(file, wanted):
    assert article_id(file) == wanted


def test_an_article_gives_no_slice_outside_its_text(corpus):
    article = corpus.articles["russian-nato"]
    for start, end in ((-1, 3), (3, 3), (5, 4), (0, len(article.text) + 1)):
        with pytest.raises(ValueError, match="not inside russian-nato, which has 4990 characters"):
            article.slice(start, end)
