"""The offline checker: what it reads, what it makes of it, and its files."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chat.checker.examples import Statements, is_test, parted, read_statements, sentence_hash, split_plainly
from chat.checker.mpnet import WEIGHTS, open_checker, pair_tokens, windows
from chat.errors import ChatError
from chat.reader.adapter import check_adapter
from chat.writer.pairs import read_pairs
from chat.writer.verifying import SURE
from index.errors import WeightsError

EVIDENCE = "The council turned down the merchants' request to lower the toll on the old bridge in 1931."


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("The merchants' wish for a lower toll was refused.", "The merchants' wish for a lower toll was granted."),
        ("The council rejected what the merchants asked for.", "The merchants rejected what the council asked for."),
        ("The merchants did not get what they asked for.", "The merchants got what they asked for."),
    ],
)  # fmt: skip
def test_what_follows_is_supported_more_than_its_opposite(checker, right, wrong):
    assert checker.support(right, [EVIDENCE]) > checker.support(wrong, [EVIDENCE])


@pytest.mark.slow
def test_it_tells_most_pairs_apart(checker):
    """By itself, without what the verifier looks at; on pairs that nothing of it was trained or chosen on."""
    pairs = [pair for pair in read_pairs() if pair.half == "held"]
    supports = {pair: checker.support(pair.statement, [pair.quote]) for pair in pairs}
    by_quote: dict[str, list[tuple[bool, float]]] = {}
    for pair, support in supports.items():
        by_quote.setdefault(pair.quote, []).append((pair.supported, support))
    compared = [
        right > wrong
        for judged in by_quote.values()
        for right in (support for supported, support in judged if supported)
        for wrong in (support for supported, support in judged if not supported)
    ]
    assert len(compared) > 150
    assert sum(compared) / len(compared) > 0.8


def test_a_statement_about_something_else_is_hardly_supported(checker):
    assert checker.support("Penguins live in the south.", [EVIDENCE]) < SURE


def test_nothing_supports_nothing(checker):
    assert checker.support("The toll was lowered.", []) == 0.0


def test_evidence_that_is_too_long_is_read_in_parts(checker):
    filler = ["The harbour was dredged by hand every summer, and nobody wrote down how long it took."] * 20
    said = "The council refused to lower the toll."
    assert checker.support(said, [*filler, EVIDENCE]) > 0.5 > checker.support(said, filler)


def test_the_parts_are_quotes_pairs_and_the_longest_runs_that_fit(checker):
    tokenizer = checker._encoder.tokenizer
    quotes = ["one " * 50, "two " * 50, "three " * 50, "four " * 250]
    quotes = [quote.strip() for quote in quotes]
    runs = windows(tokenizer, quotes)
    assert ["-".join(dict.fromkeys(run.split())) for run in runs] == [
        "one",
        "one-two",
        "one-two-three",
        "two",
        "two-three",
        "three",
        "four",
    ]
    assert windows(tokenizer, ["a", "b"]) == ["a", "a b", "b"]
    assert windows(tokenizer, ["a"]) == ["a"]
    assert windows(tokenizer, []) == []
    # no more than three for each quote, however many there are
    assert len(windows(tokenizer, [f"quote {n}" for n in range(200)])) <= 600


def test_what_is_read_has_mpnet_s_ids(checker):
    """Checked against the model's own tokenizer, which is not installed."""
    (tokens,) = pair_tokens(checker._encoder.tokenizer, "The toll?", ["A </s> bridge"])
    assert tokens.ids == [0, 2000, 9569, 1033, 2, 2, 1041, 1030, 1017, 1059, 1032, 2962, 2]
    (tokens,) = pair_tokens(checker._encoder.tokenizer, "toll " * 500, ["bridge " * 500])
    assert tokens.ids.count(9569) == 120
    assert tokens.ids.count(2962) == 180


def test_a_statement_too_long_to_be_read_whole_is_not_supported(checker):
    long = "The merchants asked for a lower toll, " * 20
    assert checker.support(long, [long]) == 0.0


