"""The numbers that are known of sentences and questions, and the weights that go with them."""

import json

import numpy as np
import pytest

from chat.finding import READ, Finder
from chat.question import Asked
from chat.reader import Reading
from chat.scoring import (
    DECISION_FEATURES,
    NEAR,
    SENTENCE_FEATURES,
    WEIGHTS,
    decision_features,
    read_weights,
    sentence_features,
    sigmoid,
    softmax,
)
from index import Found, Match, NearQuestion, Place
from ingest import Sentence

WAYS = ("prepared+reader", "prepared", "reader", "plain")
BUILT, BURNED = "The mill was built in 1931.", "It burned."


def sentence(start: int, text: str, kind: str = "paragraph") -> Sentence:
    return Sentence("mill", start, start + len(text), text, kind)


def match(start: int, text: str, **scores: float) -> Match:
    places = {name: Place(1, score) for name, score in scores.items()}
    return Match("mill", start, start + len(text), 0.5, places)


SENTENCES = [
    sentence(0, BUILT),
    sentence(30, BURNED),
    sentence(50, "The mill", "title"),
    sentence(60, "By Eva", "byline"),
]
MATCHES = [
    match(0, BUILT, dense=0.9, words=0.4),
    match(30, BURNED, dense=0.2),
    match(50, "The mill"),
    match(60, "By Eva"),
]
FOUND = Found(
    "When was it built?",
    (),
    tuple(MATCHES),
    (),
    (NearQuestion("Who built it?", ("mill:0",), 0.95), NearQuestion("When was it built?", ("mill:0",), 0.85)),
    (NearQuestion("When was it sold?", ("mill:30",), 0.6),),
    1.0,
)
ASKED = Asked("When was it built?", "when")


def column(features: np.ndarray, name: str) -> list[float]:
    return features[:, SENTENCE_FEATURES.index(name)].tolist()


def test_the_features_of_sentences_by_hand():
    features = sentence_features(MATCHES, SENTENCES, None, FOUND, ASKED)
    assert features.shape == (4, len(SENTENCE_FEATURES))
    assert column(features, "dense") == [
        0.9,
        0.2,
        0.2,
        0.2,
    ]  # who is not in the list has at most its last score
    assert column(features, "words") == [0.4, 0, 0, 0]
    assert column(features, "prepared") == [0.95, 0, 0, 0]
    assert column(features, "prepared_near") == [pytest.approx((0.95 - NEAR) / (1 - NEAR)), 0, 0, 0]
    assert column(features, "prepared_same") == [0.85, 0, 0, 0]  # the nearest asks who, this one when
    assert column(features, "gap") == column(features, "gap_same") == [0, 0.6, 0, 0]
    assert column(features, "value") == [1, 0, 0, 0]
    assert column(features, "heading") == [0, 0, 1, 0]
    assert column(features, "note") == [0, 0, 0, 1]
    assert column(features, "relevance") == column(features, "span") == [0, 0, 0, 0]


def test_a_reading_counts_the_more_the_surer_it_is():
    readings = [Reading(relevance, (0, 3), 0.7) for relevance in (0.0, 0.5, 0.9, 1.0)]
    features = sentence_features(MATCHES, SENTENCES, readings, FOUND, ASKED)
    relevance = column(features, "relevance")
    assert relevance == sorted(relevance)
    assert np.isfinite(relevance).all()
    assert relevance[1] == 0
    assert column(features, "span") == [0.7] * 4


def test_the_grounds_of_a_decision_by_hand():
    features = sentence_features(MATCHES, SENTENCES, None, FOUND, ASKED)
    weights = np.zeros(len(SENTENCE_FEATURES))
    grounds = dict(zip(DECISION_FEATURES, decision_features(FOUND, ASKED, features, weights), strict=True))
    assert grounds["bias"] == 1
    assert grounds["dense"] == 0.9
    assert grounds["difference"] == pytest.approx(0.95 - 0.6)
    assert grounds["difference_same"] == pytest.approx(0.85 - 0.6)
    assert grounds["best"] == 0.25  # without weights all four are alike
    assert grounds["value_missing"] == 0


def test_a_missing_value_tells_only_on_questions_that_ask_for_one():
    features = sentence_features(MATCHES[1:], SENTENCES[1:], None, FOUND, ASKED)
    weights = np.zeros(len(SENTENCE_FEATURES))
    at = DECISION_FEATURES.index("value_missing")
    assert decision_features(FOUND, ASKED, features, weights)[at] == 1
    assert decision_features(FOUND, Asked("Who built it?", "who"), features, weights)[at] == 0


