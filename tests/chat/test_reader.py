"""The offline reader: exact spans, order, batches, and agreement with the network it was trained as."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from chat.reader import Candidate
from chat.reader.adapter import WEIGHTS, check_adapter, cut, merge, seal
from chat.reader.minilm import (
    ANSWER_TOKENS,
    CONTEXT_TOKENS,
    MAX_TOKENS,
    QUESTION_TOKENS,
    SENTENCE_TOKENS,
    MiniLMReader,
    arrange,
    best_span,
    open_reader,
    whole_words,
)
from index.errors import WeightsError

FOUNDED = Candidate(
    "The organisation was founded in Tashkent on 15 May 1992.", "The Collective Security Treaty Organization"
)
WEATHER = Candidate("It rained for most of the summer.", "The Collective Security Treaty Organization")
ACCENTED = Candidate("„Страх“ — naïve Müllers café 🙂 in Bişkek öffnete 1992 für Władysław Łódź’s Enkel.")


def seeded_adapter() -> dict[str, np.ndarray]:
    """A small adapter with every kind of tensor, the same on every machine."""
    numbers = np.random.RandomState(7)

    def some(*shape: int) -> np.ndarray:
        return (numbers.standard_normal(shape) * 0.05).astype(np.float16)

    return {
        "encoder.layer.0.attention.self.query.weight.up": some(384, 2),
        "encoder.layer.0.attention.self.query.weight.down": some(2, 384),
        "encoder.layer.5.output.dense.bias": some(384),
        "embeddings.token_type_embeddings.weight": some(2, 384),
        "relevance.weight": some(1, 384),
        "relevance.bias": some(1),
        "span.weight": some(2, 384),
        "span.bias": some(2),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def seeded(home: Path) -> MiniLMReader:
    folder = home / "seeded"
    folder.mkdir()
    save_file(seeded_adapter(), folder / "reader.safetensors")
    seal(folder / "reader.safetensors")
    return open_reader(home, weights=folder)


@pytest.fixture(scope="module")
def shipped(home: Path) -> MiniLMReader:
    return open_reader(home)


def test_graph_agrees_with_the_torch_network(seeded: MiniLMReader) -> None:
    # recorded from chat.reader.train.Network (float32, torch 2.13.0) filled with the same merged tensors:
    # network(arrange(tokenizer, "When was it founded?", [FOUNDED, WEATHER]))
    tokens = arrange(seeded._encoder.tokenizer, "When was it founded?", [FOUNDED, WEATHER])
    relevance, spans = seeded._encoder.run(tokens)
    np.testing.assert_allclose(relevance, [0.14851, 0.37690], atol=2e-5)
    long, short = (t.first for t in tokens)
    np.testing.assert_allclose(
        spans[0, long : long + 2], [[-0.03487, 0.28091], [0.90831, 0.00995]], atol=2e-5
    )
    np.testing.assert_allclose(
        spans[1, short : short + 2], [[-0.01169, 0.32340], [0.14330, 0.25362]], atol=2e-5
    )


def test_every_span_is_a_slice_of_the_text_in_code_points(seeded: MiniLMReader) -> None:
    for text in (FOUNDED.text, ACCENTED.text, "é" * 40, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﬁne İstanbul", "1"):
        (reading,) = seeded.read("Wer öffnete das Café?", [Candidate(text)])
        assert reading.span is not None
        start, end = reading.span
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()


def test_token_offsets_count_code_points_and_not_bytes(seeded: MiniLMReader) -> None:
    (tokens,) = arrange(seeded._encoder.tokenizer, "?", [ACCENTED])
    words = [ACCENTED.text[start:end] for start, end in tokens.offsets]
    assert "cafe" not in words
    assert "café" in words
    assert "1992" in words
    assert "🙂" in words


def test_readings_come_in_the_order_of_the_candidates(seeded: MiniLMReader) -> None:
    candidates = [WEATHER, FOUNDED, ACCENTED]
    forward = seeded.read("When?", candidates)
    backward = seeded.read("When?", candidates[::-1])
    for one, other in zip(forward, backward[::-1], strict=True):
        assert one.relevance == pytest.approx(other.relevance, abs=1e-5)
        assert one.span == other.span


def test_what_is_read_beside_it_does_not_change_a_reading(seeded: MiniLMReader) -> None:
    many = [Candidate(f"{FOUNDED.text} " * (i % 4 + 1), WEATHER.text * (i % 3)) for i in range(37)]
    together = seeded.read("When was it founded?", many)
    for i in (0, 5, 36):
        (alone,) = seeded.read("When was it founded?", [many[i]])
        assert together[i].relevance == pytest.approx(alone.relevance, abs=1e-5)
        assert together[i].span_score == pytest.approx(alone.span_score, abs=1e-5)
        assert together[i].span == alone.span


def test_nothing_to_read_is_not_relevant(seeded: MiniLMReader) -> None:
    assert seeded.read("When?", []) == []
    for text in ("", "  \n"):
        (reading,) = seeded.read("When?", [Candidate(text, "A title")])
        assert reading.relevance == 0
        assert reading.span is None


def test_long_parts_are_cut_and_a_long_context_keeps_both_ends(seeded: MiniLMReader) -> None:
    tokenizer = seeded._encoder.tokenizer
    context = "alpha " + "middle " * 100 + "omega"
    (tokens,) = arrange(tokenizer, "why " * 200, [Candidate("word " * 200, context)])
    assert len(tokens.ids) == len(tokens.attention_mask) == len(tokens.type_ids) == MAX_TOKENS
    assert len(tokens.offsets) == SENTENCE_TOKENS == sum(tokens.type_ids) - 1
    around = tokenizer.decode(tokens.ids[QUESTION_TOKENS + 2 : QUESTION_TOKENS + 2 + CONTEXT_TOKENS])
    assert around.startswith("alpha middle")
    assert around.endswith("middle omega")
    (reading,) = seeded.read("why " * 200, [Candidate("word " * 200, context)])
    assert reading.span is not None


def test_an_empty_question_is_read(seeded: MiniLMReader) -> None:
    (reading,) = seeded.read("", [FOUNDED])
    assert 0 <= reading.relevance <= 1


def test_best_span_never_ends_before_it_starts_and_is_not_too_long() -> None:
    # by hand: the best start is 2, the best end 0; e/(e+2) and 1/(e+2) of the odds, so (2, 2) wins
    span, score = best_span(np.array([[0, 1], [0, 0], [1, 0]], np.float32))
    assert span in ((0, 0), (2, 2))
    assert score == pytest.approx(np.e / (np.e + 2) ** 2)
    far = np.zeros((ANSWER_TOKENS + 10, 2), np.float32)
    far[0, 0] = far[-1, 1] = 9
    (first, last), _ = best_span(far)
    assert last - first < ANSWER_TOKENS


def test_spans_widen_to_whole_words_only() -> None:
    text = "the CSTO’s forty-five members"
    assert text[slice(*whole_words(text, 5, 7))] == "CSTO"
    assert text[slice(*whole_words(text, 11, 13))] == "forty"
    assert whole_words(text, 4, 8) == (4, 8)
    assert whole_words("été", 1, 2) == (0, 3)


def test_cutting_at_full_rank_gives_the_tuned_tensors_back() -> None:
    numbers = np.random.RandomState(3)
    base = {"a.weight": numbers.rand(6, 4).astype(np.float32), "b.bias": np.ones(3, np.float32)}
    tuned = {
        "a.weight": base["a.weight"] + np.outer(np.arange(6), [1, 0, 2, 0]).astype(np.float32),
        "b.bias": np.ones(3, np.float32),
        "new.weight": np.full((1, 4), 0.5, np.float32),
    }
    adapter = cut(base, tuned, rank=1)
    assert sorted(adapter) == ["a.weight.down", "a.weight.up", "new.weight"]
    merged = merge(base, adapter)
    for name, value in tuned.items():
        np.testing.assert_allclose(merged[name], value, atol=2e-2)


def test_damaged_weights_are_refused_by_name_and_with_a_remedy(tmp_path: Path) -> None:
    for name in ("reader.safetensors", "reader.sha256"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    with (tmp_path / "reader.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)
        stream.seek(-1, 2)
        stream.write(bytes([last[0] ^ 1]))
    with pytest.raises(WeightsError, match=r"reader\.safetensors has sha256 .*, not .*damaged"):
        open_reader(tmp_path / "home", weights=tmp_path)
    with pytest.raises(WeightsError, match=r"reader\.safetensors is not in"):
        open_reader(tmp_path / "home", weights=tmp_path / "nowhere")
    assert not (tmp_path / "home").exists()


def test_shipped_weights_are_small_and_whole() -> None:
    assert len(check_adapter(WEIGHTS, "reader")) == 64
    assert (WEIGHTS / "reader.safetensors").stat().st_size < 25_000_000


def test_shipped_reader_tells_the_answer_from_the_weather(shipped: MiniLMReader) -> None:
    answer, weather = shipped.read("When was the CSTO founded?", [FOUNDED, WEATHER])
    assert answer.relevance > 10 * weather.relevance
    assert answer.span is not None
    assert "1992" in FOUNDED.text[slice(*answer.span)]
    (off_topic, _) = shipped.read("What is the recipe for sourdough bread?", [FOUNDED, WEATHER])
    assert off_topic.relevance < answer.relevance / 10
