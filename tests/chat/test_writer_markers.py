"""A model's stream to statements: markers in every style, markup off, wherever the pieces are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.writer.markers import MarkerParser, Written


def parse(text: str, known: int = 5, size: int = 10_000, cut: bool = False) -> list[Written]:
    parser = MarkerParser(known)
    written = []
    for start in range(0, len(text), size):
        written += parser.feed(text[start : start + size])
    return written + parser.finish(cut)


@pytest.mark.parametrize(
    ("markers", "numbers"),
    [
        ("[1]", (1,)),
        ("[1, 2]", (1, 2)),
        ("[1][2]", (1, 2)),
        ("[1] [2]", (1, 2)),
        ("【1】", (1,)),
        ("【1†source】", (1,)),
        ("[[1]]", (1,)),
        ("[1-3]", (1, 2, 3)),
        ("[1–3]", (1, 2, 3)),
        ("[1; 3]", (1, 3)),
        ("[1 and 3]", (1, 3)),
        ("[^1]", (1,)),
        ("[Source 2]", (2,)),
        ("(sources 1, 2)", (1, 2)),
        ("[[1]](somewhere)", (1,)),
        ("[2][1][2]", (2, 1)),
    ],
)
@pytest.mark.parametrize("form", ["Baku left {}.", "Baku left. {}", "Baku left.{}", "{} Baku left."])
def test_every_style_of_marker_is_read_wherever_it_stands(form, markers, numbers):
    assert parse(form.format(markers)) == [Written("Baku left.", numbers)]


def test_a_number_that_no_evidence_has_is_dropped_and_counted():
    assert parse("Baku left [2][9][0].", known=5) == [Written("Baku left.", (2,), unknown=2)]
    assert parse("Baku left [1-900].") == [Written("Baku left.", (1,), unknown=1)]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. left in 3.5 years [1].",
        "Mr. Scholz left, e.g. by train [1].",
        "J. Smith of St. Asaph left [1].",
        "It cost $1.5 million [1].",
    ],
)
def test_a_full_stop_inside_a_sentence_ends_nothing(text):
    assert len(parse(text)) == 1


def test_each_sentence_has_its_own_numbers():
    text = "One left [1]. Two stayed. Three came back! [2][3]\nDid four? [4]"
    assert parse(text) == [
        Written("One left.", (1,)),
        Written("Two stayed.", ()),
        Written("Three came back!", (2, 3)),
        Written("Did four?", (4,)),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Baku** left [1].", "Baku left."),
        ("- Baku left [1].", "Baku left."),
        ("1. Baku left [1].", "Baku left."),
        ("> `Baku` _left_ [1].", "Baku left."),
        ("[Baku](javascript:alert) left [1].", "Baku left."),
        ("![x](http://evil/?q=secret)Baku left [1].", "Baku left."),
        ("<b onclick=x>Baku</b> left<img src=x> [1].", "Baku left."),
        ("<!-- hidden -->Baku left [1].", "Baku left."),
        ("Baku\u202e left\x07 [1].", "Baku left."),
        ("<think>Who left? Baku [3].</think>Baku left [1].", "Baku left."),
    ],
)
def test_markup_is_taken_off(text, shown):
    assert parse(text) == [Written(shown, (1,))]


def test_headings_and_introductions_are_no_statements():
    assert parse("## Answer\nHere is what I found:\nBaku left [1].\n\nSources\n") == [
        Written("Baku left.", (1,))
    ]


def test_what_is_not_covered_is_told_apart():
    assert parse("Baku left [1].\nNOT COVERED: when it joined")[1] == Written(
        "when it joined", uncovered=True
    )


def test_a_reply_that_was_cut_loses_its_unfinished_sentence():
    assert parse("Baku left [1]. Georgia left in", cut=True) == [Written("Baku left.", (1,))]
    assert len(parse("Baku left [1]. Georgia left [2].", cut=True)) == 2


def test_a_marker_is_held_back_until_it_is_whole():
    parser = MarkerParser(5)
    assert parser.feed("Baku left. [") == []
    assert parser.feed("1") == []
    assert parser.feed("] And then " + "Georgia left " * 10) == [Written("Baku left.", (1,))]


PIECES = ["Baku left", ". ", " [1]", "[2, 3]", "【4】", "\n", "- ", "U.S. ", "3.5", "<think>", "</think>", "[9", "]", "**", "NOT COVERED: x", "! ", "(a) ", "“so.” "]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.integers(1, 9))
def test_how_the_stream_is_cut_changes_nothing(text, size):
    assert parse(text, size=size) == parse(text)


@given(st.text(max_size=200), st.integers(1, 50))
def test_any_text_at_all_gives_known_numbers_and_printable_statements(text, size):
    for written in parse(text, size=size):
        assert set(written.numbers) <= {1, 2, 3, 4, 5}
        assert written.text.isprintable()
