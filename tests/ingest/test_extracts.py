"""What is written as markdown is read back as the same blocks with the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extracts import as_markdown, names, one_line
from ingest.markdown import markdown_blocks

STARTS = [
    "", "# ", "#", "###### ", "> ", ">", "```", "~~~", "<div>", "<!-- ", "[a]: ", "[a\\]b]: ", "![a](b) ",
    "\\", "\\#", "    ", "| ", "1992. ", "2002) ", "100", "=== ", "--", "**b** ", "\ufeff", "\t",
]  # fmt: skip
MARKUPS = {"": "paragraph", "## ": "heading", "- ": "list_item", "> ": "quotation"}


@given(st.sampled_from(STARTS), st.text(min_size=0, max_size=20), st.sampled_from(sorted(MARKUPS)))
def test_text_that_looks_like_markup_is_read_back_as_it_was(start, text, markup):
    said = one_line(start + "word " + text + " end")
    written = as_markdown([(markup, start + "word " + text + " end"), ("", "Next.")])
    [block, following] = markdown_blocks(written)
    assert block.kind == MARKUPS[markup]
    assert written[block.start : block.end].replace("\u00a0", " ") == said.replace("\u00a0", " ").strip()
    assert written[following.start : following.end] == "Next."


def test_a_year_before_a_full_stop_is_no_list_number_and_a_small_number_is():
    written = as_markdown([("", "1992. It began."), ("", "2. Then."), ("- ", "2002.")])
    assert [(block.kind, written[block.start : block.end]) for block in markdown_blocks(written)] == [
        ("paragraph", "1992.\u00a0It began."),
        ("list_item", "Then."),
        ("list_item", "2002."),
    ]


@pytest.mark.parametrize(
    ("text", "line"), [(" a \r\n\tb ", "a b"), ("a\0\x07b\u00adc\ud800", "abc"), ("a\u2028b\x0cc", "a b c")]
)
def test_one_line_has_nothing_that_cannot_be_shown_or_stored(text, line):
    assert one_line(text) == line


def test_names_are_parted_by_semicolons_only():
    assert names(" Lee, Ann; Bob  Ray ;") == ("Lee, Ann", "Bob Ray")
    assert names(None) == ()