def test_any_text_gets_a_number(checker):
    for text in ("", " ", "\x00", "🙂" * 400, "ни слова", "a" * 10_000):
        assert 0 <= checker.support(text, [EVIDENCE]) <= 1
        assert 0 <= checker.support("The toll was lowered.", [text]) <= 1


def test_several_threads_may_check_at_once(checker):
    said = [f"The toll was lowered in 19{year}." for year in range(10, 40)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda s: checker.support(s, [EVIDENCE]), said)) == [
            pytest.approx(checker.support(s, [EVIDENCE]), abs=1e-5) for s in said
        ]


def test_its_weights_are_small_and_checked(tmp_path, home):
    assert len(check_adapter(WEIGHTS, "checker")) == 64
    assert (WEIGHTS / "checker.safetensors").stat().st_size < 25_000_000
    for name in ("checker.safetensors", "checker.sha256"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    with (tmp_path / "checker.safetensors").open("r+b") as stream:
        stream.seek(100_000)
        stream.write(b"\0" * 64)
    with pytest.raises(WeightsError, match=r"damaged.*train-checker"):
        open_checker(home, weights=tmp_path)
    with pytest.raises(WeightsError, match=r"checker\.safetensors is not in"):
        open_checker(home, weights=tmp_path / "nowhere")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    paragraphs = [{"context": "The council met in 1931. It refused the toll.  It went home!"}]
    squad = {"data": [{"title": "Toll", "paragraphs": paragraphs}]}
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "squad-part.json").write_text(json.dumps(squad), encoding="utf-8")
    row = {"question": "who sang", "title": "Song", "context": "A song. Sung by three."}
    (folder / "nq-passages.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return folder


def written(folder: Path, *rows: object) -> Path:
    (folder / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_statements_are_read_with_the_evidence_that_their_hashes_name(tmp_path, data):
    named = [sentence_hash("It refused the toll."), sentence_hash("It went home!")]
    row = {"source": "squad/Toll", "evidence": named, "right": ["It said no."], "wrong": ["It said yes."]}
    (read,) = read_statements(written(tmp_path, row), data)
    evidence = "It refused the toll. It went home!"
    assert read == Statements("some.jsonl", "squad/Toll", evidence, ("It said no.",), ("It said yes.",))


def test_evidence_that_was_written_with_its_statements_is_in_no_data(tmp_path, data):
    row = {
        "source": "own/toll-0",
        "text": "No toll is due.",
        "right": ["It is free."],
        "wrong": ["It costs."],
    }
    (read,) = read_statements(written(tmp_path, row), data)
    assert read == Statements("some.jsonl", "own/toll-0", "No toll is due.", ("It is free.",), ("It costs.",))


def test_lines_and_data_that_do_not_fit_are_named(tmp_path, data):
    row = {"source": "nq/Song", "evidence": ["0123456789abcdef"], "right": [], "wrong": []}
    with pytest.raises(ChatError, match=r"some\.jsonl, line 1: '0123456789abcdef' is not there"):
        read_statements(written(tmp_path, row), data)
    with pytest.raises(ChatError, match=r"some\.jsonl, line 1, is not a line of statements"):
        read_statements(written(tmp_path, [1]), data)


def test_what_is_held_out_goes_by_source_alone():
    assert is_test("squad/Huguenot")
    assert not is_test("squad/Kenya")
    for kind in ("nq", "own"):
        held = [is_test(f"{kind}/Title {n}") for n in range(1_200)]
        assert 60 < sum(held) < 140


def test_there_must_be_something_to_train_on_and_something_to_measure_with():
    groups = [Statements("a", f"squad/{name}", "e", ("r",), ("w",)) for name in ("Kenya", "Huguenot")]
    assert parted(groups) == (groups[:1], groups[1:])
    with pytest.raises(ChatError, match="1 pieces of evidence to train on and 0 to measure with"):
        parted(groups[:1])
    with pytest.raises(ChatError, match="0 pieces of evidence to train on and 1 to measure with"):
        parted(groups[1:])


def test_sentences_end_where_the_hashes_say():
    assert split_plainly('He left in 1931.  "No," she said. (So it was.) U.S. troops\ncame.') == [
        "He left in 1931.",
        '"No," she said. (So it was.) U.S. troops came.',
    ]
