"""BM25, worked by hand, and the bounds of its scores."""

from math import log

import numpy as np
import pytest

from index.analyzer import Analyzer
from index.lexical import Lexical
from index.synonyms import parse_synonyms

TEXTS = ["tank tank convoy", "convoy bridge", "bridge river valley tower"]
"""Of 3, 2 and 4 terms: 3 on average."""


@pytest.fixture
def lexical() -> Lexical:
    return Lexical(TEXTS, Analyzer())


def test_rare_terms_weigh_more(lexical):
    assert lexical.idf("tank") == pytest.approx(log(1 + 2.5 / 1.5))  # in one text of three
    assert lexical.idf("convoy") == pytest.approx(log(1 + 1.5 / 2.5))  # in two
    assert lexical.idf("zebra") == pytest.approx(log(1 + 3.5 / 0.5))  # in none


def test_scores_are_those_of_the_formula_worked_by_hand(lexical):
    # idf: tank 0.980829, convoy 0.470004, together 1.450833; k1 = 1.2, b = 0.75
    # first: length 3 of 3 on average: 0.980829 · 2/(2 + 1.2) + 0.470004 · 1/(1 + 1.2) = 0.826656
    # second: length 2: 0.470004 · 1/(1 + 1.2 · (0.25 + 0.75 · 2/3)) = 0.247370
    # each times (1 + 1.2) / 1.450833
    assert lexical.scores("tank convoy") == pytest.approx([1.253517, 0.375105, 0.0], abs=2e-6)


def test_a_text_of_average_length_that_holds_every_term_once_scores_one():
    lexical = Lexical(["tank convoy bridge", "river valley tower", "one two three"], Analyzer())
    assert lexical.scores("bridge, tank and convoy?")[0] == pytest.approx(1.0)


def test_a_word_that_no_text_has_lowers_the_scores(lexical):
    # 0.613018 · 2.2 / (0.980829 + 2.079442)
    assert lexical.scores("tank zebra")[0] == pytest.approx(0.440693, abs=2e-6)
    assert lexical.known_share("tank zebra") == pytest.approx(0.980829 / 3.060271, abs=1e-6)


def test_a_word_said_twice_in_the_question_counts_once(lexical):
    assert np.array_equal(lexical.scores("tank tank convoy"), lexical.scores("convoy tank"))


def test_a_synonym_scores_and_its_mark_does_not_count_in_the_divisor():
    lexical = Lexical(["Baku left", "Yerevan stayed"], Analyzer(parse_synonyms("Baku, Azerbaijan")))
    by_synonym, by_name = lexical.scores("Azerbaijan")[0], lexical.scores("Baku")[0]
    assert 0 < by_synonym < by_name
    assert lexical.scores("Azerbaijan")[1] == 0


@pytest.mark.parametrize("question", ["", "what is it about", "zebra", "…"])
def test_a_question_that_shares_no_word_scores_nothing(lexical, question):
    assert not lexical.scores(question).any()
    assert lexical.known_share(question) == 0


@pytest.mark.parametrize("texts", [[], ["the of and", ""]])
def test_texts_without_any_term_score_nothing(texts):
    lexical = Lexical(texts, Analyzer())
    assert lexical.scores("tank").tolist() == [0.0] * len(texts)
    assert lexical.known_share("tank") == 0


def test_building_it_says_nothing(capfd):
    Lexical(TEXTS, Analyzer())
    assert capfd.readouterr() == ("", "")
