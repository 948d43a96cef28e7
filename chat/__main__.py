"""`python -m chat`: the chat in a browser; `python -m chat ask "..."`: one answer in the terminal."""

import argparse
import atexit
import gc
import importlib
import importlib.util
import io
import logging
import os
import sys

from chat.config import Config, add_config_arguments, add_model_arguments, config_from
from chat.engine import Answerer, open_answerer
from chat.errors import ChatError
from chat.logs import LOOK, add_log_arguments, log_fault, set_up_logs
from chat.page_arguments import add_page_arguments, print_login, serve_page, with_own_corpus
from chat.terminal import EXIT_STATUS, BuildProgress, print_answer, print_json, printable
from chat.writer import choose_model, try_model
from index import DossierIndexError
from ingest import IngestError

log = logging.getLogger("chat")

TRAINED = {
    "train-reader": "offline reader",
    "train-checker": "check of a language model's statements",
}
"""Commands of `chat.NAME.train`."""


def main(arguments: list[str] | None = None) -> int:
    """Exit status of `ask`: 0 answered or partial, 3 declined, 1 failed, 2 bad usage."""
    parser = argparse.ArgumentParser(prog="python -m chat", description=__doc__)
    add_config_arguments(parser, os.environ)
    add_model_arguments(parser, os.environ)
    add_log_arguments(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    page = commands.add_parser("page", help="open the chat in a browser (the default)")
    for place in (parser, page):
        # on both, so that `python -m chat --port 8000` works; SUPPRESS keeps one from undoing the other
        add_page_arguments(place, os.environ, again=place is page)
    login = commands.add_parser(
        "login", help="print a line for --auth-file, from a password that is asked for"
    )
    login.add_argument("name")
    ask = commands.add_parser("ask", help="answer one question here")
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="print everything as JSON")
    ask.add_argument(
        "--article", action="append", metavar="ID", help="ask only this article (may be repeated)"
    )
    # their options need torch's module to be known, and are parsed there
    for command, what in TRAINED.items():
        help = f"train the {what} anew (needs the `train` extra)"
        commands.add_parser(command, help=help, add_help=False)
    commands.add_parser("models", help="say which language model is chosen, and whether it can be reached")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in TRAINED:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character that a terminal lacks is no reason to stop
    set_up_logs(options)
    try:
        if options.command in TRAINED:
            return _train(options.command, rest)
        if options.command == "models":
            return _models(config_from(options))
        if options.command == "login":
            print_login(options.name)
            return 0
        with BuildProgress(sys.stderr) as progress:
            config, own = with_own_corpus(config_from(options), options)
            answerer = open_answerer(config, progress)
        with answerer:
            if options.command == "ask":
                return _ask(answerer, options)
            serve_page(answerer, options, own, os.environ)
        return 0
    except (IngestError, DossierIndexError, ChatError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        print(f"Something broke (fault {log_fault(log, error)}). {LOOK}", file=sys.stderr)
        return 1


def _models(config: Config) -> int:
    choice = choose_model(config.llm, config.llm_url, config.llm_key)
    if choice is None:
        print("No language model is chosen: answers are quotations. Choose one with --llm or DOSSIER_LLM.")
        return 0
    reached = try_model(choice)
    print(reached.line, file=sys.stdout if reached.ok else sys.stderr)
    return 0 if reached.ok else 1


def _train(command: str, arguments: list[str]) -> int:
    if importlib.util.find_spec("torch") is None:
        raise ChatError("Training needs torch: pip install torch==2.13.0, as the `train` extra has it.")
    training = importlib.import_module(f"chat.{command.removeprefix('train-')}.train")
    parser = argparse.ArgumentParser(prog=f"python -m chat {command}")
    training.add_arguments(parser)
    return training.main(parser.parse_args(arguments))


def _ask(answerer: Answerer, options: argparse.Namespace) -> int:
    scope = set(options.article) if options.article else None
    answer = answerer.answer(options.question, scope=scope)
    if options.json:
        print_json(answer, sys.stdout)
    else:
        print_answer(answer, answerer.articles, sys.stdout)
    return EXIT_STATUS[answer.outcome]


if __name__ == "__main__":
    atexit.register(gc.freeze)  # or Python looks through all that it has loaded once more, for 0.6 s
    sys.exit(main())
