"""What the hostile tests share: the real engine without its reader, and a watch for what takes too long."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat import Answerer
from chat.scoring import read_weights

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[2])]

SECONDS = 2.0
"""Of computing: the time of the clock would also measure what else the machine does."""


@pytest.fixture(scope="session")
def engine(shipped_index) -> Answerer:
    """The reader only reorders sentences, and takes nine tenths of the time of an answer."""
    return Answerer(shipped_index, "prepared", read_weights("prepared"))


@pytest.fixture(scope="session")
def promptly():
    @contextmanager
    def promptly(seconds: float = SECONDS) -> Iterator[None]:
        began = time.process_time()
        yield
        took = time.process_time() - began
        assert took < seconds, f"took {took:.1f} seconds"

    return promptly


@pytest.fixture(scope="session")
def assert_sound():
    """Every citation is its article's slice and every statement of an offline answer is made of its quotations."""

    def assert_sound(answer, articles, verbatim: bool = True) -> None:
        from chat.citing import keep_supported

        assert keep_supported(answer, articles) == (answer, 0)
        for c in (*answer.citations, *answer.closest):
            assert articles[c.article].text[c.start : c.end] == c.quote
        for m in answer.matches:
            assert 0 <= m.start < m.end <= len(articles[m.article].text)
        quotes = {c.number: c.quote for c in answer.citations}
        for statement in answer.statements:
            assert statement.citations
            if verbatim:
                assert statement.verbatim
                rest = statement.text
                for number in sorted(statement.citations, key=lambda n: -len(quotes[n])):
                    rest = rest.replace(quotes[number], "", 1)
                assert not rest.replace("…", "").strip()
        assert bool(answer.citations) == (answer.outcome in ("answered", "partial"))
        answer.text().encode()  # no half of a character

    return assert_sound
