"""A fine-tuned model as a small difference from the model it was tuned from."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from index.errors import WeightsError
from index.weights import sha256_of

WEIGHTS = Path(__file__).parent / "weights"


def merge(base: Mapping[str, np.ndarray], adapter: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tuned tensors: `NAME.up` · `NAME.down` is added to NAME (LoRA, Hu et al. 2021, arXiv
    2106.09685); any other name of the adapter replaces the tensor of that name or is new."""
    tuned = {name: np.asarray(value, np.float32) for name, value in base.items()}
    for name, value in adapter.items():
        if name.endswith(".down"):
            weight = name.removesuffix(".down")
            up = adapter[f"{weight}.up"].astype(np.float32)
            tuned[weight] = tuned[weight] + up @ value.astype(np.float32)
        elif not name.endswith(".up"):
            tuned[name] = value.astype(np.float32)
    return tuned


def cut(base: Mapping[str, np.ndarray], tuned: Mapping[str, np.ndarray], rank: int) -> dict[str, np.ndarray]:
    """The adapter that comes closest to `tuned`: each matrix's difference by its `rank` largest singular
    values (Eckart & Young 1936), all other tensors that differ whole; 16-bit."""
    adapter: dict[str, np.ndarray] = {}
    for name, value in tuned.items():
        if name in base and np.array_equal(base[name], value):
            continue
        if name not in base or min(value.shape) <= rank or value.ndim < 2:
            adapter[name] = value.astype(np.float16)
            continue
        left, sizes, right = np.linalg.svd(value - base[name], full_matrices=False)
        root = np.sqrt(sizes[:rank])
        adapter[f"{name}.up"] = (left[:, :rank] * root).astype(np.float16)
        adapter[f"{name}.down"] = (root[:, None] * right[:rank]).astype(np.float16)
    return adapter


def seal(file: Path) -> Path:
    """Writes the file's hash beside it."""
    mark = file.with_suffix(".sha256")
    mark.write_text(sha256_of(file) + "\n")
    return mark


def check_adapter(folder: Path, name: str) -> str:
    """The hash of the folder's `name`.safetensors; WeightsError unless it is the one noted beside it."""
    file, mark = folder / f"{name}.safetensors", folder / f"{name}.sha256"
    for each in (file, mark):
        if not each.is_file():
            raise WeightsError(f"{each.name} is not in {folder}. It comes with Dossier: install it again.")
    wanted, found = mark.read_text().strip(), sha256_of(file)
    if found != wanted:
        raise WeightsError(
            f"{file} has sha256 {found[:16]}…, not {wanted[:16]}…: it is damaged. Install Dossier again, "
            f"or train it anew with `python -m chat train-{name}`."
        )
    return found
