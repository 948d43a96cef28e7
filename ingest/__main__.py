"""`python -m ingest`: makes the index of a corpus, shows how an article was read, or has questions prepared."""

import argparse
import atexit
import gc
import io
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from chat.config import add_config_arguments, add_llm_argument, config_from
from chat.engine import open_answerer
from chat.errors import ChatError
from chat.logs import LOOK, add_log_arguments, log_fault, set_up_logs
from chat.preparing import Wrote, prepare_questions
from chat.terminal import BuildProgress, printable
from chat.writer import ModelFault, choose_model, open_model
from index import DossierIndexError, build_index, open_embedder
from ingest import IngestError, read_corpus
from ingest.questions import BY_MODEL, FOLDER
from ingest.showing import WIDTH, show_article
from ingest.written import WrittenQuestions, without_questions

QUESTIONS = f"""\
Has a language model write, for each sentence of the corpus, the questions that it answers. A question that
somebody asks is then compared with these too, which finds sentences that share no word with it.

Each question is kept only if Dossier's own search and reader, without prepared questions, rank its sentence
first of all in the corpus, and if it names nothing that the article does not. They are added to
{FOLDER}/{BY_MODEL} beside the articles, a line for each sentence; no other file is touched, and sentences
that have questions written by hand are not asked about. Stop it whenever you like: the same command goes on
where it was, and after an article was changed it asks only about the changed sentences. The next
`python -m ingest` indexes what was written. A sentence whose line you take out is asked about again; one whose
list of questions you empty is not.
"""

log = logging.getLogger("ingest")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 when all is well, 1 when a file was refused or nothing could be done."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    add_config_arguments(parser, os.environ)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    build = commands.add_parser("build", help="make the index, or bring it up to date (the default)")
    show = commands.add_parser("show", help="print an article with what was selected and what was left out")
    show.add_argument("article", help="the article's id, as `python -m ingest` lists it")
    questions = commands.add_parser(
        "questions",
        help="have a language model write questions for each sentence, which the search then uses",
        description=QUESTIONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_llm_argument(questions, os.environ, "questions")
    questions.add_argument(
        "--article", action="append", metavar="ID", help="only for this article (may be repeated)"
    )
    questions.add_argument(
        "--limit", type=_count, metavar="N", help="at most N sentences this time, to see what they cost"
    )
    for place in (build, show, questions):
        add_config_arguments(place, os.environ, again=True)
    add_log_arguments(parser)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character that a terminal lacks is no reason to stop
    set_up_logs(options)
    try:
        if options.command == "show":
            return _show(options.corpus, options.article)
        if options.command == "questions":
            return _questions(options)
        return _build(options)
    except (IngestError, DossierIndexError, ChatError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        kept = "what was written stays" if options.command == "questions" else "the index is as it was"
        print(f"Stopped; {kept}.", file=sys.stderr)
        return 130
    except Exception as error:
        print(f"Something broke (fault {log_fault(log, error)}). {LOOK}", file=sys.stderr)
        return 1


def _build(options: argparse.Namespace) -> int:
    config = config_from(options)
    corpus = read_corpus(config.corpus, config.strict)
    for refused in corpus.refused:
        print(f"Not used: {printable(str(refused))}", file=sys.stderr)
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
            print(f"  {article.id}: {article.words} words, {printable(article.title)}")
    if (corpus.folder / FOLDER / BY_MODEL).exists():
        waiting = without_questions(corpus.folder, corpus.articles)
        if waiting:
            print(
                f"Without a prepared question: {_many(len(waiting), 'sentence')}; `python -m ingest questions` goes on."
            )
    return 1 if corpus.refused else 0


def _questions(options: argparse.Namespace) -> int:
    config = config_from(options)
    choice = choose_model(config.llm, config.llm_url, config.llm_key)
    if choice is None:
        raise ChatError(
            "Name the language model that writes the questions: --llm openai:MODEL, or DOSSIER_LLM."
        )
    corpus = read_corpus(config.corpus, config.strict)
    articles = corpus.articles
    for name in options.article or ():
        if name not in articles:
            raise IngestError(
                f"There is no article {name!r} in {config.corpus}. Known are {', '.join(articles)}."
            )
    with WrittenQuestions(corpus.folder) as written:
        waiting = [
            sentence
            for sentence in without_questions(corpus.folder, articles)
            if not options.article or sentence.article in options.article
        ]
        if not waiting:
            print("Nothing to do: every sentence has been asked about.")
            return 0
        now = waiting[: options.limit]
        print(
            f"{_many(len(waiting), 'sentence')} to ask about" + f", {len(now)} of them now" * (now != waiting)
        )
        done: list[Wrote] = []
        try:
            with (
                closing(open_model(choice)) as model,
                BuildProgress(sys.stderr) as progress,
                # its answers are not wanted, but what finds and reads sentences
                open_answerer(replace(config, llm="none", prepared=False), progress) as answerer,
            ):
                for wrote in prepare_questions(now, model, answerer.finder(), written):
                    done.append(wrote)
                    progress("asking", len(done), len(now))
                    if not sys.stderr.isatty():
                        print(f"{len(done)}/{len(now)} {_came_of(wrote)}", file=sys.stderr, flush=True)
        except ModelFault as fault:
            raise ChatError(
                f"{fault} What was written stays: the same command goes on from there."
            ) from fault
        finally:
            _sum_up(done, written.file)
    return _still_waiting(done)


def _came_of(wrote: Wrote) -> str:
    left_out = len(wrote.elsewhere) + len(wrote.strange)
    said = wrote.fault or _many(len(wrote.kept), "question") + f", {left_out} left out" * bool(left_out)
    return f"{printable(wrote.sentence.id)}: {said}"


def _show(folder: Path, name: str) -> int:
    corpus = read_corpus(folder)
    if name not in corpus.articles:
        raise IngestError(
            f"There is no article {name!r} in {folder}. Known are {', '.join(corpus.articles)}."
        )
    article = corpus.articles[name]
    print(printable(article.title))
    print(f"{article.file}, {article.words} words, {len(article.blocks)} blocks\n")
    dim, plain = ("\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "")
    for label, text in show_article(article):
        line = f"{label:>{WIDTH}} | {printable(text)}"
        print(f"{dim}{line}{plain}" if label == "left out" else line)
    return 0


def _sum_up(done: Sequence[Wrote], file: Path) -> None:
    answered = [wrote for wrote in done if not wrote.fault]
    if not answered:
        return
    kept, elsewhere, strange = (
        sum(len(getattr(wrote, kind)) for wrote in answered) for kind in ("kept", "elsewhere", "strange")
    )
    print(
        f"{_many(kept, 'question')} for {sum(bool(wrote.kept) for wrote in answered)} of {_many(len(answered), 'sentence')} written "
        f"to {file}.\nLeft out: {elsewhere} that another sentence answers better, {strange} that name what their "
        f"article does not.\nTokens: {sum(wrote.tokens_in for wrote in answered):,} in, "
        f"{sum(wrote.tokens_out for wrote in answered):,} out. `python -m ingest` indexes the questions."
    )


def _still_waiting(done: Sequence[Wrote]) -> int:
    faults = [wrote.fault for wrote in done if wrote.fault]
    if not faults:
        return 0
    print(
        f"Nothing written for {_many(len(faults), 'sentence')}; the next run asks again. The last: {faults[-1]}",
        file=sys.stderr,
    )
    return 1


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, and is {text!r}")
    return int(text)


if __name__ == "__main__":
    atexit.register(gc.freeze)  # or Python looks through all that it has loaded once more, for 0.6 s
    sys.exit(main())
