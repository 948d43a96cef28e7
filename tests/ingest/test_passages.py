"""Sentences to passages: small enough to be embedded whole, and never over a border."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Article, Block, Passage, split_passages, split_sentences
from ingest.passages import MAX_TOKENS


def count_words(text: str) -> int:
    return len(text.split())


def article(*lines: tuple[str, str]) -> Article:
    """An article of blocks, each a kind and a line; the kind `left out` makes none."""
    text, blocks = "", []
    for kind, line in lines:
        if kind != "left out":
            blocks.append(Block(len(text), len(text) + len(line), kind))
        text += line + "\n"
    return Article("a", text, "", tuple(blocks), "a.txt", "0" * 64)


def passages(source: Article, **bounds: int) -> list[Passage]:
    return split_passages(source, split_sentences(source), count_words, **bounds)


@pytest.fixture(scope="module")
def shipped(corpus, embedder) -> dict[str, list[Passage]]:
    return {
        name: split_passages(source, split_sentences(source), embedder.count_tokens)
        for name, source in corpus.articles.items()
    }


def test_shipped_passages_are_slices_that_the_embedder_reads_whole(shipped, corpus, embedder):
    for name, items in shipped.items():
        for passage in items:
            assert passage.text == corpus.articles[name].text[passage.start : passage.end]
            assert embedder.count_tokens(passage.text) <= MAX_TOKENS


def test_every_shipped_sentence_is_in_exactly_one_passage_and_in_order(shipped, corpus):
    for name, items in shipped.items():
        ids = [sentence.id for sentence in split_sentences(corpus.articles[name])]
        assert [id for passage in items for id in passage.sentences] == ids


def test_no_shipped_passage_holds_a_heading_or_a_line_that_was_left_out(shipped, corpus):
    for name, items in shipped.items():
        blocks = corpus.articles[name].blocks
        text = corpus.articles[name].text
        for passage in items:
            inside = [b for b in blocks if passage.start < b.end and b.start < passage.end]
            if len(inside) > 1:
                assert {b.kind for b in inside} <= {"paragraph", "quotation", "list_item"} or {
                    b.kind for b in inside
                } == {"note"}
            assert not any(text[a.end : b.start].strip() for a, b in pairwise(inside))


def test_neighbours_are_those_before_and_after_in_the_article(shipped):
    for items in shipped.values():
        assert [p.before for p in items] == [None, *(p.id for p in items[:-1])]
        assert [p.after for p in items] == [*(p.id for p in items[1:]), None]


def test_short_paragraphs_are_joined_until_there_is_enough():
    source = article(*[("paragraph", "One two three four.")] * 5)
    assert [count_words(p.text) for p in passages(source, max_tokens=100, join_tokens=8)] == [8, 8, 4]


def test_sentences_of_one_paragraph_are_joined_up_to_the_bound():
    source = article(("paragraph", " ".join(["One two three four."] * 5)))
    assert [count_words(p.text) for p in passages(source, max_tokens=12, join_tokens=1)] == [12, 8]


def test_a_quotation_stays_with_the_line_that_introduces_it():
    (passage,) = passages(article(("paragraph", "The charter says:"), ("quotation", "States shall help.")))
    assert passage.text == "The charter says:\nStates shall help."


def test_nothing_is_joined_over_a_heading():
    found = passages(article(("paragraph", "One is."), ("heading", "Part"), ("paragraph", "Two is.")))
    assert [(p.text, p.section) for p in found] == [("One is.", ""), ("Part", ""), ("Two is.", "Part")]


def test_nothing_is_joined_over_a_line_that_was_left_out():
    found = passages(article(("paragraph", "One is."), ("left out", "Subscribe"), ("paragraph", "Two is.")))
    assert [p.text for p in found] == ["One is.", "Two is."]


def test_notes_about_authors_are_joined_with_each_other_only():
    found = passages(article(("paragraph", "One is."), ("note", "Ann writes."), ("note", "Bo reads.")))
    assert [p.text for p in found] == ["One is.", "Ann writes.\nBo reads."]


def test_title_and_byline_are_passages_of_their_own():
    found = passages(article(("title", "The pact"), ("byline", "By Ann Lee"), ("paragraph", "One is.")))
    assert [p.text for p in found] == ["The pact", "By Ann Lee", "One is."]


def test_a_sentence_longer_than_the_bound_is_a_passage_of_its_own(embedder):
    long = f"The list names {', '.join(['one state'] * 133)} and no other."
    assert embedder.count_tokens(long) > 400
    source = article(("paragraph", f"It is short. {long} It is short again."))
    found = split_passages(source, split_sentences(source), embedder.count_tokens)
    assert [p.text for p in found] == ["It is short.", long, "It is short again."]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["paragraph", "quotation", "heading", "note", "left out", "list_item"]),
            st.lists(
                st.integers(1, 9).map(lambda n: " ".join(["Word"] * n) + "."), min_size=1, max_size=4
            ).map(" ".join),
        ),
        max_size=10,
    ),
    st.integers(1, 20),
    st.integers(1, 20),
)
def test_passages_hold_every_sentence_once_and_keep_the_bound(lines, most, join):
    source = article(*lines)
    sentences = split_sentences(source)
    found = split_passages(source, sentences, count_words, most, join)
    assert [id for p in found for id in p.sentences] == [s.id for s in sentences]
    for passage in found:
        assert count_words(passage.text) <= most or len(passage.sentences) == 1
