import json

import pytest

from chat.answers import Answer, Citation, Found, Statement
from eval.run import answer_row, metrics_of, run_cases, write_run
from eval.summary import MEASURES


@pytest.fixture
def run(fake_system, cases):
    return run_cases("fake", fake_system, list(cases.values()))


def test_a_case_that_raises_is_recorded_and_the_run_goes_on(run):
    assert [result.score.right for result in run.results] == [True, False, True]
    failed = run.results[1]
    assert failed.answer.outcome == "failed"
    assert failed.score.error == "RuntimeError: the disk is gone"
    assert metrics_of(run)["failed"] == {"georgia": "RuntimeError: the disk is gone"}


def test_progress_is_told_of_every_case(fake_system, cases):
    done = []
    run_cases("fake", fake_system, list(cases.values()), on_case=lambda: done.append(1))
    assert len(done) == 3


def test_answers_have_the_format_that_other_tools_read(run):
    row = answer_row(run.results[0])
    assert list(row) == ["id", "outcome", "answer", "citations", "matches", "seconds"]
    assert row["answer"] == "The pact was founded in 1992. [1]\nThe pact began in 2002, its charter says. [2]"
    assert list(row["citations"][0]) == ["number", "article", "start", "end", "quote"]
    assert list(row["matches"][0]) == ["article", "start", "end", "score"]


def test_the_figures_rest_on_the_cases_they_apply_to(run):
    measures = metrics_of(run)["measures"]
    assert measures["right"]["value"] == pytest.approx(2 / 3)
    assert (measures["fact_recall"]["value"], measures["fact_recall"]["n"]) == (0.5, 2)
    assert (measures["citation_precision"]["value"], measures["citation_precision"]["n"]) == (1, 1)
    assert (measures["false_answer_rate"]["value"], measures["false_answer_rate"]["n"]) == (0, 1)
    assert (measures["false_refusal_rate"]["value"], measures["false_refusal_rate"]["n"]) == (0, 2)
    assert measures["failed_rate"]["value"] == pytest.approx(1 / 3)
    assert (measures["hit_1"]["value"], measures["hit_3"]["value"]) == (0, 0.5)
    assert measures["mrr"]["value"] == 0.25
    assert measures["words"]["value"] == 14
    # In order of confidence: founded (1) is right; the other two (0) count as errors.
    assert measures["aurc"]["value"] == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert list(measures) == [measure.name for measure in MEASURES]


def test_each_category_has_its_own_figures(run):
    categories = metrics_of(run)["categories"]
    assert list(categories) == ["fact", "disagree", "unanswerable"]
    assert categories["disagree"]["right"]["value"] == 1
    assert "facts_all" not in categories["unanswerable"]


def test_the_curves_end_where_the_figures_are(run):
    curves = metrics_of(run)["curves"]
    assert curves["hit"][1] == {"k": 2, "any": 0.5, "all": 0}
    assert curves["risk_coverage"][-1]["risk"] == pytest.approx(2 / 3)
    assert curves["operating_point"] == {"coverage": pytest.approx(1 / 3), "risk": 0}


def test_a_run_writes_three_files(run, tmp_path):
    metrics = write_run(run, tmp_path / "new" / "run")
    lines = (tmp_path / "new/run/answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["founded", "georgia", "why-georgia"]
    stored = json.loads((tmp_path / "new/run/metrics.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(metrics))
    assert (tmp_path / "new/run/report.html").stat().st_size > 10_000


def test_two_runs_differ_in_times_only(fake_system, cases):
    first, second = (metrics_of(run_cases("fake", fake_system, list(cases.values()))) for _ in range(2))
    for metrics in (first, second):
        metrics.pop("started")
        for name in ("seconds_p50", "seconds_p95"):
            metrics["measures"].pop(name)
        for score in metrics["scores"]:
            score.pop("seconds")
    assert first == second


def test_an_answer_that_cites_nonsense_is_measured_all_the_same(fake_system, cases):
    case = cases["georgia"]
    fake_system.answers[case.question] = Answer(
        case.question,
        "answered",
        statements=(Statement("Georgia left in 1999.", (1, 9)),),
        citations=(Citation(1, "none", 5, 2, "x"),),
        matches=(Found("none", 9, 9, 0.0),),
    )
    score = run_cases("fake", fake_system, [case]).results[0].score
    assert (score.citations_valid, score.citation_precision, score.ranks) == (0, 0, (None,))
