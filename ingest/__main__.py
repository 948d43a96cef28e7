"""`python -m ingest`: makes the index of a corpus, or shows how an article was read."""

import argparse
import os
import sys
from pathlib import Path

from chat.config import add_config_arguments, config_from
from chat.terminal import BuildProgress
from index import DossierIndexError, build_index, open_embedder
from ingest import IngestError, read_corpus
from ingest.showing import WIDTH, show_article


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 when all is well, 1 when a file was refused or nothing could be done."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    add_config_arguments(parser, os.environ)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("build", help="make the index, or bring it up to date (the default)")
    show = commands.add_parser("show", help="print an article with what was selected and what was left out")
    show.add_argument("article", help="the article's id, as `python -m ingest` lists it")
    options = parser.parse_args(arguments)
    try:
        if options.command == "show":
            return _show(options.corpus, options.article)
        return _build(options)
    except (IngestError, DossierIndexError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the index is as it was.", file=sys.stderr)
        return 130


def _build(options: argparse.Namespace) -> int:
    config = config_from(options)
    corpus = read_corpus(config.corpus, config.strict)
    for refused in corpus.refused:
        print(f"Not used: {refused}", file=sys.stderr)
    with BuildProgress(sys.stderr) as progress:
        progress("preparing the encoder", 0, 1)
        embedder = open_embedder(config.home, config.model)
        built = build_index(corpus, config.index_folder, embedder, progress, config.chroma)
    if not built.changed:
        print(f"Nothing changed: {built.articles} articles, {built.passages} passages.")
    else:
        print(
            f"Indexed {built.articles} articles: {built.passages} passages, {built.sentences} sentences, "
            f"{built.questions} prepared questions; {built.embedded} texts embedded, {built.seconds:.1f} s."
        )
        for article in corpus.articles.values():
            print(f"  {article.id}: {article.words} words, {_printable(article.title)}")
    return 1 if corpus.refused else 0


def _show(folder: Path, name: str) -> int:
    corpus = read_corpus(folder)
    if name not in corpus.articles:
        raise IngestError(
            f"There is no article {name!r} in {folder}. Known are {', '.join(corpus.articles)}."
        )
    article = corpus.articles[name]
    print(_printable(article.title))
    print(f"{article.file}, {article.words} words, {len(article.blocks)} blocks\n")
    dim, plain = ("\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "")
    for label, text in show_article(article):
        line = f"{label:>{WIDTH}} | {_printable(text)}"
        print(f"{dim}{line}{plain}" if label == "left out" else line)
    return 0


def _printable(text: str) -> str:
    """The text without control characters, which a document could use to drive the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


if __name__ == "__main__":
    sys.exit(main())
