import json

import pytest

from eval.cases import load_cases
from eval.squad import ConvertError, convert_squad
from ingest import read_corpus

CONTEXT = "The tower was built in 1889. It is 330 metres tall.\nMany people climb it."
SECOND = "Its lifts are old. They were made by Otis."


def question(id, text, *answers, context=CONTEXT, impossible=False):
    marked = [{"text": a, "answer_start": context.index(a)} for a in answers]
    return {"id": id, "question": text, "is_impossible": impossible, "answers": marked}


@pytest.fixture
def squad(tmp_path):
    data = [
        {
            "title": "The_Tower/Paris",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        question("q1", "When was it built? ", "1889", "in 1889", "1889"),
                        question("q2", "How tall is it?", "330 metres"),
                        question("q3", "Who painted it?", impossible=True),
                        question("q3", "The same id again?", impossible=True),
                        question("q4", "No answer was marked?"),
                    ],
                },
                {"context": SECOND, "qas": [question("q5", "Who made them?", "Otis", context=SECOND)]},
            ],
        }
    ]
    file = tmp_path / "squad.json"
    file.write_text(json.dumps({"version": "v2.0", "data": data}), encoding="utf-8")
    return file


@pytest.mark.parametrize(("article", "count"), [("paragraph", 2), ("title", 1)])
def test_the_converted_set_is_sound_and_its_facts_stand_in_their_evidence(squad, tmp_path, article, count):
    converted = convert_squad(squad, tmp_path / "out", article)
    assert (converted.articles, converted.cases, converted.skipped) == (count, 4, 2)
    articles = read_corpus(converted.corpus).articles
    cases = {case.id: case for case in load_cases(converted.questions, articles)}
    assert cases["q1"].facts == (("1889", "in 1889"),)
    assert [e.quote for e in cases["q1"].evidence] == ["The tower was built in 1889."]
    assert [e.quote for e in cases["q5"].evidence] == ["They were made by Otis."]
    assert (cases["q3"].category, cases["q3"].answerable) == ("unanswerable", False)
    assert {a.title for a in articles.values()} == {"The Tower/Paris"}


def test_paragraphs_are_numbered_under_their_page(squad, tmp_path):
    corpus = convert_squad(squad, tmp_path / "out").corpus
    assert sorted(path.name for path in corpus.iterdir()) == [
        "the-tower-paris-001.txt",
        "the-tower-paris-002.txt",
    ]


def test_a_folder_with_something_in_it_is_left_alone(squad, tmp_path):
    (tmp_path / "out" / "corpus").mkdir(parents=True)
    (tmp_path / "out" / "corpus" / "mine.txt").write_text("mine")
    with pytest.raises(ConvertError, match="is not empty; name a new folder"):
        convert_squad(squad, tmp_path / "out")


@pytest.mark.parametrize("text", ["{", "[]", '{"data": [{"title": "x"}]}', '{"data": 3}', '{"data": [3]}'])
def test_what_is_not_squad_is_refused(text, tmp_path):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ConvertError, match=r"is not SQuAD 2\.0 JSON"):
        convert_squad(tmp_path / "x.json", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConvertError, match=r"none\.json cannot be read"):
        convert_squad(tmp_path / "none.json", tmp_path / "out")
