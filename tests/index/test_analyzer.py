"""Which words of a text and of a question count as the same."""

import pytest

from index.analyzer import Analyzer
from index.synonyms import parse_synonyms

PLAIN = Analyzer()


def analyzer(synonyms: str) -> Analyzer:
    return Analyzer(parse_synonyms(synonyms))


def share(synonyms: str, question: str, text: str) -> set[str]:
    """The terms that a question and a text have in common."""
    both = analyzer(synonyms)
    return set(both.terms(question, question=True)) & set(both.terms(text))


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("CSTO’s", "csto"),
        ("Türkiye", "turkiye"),
        ("U.N", "un"),
        ("nation's", "nation"),
        ("D’Arcy", "darcy"),
        ("Straße", "strasse"),
    ],
)
def test_the_normal_form_drops_case_accents_dots_and_possessive(word, wanted):
    assert Analyzer.normal(word) == wanted


def test_terms_are_stems_without_stop_words():
    assert PLAIN.terms("The members of the pact have been founding members.") == [
        "member",
        "pact",
        "found",
        "member",
    ]


def test_numbers_and_words_with_dots_are_terms():
    assert PLAIN.terms("1,500 troops of the U.N. in 2.5 years") == ["1", "500", "troop", "un", "25", "year"]


@pytest.mark.parametrize("text", ["", "…", "What is it about?", "the of and"])
def test_a_text_of_stop_words_has_no_terms(text):
    assert PLAIN.terms(text) == []


def test_us_the_country_is_a_term_and_us_the_pronoun_is_not():
    assert PLAIN.terms("US troops") == PLAIN.terms("U.S. troops") == ["us", "troop"]
    assert PLAIN.terms("help us") == ["help"]


def test_names_of_a_group_share_a_term_both_ways():
    assert share("Baku, Azerbaijan", "Who rules Azerbaijan?", "Baku left in 1999.") == {"=0"}
    assert share("Baku, Azerbaijan", "Who rules Baku?", "Azerbaijan left in 1999.") == {"=0"}


def test_an_arrow_widens_only_questions_about_its_left_side():
    assert share("Baku => Azerbaijan", "Who rules Baku?", "Azerbaijan left.") == {"=0"}
    assert not share("Baku => Azerbaijan", "Who rules Azerbaijan?", "Baku left.")


def test_a_group_may_have_names_of_several_words():
    group = "CSTO, Collective Security Treaty Organization"
    assert "=0" in share(group, "What is the CSTO?", "The Collective Security Treaty Organization’s charter")
    assert not share(
        group, "What is the CSTO?", "The Collective Security Treaty, before there was an organization"
    )


def test_a_name_made_of_stop_words_and_numbers_is_found_whole():
    assert "=0" in share("Article 4, Article Four", "What does article 4 say?", "Article Four of the charter")
    assert not share("Article 4, Article Four", "What does article 4 say?", "Four states")


def test_a_short_name_in_capitals_is_not_found_in_a_small_word():
    assert "=0" in share("US, America", "What did America do?", "The US left, and the U.S. came back.")
    assert not share("US, America", "What did America do?", "It is for us to know.")


def test_who_types_no_capitals_may_mean_a_short_name_but_us_stays_the_pronoun():
    assert "=0" in share("UN, United Nations", "what does the un want", "The United Nations met.")
    assert not share("US, America", "tell us who stayed", "America left.")


def test_a_mark_is_not_a_stem_that_a_text_could_have():
    assert not {t for t in PLAIN.terms("=0 = 0") if t.startswith("=")}
