"""Each measure on an example that can be checked by hand."""

from dataclasses import replace
from math import log2

import numpy as np
import pytest

from chat.answers import Answer, Citation, Statement
from eval import metrics
from eval.metrics import score_case


def test_a_span_touches_the_sentences_it_shares_a_character_with(sentences, articles, sentence_id):
    text = articles["pact"].text
    start = text.index("in 1992")
    assert sentences.touched("pact", start, start + 7) == {sentence_id("pact", "The pact was")}
    assert sentences.touched("pact", start, text.index("Six") + 1) == {
        sentence_id("pact", "The pact was"),
        sentence_id("pact", "Six states"),
    }


def test_a_span_between_sentences_is_its_own_unit(sentences, articles):
    end = len(articles["pact"].text)
    assert sentences.touched("pact", end - 1, end) == {f"pact:{end - 1}-{end}"}
    assert sentences.touched("unknown", 3, 9) == {"unknown:3-9"}


def test_gold_is_the_sentences_that_prove_each_fact(sentences, cases, sentence_id):
    assert sentences.gold(cases["founded"]) == (
        {sentence_id("pact", "The pact was")},
        {sentence_id("charter", "The pact began")},
    )


def test_facts_are_looked_for_in_statements_and_leads_only(cases):
    answer = Answer(
        "?",
        "partial",
        (Statement("It began in 1992.", (1,), lead="The pact, says one:"),),
        message="Not 2002.",
    )
    assert metrics.facts_stated(cases["founded"], answer) == (True, False)


def test_a_marker_states_no_fact(cases):
    case = replace(cases["georgia"], facts=(("1",),))
    assert metrics.facts_stated(case, Answer("?", "answered", (Statement("Georgia left.", (1,)),))) == (
        False,
    )


def test_fact_recall_is_the_share_stated():
    assert metrics.fact_recall([True, False, True, False]) == 0.5
    assert metrics.fact_recall([]) is None


def test_citation_precision_is_the_share_of_cited_sentences_that_prove_something():
    assert metrics.citation_precision({"a:0", "a:9", "b:4", "b:7"}, [{"a:0"}, {"b:7", "c:1"}]) == 0.5
    assert metrics.citation_precision(set(), [{"a:0"}]) is None


def test_citation_recall_asks_for_proof_where_a_fact_is_stated():
    gold = [{"a:0"}, {"b:7"}, {"c:1"}]
    # The first fact is proved, the second is stated with another's proof, the third is not stated.
    assert metrics.citation_recall([{"a:0", "x:1"}, {"a:0"}, None], gold) == 0.5
    assert metrics.citation_recall([None, None, None], gold) is None


def test_a_citation_is_valid_when_its_quote_is_its_slice(articles):
    good = Citation(1, "pact", 0, 8, "The pact")
    assert metrics.citations_valid(Answer("?", "answered", citations=(good,)), articles) == 1
    for bad in (
        replace(good, quote="The Pact"),
        replace(good, article="unknown"),
        replace(good, start=-900, quote=""),
        replace(good, end=10_000),
    ):
        assert metrics.citations_valid(Answer("?", "answered", citations=(good, bad)), articles) == 0.5
    assert metrics.citations_valid(Answer("?", "declined"), articles) is None


RANKED = [{"x:1"}, {"a:0"}, {"x:2"}, {"b:7"}, {"a:5"}]
GOLD = [{"a:0", "a:5"}, {"b:7"}, {"c:1"}]


def test_first_ranks_are_those_of_the_first_proof_of_each_fact():
    assert metrics.first_ranks(RANKED, GOLD) == (2, 4, None)


def test_hit_at_k_needs_one_fact_and_hit_all_every_fact():
    assert [metrics.hit((2, 4, None), k) for k in (1, 2, 5)] == [0, 1, 1]
    assert [metrics.hit_all((2, 4), k) for k in (2, 3, 4)] == [0, 0, 1]
    assert metrics.hit_all((2, None), 10) == 0


def test_reciprocal_rank_is_that_of_the_first_proof():
    assert metrics.reciprocal_rank((4, 2, None)) == 0.5
    assert metrics.reciprocal_rank((None,)) == 0


def test_ndcg_discounts_by_the_logarithm_of_the_rank():
    gained = 1 / log2(3) + 1 / log2(5) + 1 / log2(6)
    ideal = 1 + 1 / log2(3) + 1 / log2(4) + 1 / log2(5)
    assert metrics.ndcg(RANKED, GOLD) == pytest.approx(gained / ideal)


