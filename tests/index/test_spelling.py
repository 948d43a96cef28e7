"""Misspelt names are mended; what the corpus or English knows is left alone."""

import pytest

from index.spelling import Correction, Speller


@pytest.fixture(scope="module")
def speller(shipped_index) -> Speller:
    return shipped_index.searcher.speller


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Kazahkstan", "Kazakhstan"),
        ("kyrgystan", "Kyrgyzstan"),
        ("Tajikstan", "Tajikistan"),
        ("Azerbaidjan", "Azerbaijan"),
        ("Afganistan", "Afghanistan"),
        ("Lukashenco", "Lukashenko"),
        ("Mirzyoyev", "Mirziyoyev"),
        ("Pashinjan", "Pashinyan"),
        ("Zharikin", "Zharikhin"),
        ("Akromow", "Akromov"),
        ("Karabach", "Karabakh"),
        ("organisaton", "organisation"),
        ("soveriegnty", "sovereignty"),
    ],
)
def test_a_misspelt_word_of_the_articles_is_mended(speller, asked, meant):
    question = f"What happened to {asked} then?"
    assert speller.correct(question) == (f"What happened to {meant} then?", [Correction(asked, meant)])


@pytest.mark.parametrize(
    "question",
    [
        "When was the CSTO founded?",
        "Who won the football championship with a quarterback?",
        "Why is Georgia quitting, and which media had been arming Minsk?",
        "What did Merkel, Macron, Zelensky, Erdogan, Navalny, Stoltenberg and Xi Jinping say?",
        "Tell me about blockchain, photosynthesis and recipes",
        "Did Tokaev, Lukashenka or Türkiye's president come?",
        "why doesnt it",
        "",
        "1992 – 2002?",
    ],
)
def test_known_and_english_words_and_foreign_names_are_left_alone(speller, question):
    assert speller.correct(question) == (question, [])


def test_comments_of_the_synonyms_are_no_words_of_the_corpus(speller):
    assert not speller.knows("Solr")
    assert speller.knows("Toqayev")


def test_the_article_s_own_spelling_is_used_and_a_possessive_is_kept():
    speller = Speller(["Pashinyan’s party. Pashinyan said so."], is_english=lambda word: False)
    assert speller.correct("pashinian's party")[0] == "Pashinyan's party"


def test_a_name_is_preferred_to_a_common_word_that_is_as_near():
    speller = Speller(["Minsk minks minks minks"], is_english=lambda word: False)
    assert speller.correct("minke")[0] == "minks"
    assert speller.correct("the Minsc")[0] == "the Minsk"


def test_a_capital_inside_a_question_is_never_taken_for_a_common_word():
    speller = Speller(["they were mere words"], is_english=lambda word: False)
    assert speller.correct("who is Merre")[0] == "who is Merre"
    assert speller.correct("Merre words")[0] == "mere words"


def test_short_words_and_endless_ones_are_left_alone():
    speller = Speller(["the pact holds"], is_english=lambda word: False)
    assert speller.correct("pct " + "pact" * 20)[1] == []


def test_truecase_gives_names_the_capitals_that_the_corpus_gives_them(speller):
    assert speller.truecase("did astana help the csto, and who told us?") == (
        "did Astana help the CSTO, and who told us?"
    )
    assert speller.truecase("Did MOSCOW agree") == "Did MOSCOW agree"
