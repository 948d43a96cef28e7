"""What an index was made from: two that agree in it hold the same."""

import hashlib
import json
from importlib.metadata import version
from typing import Any

import numpy as np

from index.embedder import Embedder
from ingest.corpus import Corpus
from ingest.questions import Gap, Prepared

SCHEMA = 5
"""Raised when what is stored, or how texts are selected, split, embedded or searched, changes."""

_PROBES = ("When was the treaty signed?", "Zwölf Boxkämpfer jagen Viktor.", "1,500 troops – redeployed.")
"""The same dimension is not the same embedder: these texts' vectors tell them apart."""


def make_fingerprint(
    corpus: Corpus, prepared: tuple[Prepared, ...], gaps: tuple[Gap, ...], embedder: Embedder
) -> dict[str, Any]:
    """Plain JSON values; unchanged input gives an equal fingerprint."""
    return {
        "schema": SCHEMA,
        "articles": {
            article.id: _hash([article.sha256, article.title, article.authors, article.publisher])
            for article in corpus.articles.values()
        },
        # what was selected, so that a changed rule or leave_out is seen too
        "selection": _hash(
            [[(b.start, b.end, b.kind) for b in article.blocks] for article in corpus.articles.values()]
        ),
        "questions": _hash([repr(prepared), repr(gaps)]),
        "synonyms": _hash(corpus.synonyms),
        "examples": list(corpus.examples),
        "embedder": embedder_fingerprint(embedder),
        "versions": {name: version(name) for name in ("chromadb", "sentencex", "trafilatura")},
    }


def embedder_fingerprint(embedder: Embedder) -> dict[str, Any]:
    """Plain JSON values that tell embedders apart whose vectors cannot be compared."""
    probes = np.round(embedder.embed(list(_PROBES)), 4) + 0.0  # -0.0 is 0.0
    return {
        "name": embedder.name,
        "dimension": embedder.dimension,
        "space": "cosine",
        "probes": _hash(probes.tolist()),
    }


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, default=str).encode()).hexdigest()[:16]
