"""Checking by reading: does the evidence say what a statement says, whatever the words of both?"""

from collections.abc import Sequence
from typing import Protocol


class Checker(Protocol):
    """Judges statements by what they mean; `chat.writer.verifying` asks it, and looks at names and numbers itself."""

    name: str

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How surely the evidence says all of the statement, 0 to 1; of `evidence`, what belongs together stands together."""
        ...
