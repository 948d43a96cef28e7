"""Chroma finds the nearest, and is set up as the code says, whatever the environment or a file says."""

import chromadb
import numpy as np
import pytest

from index.vectors import ChromaSettings, add_vectors, new_vectors

SAID = {
    "chroma_api_impl": "chromadb.api.fastapi.FastAPI",
    "chroma_otel_collection_endpoint": "http://192.0.2.1:4317",
    "chroma_otel_granularity": "all",
    "anonymized_telemetry": True,
    "allow_reset": True,
}


@pytest.mark.parametrize("place", ["environment", "file"])
def test_nobody_else_chooses_what_chroma_loads_or_where_it_reports(place, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    lines = {name.upper(): str(value) for name, value in SAID.items()}
    if place == "file":
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    else:
        for name, value in lines.items():
            monkeypatch.setenv(name, value)
    assert {name: getattr(chromadb.Settings(), name) for name in SAID} == SAID  # Chroma listens; we do not
    assert {name: getattr(ChromaSettings(), name) for name in SAID} == {
        "chroma_api_impl": "chromadb.api.rust.RustBindingsAPI",
        "chroma_otel_collection_endpoint": "",
        "chroma_otel_granularity": None,
        "anonymized_telemetry": False,
        "allow_reset": False,
    }


def test_the_nearest_are_found_by_every_build_and_in_the_same_order(tmp_path):
    # bunches like those of questions written for one sentence, where a graph loses its way most easily
    chance = np.random.default_rng(5)

    def around(middles: np.ndarray, spread: float) -> np.ndarray:
        rows = middles + chance.normal(0, spread, middles.shape)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    middles = around(np.zeros((250, 384)), 1.0)
    rows = around(np.repeat(middles, 8, axis=0), 0.03)
    rows = np.concatenate(
        [rows, rows[:400]]
    )  # some twice, as a question that was written for two sentences is
    ids = [f"{i:04}" for i in range(len(rows))]
    asked = around(rows[chance.integers(0, len(rows), 400)], 0.03)
    builds = []
    for build in range(3):
        with new_vectors(tmp_path / str(build), len(rows)) as vectors:
            add_vectors(vectors, "question", ids, rows, ["one"] * len(ids))
            builds.append([vectors.nearest(vector, "question", 41) for vector in asked])
    for found, vector in zip(builds[0], asked, strict=True):
        best = np.sort(rows @ vector)[::-1][:41]
        assert np.allclose([near.score for near in found], best, atol=1e-5)
    assert builds[1] == builds[0]
    assert builds[2] == builds[0]
