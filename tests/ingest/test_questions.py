"""Prepared and gap questions: each rests on words that stand in its article, or the line is named."""

import json

import pytest

from ingest import Article, Block, IngestError
from ingest.questions import Gap, Prepared, read_questions

TEXT = "The pact was founded in 1992. It has six members."
ARTICLES = {"pact": Article("pact", TEXT, "", (Block(0, len(TEXT), "paragraph"),), "pact.txt", "0" * 64)}
QUESTION = {
    "article": "pact",
    "quotes": ["founded in 1992", "six members"],
    "questions": ["When?", "How many?"],
}
GAP = {"article": "pact", "quote": "six members", "question": "Who are they?", "asks_for": "their names"}


@pytest.fixture
def read(tmp_path):
    """Reads what is written to questions/a.jsonl."""

    def read(content: str | bytes):
        (tmp_path / "questions").mkdir()
        raw = content if isinstance(content, bytes) else content.encode()
        (tmp_path / "questions" / "a.jsonl").write_bytes(raw)
        return read_questions(tmp_path, ARTICLES)

    return read


def without(row: dict, key: str) -> dict:
    return {k: v for k, v in row.items() if k != key}


def test_the_shipped_questions_all_rest_on_words_of_their_article(corpus):
    prepared, gaps = read_questions(corpus.folder, corpus.articles)
    assert sum(len(item.questions) for item in prepared) == 1764 + 140
    assert len(gaps) == 751
    for item in prepared:
        assert all(corpus.articles[item.article].slice(*span) for span in item.spans)
        assert all(question.strip() for question in item.questions)
    assert {item.article for item in prepared} == {gap.article for gap in gaps} == set(corpus.articles)


def test_the_versions_of_a_contrast_stand_in_several_articles_and_share_their_questions(corpus):
    prepared, _ = read_questions(corpus.folder, corpus.articles)
    names = {item.contrast for item in prepared} - {""}
    assert names
    for name in names:
        versions = [item for item in prepared if item.contrast == name]
        assert len({item.article for item in versions}) == len(versions) > 1
        assert len({item.questions for item in versions}) == 1


def test_quotes_become_spans(read):
    prepared, gaps = read(f"{json.dumps(QUESTION)}\n\n{json.dumps(GAP)}\n")
    assert prepared == (Prepared("pact", ((13, 28), (37, 48)), ("When?", "How many?")),)
    assert gaps == (Gap("pact", 37, 48, "Who are they?", "their names"),)


def test_a_folder_without_questions_has_none(tmp_path):
    assert read_questions(tmp_path, ARTICLES) == ((), ())


def test_a_line_separator_inside_a_text_does_not_end_the_line(read):
    row = QUESTION | {"questions": ["When\u2028was\u0085it?"]}
    ((prepared,), _) = read(json.dumps(row, ensure_ascii=False))
    assert prepared.questions == ("When\u2028was\u0085it?",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (QUESTION | {"quotes": ["founded in 1993"]}, "the quote 'founded in 1993' is not in pact"),
        (GAP | {"quote": ""}, "the quote '' is not in pact"),
        (GAP | {"quote": None}, "the quote 'None' is not in pact"),
        (QUESTION | {"article": "treaty"}, "there is no article 'treaty'; known are pact"),
        (GAP | {"article": ["pact"]}, "there is no article ['pact']; known are pact"),
        (without(QUESTION, "questions"), "`questions` is missing"),
        (without(GAP, "asks_for"), "`asks_for` is missing"),
        (QUESTION | {"questions": "When?"}, "must be lists of texts"),
        (QUESTION | {"questions": [7]}, "must be lists of texts"),
        (QUESTION | {"quotes": "six members"}, "must be lists of texts"),
        (QUESTION | {"quotes": []}, "must be lists of texts"),
        (GAP | {"question": 7}, "`question` must be a text"),
        ([1], "it is not a JSON object"),
    ],
)
def test_a_wrong_line_is_named_with_file_number_and_remedy(read, row, said):
    with pytest.raises(IngestError) as caught:
        read(f"{json.dumps(GAP)}\n{json.dumps(row)}\n")
    message = str(caught.value)
    assert message.startswith("questions/a.jsonl, line 2: ")
    assert said in message
    assert message.endswith("Mend the line or take it out.")


def test_a_line_that_is_not_json_is_named(read):
    with pytest.raises(IngestError, match=r"questions/a\.jsonl, line 1: Expecting"):
        read("{'article': 1}")


def test_a_file_that_is_not_utf8_is_named(read):
    with pytest.raises(IngestError, match=r"questions/a\.jsonl cannot be read"):
        read(b'{"article": "\xe9"}')
