"""What people say about answers is on the disk at once, and a draft becomes a case."""

import json
import multiprocessing
from pathlib import Path

import pytest

from chat.answers import Answer, Citation, Statement, Turn
from chat.feedback import CASES, TO_FILL_IN, append_line, draft_case, vote_row
from eval.cases import read_cases
from ingest.articles import Article

TEXT = "The union was founded in 1992. It has six members, all of them armed."
ARTICLES = {"a": Article("a", TEXT, "T", (), "a.txt", "0" * 64)}


def answered(quote: str, question: str = "When was it founded?", **more) -> Answer:
    start = TEXT.index(quote)
    cite = Citation(1, "a", start, start + len(quote), quote)
    return Answer(question, "answered", (Statement(quote, (1,), **more),), (cite,))


def checked(folder: Path, case: dict) -> tuple[list, list[str]]:
    file = folder / CASES
    append_line(file, case)
    return read_cases([file], ARTICLES)


def test_a_draft_with_a_date_is_a_whole_case(tmp_path):
    case = draft_case("When was it founded?", (), answered("The union was founded in 1992."))
    assert case["facts"] == [["1992"]]
    cases, problems = checked(tmp_path, case)
    assert problems == []
    assert (cases[0].category, cases[0].answerable) == ("fact", True)


def test_exact_answers_become_facts():
    case = draft_case("Who?", (), answered("It has six members, all of them armed.", marked=((7, 18),)))
    assert case["facts"] == [["six members"]]


def test_a_draft_whose_fact_nobody_can_tell_is_refused_until_it_is_filled_in(tmp_path):
    case = draft_case("What is it?", (), answered("It has six members, all of them armed."))
    assert case["facts"] == [[TO_FILL_IN]]
    _, problems = checked(tmp_path, case)
    assert len(problems) == 1
    assert "TO FILL IN" in problems[0]
    (tmp_path / CASES).unlink()
    _, problems = checked(tmp_path, case | {"facts": [["six members"]]})
    assert problems == []


def test_a_declined_answer_is_drafted_as_unanswerable_and_a_follow_up_as_such(tmp_path):
    declined = Answer("Who won?", "declined", message="They do not say.")
    history = (Turn("user", "When?"), Turn("assistant", "In 1992. [1]"))
    for turns, category in (((), "unanswerable"), (history, "follow-up")):
        case = draft_case("Who won?", turns, declined)
        cases, problems = checked(tmp_path, case)
        assert problems == []
        assert (cases[-1].category, cases[-1].answerable, len(cases[-1].history)) == (
            category,
            False,
            len(turns),
        )


def test_a_vote_says_what_was_asked_answered_and_cited():
    answer = answered("The union was founded in 1992.")
    row = vote_row("down", " No. ", "When?", (Turn("user", "Hm?"),), answer)
    assert row["comment"] == "No."
    assert row["history"] == [{"role": "user", "content": "Hm?"}]
    assert row["citations"][0]["quote"] == answer.citations[0].quote
    assert json.loads(json.dumps(row)) == row


@pytest.mark.parametrize("text", ["🙂 \u2028 مرحبا", "line\nline", "\ud800"])
def test_any_text_is_one_line(tmp_path, text):
    for _ in range(2):
        append_line(tmp_path / "new" / "x.jsonl", {"text": text})
    lines = (tmp_path / "new" / "x.jsonl").read_bytes().split(b"\n")
    assert len(lines) == 3
    assert json.loads(lines[0]) == {"text": text}


def test_a_line_that_a_crash_cut_short_spoils_no_other(tmp_path):
    file = tmp_path / "x.jsonl"
    file.write_bytes(b'{"n": 1}\n{"n": 2')
    append_line(file, {"n": 3})
    assert file.read_bytes() == b'{"n": 1}\n{"n": 2\n{"n": 3}\n'


def _append_many(file: Path, who: int) -> None:
    for n in range(50):
        append_line(file, {"who": who, "n": n, "filler": "x" * 5000})


def test_writers_at_once_lose_nothing(tmp_path):
    file = tmp_path / "x.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(file, who)) for who in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert sorted((row["who"], row["n"]) for row in rows) == [(who, n) for who in range(2) for n in range(50)]
