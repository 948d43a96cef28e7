"""The home of Chroma: stores vectors with where they point, and finds the nearest ones."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError

from index.errors import DossierIndexError

KINDS = ("passage", "sentence", "question", "gap")
"""Each kind of entry has a collection of its own, `dossier-KIND`: with a filter on the kind in one
collection a search among 50,000 entries took 184 ms, and without a filter 2.5 ms."""

BATCH = 2_000
"""Entries added at once; Chroma's own bound is 5,461."""

# Chroma's default space is l2, and its scores are distances
CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}}

FEW = 20_000
"""Up to so many entries in an index, a search looks as far as it takes to miss none."""

# The graph is another one at each build, by the order in which threads got to add. With 200 a search missed a near
# entry now and then, even the nearest, in one build and not in the next: 46 of 265,680, and none with 2,000, which takes
# a search among 1,900 entries from 0.7 to 1.0 ms, and one among 100,000 from 1.8 to 6.3.
_SEEN_OF_FEW, _SEEN_OF_MANY = 2_000, 200
"""How many entries a search keeps in view."""


def configuration(entries: int) -> dict[str, Any]:
    """Chroma's settings of the collections of an index of so many entries."""
    seen = _SEEN_OF_FEW if entries <= FEW else _SEEN_OF_MANY
    return {"hnsw": {**CONFIGURATION["hnsw"], "ef_search": seen}}


SPARE = 20
"""So many more than wanted are asked for: which of equal ones Chroma gives is chance, too."""


@dataclass(frozen=True, slots=True)
class Near:
    """An entry near a question: its id and the cosine of the angle between the two."""

    id: str
    score: float


class ChromaSettings(Settings):
    """Chroma's settings as they are given, and nothing sent to its makers.

    Chroma itself would take more of them from the environment and from a `.env` in the working folder: which
    class to load, which server to ask, where to report what is done.
    """

    anonymized_telemetry: bool = False

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, **_: Any) -> tuple[Any, ...]:
        return (init_settings,)


class Client(Protocol):
    """What keeps collections open."""

    def close(self) -> None: ...


class Vectors:
    """Open collections, by kind."""

    problem = ""
    """Why they cannot be asked now; empty when they can."""

    def __init__(self, client: Client, collections: Mapping[str, chromadb.Collection]):
        self._client = client
        self.collections = collections

    def nearest(
        self, vector: np.ndarray, kind: str, limit: int, articles: AbstractSet[str] | None = None
    ) -> list[Near]:
        """Entries of one kind nearest to `vector`, best first, only from `articles` where given."""
        where: dict[str, Any] | None = None if articles is None else {"article": {"$in": sorted(articles)}}
        found = self.collections[kind].query(
            query_embeddings=[vector], n_results=limit + SPARE, where=where, include=["distances"]
        )
        if where is not None and len(found["ids"][0]) < limit:
            # seen with many equal vectors, as copied sentences have; why Chroma gives fewer is not known
            return self._nearest_of_all(vector, kind, limit, where)
        near = (Near(id, 1.0 - d) for id, d in zip(found["ids"][0], found["distances"][0], strict=True))
        return sorted(near, key=lambda n: (-n.score, n.id))[:limit]

    def _nearest_of_all(
        self, vector: np.ndarray, kind: str, limit: int, where: Mapping[str, Any]
    ) -> list[Near]:
        """The same by looking at every entry that `where` lets pass."""
        rows = self.collections[kind].get(where=dict(where), include=["embeddings"])
        if not rows["ids"]:
            return []
        scores = np.asarray(rows["embeddings"]) @ vector  # of length 1, all of them
        order = np.argsort(-scores, kind="stable")[:limit]
        return [Near(rows["ids"][i], float(scores[i])) for i in order]

    def count(self) -> int:
        return sum(collection.count() for collection in self.collections.values())

    def all_vectors(self, batch: int = BATCH) -> Iterator[tuple[str, np.ndarray]]:
        """Every id with its vector, in no particular order."""
        for collection in self.collections.values():
            for start in range(0, collection.count(), batch):
                rows = collection.get(include=["embeddings"], limit=batch, offset=start)
                yield from zip(rows["ids"], rows["embeddings"], strict=True)

    def close(self) -> None:
        self._client.close()


def open_vectors(folder: Path) -> Vectors:
    """The collections in a folder that nobody else has open.

    Opening writes to the folder, and Chroma remembers clients by path: give it a private copy.
    """
    client = _client(folder)
    return Vectors(
        client, {kind: client.get_collection(f"dossier-{kind}", embedding_function=None) for kind in KINDS}
    )


@contextmanager
def new_vectors(folder: Path, entries: int) -> Iterator[Vectors]:
    """New, empty collections in a new folder, for so many entries; DossierIndexError when it cannot be written."""
    try:
        client = _client(folder)
        try:
            yield Vectors(
                client,
                {
                    kind: client.create_collection(
                        f"dossier-{kind}", embedding_function=None, configuration=configuration(entries)
                    )
                    for kind in KINDS
                },
            )
        finally:
            client.close()
    except ChromaError as error:
        raise DossierIndexError(
            f"The vectors cannot be stored in {folder} ({error}); the old index stays in use."
        ) from error


def add_vectors(
    vectors: Vectors, kind: str, ids: Sequence[str], rows: np.ndarray, articles: Sequence[str]
) -> None:
    """Adds at most BATCH entries of one kind; the i'th row and article belong to the i'th id."""
    vectors.collections[kind].add(
        ids=list(ids), embeddings=rows, metadatas=[{"article": name} for name in articles]
    )


def silence_telemetry() -> None:
    # Chroma reports to its makers unless told not to, and warns when it cannot
    logging.getLogger("chromadb.telemetry").setLevel(logging.CRITICAL)


def _client(folder: Path) -> ClientAPI:
    silence_telemetry()
    return chromadb.PersistentClient(path=str(folder), settings=ChromaSettings())
