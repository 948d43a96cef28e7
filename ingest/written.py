"""Prepared questions that a program writes, a sentence at a time, so that a run can be killed and go on.

They stand in one file of their own, `questions/by-model.jsonl`, in the format of all prepared questions.
Nothing in it is rewritten: a line is added for each sentence, on the disk before the next sentence is
asked, and a line whose words are not in its article any more is left out when the questions are read.
"""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingest.articles import Article, Sentence
from ingest.errors import IngestError
from ingest.questions import BY_MODEL, FILE_MOST, FOLDER, read_questions
from ingest.reading import bytes_beside, read_bounded
from ingest.sentences import split_sentences

KINDS = ("title", "standfirst", "paragraph", "list_item", "quotation")
"""Kinds of sentences that something can be asked about."""

LEAST_WORDS = 4
"""A shorter sentence answers nothing by itself."""


class WrittenQuestions:
    """The file of written questions of one corpus, open for adding; nobody else can open it meanwhile.

    Close it, or use it as a context manager. IngestError when another process has it open, or the
    folder cannot be written to.
    """

    def __init__(self, folder: Path):
        self.file = folder / FOLDER / BY_MODEL
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.file.open("a+b", buffering=0)
        except OSError as error:
            raise self._fault(error) from error
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._end_last_line()
            sync_folder(self.file.parent)
        except BlockingIOError as error:
            self._stream.close()
            raise IngestError(
                f"Another process writes questions to {self.file}. Wait until it is done, and try again."
            ) from error
        except OSError as error:
            self._stream.close()
            raise self._fault(error) from error

    def add(self, sentence: Sentence, questions: Sequence[str], by: str) -> None:
        """Adds what was written for a sentence, which may be nothing; it is on the disk afterwards.

        `by` names who wrote it. IngestError when it cannot be written; the file is then as it was.
        """
        row = {"article": sentence.article, "quotes": [sentence.text], "questions": list(questions), "by": by}
        content = (json.dumps(row, ensure_ascii=False) + "\n").encode()
        size = os.fstat(self._stream.fileno()).st_size
        try:
            # one call: a kill leaves the whole line or none of it; a full disk may leave a part
            whole = self._stream.write(content) == len(content)
            os.fsync(self._stream.fileno())
        except OSError as error:
            self._stream.truncate(size)
            raise self._fault(error) from error
        if not whole:
            self._stream.truncate(size)
            raise IngestError(f"{self.file} cannot be written: the disk is full. Make room, and go on.")

    def close(self) -> None:
        """Lets the next one open it; a file that nothing was added to is taken away."""
        if not self._stream.closed and not os.fstat(self._stream.fileno()).st_size:
            with suppress(OSError):
                self.file.unlink()
                self.file.parent.rmdir()
        self._stream.close()

    def __enter__(self) -> "WrittenQuestions":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end_last_line(self) -> None:
        """Takes away a last line that was cut off, as a crash of the machine can leave it."""
        content = read_bounded(self.file, FILE_MOST)
        _, _, last = content.rpartition(b"\n")
        if last and _row(last):
            self._stream.write(b"\n")  # somebody's editor took the line break away
        elif last:
            self._stream.truncate(len(content) - len(last))

    def _fault(self, error: OSError) -> IngestError:
        return IngestError(f"{self.file} cannot be written ({error.strerror}).")


def without_questions(folder: Path, articles: Mapping[str, Article]) -> list[Sentence]:
    """The sentences that nothing was written for, neither by hand nor by a program, in reading order.

    Questions that several sentences answer together are about none of them. IngestError as for
    `read_questions`, and when a line of by-model.jsonl was not written by a program.
    """
    done = _done(folder)
    spans: dict[str, list[tuple[int, int]]] = {name: [] for name in articles}
    for item in read_questions(folder, articles)[0]:
        spans[item.article] += item.spans if len(item.spans) == 1 else ()
    return [
        sentence
        for article in articles.values()
        for sentence in askable(article)
        if (article.id, sentence.text) not in done and not _is_touched(sentence, spans[article.id])
    ]


def askable(article: Article) -> list[Sentence]:
    """The sentences of an article that questions can be written for, in reading order.

    A sentence whose words stand in the article before it is none: a quote always means the first place.
    """
    return [
        sentence
        for sentence in split_sentences(article)
        if sentence.kind in KINDS
        and len(sentence.text.split()) >= LEAST_WORDS
        and article.text.find(sentence.text) == sentence.start
    ]


def _is_touched(sentence: Sentence, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < sentence.end and sentence.start < end for start, end in spans)


def _done(folder: Path) -> set[tuple[str, str]]:
    """Article and sentence of every line."""
    file = folder / FOLDER / BY_MODEL
    if not file.exists():
        return set()
    try:
        *lines, _ = bytes_beside(file, folder, FILE_MOST).split(
            b"\n"
        )  # after the last line break is no whole line
    except OSError as error:
        raise IngestError(
            f"{FOLDER}/{file.name} cannot be read: {error.strerror}. Mend it or take it away."
        ) from error
    done = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if (row := _row(line)) is None:
            raise IngestError(
                f"{FOLDER}/{file.name}, line {number}, was not written by a program, which names itself in `by`: "
                "this file is for such lines. Mend the line, or move it to a file of another name."
            )
        done |= {(row["article"], quote) for quote in row["quotes"]}
    return done


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(row, dict) and all(isinstance(row.get(key), str) for key in ("article", "by"))
    quotes = row.get("quotes") if fits else None
    return row if isinstance(quotes, list) and all(isinstance(quote, str) for quote in quotes) else None


def sync_folder(folder: Path) -> None:
    """A file's name, too, must reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
