"""Vectors by the hash of their text, kept between builds: what did not change is not embedded again."""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from index.disk import remove
from index.embedder import Embedder
from index.errors import DossierIndexError
from index.room import is_full

BATCH = 256
"""Texts embedded and stored at once: what a killed build has to do again."""


def embed_with_cache(
    texts: Sequence[str],
    embedder: Embedder,
    file: Path,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[np.ndarray, int]:
    """The texts' vectors (texts, dimension), and how many of them had to be computed.

    A damaged cache is thrown away. SQLite keeps it whole when the process is killed. DossierIndexError
    when it cannot be written.
    """
    try:
        return _embed(texts, embedder, file, on_progress)
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if is_full(error) or code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY):
            raise _unwritable(file, error) from error  # it is sound, and what it holds is needed again
        _throw_away(file)
    try:
        return _embed(texts, embedder, file, on_progress)
    except sqlite3.Error as error:
        raise _unwritable(file, error) from error


def cache_size(file: Path) -> int:
    """Bytes; 0 when there is none."""
    return file.stat().st_size if file.is_file() else 0


def prune_cache(texts: Sequence[str], embedder: Embedder, file: Path) -> None:
    """Forgets all vectors but those of `texts`; a cache that cannot be written stays as large as it is."""
    with suppress(sqlite3.Error), closing(_open(file)) as database, database:
        database.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY) WITHOUT ROWID")
        database.executemany(
            "INSERT OR IGNORE INTO kept VALUES (?)", ((_key(embedder.name, text),) for text in texts)
        )
        database.execute("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM kept)")


def settle_cache(file: Path) -> None:
    """Undoes what a process that was killed had begun to write, and removes the journal that it left."""
    if journal_of(file).exists():
        with suppress(sqlite3.Error), closing(_open(file)) as database, database:
            database.execute(
                "PRAGMA user_version = 0"
            )  # a journal that holds nothing goes with the next write only


def journal_of(file: Path) -> Path:
    """Where SQLite keeps what it needs to undo a write."""
    return file.with_name(f"{file.name}-journal")


def _embed(
    texts: Sequence[str], embedder: Embedder, file: Path, on_progress: Callable[[int, int], None]
) -> tuple[np.ndarray, int]:
    rows = np.zeros((len(texts), embedder.dimension), np.float32)
    keys = [_key(embedder.name, text) for text in texts]
    with closing(_open(file)) as database:
        missing = []
        for i, key in enumerate(keys):
            found = database.execute("SELECT vector, crc FROM vectors WHERE key = ?", (key,)).fetchone()
            if (
                found
                and isinstance(found[0], bytes)
                and zlib.crc32(found[0]) == found[1]
                and len(found[0]) == rows[i].nbytes
            ):
                rows[i] = np.frombuffer(found[0], np.float32)
            else:
                missing.append(i)
        # texts of similar length go together, or padding would cost more than the texts
        missing.sort(key=lambda i: len(texts[i]))
        for start in range(0, len(missing), BATCH):
            on_progress(len(texts) - len(missing) + start, len(texts))
            part = missing[start : start + BATCH]
            rows[part] = embedder.embed([texts[i] for i in part])
            with database:
                database.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                    ((keys[i], rows[i].tobytes(), zlib.crc32(rows[i].tobytes())) for i in part),
                )
    on_progress(len(texts), len(texts))
    return rows, len(missing)


def _throw_away(file: Path) -> None:
    """Removes the cache, and the journal beside it, which must not be applied to another database."""
    for path in (file, journal_of(file)):
        remove(path)


def _unwritable(file: Path, error: Exception) -> DossierIndexError:
    return DossierIndexError(f"{file} cannot be written ({error}); the old index stays in use.")


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    database.execute(
        "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, crc INTEGER) WITHOUT ROWID"
    )
    return database


def _key(name: str, text: str) -> bytes:
    return hashlib.sha256(f"{name}\0{text}".encode()).digest()
