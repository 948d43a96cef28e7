"""Which article a question names."""

import pytest

from chat.naming import named_article, unnamed
from index.analyzer import Analyzer
from ingest import Article


def article(id: str, title: str, *authors: str, publisher: str | None = None) -> Article:
    return Article(id, title, title, (), f"{id}.txt", "0" * 64, authors, publisher)


ARTICLES = {
    "mill": article(
        "mill", "The Last Mill of Harbour Town", "Eva Holm", "Bo Falk", publisher="Northern Review"
    ),
    "bridge": article("bridge", "Why the Bridge in Harbour Town Fell", "Cy Dahl", publisher="The Observer"),
    "fish": article("fish", "Fish Prices", ""),
}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What does Holm argue?", "mill"),
        ("What is Eva Holm’s view?", "mill"),
        ("What did Dahl write?", "bridge"),
        ("What does Northern Review say?", "mill"),
        ("What does the Observer claim?", "bridge"),
        ("What is The Observer’s main point?", "bridge"),
        ("Summarise the article about the bridge", "bridge"),
        ("what is the piece on fish prices about", "fish"),
        ("summary of the last mill article", "mill"),
        # none, or several
        ("What do Holm and Dahl say?", None),
        ("What does the article on Harbour Town say?", None),
        ("What do the articles say?", None),
        ("Why did the bridge fall?", None),
        ("Which observer saw the mill?", None),
        ("What is the article about?", None),
        ("article", None),
        ("?", None),
        ("", None),
    ],
)
def test_author_publisher_or_own_words_of_the_title_name_an_article(question, named):
    assert named_article(question, ARTICLES, Analyzer()) == named


def test_the_only_article_is_named_by_its_title():
    only = {"fish": ARTICLES["fish"]}
    assert named_article("What does the article on fish say?", only, Analyzer()) == "fish"
    assert named_article("What does the article say?", only, Analyzer()) is None


HAS = {"harbour", "town", "holm", "eva", "north"}
ENGLISH = {"explain", "say", "obama", "valley", "white", "house"}


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What does Quill say?", "Quill"),
        ("What does Ada Quill’s sister say?", "Ada Quill"),
        ("Ada Quill said what of the town?", "Ada Quill"),
        ("What does Eva Quill say?", "Eva Quill"),  # another of that name
        ("Where is Qu-Vexin?", "Qu-Vexin"),
        # known by the family name, or not told to be a name
        ("What does Ada Holm say?", ""),
        ("What does Holm say?", ""),
        ("Quill was what?", ""),
        ("“Quill” was what?", ""),
        ("what does quill say?", ""),
        ("What does Obama say in the White House?", ""),
        ("What does the VXQ say of DSMs and R2D2?", ""),
        ("Wann kam Quill nach Holm zurück?", ""),  # other languages give their nouns capitals
        ("Explain Harbour Town", ""),
        ("", ""),
    ],
)
def test_a_name_that_no_article_has(question, name):
    def mentions(word: str) -> bool:
        return word.casefold() in HAS

    assert unnamed(question, mentions, lambda word: word.casefold() in HAS | ENGLISH) == name
