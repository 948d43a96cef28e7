"""Names in a text, and which of them are persons."""

import pytest

from chat.names import find_names, find_persons


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Where did Ada Lovelace live?", ["Ada Lovelace"]),
        ("And Portugal?", ["Portugal"]),
        ("Is Rossi’s brother Marco at home?", ["Rossi", "Marco"]),
        ("Rossi's brother", ["Rossi"]),
        ("the Bank of England and NASA", ["Bank of England", "NASA"]),
        ("What do Peru and the United States want?", ["Peru", "United States"]),
        ("Osama bin Laden", ["Osama bin Laden"]),
        ("the Jean-Luc Picard", ["Jean-Luc Picard"]),
        ("Łódź, Łódź and Łódź", ["Łódź"]),
        ("Tell Me Who Is It", ["Me Who Is It"]),
        ("what is it?", []),
        ("I", []),
        ("", []),
        ("?!… 1,500 –", []),
        ("😀 Oslo 😀", ["Oslo"]),
    ],
)
def test_names_are_the_capitalised_words_without_small_ones_before_them(text, names):
    assert find_names(text) == names


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("President Ada Berg’s decision", {"Berg": "Ada Berg"}),
        ("Danish analyst Bo Falk told them", {"Falk": "Bo Falk"}),
        ("Cy Dahl, deputy director of the mill", {"Dahl": "Cy Dahl"}),
        ("Eva Holm is a researcher", {"Holm": "Eva Holm"}),
        ("President Berg spoke. President Ada-Lisa Berg spoke.", {"Berg": "Ada-Lisa Berg"}),
        ("President Ada-Lisa Berg spoke. President Berg spoke.", {"Berg": "Ada-Lisa Berg"}),
        ("a president of Denmark", {}),
        ("The CSTO is a pact", {}),
        ("The market said", {}),
    ],
)
def test_persons_are_those_with_a_title_or_quoted_under_their_longest_name(text, persons):
    assert find_persons([text]) == persons


def test_authors_are_persons_and_an_empty_author_is_none():
    assert find_persons([], ["Eva Holm", "", "  "]) == {"Holm": "Eva Holm"}


def test_persons_of_the_shipped_articles(corpus):
    articles = corpus.articles.values()
    persons = find_persons(article.text[b.start : b.end] for article in articles for b in article.blocks)
    assert persons["Putin"] == "Vladimir Putin"
    assert persons["Tokayev"] == "Kassym-Jomart Tokayev"
    assert persons["Badalyan"] == "Hakob Badalyan"
    assert not {"Asia", "Organization", "States", "Treaty"} & persons.keys()
