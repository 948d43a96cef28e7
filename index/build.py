"""A corpus to a published index: embeds what is new, builds, verifies, and only then switches."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.cache import cache_size, embed_with_cache, prune_cache, settle_cache
from index.disk import only_builder
from index.embedder import Embedder
from index.errors import DossierIndexError, IndexDamaged, NoRoom, VectorsUnavailable
from index.fingerprint import make_fingerprint
from index.generations import (
    CACHE,
    CONTENTS,
    begin,
    current_generation,
    is_tidy,
    publish,
    remove_generation,
    tidy,
    usable_generation,
)
from index.records import Contents, Entry, contents_of, write_contents
from index.room import bytes_free, bytes_to_cache, check_room, is_full, no_room
from index.stores import Store, store_at
from index.synonyms import parse_synonyms
from index.verify import verify_built
from ingest.corpus import Corpus
from ingest.questions import read_questions

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

FULL = "Make room there, or name another folder with --home or --index; the old index stays in use."

ALMOST_NONE = 100_000
"""Bytes; with fewer left, a build that failed is taken to have failed for want of room."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    changed: bool
    """False when the index was already that of the corpus."""
    generation: int
    articles: int
    passages: int
    sentences: int
    questions: int
    """Prepared and gap questions."""
    embedded: int
    """Texts whose vectors had to be computed; the others were there already."""
    seconds: float


def build_index(
    corpus: Corpus,
    folder: Path,
    embedder: Embedder,
    on_progress: OnProgress = lambda doing, done, total: None,
    chroma: str = "",
) -> Built:
    """Makes the index in `folder` that of `corpus`; nothing happens when it is already.

    `chroma` is the address of the server that holds the vectors; where it is empty, the folder does. A build
    that fails or is killed leaves the published index as it was. BuildInProgress when another process
    builds; VectorsUnavailable when the server cannot be used; DossierIndexError when the folder cannot be
    written to or the disk is full.
    """
    began = time.perf_counter()
    store = store_at(chroma)
    store.check()  # before the hours that embedding may take
    prepared, gaps = read_questions(corpus.folder, corpus.articles)
    parse_synonyms(corpus.synonyms)  # a wrong line is found before anything is built
    fingerprint = {**make_fingerprint(corpus, prepared, gaps, embedder), **store.fingerprint}
    # without the lock first: a folder that cannot be written to is as good when there is nothing to do
    if (unchanged := _unchanged(folder, fingerprint, store, began)) and is_tidy(folder):
        return unchanged
    with only_builder(folder):
        try:
            current = current_generation(folder)
        except IndexDamaged:
            current = None
        tidy(folder, current)
        settle_cache(folder / CACHE)
        if unchanged := _unchanged(folder, fingerprint, store, began):
            return unchanged
        on_progress("splitting", 0, 1)
        contents = contents_of(corpus, prepared, gaps, embedder)
        entries = contents.entries()
        texts = [entry.text for entry in entries]
        counts = {
            "articles": len(contents.articles),
            "passages": len(contents.passages),
            "sentences": len(contents.sentences),
            "questions": sum(entry.kind in ("question", "gap") for entry in entries),
        }
        written = sum(len(article.text.encode()) for article in contents.articles.values())
        needed = (
            3 * written
            + store.bytes_needed(len(entries), embedder.dimension)
            + bytes_to_cache(len(entries), embedder.dimension, cache_size(folder / CACHE))
        )
        check_room(folder, needed, FULL)
        place = folder
        try:
            place = begin(folder)
            rows, embedded = embed_with_cache(
                texts, embedder, folder / CACHE, lambda done, total: on_progress("embedding", done, total)
            )
            write_contents(contents, place / CONTENTS)
            _store(store, place, entries, contents, rows, on_progress)
            on_progress("checking", 0, 1)
            verify_built(place, chroma)
            before = current or usable_generation(folder)[0]
            generation = publish(folder, place, {"fingerprint": fingerprint, "counts": counts}, before)
        except (OSError, DossierIndexError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__ or error
            reason = " ".join(str(getattr(cause, "strerror", "") or cause).split())
            free = bytes_free(folder)
            # Chroma has many words for a full disk, and leaves less than a page of it
            if not isinstance(error, NoRoom | VectorsUnavailable) and (is_full(error) or free < ALMOST_NONE):
                own = sum(path.stat().st_size for path in place.rglob("*")) if place != folder else 0
                raise no_room(folder, needed, free + own, FULL, reason) from error
            if isinstance(error, DossierIndexError):
                raise
            raise DossierIndexError(
                f"The index cannot be written to {folder} ({reason}); the old one stays in use."
            ) from error
        finally:
            if place != folder:
                remove_generation(place)
        prune_cache(texts, embedder, folder / CACHE)
    return Built(True, generation.number, embedded=embedded, seconds=time.perf_counter() - began, **counts)


def _unchanged(folder: Path, fingerprint: Mapping[str, Any], store: Store, began: float) -> Built | None:
    """What a build did that had nothing to do; None where there is something."""
    try:
        current = current_generation(folder)
    except IndexDamaged:
        return None
    if current is None or current.fingerprint != fingerprint or not store.holds(current.folder):
        return None
    seconds = time.perf_counter() - began
    return Built(False, current.number, embedded=0, seconds=seconds, **current.manifest["counts"])


def _store(
    store: Store,
    place: Path,
    entries: Sequence[Entry],
    contents: Contents,
    rows: np.ndarray,
    on_progress: OnProgress,
) -> None:
    # here, because a build that has nothing to do needs neither LlamaIndex nor Chroma (2 s to import)
    from index.llama import add_passages
    from index.vectors import BATCH, KINDS, add_vectors

    done = 0
    with store.new(place, len(entries)) as vectors:
        for kind in KINDS:
            places = [i for i, entry in enumerate(entries) if entry.kind == kind]
            for start in range(0, len(places), BATCH):
                on_progress("storing", done, len(entries))
                part = places[start : start + BATCH]
                own = [entries[i] for i in part]
                if kind == "passage":
                    add_passages(vectors, contents, own, rows[part])
                else:
                    articles = [entry.article for entry in own]
                    add_vectors(vectors, kind, [entry.id for entry in own], rows[part], articles)
                done += len(part)
