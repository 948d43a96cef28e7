"""The commands as a person calls them."""

import json
from contextlib import nullcontext

import pytest

from eval.__main__ import main
from eval.systems import SYSTEMS


@pytest.fixture
def small_corpus(tmp_path, articles):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for article in articles.values():
        (folder / article.file).write_bytes(article.text.encode())
    return folder


@pytest.fixture
def run(small_corpus, questions, home):
    """Runs `eval run` on the small set with further options; its exit status."""
    given = ["run", "--questions", str(questions), "--corpus", str(small_corpus), "--home", str(home)]
    return lambda *more: main([*given, *map(str, more)])


@pytest.fixture
def questions(rows, write_set):
    return write_set(rows)


def test_check_counts_a_sound_set(small_corpus, questions, capsys):
    assert main(["check", str(questions), "--corpus", str(small_corpus)]) == 0
    assert "3 cases are sound: 2 answerable, 1 not, 3 facts, 4 quotes." in capsys.readouterr().out


def test_check_lists_every_fault_and_exits_1(small_corpus, rows, write_set, capsys):
    rows[0]["category"] = rows[2]["category"] = "x"
    assert main(["check", str(write_set(rows)), "--corpus", str(small_corpus)]) == 1
    shown = capsys.readouterr().err
    assert "dev.jsonl:1: unknown category 'x'" in shown
    assert "dev.jsonl:3: unknown category 'x'" in shown
    assert "2 faults found" in shown


def test_run_writes_and_prints_one_table_for_several_systems(run, tmp_path, capsys):
    assert run("--system", "bm25", "--system", "dense", "--out", tmp_path / "out") == 0
    shown = capsys.readouterr().out
    assert shown.count("Citation precision") == 1
    for name in ("bm25", "dense"):
        assert name in shown
        metrics = json.loads((tmp_path / "out" / name / "metrics.json").read_text(encoding="utf-8"))
        assert metrics["cases"] == 3
        assert (tmp_path / "out" / name / "report.html").exists()


def test_run_takes_a_category_and_a_limit(run, tmp_path):
    assert run("--system", "bm25", "--out", tmp_path / "a", "--category", "fact") == 0
    assert run("--system", "bm25", "--out", tmp_path / "b", "--limit", "2") == 0
    counts = [json.loads((tmp_path / n / "metrics.json").read_text(encoding="utf-8"))["cases"] for n in "ab"]
    assert counts == [1, 2]


def test_run_says_which_cases_failed_and_goes_on(run, fake_system, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(SYSTEMS, "bm25", lambda config: nullcontext(fake_system))
    assert run("--system", "bm25", "--out", tmp_path / "out") == 0
    shown = capsys.readouterr().out
    assert "1 case failed in bm25:\n  georgia: RuntimeError: the disk is gone" in shown
    assert len((tmp_path / "out" / "answers.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_what_nobody_foresaw_is_one_line_too(run, tmp_path, monkeypatch, capsys):
    def broken(config):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setitem(SYSTEMS, "bm25", broken)
    assert run("--system", "bm25", "--out", tmp_path / "out") == 2
    said = "unexpected fault, please report it (ZeroDivisionError: division by zero)"
    assert capsys.readouterr().err == f"python -m eval: {said}\n"


def test_compare_prints_the_difference(run, tmp_path, capsys):
    for name in ("bm25", "dense"):
        run("--system", name, "--out", tmp_path / name)
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "bm25"), str(tmp_path / "dense")]) == 0
    shown = capsys.readouterr().out
    assert "exact sign test p = " in shown
    assert "fingerprint.embedder" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--system", "gpt"],
            "there is no system 'gpt'; choose from dossier, dossier-plain, dossier-prepared, dossier-reader, quickstart, bm25, dense or all",
        ),
        (["--category", "facts"], "there is no category 'facts'"),
        (["--category", "why"], "none of the 3 cases is left"),
        (["--split", "test"], "none of the 3 cases is left"),
    ],
)
def test_a_wrong_choice_is_one_line_and_status_2(arguments, said, run, capsys):
    assert run(*arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1


def test_a_set_that_does_not_fit_the_corpus_stops_the_run(small_corpus, rows, write_set, tmp_path, capsys):
    rows[1]["evidence"][0]["quote"] = "Georgia left in 2020."
    status = main(
        [
            "run",
            "--questions",
            str(write_set(rows)),
            "--corpus",
            str(small_corpus),
            "--out",
            str(tmp_path / "out"),
        ]
    )
    assert status == 2
    assert "dev.jsonl:2: this quote is not in pact" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_corpus_is_one_line_and_status_2(questions, tmp_path, capsys):
    assert main(["check", str(questions), "--corpus", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_limit_has_to_be_a_number(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["run", "--limit", "0"])
    assert caught.value.code == 2
    assert "has to be a whole number of 1 or more, and is '0'" in capsys.readouterr().err


def test_convert_says_how_to_go_on(tmp_path, capsys):
    data = {"data": [{"title": "T", "paragraphs": [{"context": "It is late. It is so.", "qas": []}]}]}
    (tmp_path / "x.json").write_text(json.dumps(data))
    assert main(["convert", "squad", str(tmp_path / "x.json"), "--out", str(tmp_path / "out")]) == 0
    assert "python -m eval run --corpus" in capsys.readouterr().out
