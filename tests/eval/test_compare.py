import json
from dataclasses import replace

import pytest

from eval.compare import CompareError, Difference, compare_metrics, compare_runs
from eval.run import metrics_of, run_cases, write_run


@pytest.fixture
def before(fake_system, cases):
    return metrics_of(run_cases("fake", fake_system, list(cases.values())))


@pytest.fixture
def after(fake_system, cases, quoting):
    """Georgia is mended, and the question that has no answer is answered."""
    fake_system.answers[cases["georgia"].question] = quoting(("pact", "Georgia left in 1999."))
    fake_system.answers[cases["why-georgia"].question] = quoting(("pact", "Nobody says why."))
    fake_system.fingerprint["threshold"] = 0.1
    return metrics_of(run_cases("fake", fake_system, list(cases.values())))


def test_the_cases_that_changed_are_named_with_why(before, after):
    comparison = compare_metrics(before, after)
    assert [(c.id, c.before, c.after) for c in comparison.better] == [("georgia", "failed", "right")]
    assert [(c.id, c.before) for c in comparison.worse] == [("why-georgia", "right")]
    assert (comparison.cases, comparison.gain.value, comparison.p) == (3, 0, 1)
    assert comparison.facts_gain.value == 0.5


def test_settings_that_differ_are_listed(before, after):
    before["fingerprint"] = {"system": "fake", "corpus": {"a.txt": "1", "b.txt": "2"}}
    after["fingerprint"] = {"system": "fake", "corpus": {"a.txt": "1", "b.txt": "3"}, "threshold": 0.1}
    assert compare_metrics(before, after).differences == (
        Difference("fingerprint.corpus.b.txt", "2", "3"),
        Difference("fingerprint.threshold", None, 0.1),
    )


def test_a_case_that_was_rewritten_is_left_out(fake_system, cases, before):
    changed = [replace(case, facts=(("1999",),)) if case.id == "georgia" else case for case in cases.values()]
    comparison = compare_metrics(before, metrics_of(run_cases("fake", fake_system, changed)))
    assert comparison.left_out == ("georgia",)
    assert comparison.cases == 2


def test_an_article_edited_elsewhere_leaves_the_case_the_same(fake_system, cases, before):
    moved = [
        replace(case, evidence=tuple(replace(e, spans=((0, 1),)) for e in case.evidence))
        for case in cases.values()
    ]
    assert compare_metrics(before, metrics_of(run_cases("fake", fake_system, moved))).left_out == ()


def test_runs_are_read_from_their_folders(fake_system, cases, tmp_path):
    run = run_cases("fake", fake_system, list(cases.values()))
    for name in ("a", "b"):
        write_run(run, tmp_path / name)
    comparison = compare_runs(tmp_path / "a", tmp_path / "b")
    assert (comparison.better, comparison.worse, comparison.differences) == ((), (), ())


def test_what_is_no_run_is_refused_with_a_hint(tmp_path):
    (tmp_path / "dense").mkdir()
    (tmp_path / "dense" / "metrics.json").write_text("{}")
    with pytest.raises(CompareError, match="it holds the runs dense: name one of them"):
        compare_runs(tmp_path, tmp_path)
    with pytest.raises(CompareError, match="has the format None, this is 1"):
        compare_runs(tmp_path / "dense", tmp_path / "dense")
    (tmp_path / "dense" / "metrics.json").write_text("{")
    with pytest.raises(CompareError, match="cannot be read"):
        compare_runs(tmp_path / "dense", tmp_path / "dense")


def test_runs_of_different_sets_cannot_be_compared(before):
    other = json.loads(json.dumps(before))
    for score in other["scores"]:
        score["id"] += "-other"
    with pytest.raises(CompareError, match="no case in common"):
        compare_metrics(before, other)
