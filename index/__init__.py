"""Passages to vectors and word lists, published whole; a question to ranked sentences."""

from index.build import Built, build_index
from index.embedder import Embedder, MiniLM, open_embedder
from index.errors import (
    BuildInProgress,
    DossierIndexError,
    Forked,
    IndexDamaged,
    NoRoom,
    VectorsLost,
    VectorsUnavailable,
    WeightsError,
)
from index.open import Index, open_index
from index.search import Found, Match, NearQuestion, Place, Searcher

__all__ = [
    "BuildInProgress",
    "Built",
    "DossierIndexError",
    "Embedder",
    "Forked",
    "Found",
    "Index",
    "IndexDamaged",
    "Match",
    "MiniLM",
    "NearQuestion",
    "NoRoom",
    "Place",
    "Searcher",
    "VectorsLost",
    "VectorsUnavailable",
    "WeightsError",
    "build_index",
    "open_embedder",
    "open_index",
]
