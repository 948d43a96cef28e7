"""What the programs log: one line for each event, `time LEVEL logger event key=value ...`, quiet unless asked.

A message is the event's name and its values, texts written with %r so that each stays one value of one line. No
question, and no message of an exception, which may quote one, is written unless the person who starts the program
asks for it.
"""

import argparse
import logging
import sys
import time
import traceback
import uuid
from typing import TextIO

ROOMS = ("ingest", "index", "chat", "eval")
QUESTIONS = "chat.questions"
"""The logger of what is asked; it is silent unless it is asked for."""

LOOK = "Run it again with -vv --log-questions to see more, and report it with that line of the log."
FRAMES = 4
"""So many places of our own code are named for a fault, the innermost first; all of them from -vv on."""


def new_id() -> str:
    """Ties what a person sees to the lines of the log."""
    return uuid.uuid4().hex[:8]


def log_fault(log: logging.Logger, error: BaseException, event: str = "fault", id: str = "") -> str:
    """Logs what nobody foresaw, and gives back its id: the one given or a new one."""
    id = id or new_id()
    log.error("%s id=%s", event, id, exc_info=error)
    return id


class OneLine(logging.Formatter):
    """A record as one line, whatever stands in it."""

    converter = time.gmtime

    def __init__(self, questions: bool = False, frames: int | None = FRAMES):
        """`questions` True also writes what an exception says; `frames` None names all places."""
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._questions = questions
        self._frames = frames

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if record.name.partition(".")[0] not in ROOMS:
            said = f"said={said!r}"
        if record.exc_info and (error := record.exc_info[1]) is not None:
            said += f" error={type(error).__name__} at={self._places(error)}"
            if isinstance(error, OSError) and error.strerror:
                said += f" reason={error.strerror!r}"
            if self._questions:
                said += f" message={str(error)!r}"
        record.message = said
        record.asctime = self.formatTime(record, self.datefmt)
        # what is no character of a line is written as an escape, so that nobody can forge a line
        return "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode() for c in self.formatMessage(record)
        )

    def _places(self, error: BaseException) -> str:
        """Where in our own code, the innermost first: `index/search.py:140<chat/engine.py:98`."""
        frames = [
            (frame.filename.replace("\\", "/").split("/"), frame.lineno)
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        own = [
            f"{'/'.join(parts[next(i for i, part in enumerate(parts) if part in ROOMS) :])}:{line}"
            for parts, line in reversed(frames)
            if any(part in ROOMS for part in parts[:-1]) and "site-packages" not in parts
        ]
        return "<".join(own[: self._frames]) or "?"


def add_log_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of what is logged."""
    parser.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="log what is done, one line for each event; -vv logs more",
    )
    parser.add_argument(
        "--log-questions",
        action="store_true",
        help="also log what is asked and what faults say, which may quote it (never logged otherwise)",
    )


def set_up_logs(options: argparse.Namespace, stream: TextIO = sys.stderr) -> None:
    """Logs to `stream` as the options say: by default only what somebody has to look at."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(options.log_questions, None if options.verbose > 1 else FRAMES))
    # no more of other libraries: theirs name addresses and headers
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    for room in ROOMS:
        logging.getLogger(room).setLevel(levels[min(options.verbose, 2)])
    logging.getLogger(QUESTIONS).setLevel(logging.INFO if options.log_questions else logging.CRITICAL)
