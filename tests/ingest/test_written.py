"""Written questions: one line for each sentence, on the disk at once, and nothing that is there is touched."""

import json
import os
from pathlib import Path

import pytest

from ingest import IngestError, Sentence, read_corpus
from ingest.questions import BY_MODEL, FOLDER, read_questions
from ingest.written import WrittenQuestions, askable, without_questions

FIRST = "The pact was founded in 1992."
SECOND = "It has six members today."
TEXT = f"The pact of six\n\n{FIRST} {SECOND} So it goes.\n"
ASKED = "When was the pact founded?"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "pact.txt").write_text(TEXT)
    return tmp_path


def file_of(folder: Path) -> Path:
    return folder / FOLDER / BY_MODEL


def waiting(folder: Path) -> list[str]:
    """The sentences that are still to be asked about."""
    return [sentence.text for sentence in without_questions(folder, read_corpus(folder).articles)]


def add(folder: Path, number: int, *questions: str) -> None:
    with WrittenQuestions(folder) as written:
        sentence: Sentence = askable(read_corpus(folder).articles["pact"])[number]
        written.add(sentence, questions, "openai:m")


def questions_of(folder: Path) -> list[str]:
    return [q for item in read_questions(folder, read_corpus(folder).articles)[0] for q in item.questions]


def test_what_is_added_is_read_as_prepared_questions_and_not_asked_about_again(folder):
    assert waiting(folder) == ["The pact of six", FIRST, SECOND]
    add(folder, 1, ASKED, "Since when is there a pact?")
    assert questions_of(folder) == [ASKED, "Since when is there a pact?"]
    assert waiting(folder) == ["The pact of six", SECOND]
    (row,) = map(json.loads, file_of(folder).read_text().splitlines())
    assert row == {
        "article": "pact",
        "quotes": [FIRST],
        "questions": [ASKED, "Since when is there a pact?"],
        "by": "openai:m",
    }


def test_a_sentence_that_answers_nothing_is_not_asked_about_again_either(folder):
    add(folder, 1)
    assert questions_of(folder) == []
    assert FIRST not in waiting(folder)


def test_a_changed_sentence_is_asked_about_again_and_the_others_are_not(folder):
    for number in range(3):
        add(folder, number, ASKED)
    (folder / "pact.txt").write_text(TEXT.replace("1992", "1994"))
    assert waiting(folder) == ["The pact was founded in 1994."]
    assert len(questions_of(folder)) == 2  # the line of the old sentence is left out, and is no fault
    (folder / "pact.txt").write_text(TEXT)
    assert (waiting(folder), len(questions_of(folder))) == ([], 3)


def test_written_questions_of_an_article_that_is_gone_are_left_out(folder):
    add(folder, 1, ASKED)
    (folder / "pact.txt").rename(folder / "treaty.txt")
    assert questions_of(folder) == []


def test_hand_written_lines_stay_as_they_are_and_their_sentences_are_not_asked_about(folder):
    (folder / FOLDER).mkdir()
    by_hand = folder / FOLDER / "pact.jsonl"
    rows = [
        {"article": "pact", "quotes": ["six members"], "questions": ["How many members has the pact?"]},
        {"article": "pact", "quotes": [FIRST, SECOND], "questions": ["What is the pact?"]},
    ]
    by_hand.write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = by_hand.read_bytes()
    assert waiting(folder) == ["The pact of six", FIRST]  # a broad question is about no single sentence
    add(folder, 1, ASKED)
    assert by_hand.read_bytes() == before
    assert sorted(questions_of(folder)) == sorted(
        [ASKED, "How many members has the pact?", "What is the pact?"]
    )


def test_a_hand_written_quote_that_is_not_there_is_still_a_fault(folder):
    (folder / FOLDER).mkdir()
    row = {"article": "pact", "quotes": ["in 1993"], "questions": [ASKED]}
    (folder / FOLDER / "pact.jsonl").write_text(json.dumps(row))
    with pytest.raises(IngestError, match="'in 1993' is not in pact"):
        waiting(folder)


def test_lines_of_a_person_in_the_file_of_the_program_are_refused_and_kept(folder):
    (folder / FOLDER).mkdir()
    row = {"article": "pact", "quotes": ["six members"], "questions": ["How many?"]}
    file_of(folder).write_text(json.dumps(row) + "\n")
    before = file_of(folder).read_bytes()
    with pytest.raises(IngestError, match=r"by-model\.jsonl, line 1, was not written by a program") as caught:
        waiting(folder)
    assert "file of another name" in str(caught.value)
    assert file_of(folder).read_bytes() == before


@pytest.mark.parametrize("left", [1, 40, -2])
def test_a_line_that_was_cut_off_is_nowhere_read_and_taken_away_before_the_next(folder, left):
    add(folder, 0, "What is the pact of six called?")
    whole = file_of(folder).read_bytes()
    add(folder, 1, "Wann wurde der Pakt gegründet?")
    cut = file_of(folder).read_bytes()[len(whole) :][:left]
    file_of(folder).write_bytes(whole + cut)
    assert questions_of(folder) == ["What is the pact of six called?"]
    assert waiting(folder) == [FIRST, SECOND]
    add(folder, 2, "How many members has the pact?")
    assert file_of(folder).read_bytes().startswith(whole)
    assert questions_of(folder) == ["What is the pact of six called?", "How many members has the pact?"]


def test_a_whole_line_without_its_line_break_is_kept(folder):
    add(folder, 1, ASKED)
    file_of(folder).write_bytes(file_of(folder).read_bytes().rstrip())
    add(folder, 2, "How many members has the pact?")
    assert questions_of(folder) == [ASKED, "How many members has the pact?"]


def test_only_one_process_writes(folder):
    with WrittenQuestions(folder), pytest.raises(IngestError, match="Another process writes questions"):
        WrittenQuestions(folder)
    add(folder, 1, ASKED)


def test_nothing_is_left_behind_where_nothing_was_written(folder):
    WrittenQuestions(folder).close()
    assert not (folder / FOLDER).exists()


def test_each_line_reaches_the_disk_before_the_next(folder, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (synced.append(os.fstat(descriptor).st_size), real(descriptor))
    )
    sentences = askable(read_corpus(folder).articles["pact"])
    with WrittenQuestions(folder) as written:
        synced.clear()
        for sentence in sentences:
            written.add(sentence, [ASKED], "m")
            assert synced.pop() == file_of(folder).stat().st_size
    assert len(file_of(folder).read_text().splitlines()) == len(sentences)


def test_a_full_disk_leaves_whole_lines(folder, monkeypatch):
    add(folder, 0, ASKED)
    before = file_of(folder).read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with WrittenQuestions(folder) as written:
        monkeypatch.setattr(os, "fsync", full)
        sentence = askable(read_corpus(folder).articles["pact"])[1]
        with pytest.raises(IngestError, match=r"cannot be written \(No space left on device\)"):
            written.add(sentence, [ASKED], "m")
    assert file_of(folder).read_bytes() == before


def test_a_sentence_that_stands_inside_an_earlier_one_is_not_asked_about(folder):
    (folder / "pact.txt").write_text(f"The pact of six\n\nHe said that {FIRST}\n\n{FIRST} {SECOND}\n")
    assert waiting(folder) == ["The pact of six", f"He said that {FIRST}", SECOND]


def test_a_folder_that_cannot_be_written_is_one_line(folder):
    (folder / FOLDER).write_text("a file")
    with pytest.raises(IngestError, match="cannot be written"):
        WrittenQuestions(folder)
