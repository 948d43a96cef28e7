"""How near a question is to what was prepared."""

import json

import pytest

from eval.intervals import bootstrap
from eval.overlap import measure_overlap, nearest_prepared


def test_a_prepared_question_is_nearest_to_itself_and_weather_is_far(corpus, embedder):
    same, far = nearest_prepared(["When was the CSTO founded?", "Will it rain tomorrow?"], corpus, embedder)
    assert same == pytest.approx(1, abs=1e-5)
    assert far < 0.5


def test_nothing_prepared_means_nothing_near(tmp_path, embedder):
    (tmp_path / "a.txt").write_text("A title\n\nThe mill was built in 1931 by the town.\n")
    from ingest import read_corpus

    assert nearest_prepared(["When was the mill built?"], read_corpus(tmp_path), embedder) == [0.0]


def test_a_run_is_split_at_the_bound(tmp_path, corpus, embedder):
    from eval.cases import Case

    cases = [
        Case("near", "When was the CSTO founded?", "fact", True),
        Case("far", "Will it rain tomorrow?", "off-topic", False),
        Case("not-run", "Who is Saadi Khamidov?", "fact", True),
    ]
    scores = [{"id": "near", "right": True}, {"id": "far", "right": False}]
    (tmp_path / "metrics.json").write_text(json.dumps({"scores": scores}))
    overlap = measure_overlap(tmp_path, cases, corpus, embedder)
    assert (overlap.near, overlap.far) == (bootstrap([1.0]), bootstrap([0.0]))
