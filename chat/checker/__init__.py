"""Checking by reading: does the evidence say what a statement says, whatever the words of both?"""

from collections.abc import Sequence
from typing import Protocol


class Checker(Protocol):
    """Judges statements by what they mean; the rules of `chat.writer.verifying` judge them by their words."""

    name: str

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How surely the evidence says all of the statement, 0 to 1; `evidence` in the order of its articles."""
        ...
