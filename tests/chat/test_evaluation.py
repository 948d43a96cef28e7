"""Runs are read as they lie on the disk; a run under way says how far it is, can be cancelled, and fails aloud."""

import json
import sys
import time
from pathlib import Path

from chat.page.evaluation import Evaluate, Evaluation, find_report, read_runs, render_evaluation


def put_run(folder: Path, name: str, started: str, value: float = 0.875, **more) -> None:
    share = {"value": value, "low": value - 0.05, "high": value + 0.05, "n": 8}
    metrics = {
        "system": "dossier",
        "started": started,
        "splits": ["dev"],
        "measures": {"right": share},
        "categories": {"fact": {"right": share}, "why": {"right": share | {"value": 0.5, "n": 2}}},
        "failed": {},
    }
    (folder / name).mkdir(parents=True)
    (folder / name / "metrics.json").write_text(json.dumps(metrics | more), encoding="utf-8")
    (folder / name / "report.html").write_text("<p>report</p>", encoding="utf-8")


def wait_for(evaluation: Evaluation, *states: str) -> None:
    until = time.monotonic() + 20
    while evaluation.state not in states:
        assert time.monotonic() < until, f"still {evaluation.state}"
        time.sleep(0.02)


def python(code: str) -> Evaluate:
    return Evaluate((sys.executable, "-c", code), {})


def test_runs_are_read_newest_first_and_what_is_none_is_left_out(tmp_path):
    put_run(tmp_path, "older", "2026-01-01T00:00:00+00:00")
    put_run(tmp_path, "newer/bm25", "2026-02-01T00:00:00+00:00", failed={"x": "broke"})
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"system": 1}'), ("d", '{"measures": null}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.json").write_text(text, encoding="utf-8")
    runs = read_runs(tmp_path)
    assert [(run.name, run.failed) for run in runs] == [("newer/bm25", 1), ("older", 0)]
    assert runs[0].categories[1][0] == "why"
    assert read_runs(tmp_path / "nowhere") == []


def test_only_the_report_of_a_run_is_given_away(tmp_path):
    put_run(tmp_path / "runs", "one", "2026-01-01")
    (tmp_path / "report.html").write_text("secret", encoding="utf-8")
    assert find_report(tmp_path / "runs", "one") == tmp_path / "runs" / "one" / "report.html"
    for name in ("..", "one/..", "", ".", "two", "/"):
        assert find_report(tmp_path / "runs", name) is None


def test_the_headline_has_its_interval_and_each_category_a_bar(tmp_path):
    put_run(tmp_path, "one", "2026-01-01T10:20:30+00:00")
    markup = render_evaluation(Evaluation(None, tmp_path))
    assert "87.5\N{NO-BREAK SPACE}%" in markup
    assert "95 % interval 82.5 to 92.5 %" in markup
    assert markup.count("<meter") == 2
    assert 'value="0.5000" aria-label="why: 50.0' in markup
    assert "Run now" not in markup


def test_what_a_run_says_of_itself_never_becomes_markup(tmp_path):
    put_run(tmp_path, "one", "<i>", system="<b>", splits=["<s>"])
    markup = render_evaluation(Evaluation(python(""), tmp_path))
    assert not {"<i>", "<b>", "<s>"} & {markup[i : i + 3] for i in range(len(markup))}


def test_progress_is_read_from_what_a_run_prints(tmp_path):
    code = "import sys, time; print('\\x1b[1mdossier ━━ 3/10 0:00\\x1b[0m', file=sys.stderr, flush=True); time.sleep(30)"
    evaluation = Evaluation(python(code), tmp_path)
    evaluation.start()
    until = time.monotonic() + 20
    while evaluation.progress == (0, 0) and time.monotonic() < until:
        time.sleep(0.02)
    assert evaluation.progress == (3, 10)
    assert "3 of 10 questions" in render_evaluation(evaluation)
    evaluation.start()  # one at a time
    evaluation.cancel()
    assert evaluation.state == "cancelled"
    assert "cancelled" in render_evaluation(evaluation)


def test_a_run_that_fails_says_why(tmp_path):
    evaluation = Evaluation(python("raise SystemExit('python -m eval: no <question> set')"), tmp_path)
    evaluation.start()
    wait_for(evaluation, "failed")
    assert "no &lt;question&gt; set" in render_evaluation(evaluation)
    nowhere = Evaluation(Evaluate(("/nowhere/python",)), tmp_path)
    nowhere.start()
    assert nowhere.state == "failed"
    assert "cannot be started" in render_evaluation(nowhere)


def test_a_run_is_told_where_to_write_and_can_be_followed_by_another(tmp_path):
    code = "import sys, pathlib; assert sys.argv[1] == '--out'; pathlib.Path(sys.argv[2]).mkdir()"
    evaluation = Evaluation(python(code), tmp_path)
    for _ in range(2):
        evaluation.start()
        wait_for(evaluation, "done", "failed")
        time.sleep(1.1)  # folders are named by the second
    assert evaluation.state == "done"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_headline_is_of_the_product_where_another_system_was_run_later(tmp_path):
    put_run(tmp_path, "ours", "2026-01-01", 0.75)
    put_run(tmp_path, "theirs", "2026-02-01", 0.25, system="bm25")
    headline, _, others = render_evaluation(Evaluation(None, tmp_path)).partition("Other runs")
    assert "75.0\N{NO-BREAK SPACE}%" in headline
    assert "25.0\N{NO-BREAK SPACE}%" in others
