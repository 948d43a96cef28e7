"""Chroma is set up as the code says, whatever the environment or a file in the working folder says."""

import chromadb
import pytest

from index.vectors import ChromaSettings

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
