"""The options of the page, apart from the page itself so that reading them does not import gradio."""

import argparse
import getpass
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat.config import Config
from chat.engine import Answerer
from chat.own import OwnCorpus, open_own_corpus

if TYPE_CHECKING:
    from chat.page import Login


def add_page_arguments(
    parser: argparse.ArgumentParser, environ: Mapping[str, str], again: bool = False
) -> None:
    """The options of the page; `again` where they were added to another parser whose values must stay."""

    def add(*names: str, default: Any, **more: Any) -> None:
        parser.add_argument(*names, default=argparse.SUPPRESS if again else default, **more)

    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=7860, help="port to listen on; 0 takes a free one")
    add(
        "--root-path",
        default="",
        metavar="PATH",
        help="path that browsers see behind a proxy, such as /dossier",
    )
    add(
        "--host-name",
        action="append",
        default=None,
        metavar="NAME",
        help="name that browsers see behind a proxy",
    )
    add(
        "--auth",
        default=environ.get("DOSSIER_AUTH", ""),
        metavar="NAME:PASSWORD",
        help="let in only who knows this (DOSSIER_AUTH, which other users of the machine cannot see)",
    )
    add(
        "--auth-file",
        type=Path,
        default=None,
        metavar="FILE",
        help="file of logins, see `python -m chat login`",
    )
    add(
        "--allow-uploads",
        action="store_true",
        default=False,
        help="let people add articles to a copy of the corpus",
    )
    add("--mcp", action="store_true", default=False, help="offer the engine as tools (MCP) on /mcp")


def with_own_corpus(config: Config, options: argparse.Namespace) -> tuple[Config, OwnCorpus | None]:
    """With --allow-uploads the settings for the user's own copy of the corpus, and that; else what was there."""
    if not getattr(options, "allow_uploads", False) or options.command not in (None, "page"):
        return config, None
    own = open_own_corpus(config.corpus, config.home)
    return replace(config, corpus=own.folder), own


def serve_page(
    answerer: Answerer, options: argparse.Namespace, own: OwnCorpus | None, environ: Mapping[str, str]
) -> None:
    """Serves the page as the options say, until Ctrl-C."""
    from chat.page import Evaluate, PageSettings, serve  # here: importing gradio takes seconds

    logins = _logins(options)
    if options.host not in ("127.0.0.1", "localhost", "::1") and not logins:
        print("Whoever can reach this address can use the page: see --auth.", file=sys.stderr)
    places = ["--corpus", str(options.corpus), "--home", str(options.home)]
    if options.index and own is None:
        places += ["--index", str(options.index)]
    if options.chroma:
        places += ["--chroma", options.chroma]
    settings = PageSettings(
        host=options.host,
        port=options.port,
        root_path=options.root_path.rstrip("/"),
        names=tuple(options.host_name or ()),
        at_once=2 if answerer.fingerprint["llm"] == "none" else 8,
        home=options.home,
        runs=Path("runs").absolute(),
        evaluate=Evaluate((sys.executable, "-m", "eval", "run", *places), environ),
        own=own,
        logins=logins,
        mcp=options.mcp,
    )
    serve(answerer, settings)


def _logins(options: argparse.Namespace) -> "tuple[Login, ...]":
    from chat.page import make_login, read_logins

    given = read_logins(options.auth_file) if options.auth_file else []
    if options.auth:
        name, _, password = options.auth.partition(":")
        given.append(make_login(name, password))
    return tuple(given)


def print_login(name: str) -> None:
    """Asks for a password twice and prints the line for a file of logins."""
    from chat.page import LoginError, make_login

    password = getpass.getpass(f"Password of {name}: ")
    if getpass.getpass("Once more: ") != password:
        raise LoginError("The two passwords are not the same. Try again.")
    print(make_login(name, password).line())
