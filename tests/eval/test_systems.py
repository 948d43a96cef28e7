"""The baselines, each on a corpus small enough to know what it has to find."""

import pytest

from chat import Config
from eval.systems import SYSTEMS

TEXTS = {
    "tower.txt": "The tower\n\nThe tower was built in 1889. It is 330 metres tall. Its lifts are old.\n",
    "bridge.txt": "The bridge\n\nThe bridge crosses the river Seine. Lovers hang padlocks on its railing.\n",
}


@pytest.fixture(scope="module")
def config(tmp_path_factory, home) -> Config:
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Config(corpus=folder, home=home)


@pytest.mark.parametrize("name", ["bm25", "dense", "quickstart"])
def test_a_baseline_quotes_what_it_ranked_first(name, config):
    with SYSTEMS[name](config) as system:
        answer = system.answer("When was the tower built?")
    assert answer.outcome == "answered"
    assert "1889" in answer.statements[0].text
    for citation in answer.citations:
        article = system.articles[citation.article]
        assert article.text[citation.start : citation.end] == citation.quote
    assert (answer.matches[0].article, answer.matches[0].start) == (
        answer.citations[0].article,
        answer.citations[0].start,
    )
    assert len(answer.citations) <= 3
    assert system.fingerprint["system"] == name


def test_quickstart_answers_with_whole_nodes(config):
    with SYSTEMS["quickstart"](config) as system:
        answer = system.answer("When was the tower built?")
    assert {c.quote for c in answer.citations} == {text.strip() for text in TEXTS.values()}


def test_dense_finds_what_shares_no_word(config):
    with SYSTEMS["dense"](config) as system:
        answer = system.answer("Where do couples leave locks?")
    assert "padlocks" in answer.statements[0].text


def test_bm25_has_nothing_to_say_where_no_word_is_shared(config):
    with SYSTEMS["bm25"](config) as system:
        for question in ("quantum chromodynamics", "", "the", "???"):
            assert system.answer(question).outcome == "declined"
