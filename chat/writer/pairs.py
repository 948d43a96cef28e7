"""How well the verifier tells supported statements from subtly wrong ones, on pairs written by hand."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from chat.errors import ChatError
from chat.writer.verifying import Verifier
from ingest import Article

PAIRS = Path(__file__).resolve().parents[2] / "tests" / "chat" / "pairs.jsonl"
"""The pairs that come along, from the five articles."""

Half = Literal["fit", "held"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement and the words it cites, with whether these support it."""

    statement: str
    article: str
    quote: str
    supported: bool
    kind: str
    """`other words` for what is supported, else what is wrong: `number`, `country`, `negation`, ..."""
    half: Half
    """The verifier's rules and its limit were chosen on `fit` alone."""
    batch: int = 1
    """Each was written when the figures of those before were known, before anything was changed for it."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One kind of pairs in one half of one batch."""

    half: Half
    batch: int
    kind: str
    right: int
    """Pairs that the verifier judged rightly: let pass if supported, refused if not."""
    pairs: int


@dataclass(frozen=True, slots=True)
class PairTable:
    """The verifier's judgements, counted."""

    rows: tuple[PairRow, ...]

    def caught(self, half: Half, batch: int | None = None) -> float:
        """Share of the wrong statements that were refused; of all batches when none is named."""
        return _share(row for row in self._of(half, batch) if row.kind != SUPPORTED)

    def refused(self, half: Half, batch: int | None = None) -> float:
        """Share of the supported statements that were refused."""
        return 1 - _share(row for row in self._of(half, batch) if row.kind == SUPPORTED)

    def lines(self) -> list[str]:
        """The table as text for a terminal."""
        batches: tuple[int | None, ...] = (*sorted({row.batch for row in self.rows}), None)
        columns = [(half, batch) for half in get_args(Half) for batch in batches]
        heads = (half if batch is None else f"{half} {batch}" for half, batch in columns)
        lines = [f"{'judged rightly':<16}" + "".join(f"{head:>10}" for head in heads)]
        for kind in dict.fromkeys(row.kind for row in self.rows):
            of_kind = ([row for row in self._of(*column) if row.kind == kind] for column in columns)
            cells = (f"{sum(r.right for r in rows)}/{sum(r.pairs for r in rows)}" for rows in of_kind)
            lines.append(f"{kind:<16}" + "".join(f"{cell:>10}" for cell in cells))
        for name, share in (("wrong caught", self.caught), ("right refused", self.refused)):
            lines.append(f"{name:<16}" + "".join(f"{share(*column):>10.1%}" for column in columns))
        return lines

    def _of(self, half: Half, batch: int | None) -> list[PairRow]:
        return [row for row in self.rows if row.half == half and batch in (None, row.batch)]


def _share(rows: Iterable[PairRow]) -> float:
    counted = [(row.right, row.pairs) for row in rows]
    return sum(right for right, _ in counted) / max(1, sum(pairs for _, pairs in counted))


SUPPORTED = "other words"


def read_pairs(file: Path = PAIRS, articles: Mapping[str, Article] | None = None) -> list[Pair]:
    """The pairs of a file; ChatError when there is none, or a quote is not in its article."""
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        pairs = [Pair(**row) for row in rows]
    except (OSError, ValueError, TypeError) as error:
        raise ChatError(
            f"{file.name} cannot be read as pairs ({error}). One JSON object a line is wanted."
        ) from error
    for number, pair in enumerate(pairs, 1):
        article = articles.get(pair.article) if articles is not None else None
        if articles is not None and (article is None or pair.quote not in article.text):
            raise ChatError(f"{file.name}, line {number}: {pair.quote[:50]!r} is not in {pair.article!r}.")
    return pairs


def pair_table(pairs: Sequence[Pair], verifier: Verifier) -> PairTable:
    """Judges every pair; rows come in the order in which kinds first appear, `fit` before `held`."""
    counts: dict[tuple[Half, int, str], list[int]] = {}
    for pair in pairs:
        count = counts.setdefault((pair.half, pair.batch, pair.kind), [0, 0])
        count[0] += verifier.check(pair.statement, [pair.quote]).supported == pair.supported
        count[1] += 1
    ordered = sorted(counts.items(), key=lambda item: item[0][0])
    return PairTable(tuple(PairRow(*place, *count) for place, count in ordered))


LEAST_CAUGHT = 0.95
MOST_REFUSED = 0.10
"""The aims: so many of the wrong statements are caught, and so many of the right ones refused."""


def fit_sure(pairs: Sequence[Pair], verifier: Verifier) -> float:
    """The support, in steps of 0.05, with which both aims are kept by the widest margin, or missed by the least.

    Chosen on the `fit` half. The margin is the smaller of the two, each in parts of what its aim allows; of equals
    the highest support.
    """
    right, wrong = (
        [
            verifier.check(pair.statement, [pair.quote]).support or 0.0
            for pair in pairs
            if pair.half == "fit" and pair.supported is supported
        ]
        for supported in (True, False)
    )

    def order(sure: float) -> tuple[float, float]:
        missed = sum(support >= sure for support in wrong) / len(wrong)
        refused = sum(support < sure for support in right) / len(right)
        return round(max(missed / (1 - LEAST_CAUGHT), refused / MOST_REFUSED), 9), -sure

    return min((round(step / 20, 2) for step in range(1, 20)), key=order)
