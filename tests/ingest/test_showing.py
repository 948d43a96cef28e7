"""`show_article` tells of every line of the file whether it was selected, and as what."""

from ingest import Article, Block
from ingest.showing import WIDTH, show_article


def test_lines_come_in_the_order_of_the_file_each_with_its_label():
    text = "Menu\nThe pact\n\nIt stands.\n  Log in\u2028Search\n- one\n"
    spans = [("The pact", "title"), ("It stands.", "paragraph"), ("- one", "list_item")]
    blocks = tuple(Block(text.index(s), text.index(s) + len(s), kind) for s, kind in spans)
    assert list(show_article(Article("a", text, "The pact", blocks, "a.txt", ""))) == [
        ("left out", "Menu"),
        ("title", "The pact"),
        ("paragraph", "It stands."),
        ("left out", "Log in"),
        ("left out", "Search"),
        ("list item", "- one"),
    ]


def test_every_label_fits_its_column(corpus):
    labels = {label for article in corpus.articles.values() for label, _ in show_article(article)}
    assert max(map(len, labels)) <= WIDTH
