"""Training data: which sentences are taken as right, which as wrong, and what is held out."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from chat.reader.candidates import as_candidate
from chat.reader.examples import (
    TEST_ARTICLES,
    Group,
    corpus_groups,
    is_held_out,
    likeness,
    most_given,
    paragraph_candidates,
    squad_groups,
    squad_questions,
)
from ingest import Article, Block, split_sentences

OXYGEN = (
    "Oxygen was found by Scheele. He made it in 1772. Priestley published first, in 1774, and Scheele later."
)
WATER = "Water holds oxygen. It boils at 100 degrees."


def letters(texts: Sequence[str]) -> np.ndarray:
    """A stand-in embedder: how often each letter stands in a text, at length 1."""
    rows = np.array(
        [[text.casefold().count(c) + 0.01 for c in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
    )
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    def question(text: str, *answers: str) -> dict[str, object]:
        return {"question": text, "answers": [{"text": a, "answer_start": 0} for a in answers]}

    paragraphs = [
        {
            "context": OXYGEN,
            "qas": [
                question("When did Scheele make oxygen?", "1772", "in 1772", "1772"),
                question("Who sold oxygen?"),
                question("What spans two sentences?", "Scheele. He made"),
            ],
        },
        {"context": WATER, "qas": []},
    ]
    file = tmp_path / "squad.json"
    file.write_text(json.dumps({"data": [{"title": "Oxygen", "paragraphs": paragraphs}]}), encoding="utf-8")
    return file


def test_the_sentence_that_holds_the_answer_is_right_and_the_others_are_wrong(squad: Path) -> None:
    first = next(squad_groups(squad, letters))
    assert [c.text for c in first.right] == ["He made it in 1772."]
    assert first.right[0].text[slice(*first.spans[0])] == "1772"
    assert "Oxygen was found by Scheele." in [c.text for c in first.wrong]
    assert "Water holds oxygen." in [c.text for c in first.wrong]
    assert not any("1772" in c.text for c in first.wrong)


def test_an_unanswerable_question_has_only_its_own_paragraph_as_wrong(squad: Path) -> None:
    _, second, *rest = squad_groups(squad, letters)
    assert second.right == second.spans == ()
    assert {c.text for c in second.wrong} == {s.text for s, _ in paragraph_candidates("Oxygen", OXYGEN)}
    assert rest == []  # an answer over the end of a sentence cannot be taught


def test_questions_to_measure_on_keep_every_accepted_answer(squad: Path) -> None:
    asked = list(squad_questions(squad, ["Oxygen"]))
    assert [a.golds for a in asked] == [("1772", "in 1772", "1772"), (), ("Scheele. He made",)]
    assert len(asked[0].candidates) == 3
    assert list(squad_questions(squad, ["Water"])) == []


def test_a_candidate_is_preceded_by_title_heading_and_the_sentence_it_leans_on() -> None:
    (_, first), (_, leaning), (_, last) = paragraph_candidates("Noble_gases", OXYGEN)
    assert first.context == "Noble gases"
    assert leaning.context == "Noble gases. Oxygen was found by Scheele."
    assert last.context == "Noble gases"
    text = "Title\nHead\nA whole sentence stands here."
    blocks = (Block(0, 5, "title"), Block(6, 10, "heading"), Block(11, len(text), "paragraph"))
    article = Article("a", text, "Title", blocks, "a.txt", "")
    sentences = split_sentences(article)
    assert [as_candidate(article, s).context for s in sentences] == ["", "Title", "Title. Head"]


def test_prepared_questions_point_at_their_sentences_and_gaps_at_none(tmp_path: Path) -> None:
    folder = tmp_path / "questions"
    folder.mkdir()
    (tmp_path / "oxygen.txt").write_text(f"On gases\n\n{OXYGEN}\n\n{WATER}\n", encoding="utf-8")
    rows = [
        {"article": "oxygen", "quotes": ["Water holds oxygen."], "questions": ["What is in water?"]},
        {
            "article": "oxygen",
            "quote": "Water holds oxygen.",
            "question": "Why is it wet?",
            "asks_for": "why",
        },
    ]
    (folder / "oxygen.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    prepared, gap = corpus_groups(tmp_path, folder, letters)
    assert [c.text for c in prepared.right] == ["Water holds oxygen."]
    assert "Water holds oxygen." not in [c.text for c in prepared.wrong]
    assert len(prepared.wrong) >= 4
    assert gap.right == ()
    assert "Water holds oxygen." in [c.text for c in gap.wrong]
    rows[0]["quotes"] = ["Water holds helium."]
    (folder / "oxygen.jsonl").write_text(json.dumps(rows[0]), encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold the prepared quote"):
        list(corpus_groups(tmp_path, folder, letters))


def test_questions_from_one_sentence_are_held_out_together() -> None:
    names = [f"sentence {i}" for i in range(2000)]
    held = [is_held_out(Group("prepared", name, "?", (), (), ())) for name in names]
    assert held == [is_held_out(Group("gap", name, "other", (), (), ())) for name in names]
    assert 0.08 < np.mean(held) < 0.12
    assert all(is_held_out(Group("squad", name, "?", (), (), ())) for name in TEST_ARTICLES)
    assert not is_held_out(Group("squad", "Normans", "?", (), (), ()))


def test_likeness_prefers_the_text_with_the_rare_word() -> None:
    texts = ["the the the", "the kaliningrad the", "the the a"]
    assert likeness(["kaliningrad"], texts, letters).argmax() == 1
    assert likeness(["zzz"], texts, letters).shape == (1, 3)


def test_the_answer_that_most_gave_is_taken_and_the_shorter_at_a_tie() -> None:
    assert most_given(["in 1772", "1772", "in 1772"]) == "in 1772"
    assert most_given(["in 1772", "1772"]) == "1772"
    assert most_given([]) == ""
