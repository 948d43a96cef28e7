"""Checks a built generation on a copy, in a process of its own: a broken Chroma can kill the process."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from index.errors import IndexDamaged
from index.generations import CONTENTS
from index.private import PrivateFolder, cannot_copy

SENTINELS = 20
"""So many entries, spread over the index, must find themselves."""


def verify_built(folder: Path, chroma: str = "") -> None:
    """IndexDamaged unless the built index in `folder` holds exactly what its contents say."""
    code = (
        "import sys; from pathlib import Path; from index.verify import check_copy; "
        "check_copy(Path(sys.argv[1]), sys.argv[2])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), chroma], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"the process ended with {done.returncode}"])[-1]
        raise IndexDamaged(f"The new index did not pass its check ({reason}); the old one stays in use.")


def check_copy(folder: Path, chroma: str = "") -> None:
    """Raises when an id is missing, foreign or double, a vector unreadable, or a search misses its own."""
    from index.records import read_contents
    from index.stores import store_at

    entries = {entry.id: entry for entry in read_contents(folder / CONTENTS).entries()}
    size = sum(path.stat().st_size for path in folder.rglob("*"))
    with PrivateFolder(size) as place:
        copy = place / folder.name
        try:
            shutil.copytree(folder, copy)
        except OSError as error:
            raise cannot_copy(error, size) from error
        vectors = store_at(chroma).open(copy)
        if vectors.problem:
            raise ValueError(vectors.problem)
        if vectors.count() != len(entries):
            raise ValueError(f"{vectors.count()} vectors for {len(entries)} entries")
        rows: dict[str, np.ndarray] = {}
        for id, row in vectors.all_vectors():
            if id in rows or id not in entries:
                raise ValueError(f"{id} is double or unknown")
            if not np.isfinite(row).all() or abs(float(np.linalg.norm(row)) - 1) > 1e-3:
                raise ValueError(f"the vector of {id} is not of length 1")
            rows[id] = row
        ids = sorted(entries)
        for id in ids[:: max(1, len(ids) // SENTINELS)]:
            entry = entries[id]
            near = vectors.nearest(rows[id], entry.kind, 10, {entry.article})
            # equal texts have equal vectors: the entry itself or one just as near must come first
            if not near or max(n.score for n in near) < 0.999:
                raise ValueError(f"{id} does not find itself")
        vectors.close()
