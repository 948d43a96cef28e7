"""Training data of the checker: statements written by hand about evidence from public texts, or written with it.

The statements are in the repository; the public texts are not. Of them evidence is named by its source and by the
hash of each of its sentences, and is found again in the files that `train-reader` trains on, too. Evidence that
was written for this stands with its statements, as `text`.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chat.errors import ChatError

TEST_SOURCES = frozenset(
    ("squad/Scottish_Parliament", "squad/Huguenot", "squad/Genghis_Khan", "squad/Economic_inequality")
)
"""Articles that nothing is trained or chosen on; of the other kinds, one source in twelve."""

_SENTENCE_END = re.compile(r"(?<=[a-z0-9)\"”][.!?])\s+(?=[A-Z\"“])")


@dataclass(frozen=True, slots=True)
class Statements:
    """One piece of evidence with statements about it."""

    file: str
    """In which the statements stand."""
    source: str
    """`squad/ARTICLE`, `nq/TITLE`, or `own/...` for some ten pieces of evidence written one after the other."""
    evidence: str
    right: tuple[str, ...]
    """What it supports."""
    wrong: tuple[str, ...]
    """What it does not, each in a way that is easily overlooked."""


def read_statements(folder: Path, data: Path) -> list[Statements]:
    """All statements of a folder, with their evidence from squad-part.json and nq-passages.jsonl in `data`.

    ChatError when a line is not as it should be, or its evidence is not in the data.
    """
    sentences = {sentence_hash(s): s for text in _texts(data) for s in split_plainly(text)}
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                own = "text" in row
                evidence = row["text"] if own else " ".join(sentences[name] for name in row["evidence"])
                right, wrong = tuple(row["right"]), tuple(row["wrong"])
                found.append(Statements(file.name, row["source"], evidence, right, wrong))
            except (ValueError, TypeError) as error:
                raise ChatError(
                    f"{file.name}, line {number}, is not a line of statements ({error})."
                ) from error
            except KeyError as error:
                raise ChatError(
                    f"{file.name}, line {number}: {error} is not there. The data that the statements were "
                    f"written about are wanted, and {data} holds others."
                ) from error
    return found


def is_test(source: str) -> bool:
    """Whether what was written about the source is only for measuring."""
    return source in TEST_SOURCES or (
        source.startswith(("nq/", "own/")) and zlib.crc32(source.encode()) % 12 == 0
    )


def parted(groups: Iterable[Statements]) -> tuple[list[Statements], list[Statements]]:
    """What is trained on, and what is held out; ChatError when there is nothing of either."""
    learned: list[Statements] = []
    held: list[Statements] = []
    for group in groups:
        (held if is_test(group.source) else learned).append(group)
    if not learned or not held:
        raise ChatError(
            f"There are {len(learned):,} pieces of evidence to train on and {len(held):,} to measure with, and at least "
            "one of each is wanted. Which are held out goes by their sources: give more lines, of other sources."
        )
    return learned, held


def split_plainly(text: str) -> list[str]:
    """Sentences by their punctuation alone, which must stay as it is: the hashes are of its pieces."""
    return _SENTENCE_END.split(re.sub(r"\s+", " ", text).strip())


def sentence_hash(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:16]


def _texts(data: Path) -> Iterator[str]:
    squad: Mapping[str, Iterable[Mapping[str, Iterable[Mapping[str, str]]]]] = json.loads(
        (data / "squad-part.json").read_text(encoding="utf-8")
    )
    for article in squad["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
    for line in (data / "nq-passages.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["context"]
