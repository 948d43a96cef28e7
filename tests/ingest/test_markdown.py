"""Markdown: each block's span is exactly its words in the untouched text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.markdown import markdown_blocks


def read(text):
    return [(block.kind, text[block.start : block.end]) for block in markdown_blocks(text)]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("# Title #", [("title", "Title")]),
        ("Title\nin two\n=====\n", [("title", "Title\nin two")]),
        ("## First\n# T\n# U", [("heading", "First"), ("title", "T"), ("heading", "U")]),
        ("One\ntwo  \n\nThree", [("paragraph", "One\ntwo"), ("paragraph", "Three")]),
        ("- a\n  b\n- c", [("list_item", "a\n  b"), ("list_item", "c")]),
        ("1. a\n\n   b\n2) c", [("list_item", "a"), ("list_item", "b"), ("list_item", "c")]),
        ("- - # a #", [("list_item", "a")]),
        ("> a\n> b\n>\n> c", [("quotation", "a\n> b"), ("quotation", "c")]),
        ("> # a\n\n# b", [("quotation", "a"), ("title", "b")]),
        ("# C# and F\\#", [("title", "C# and F\\#")]),
        ("## \n\ntext", [("paragraph", "text")]),
        ("A **bold** [link](u) ![i](u)", [("paragraph", "A **bold** [link](u) ![i](u)")]),
        ("\\# 1 is best", [("paragraph", "# 1 is best")]),
    ],
)
def test_a_span_leaves_out_the_markup_around_and_keeps_the_markup_within(text, blocks):
    assert read(text) == blocks


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\n",
        "```\ncode\n```",
        "    code",
        "<div>\nhtml\n</div>",
        "<!-- note -->",
        "---\ntitle: x\ntags: [a]\n---\n",
        "[a]: http://example.org 'b'",
        "![alt](picture.png)",
        "![alt](a.png) ![alt][b]",
        "[![alt](a.png)](http://example.org)",
        "***\n\n---",
        "| a | b |\n|---|---|\n| | |",
        "- \n-",
        "\f",
    ],
)
def test_what_is_not_prose_is_left_out(text):
    assert read(text) == []


def test_front_matter_is_left_out_and_a_thematic_break_at_the_top_is_not_front_matter():
    assert read("---\r\ntitle: x\r\n---\r\n# T\r\n") == [("title", "T")]
    assert read("---\n\nOne.\n\n---\n\nTwo.") == [("paragraph", "One."), ("paragraph", "Two.")]


def test_a_byte_order_mark_hides_no_title():
    assert read("\ufeff# T") == [("title", "T")]


def test_a_first_line_that_the_parser_trims_shifts_nothing():
    assert read("\u2028\n[a]: b") == [("paragraph", "[a]: b")]
    assert read("> \u2028\n> [a]: b\n> c") == [("quotation", "[a]: b\n> c")]


def test_each_row_of_a_tables_body_is_a_paragraph():
    text = "| Year | Event |\n|---|:-:|\n| 1992 | signed \\| sealed |\nx | y\n|| z \\||\n\nEnd"
    assert read(text) == [
        ("paragraph", "1992 | signed \\| sealed"),
        ("paragraph", "x | y"),
        ("paragraph", "z \\|"),
        ("paragraph", "End"),
    ]
    assert read("> | a |\n> |--|\n> | 1 |") == [("quotation", "1")]


def test_images_at_the_edge_of_a_paragraph_are_left_out():
    assert read("![a](b.png)\nText ![c](d) here.\n![e](f_(1).png)") == [("paragraph", "Text ![c](d) here.")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_gives_the_same_blocks(newline):
    text = "# T\n\nOne\ntwo.\n\n- item\n\n> said\n\nSet\n---\n\n|a|\n|-|\n|b|".replace("\n", newline)
    assert read(text) == [
        ("title", "T"),
        ("paragraph", f"One{newline}two."),
        ("list_item", "item"),
        ("quotation", "said"),
        ("heading", "Set"),
        ("paragraph", "b"),
    ]


MARKUP = st.sampled_from(
    [
        "# ",
        "## ",
        "#",
        "- ",
        "* ",
        "1. ",
        "> ",
        ">",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "  ",
        "    ",
        "a",
        "b c",
        "\\",
        "===",
        "---",
        "```",
        "<div>",
        "[a]: b",
        "![a](b)",
        "\x0c",
        "\x00",
        "\xa0",
        "\x85",
        "\U0001f600",
        "\ufeff",
        "\u2028",
        ":",
        "|",
        "|-|\n",
    ]
)


@given(st.lists(MARKUP, max_size=40).map("".join) | st.text(max_size=60))
def test_blocks_are_ordered_disjoint_stripped_and_inside_the_text(text):
    end = 0
    for block in markdown_blocks(text):
        assert end <= block.start < block.end <= len(text)
        words = text[block.start : block.end]
        assert words == words.strip()
        end = block.end


@given(st.lists(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,5}\.", fullmatch=True), max_size=6))
def test_plain_paragraphs_come_back_word_for_word(paragraphs):
    assert [words for _, words in read("\n\n".join(paragraphs))] == paragraphs
