import json

import pytest

from chat import Config
from eval.bench import _build, _serve, _server, _StandIn, _Stopwatch, make_questions, write_corpus
from eval.console import print_bench
from index import VectorsUnavailable
from ingest import read_corpus, split_passages, split_sentences


def test_the_same_seed_gives_the_same_corpus_of_the_size_asked_for(tmp_path):
    for name in ("a", "b"):
        write_corpus(tmp_path / name, 120)
    first, second = (read_corpus(tmp_path / name).articles for name in ("a", "b"))
    assert [a.text for a in first.values()] == [b.text for b in second.values()]
    assert len(first) == 3
    paragraphs = [b for article in first.values() for b in article.blocks if b.kind == "paragraph"]
    assert len(paragraphs) == 120


def test_each_paragraph_is_a_passage_of_its_own(tmp_path):
    write_corpus(tmp_path / "corpus", 5)
    (article,) = read_corpus(tmp_path / "corpus").articles.values()
    passages = split_passages(article, split_sentences(article), lambda text: len(text.split()) * 5 // 4)
    assert [len(passage.sentences) for passage in passages] == [1, 3, 3, 3, 3, 3]


def test_questions_are_in_the_words_of_the_corpus():
    questions = make_questions(5)
    assert questions == make_questions(5)
    assert len(set(questions)) == 5


def test_the_stand_in_encodes_questions_and_invents_the_rest_the_same_way_each_time(embedder):
    stand_in = _StandIn(embedder)
    texts = [f"text {i}" for i in range(50)]
    rows = stand_in.embed(texts)
    assert rows == pytest.approx(_StandIn(embedder).embed(texts))
    assert (rows**2).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert len({row.tobytes() for row in rows}) == 50
    assert stand_in.embed(["Who?"]) == pytest.approx(embedder.embed(["Who?"]))
    assert stand_in.dimension == embedder.dimension


def test_the_stopwatch_counts_the_seconds_in_the_encoder(embedder):
    watch = _Stopwatch(embedder)
    watch.embed(["Who?"])
    first = watch.seconds
    watch.embed(["When?"])
    assert 0 < first < watch.seconds


def test_a_small_corpus_is_built_and_asked(tmp_path, home):
    write_corpus(tmp_path / "corpus", 8)
    config = Config(corpus=tmp_path / "corpus", home=home, index=tmp_path / "index")
    built = _build(config, 8)
    assert (built.passages, built.texts) == (9, 34)  # the title is a passage and a sentence, too
    assert 0 < built.encoder_share < 1
    assert 0 < built.encoder_seconds < built.seconds
    assert built.disk_mib > 0
    served = _serve(config, make_questions(6))
    assert 0 < served.search_p50 <= served.search_p95
    assert 0 < served.answer_p50 <= served.answer_p95


def test_the_same_is_measured_on_a_server_of_its_own(tmp_path, home):
    write_corpus(tmp_path / "corpus", 8)
    config = Config(corpus=tmp_path / "corpus", home=home, index=tmp_path / "index")
    with _server(config, True) as (asked, memory):
        built = _build(asked, 8)
        assert memory() > 20
        assert (tmp_path / "server" / "data" / "chroma.sqlite3").stat().st_size < built.disk_mib * 2**20
        assert _serve(asked, make_questions(2)).search_p50 > 0
    with pytest.raises(VectorsUnavailable, match="cannot be reached"):
        _build(asked, 8)


def test_the_figures_are_printed_and_what_was_not_measured_is_a_dash(capsys):
    built = dict.fromkeys(
        ["passages", "texts", "seconds", "passages_per_second", "disk_mib", "memory_mib", "server_mib"], 2
    )
    served = dict.fromkeys(["search_p50", "search_p95", "answer_p50", "answer_p95"], 0.012)
    figures = {
        "machine": {"platform": "Linux x86_64", "cpus": 2, "python": "3.11"},
        "cold_start": {"seconds": [2.0, 3.0, 4.0], "median": 3.0, "question": "?"},
        "corpora": [
            {
                "name": "10 passages",
                "built": built | {"encoder_share": None},
                "served": served | {"encoder_share": 0.25, "memory_mib": 2, "server_mib": None},
            }
        ],
    }
    print_bench(json.loads(json.dumps(figures)))
    shown = capsys.readouterr().out
    assert "12 ms" in shown
    assert "25.0 %" in shown
    assert "3.00 s (median of 3)" in shown
    assert shown.count("–") == 3