def test_ndcg_of_the_ideal_ranking_is_one_and_repeats_gain_nothing():
    assert metrics.ndcg([{"a:0"}, {"b:7"}], [{"a:0"}, {"b:7"}]) == 1
    assert metrics.ndcg([{"a:0"}, {"a:0"}], [{"a:0"}, {"b:7"}]) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_risk_at_each_coverage_counts_errors_among_the_surest():
    rows = np.array([[0.9, 0], [0.2, 1], [0.7, 1], [0.4, 0]])
    assert metrics.risk_coverage(rows) == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert metrics.area_under_risk_coverage(rows) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidence_is_taken_worst_first():
    rows = np.array([[0.5, 0], [0.5, 1]])
    assert metrics.risk_coverage(rows) == pytest.approx([1, 0.5])


def test_risk_coverage_takes_many_resamples_at_once():
    rows = np.random.default_rng(7).random((3, 20, 2)).round(1)
    rows[..., 1] = rows[..., 1] > 0.5
    together = metrics.area_under_risk_coverage(rows)
    assert together == pytest.approx([metrics.area_under_risk_coverage(one) for one in rows])


def test_confidence_is_the_systems_own_before_the_best_score(quoting):
    matches = [("pact", "Six states belong to it.")]
    assert metrics.confidence(quoting(matches=matches, trace={"confidence": 0.25})) == 0.25
    assert metrics.confidence(quoting(matches=matches)) == 1.0
    assert metrics.confidence(quoting()) == 0


def test_words_are_those_of_leads_statements_and_message():
    answer = Answer("?", "partial", (Statement("Six states.", (1, 2), lead="It says:"),), message="No more.")
    assert metrics.words(answer) == 6


def test_right_needs_every_fact_and_evidence(cases, quoting, sentences):
    both = [
        ("pact", "The pact was founded in 1992."),
        ("charter", "The pact began in 2002, its charter says."),
    ]
    score = score_case(cases["founded"], quoting(*both), sentences, seconds=0.5)
    assert score.right
    assert (score.citation_precision, score.citation_recall, score.citations_valid) == (1, 1, 1)
    one = score_case(cases["founded"], quoting(both[0]), sentences, seconds=0.5)
    assert one.faults == ("1 of 2 facts missing",)
    assert one.facts == (True, False)


def test_a_partial_answer_can_be_right(cases, quoting, sentences):
    answer = quoting(("pact", "Georgia left in 1999."), outcome="partial", message="Not why.")
    assert score_case(cases["georgia"], answer, sentences, seconds=0).right


def test_stating_the_fact_from_elsewhere_is_not_right(cases, sentences, articles):
    quote = "Six states belong to it."
    start = articles["pact"].text.index(quote)
    answer = Answer(
        "?",
        "answered",
        (Statement("Georgia left in 1999.", (1,)),),
        (Citation(1, "pact", start, start + len(quote), quote),),
    )
    score = score_case(cases["georgia"], answer, sentences, seconds=0)
    assert score.faults == ("no citation is evidence",)
    assert (score.citation_precision, score.citation_recall) == (0, 0)


def test_too_many_words_are_not_right_and_broad_questions_allow_more(cases, quoting, sentences):
    answer = quoting(("pact", "Georgia left in 1999."), message="word " * 150)
    assert score_case(cases["georgia"], answer, sentences, seconds=0).faults == ("154 words, at most 120",)
    assert score_case(replace(cases["georgia"], category="broad"), answer, sentences, seconds=0).right


def test_declining_is_right_only_where_the_articles_do_not_say(cases, quoting, sentences):
    declined = quoting(message="The articles do not say.")
    assert score_case(cases["why-georgia"], declined, sentences, seconds=0).right
    assert score_case(cases["georgia"], declined, sentences, seconds=0).faults == (
        "declined, though the articles say it",
    )


def test_an_unanswerable_question_may_be_neither_answered_nor_cited(cases, quoting, sentences):
    answer = quoting(("pact", "Nobody says why."))
    assert not score_case(cases["why-georgia"], answer, sentences, seconds=0).right
    cited = replace(answer, outcome="declined")
    assert score_case(cases["why-georgia"], cited, sentences, seconds=0).faults == (
        "declined, yet with citations",
    )


@pytest.mark.parametrize("id", ["georgia", "why-georgia"])
def test_a_failed_case_is_never_right(id, cases, sentences):
    assert score_case(cases[id], Answer("?", "failed"), sentences, seconds=0).faults == ("failed",)


def test_a_citation_of_many_sentences_is_imprecise(cases, quoting, articles, sentences):
    whole = articles["pact"].text.strip()
    score = score_case(cases["georgia"], quoting(("pact", whole)), sentences, seconds=0)
    assert score.citation_precision == pytest.approx(1 / 5)
    assert score.citation_recall == 1
