"""The contents of a generation survive being written, and every entry is whole and its own."""

import pytest

from index.records import Contents, contents_of, read_contents, write_contents
from ingest import Article, Block
from ingest.passages import MAX_TOKENS
from ingest.questions import Gap, Prepared, read_questions


@pytest.fixture(scope="module")
def contents(corpus, embedder) -> Contents:
    return contents_of(corpus, *read_questions(corpus.folder, corpus.articles), embedder)


def test_contents_read_back_are_those_that_were_written(contents, tmp_path):
    write_contents(contents, tmp_path / "c.jsonl")
    assert read_contents(tmp_path / "c.jsonl") == contents


def test_texts_with_every_kind_of_line_end_survive(tmp_path):
    text = 'a\r\nb\u2028c\u0085d\x0ce\x1cf\rg\\n"\u0000'
    article = Article("x", text, "", (Block(0, 1, "paragraph"),), "x.txt", "", ("A\u2028B",), None)
    contents = Contents({"x": article}, {}, {}, synonyms="a,\u2028b", examples=("q\n?",))
    write_contents(contents, tmp_path / "c.jsonl")
    assert read_contents(tmp_path / "c.jsonl") == contents


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"type":"verse"}',
        "{}",
        '{"type":"sentence","article":"x","start":0,"end":1,"kind":"note","context":null}',
    ],
)
def test_what_is_no_contents_is_refused(tmp_path, line):
    (tmp_path / "c.jsonl").write_text(line)
    with pytest.raises((ValueError, KeyError)):
        read_contents(tmp_path / "c.jsonl")


def test_ids_of_entries_are_unique_and_point_at_sentences_of_their_article(contents):
    entries = contents.entries()
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.targets
        assert all(contents.sentences[id].article == entry.article for id in entry.targets)


def test_every_sentence_passage_and_question_has_its_entry(contents):
    kinds = [entry.kind for entry in contents.entries()]
    assert kinds.count("sentence") == len(contents.sentences)
    assert kinds.count("passage") == len(contents.passages)
    assert kinds.count("question") == 1764 + 139  # one stands twice for the same sentence
    # four of the 751 gap questions are about the headlines of other stories, which are no content
    assert kinds.count("gap") == 747


def test_the_embedder_reads_every_entry_whole(contents, embedder):
    for entry in contents.entries():
        assert embedder.count_tokens(entry.text) <= MAX_TOKENS


def test_a_passage_is_embedded_with_its_article_and_heading_and_a_sentence_with_what_it_leans_on():
    text = "Pact\nIt grew. So it did."
    article = Article("x", text, "The pact", (Block(0, 4, "heading"), Block(5, 24, "paragraph")), "x.txt", "")
    corpus = type("Corpus", (), {"articles": {"x": article}, "synonyms": "", "examples": ()})
    embedder = type("Words", (), {"count_tokens": staticmethod(lambda text: len(text.split()))})
    prepared = [Prepared("x", ((5, 13), (14, 24)), ("Did it?", "Did it?"))]
    contents = contents_of(corpus, prepared, [Gap("x", 14, 24, "Why?", "the reason")], embedder)
    assert [(e.kind, e.text, e.targets) for e in contents.entries()] == [
        ("passage", "The pact. Pact", ("x:0",)),
        ("passage", "The pact. Pact. It grew. So it did.", ("x:5", "x:14")),
        ("sentence", "Pact", ("x:0",)),
        ("sentence", "It grew.", ("x:5",)),
        ("sentence", "It grew. So it did.", ("x:14",)),
        ("question", "Did it?", ("x:5", "x:14")),
        ("gap", "Why?", ("x:14",)),
    ]
