"""The home of onnxruntime: opens a graph, built once and cached, and runs token batches through it."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.disk import write_atomically
from index.errors import WeightsError
from index.weights import sha256_of

BATCH_TOKENS = 4096
"""At most so many tokens, padding included, go through the encoder at once: it bounds the memory."""


class Encoder:
    """An open graph with its tokenizer; safe to use from several threads."""

    def __init__(self, graph: Path, tokenizer: Path, max_tokens: int, threads: int | None = None):
        onnxruntime = _silent_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or _usable_cores()
        # one graph at a time uses all cores; spinning would burn them between questions
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises classes of its own, without a common base
            raise WeightsError(
                f"The encoder in {graph} does not open ({str(error).splitlines()[0]}). Delete the file: it "
                "is built again at the next start."
            ) from error
        self._inputs = {value.name for value in self._session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_tokens)

    def run(self, encodings: Sequence[Encoding]) -> list[np.ndarray]:
        """The graph's outputs for one padded batch; the first axis of each is the batch."""
        width = max(len(encoding.ids) for encoding in encodings)
        feed = {}
        for name, field in (
            ("input_ids", "ids"),
            ("attention_mask", "attention_mask"),
            ("token_type_ids", "type_ids"),
        ):
            if name in self._inputs:
                rows = np.zeros((len(encodings), width), np.int64)
                for row, encoding in zip(rows, encodings, strict=True):
                    values = getattr(encoding, field)
                    row[: len(values)] = values
                feed[name] = rows
        return self._session.run(None, feed)

    def batches(self, encodings: Sequence[Encoding]) -> list[list[int]]:
        """Indices of `encodings` in batches of similar length, each within BATCH_TOKENS."""
        order = sorted(range(len(encodings)), key=lambda i: len(encodings[i].ids))
        batches: list[list[int]] = []
        for i in order:
            # lengths only grow, so this one is the width of the batch
            if not batches or (len(batches[-1]) + 1) * len(encodings[i].ids) > BATCH_TOKENS:
                batches.append([])
            batches[-1].append(i)
        return batches


def cached_graph(folder: Path, name: str, build: Callable[[], bytes]) -> Path:
    """The file `name` in `folder`, written by `build` when it is missing or not what was written.

    The file's hash stands beside it, so that a torn or altered one is built again.
    """
    graph, seal = folder / f"{name}.onnx", folder / f"{name}.sha256"
    try:
        if sha256_of(graph) == seal.read_text().strip():
            return graph
    except OSError:
        pass
    content = build()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # the seal last: a crash in between leaves a mismatch, which is built again
        write_atomically(graph, content)
        write_atomically(seal, hashlib.sha256(content).hexdigest().encode())
    except OSError as error:
        raise WeightsError(
            f"The encoder cannot be stored in {folder} ({error.strerror}); it needs {len(content) / 1e6:.0f} MB "
            "there. Name another folder with --home."
        ) from error
    return graph


def _silent_onnxruntime() -> ModuleType:
    """onnxruntime, kept from reporting to its makers and from writing an id of this machine to the user's cache.

    Its official builds do both unless this stands in the environment before the import; what can be called
    later stops only a part of it.
    """
    os.putenv("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where a program that uses us had imported it before
    return onnxruntime


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
