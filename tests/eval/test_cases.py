import json

import pytest

from eval.cases import CaseError, load_cases, read_cases


def faults_of(row, write_set, articles) -> str:
    _, problems = read_cases([write_set([row])], articles)
    return "\n".join(problems)


def test_a_sound_set_is_loaded_in_order_with_split_and_places(rows, write_set, articles):
    cases = load_cases(write_set(rows, "test.jsonl"), articles)
    assert [case.id for case in cases] == ["founded", "georgia", "why-georgia"]
    assert {case.split for case in cases} == {"test"}
    (start, end) = cases[1].evidence[0].spans[0]
    assert articles["pact"].text[start:end] == "Georgia left in 1999."


def test_history_becomes_turns(rows, write_set, articles):
    rows[1] |= {
        "category": "follow-up",
        "history": [{"role": "user", "content": "Who left?"}, {"role": "assistant", "content": "Georgia."}],
    }
    case = load_cases(write_set([rows[1]]), articles)[0]
    assert [(turn.role, turn.content) for turn in case.history] == [
        ("user", "Who left?"),
        ("assistant", "Georgia."),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"evidense": []}, "unknown key 'evidense'"),
        ({"category": "facts"}, "unknown category 'facts'"),
        ({"id": " "}, "'id' has to be a text that is not empty"),
        ({"question": 7}, "'question' has to be a text"),
        ({"answerable": "yes"}, "'answerable' has to be true or false"),
        ({"note": 3}, "'note' has to be a text"),
        ({"facts": ["1999"]}, "'facts' has to be a list of facts"),
        ({"facts": [[]]}, "'facts' has to be a list of facts"),
        ({"facts": [["in 1999"], ["Tbilisi"]]}, "fact 1 ('Tbilisi') has no evidence"),
        ({"facts": [["2020"]]}, "no form of fact 0 (2020) stands in this quote"),
        ({"facts": [], "evidence": []}, "an answerable case needs a fact"),
        ({"answerable": False}, "neither facts nor evidence"),
        ({"category": "unanswerable"}, "has to have 'answerable': false"),
        ({"answerable": False, "facts": [], "evidence": []}, "a case of the category fact is answerable"),
        ({"history": [{"role": "system", "content": "x"}]}, "the role 'system'"),
        ({"history": [{"role": "user"}]}, "'history' has to be a list of objects"),
        (
            {"evidence": [{"article": "pact", "quote": "Georgia", "fact": True}]},
            "'evidence' has to be a list",
        ),
        (
            {"evidence": [{"article": "pakt", "quote": "x", "fact": 0}]},
            "no article 'pakt'; it has pact, charter",
        ),
        ({"evidence": [{"article": "pact", "quote": "left in 2020", "fact": 0}]}, "do not stand there"),
        (
            {"evidence": [{"article": "charter", "quote": "left in 1999", "fact": 0}]},
            "only quotes, dashes, spaces or case differ",
        ),
        (
            {"evidence": [{"article": "pact", "quote": "Georgia left in 1999.", "fact": 1}]},
            "fact index 1 of a quote from pact is out of range (0 to 0)",
        ),
        ({"evidence": [{"article": "pact", "quote": " ", "fact": 0}]}, "a quote from pact is empty"),
        ({"question": "half a character \ud83d"}, "lone surrogate"),
    ],
)
def test_each_fault_is_named_with_what_to_do(change, said, rows, tmp_path, articles):
    file = tmp_path / "dev.jsonl"
    file.write_text(json.dumps(rows[1] | change), encoding="utf-8")
    _, problems = read_cases([file], articles)
    assert said in "\n".join(problems)
    assert all(problem.startswith(f"{file}:1: ") for problem in problems)


def test_a_missing_key_is_named(rows, write_set, articles):
    del rows[1]["answerable"]
    assert "'answerable' has to be true or false, and is missing" in faults_of(rows[1], write_set, articles)


def test_what_is_not_an_object_is_refused(write_set, articles):
    assert "has to be an object in braces" in faults_of([1, 2], write_set, articles)


def test_an_id_is_used_once_in_all_files(rows, write_set, articles):
    files = [write_set(rows[:1], "dev.jsonl"), write_set(rows[:1], "more.jsonl")]
    _, problems = read_cases(files, articles)
    assert problems == [f"{files[1]}:1: the id 'founded' is already used in {files[0]}:1; give it another"]


def test_lines_that_are_not_json_are_named_by_number(rows, tmp_path, articles):
    file = tmp_path / "dev.jsonl"
    file.write_text(json.dumps(rows[0]) + "\n\n{oops\n", encoding="utf-8")
    cases, problems = read_cases([file], articles)
    assert [case.id for case in cases] == ["founded"]
    assert problems[0].startswith(f"{file}:3: not JSON")


def test_a_line_separator_inside_a_text_ends_no_line(rows, write_set, articles):
    rows[0]["note"] = "one\u2028two"
    assert load_cases(write_set(rows), articles)[0].note == "one\u2028two"


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path, articles):
    file = tmp_path / "dev.jsonl"
    file.write_bytes(b"\n\n\xe9\n")
    _, problems = read_cases([file], articles)
    assert problems == [f"{file}:3: not UTF-8 (byte 0xe9); save the file as UTF-8"]


def test_a_missing_file_is_a_fault_and_no_crash(tmp_path, articles):
    _, problems = read_cases([tmp_path / "none.jsonl"], articles)
    assert "cannot be read" in problems[0]


def test_loading_names_the_first_fault_and_counts_the_rest(rows, write_set, articles):
    rows[0]["category"] = rows[1]["category"] = "x"
    with pytest.raises(CaseError, match=r"unknown category 'x'.* \(and 1 more") as caught:
        load_cases(write_set(rows), articles)
    assert len(caught.value.problems) == 2


def test_dev_and_test_may_not_ask_for_the_same_fact(rows, write_set, articles):
    again = rows[1] | {"id": "georgia-again", "question": "Georgia's exit: year?"}
    files = [write_set(rows[:2], "dev.jsonl"), write_set([again], "test.jsonl")]
    _, problems = read_cases(files, articles)
    assert problems == [
        f"{files[1]}:1: the fact 'in 1999' is also asked for by georgia; move one of the two ({files[0]}:2)"
    ]


def test_broad_cases_may_share_facts_with_the_other_split(rows, write_set, articles):
    broad = rows[1] | {"id": "broad", "category": "broad"}
    files = [write_set(rows[:2], "dev.jsonl"), write_set([broad], "test.jsonl")]
    assert read_cases(files, articles)[1] == []


def test_a_quote_that_stands_twice_has_two_places(rows, write_set, articles):
    rows[1]["facts"], rows[1]["evidence"] = (
        [["pact"]],
        [{"article": "pact", "quote": "The pact", "fact": 0}],
    )
    assert len(load_cases(write_set([rows[1]]), articles)[0].evidence[0].spans) == 2