def test_where_nothing_was_found_there_are_no_grounds():
    features = sentence_features([], [], None, FOUND, ASKED)
    assert features.shape == (0, len(SENTENCE_FEATURES))
    assert not decision_features(FOUND, ASKED, features, np.ones(len(SENTENCE_FEATURES))).any()


def test_softmax_adds_up_to_one_keeps_the_order_and_stands_large_numbers():
    odds = softmax(np.array([1000.0, 999.0, -1000.0]))
    assert odds.sum() == pytest.approx(1)
    assert odds[0] == pytest.approx(np.e * odds[1])
    assert softmax(np.array([])).size == 0


def test_sigmoid_by_hand():
    assert [sigmoid(0), sigmoid(np.log(3))] == pytest.approx([0.5, 0.75])
    assert 0 < sigmoid(-1e9) < sigmoid(1e9) <= 1


@pytest.mark.parametrize("way", WAYS)
def test_there_are_weights_for_every_way_of_reading(way):
    weights = read_weights(way)
    assert weights.sentence.shape == (len(SENTENCE_FEATURES),)
    assert weights.decision.shape == (len(DECISION_FEATURES),)
    assert 0 < weights.threshold < 1
    assert np.isfinite(weights.sentence).all()
    assert weights.provenance["questions"]


def test_features_that_are_not_there_have_no_weight():
    stored = json.loads(WEIGHTS.read_bytes())["weights"]
    for way in WAYS:
        if "reader" not in way:
            assert stored[way]["sentence"]["relevance"] == stored[way]["sentence"]["span"] == 0
        if "prepared" not in way:
            assert stored[way]["sentence"]["prepared"] == stored[way]["decision"]["difference"] == 0


def test_other_weights_have_another_digest_and_the_same_have_the_same():
    assert read_weights("prepared").digest() == read_weights("prepared").digest()
    assert read_weights("prepared").digest() != read_weights("plain").digest()


@pytest.mark.parametrize(
    ("way", "without"), [("prepared+reader", "reader"), ("prepared", "plain"), ("reader", "reader")]
)
def test_without_gap_questions_prepared_ones_rank_but_do_not_decide(way, without):
    weights, other = read_weights(way, gaps=False), read_weights(without)
    assert weights.sentence.tolist() == read_weights(way).sentence.tolist()
    assert (weights.decision.tolist(), weights.threshold) == (other.decision.tolist(), other.threshold)
    assert weights.decision[DECISION_FEATURES.index("difference")] == 0


class FixedReader:
    """Finds `wanted` in a sentence and nothing else."""

    name = "fixed"

    def __init__(self, wanted: str):
        self.wanted = wanted

    def read(self, question, candidates):
        at = [candidate.text.find(self.wanted) for candidate in candidates]
        return [
            Reading(0.9, (i, i + len(self.wanted)), 0.9) if i >= 0 else Reading(0.1, (0, 1), 0.1) for i in at
        ]


@pytest.fixture(scope="module")
def searcher(shipped_index):
    return shipped_index.current()


def test_scores_add_up_to_one_and_the_best_comes_first(searcher):
    found = Finder(searcher, read_weights("prepared")).find("When was the CSTO founded?")
    scores = [item.score for item in found.scored]
    assert sum(scores) == pytest.approx(1)
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len(found.features) <= READ
    assert 0 <= found.decision.confidence <= 1
    assert set(found.decision.grounds) == set(DECISION_FEATURES)


def test_only_words_of_which_the_reader_is_sure_are_marked(searcher):
    found = Finder(searcher, read_weights("prepared"), FixedReader("1992")).find("When was the CSTO founded?")
    marked = [item.sentence.text[slice(*item.span)] for item in found.scored if item.span]
    assert marked
    assert set(marked) == {"1992"}


def test_a_later_way_of_saying_a_question_must_be_answered_more_surely(searcher):
    finder = Finder(searcher, read_weights("prepared"))
    vague, clear = "What about that?", "Who is Saadi Khamidov?"
    assert finder.find_best([vague, clear]).found.question == clear
    assert finder.find_best([clear, vague]).found.question == clear
    assert finder.find_best([clear, clear + "?"]).found.question == clear


def test_findings_can_be_looked_up_in_a_list(searcher):
    # two parts of one question may ask the same
    finder = Finder(searcher, read_weights("prepared"))
    one, other = finder.find("Who is Putin?"), finder.find("Who is Putin?")
    assert one in [one]
    assert other not in [one]
