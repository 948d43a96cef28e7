"""The commands: python -m eval run | check | compare | convert | fit | overlap | pairs | bench | load | torture."""

import argparse
import atexit
import gc
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from chat.checker.mpnet import open_checker
from chat.config import Config, add_config_arguments, add_model_arguments, config_from
from chat.engine import open_answerer
from chat.logs import add_log_arguments, set_up_logs
from chat.scoring import WEIGHTS
from chat.writer.pairs import pair_table, read_pairs
from chat.writer.verifying import Verifier
from eval.bench import SIZES, bench
from eval.cases import CATEGORIES, Case, load_cases, read_cases
from eval.compare import compare_runs
from eval.console import (
    print_bench,
    print_cases,
    print_categories,
    print_comparison,
    print_converted,
    print_failed,
    print_fitted,
    print_load,
    print_overlap,
    print_problems,
    print_runs,
    print_tortured,
    print_where,
    print_writing,
    progress,
    steps_told,
)
from eval.fit import FOLDS, SEED, fit, make_examples, question_examples, write_weights
from eval.load import BURST, MINUTES, PACE, PEOPLE, load, within_bounds
from eval.overlap import measure_overlap
from eval.run import run_cases, write_run
from eval.squad import convert_squad
from eval.systems import SYSTEMS
from eval.torture import PARTS, Wanted, steps, torture
from eval.torture.telling import told
from index import open_embedder
from index.synonyms import parse_synonyms
from ingest import read_corpus
from ingest.questions import read_questions

PROJECT = Path(__file__).resolve().parent.parent
CASES = PROJECT / "eval" / "cases"
FITTING = PROJECT / "eval" / "fitting"


class UsageError(Exception):
    """The options do not fit together or name something that is not there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. A fault is one line on standard error and status 2."""
    options = _parser().parse_args(arguments)
    # LlamaIndex brings the vocabulary of its tokenizer along; where this names another folder, it is fetched
    os.environ.pop("TIKTOKEN_CACHE_DIR", None)
    set_up_logs(options)
    try:
        return options.command(options)
    except KeyboardInterrupt:
        print("interrupted; nothing was written for the run under way", file=sys.stderr)
        return 130
    except Exception as error:
        print(f"python -m eval: {_one_line(error)}", file=sys.stderr)
        return 2


def _one_line(error: Exception) -> str:
    """The message of a fault that a room of ours reports; of any other also what it is."""
    message = " ".join(str(error).split())
    ours = type(error).__module__.partition(".")[0] in ("__main__", "eval", "ingest", "index", "chat")
    if ours or isinstance(error, OSError):
        return message
    return f"unexpected fault, please report it ({type(error).__name__}: {message})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Measure how good the answers are, with question sets whose right answers are known.",
    )
    add_log_arguments(parser)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    run = commands.add_parser(
        "run",
        help="ask every case and write answers.jsonl, metrics.json and report.html",
        description="Ask a system every case of a question set, measure the answers, and write a report.",
    )
    run.add_argument(
        "--questions",
        action="append",
        type=Path,
        metavar="FILE",
        help=f"a question set, or a folder of them; may be repeated (default: {_relative(CASES)})",
    )
    add_config_arguments(run, os.environ)
    add_model_arguments(run, os.environ)
    run.add_argument(
        "--split",
        choices=["dev", "test", "all"],
        default="all",
        help="only the cases of dev.jsonl (settings may be fitted on it) or test.jsonl (only measured)",
    )
    run.add_argument(
        "--category", action="append", metavar="NAME", help="only this category; may be repeated"
    )
    run.add_argument("--limit", type=_positive, metavar="N", help="only the first N of the cases")
    run.add_argument(
        "--system",
        action="append",
        metavar="NAME",
        help="dossier (the product, default), quickstart, bm25, dense, or all; may be repeated",
    )
    run.add_argument(
        "--out", type=Path, metavar="DIR", help="where to write (default: runs/ and the time, UTC)"
    )
    run.set_defaults(command=_run)

    check = commands.add_parser(
        "check",
        help="check question sets against the corpus",
        description="Check every quote against the corpus, every fact against its evidence, ids and "
        "categories, and that dev and test share no fact. Status 1 when something is wrong.",
    )
    check.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help=f"default: {_relative(CASES)}/*.jsonl"
    )
    add_config_arguments(check, os.environ)
    check.set_defaults(command=_check)

    compare = commands.add_parser(
        "compare",
        help="compare two runs case by case",
        description="Show which cases changed between two runs, the paired difference with its 95 % interval "
        "and an exact sign test, and what else was not the same.",
    )
    compare.add_argument("before", type=Path, metavar="A", help="folder of a run")
    compare.add_argument("after", type=Path, metavar="B", help="folder of another run of the same cases")
    compare.set_defaults(command=_compare)

    convert = commands.add_parser(
        "convert",
        help="turn an external data set into a corpus and a question set",
        description="Turn a SQuAD 2.0 file into a corpus folder and a question set in our format.",
    )
    convert.add_argument("format", choices=["squad"])
    convert.add_argument("file", type=Path, metavar="FILE")
    convert.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="new folder for corpus/ and questions.jsonl"
    )
    convert.add_argument(
        "--article",
        choices=["paragraph", "title"],
        default="paragraph",
        help="what becomes one article (default: %(default)s)",
    )
    convert.set_defaults(command=_convert)

    pairs = commands.add_parser(
        "pairs",
        help="measure the check of a language model's statements on hand-written pairs",
        description="Judge every hand-written pair of a statement and a cited span (tests/chat/pairs.jsonl), half of "
        "them supported in other words and half subtly wrong, and print how many were judged rightly.",
    )
    add_config_arguments(pairs, os.environ)
    pairs.set_defaults(command=_pairs)

    overlap = commands.add_parser(
        "overlap",
        help="split a run's result by how near its cases are to a prepared question",
        description="Show the share of cases right among those that are nearly a question prepared for the "
        "corpus (cosine of the two by the default embedder at or above the bound), and among the rest.",
    )
    overlap.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    add_config_arguments(overlap, os.environ)
    overlap.set_defaults(command=_overlap)

    fitting = commands.add_parser(
        "fit",
        help="fit the answerer's weights on the dev questions",
        description="Fit how much each sign of a good sentence counts and when to decline, on the dev split "
        "only, by cross-validation; writes chat/weights.json with where the numbers come from.",
    )
    add_config_arguments(fitting, os.environ)
    fitting.set_defaults(command=_fit)

    bench = commands.add_parser(
        "bench",
        help="measure speed, memory and size",
        description="Measure cold start, ingest, search and answers on the corpus and on synthetic ones of "
        "growing size. The index of 100,000 passages takes some minutes.",
    )
    add_config_arguments(bench, os.environ)
    bench.add_argument(
        "--sizes",
        type=_sizes,
        metavar="N,N",
        help="passages of the synthetic corpora (default: 1000,10000,100000)",
    )
    bench.add_argument(
        "--server",
        action="store_true",
        help="keep the vectors on a Chroma server, which is started for each corpus and measured too",
    )
    bench.add_argument("--out", type=Path, metavar="FILE", help="also write the figures as JSON")
    bench.set_defaults(command=_bench)

    load = commands.add_parser(
        "load",
        help="measure many people who use the page at once",
        description="Start the page and let many people ask it at once, each questions of their own, most of them as "
        "browsers do and every fifth as a program; then many more at the same moment. Status 1 when an answer was "
        "wrong or lost, or a bound was not kept.",
    )
    add_config_arguments(load, os.environ)
    load.add_argument("--people", type=_positive, default=PEOPLE, metavar="N", help="default: %(default)s")
    load.add_argument("--minutes", type=float, default=MINUTES, metavar="N", help="default: %(default)s")
    load.add_argument(
        "--pace",
        type=float,
        default=PACE,
        metavar="SECONDS",
        help="that a person thinks after an answer, on average (default: %(default)s)",
    )
    load.add_argument(
        "--burst",
        type=int,
        default=BURST,
        metavar="N",
        help="at the same moment; 0 for none (default: %(default)s)",
    )
    load.add_argument("--out", type=Path, metavar="FILE", help="also write the figures as JSON")
    load.set_defaults(command=_load)

    tortured = commands.add_parser(
        "torture",
        help="kill ingests, damage files, fill disks, start many processes: is anything lost?",
        description="Kill ingests at random moments and at chosen points while readers ask, damage the stored files "
        "in every way, fill the disk, let many processes at one index. Status 1 when anything is lost, wrong or left.",
    )
    add_config_arguments(tortured, os.environ)
    tortured.add_argument("--only", choices=PARTS, action="append", help="only this part; may be repeated")
    tortured.add_argument("--kills", type=_positive, default=1_000, metavar="N", help="default: %(default)s")
    tortured.add_argument(
        "--switches", type=_positive, default=200, metavar="N", help="under ten readers; default: %(default)s"
    )
    tortured.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    tortured.add_argument("--out", type=Path, metavar="FILE", help="also write what was found as JSON")
    tortured.set_defaults(command=_torture)
    return parser


def _run(options: argparse.Namespace) -> int:

    names = list(SYSTEMS) if "all" in (options.system or []) else options.system or ["dossier"]
    for name in names:
        if name not in SYSTEMS:
            raise UsageError(f"there is no system {name!r}; choose from {', '.join(SYSTEMS)} or all")
    cases = load_cases(_question_files(options.questions), read_corpus(options.corpus).articles)
    cases = _chosen(cases, options)
    out = options.out or Path("runs") / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    out.mkdir(parents=True, exist_ok=True)  # before the work, so that a wrong place is known at once
    written = []
    for name in dict.fromkeys(names):
        with ExitStack() as stack:
            on_case = stack.enter_context(progress(len(cases), name))
            system = stack.enter_context(SYSTEMS[name](config_from(options)))
            run = run_cases(name, system, cases, on_case=on_case)
        written.append(write_run(run, out / name if len(names) > 1 else out))
    print_runs(written)
    if len(written) == 1:
        print_categories(written[0])
    for metrics in written:
        print_writing(metrics)
        print_failed(metrics)
    print_where(out if len(names) == 1 else out / names[0])
    return 0


def _fit(options: argparse.Namespace) -> int:

    config = config_from(options)
    articles = read_corpus(config.corpus).articles
    cases = load_cases([CASES / "dev.jsonl"], articles)
    asked = read_questions(FITTING, articles)
    fitted = {}
    for prepared, reader in product((True, False), repeat=2):
        with open_answerer(replace(config, prepared=prepared, reader=reader)) as answerer:
            examples = make_examples(cases, answerer) + question_examples(*asked, answerer)
            fitted[answerer.reading] = fit(examples, answerer.reading)
            fingerprint = answerer.fingerprint
    sources = ["eval/cases/dev.jsonl", "eval/fitting/questions"]
    questions = {"questions": sources, "examples": len(examples), "seed": SEED, "folds": FOLDS}
    write_weights(WEIGHTS, fitted, {**questions, "articles": fingerprint["articles"]})
    print_fitted(fitted)
    return 0


def _pairs(options: argparse.Namespace) -> int:

    config = config_from(options)
    corpus = read_corpus(config.corpus)
    verifier = Verifier(open_checker(config.home, config.model), parse_synonyms(corpus.synonyms))
    print(*pair_table(read_pairs(articles=corpus.articles), verifier).lines(), sep="\n")
    return 0


def _overlap(options: argparse.Namespace) -> int:

    config = config_from(options)
    corpus = read_corpus(config.corpus)
    cases = load_cases(_question_files(None), corpus.articles)
    print_overlap(measure_overlap(options.run, cases, corpus, open_embedder(config.home, config.model)))
    return 0


def _bench(options: argparse.Namespace) -> int:

    config, sizes = config_from(options), options.sizes or SIZES
    cases = load_cases(_question_files(None), read_corpus(Config().corpus).articles)
    questions = [case.question for case in cases if not case.history]
    with progress(2 + len(sizes), "bench") as advance:
        figures = bench(questions, sizes, config, server=options.server, on_step=advance)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print_bench(figures)
    return 0


def _load(options: argparse.Namespace) -> int:

    with progress(4 + bool(options.burst), "load") as advance:
        figures = load(
            config_from(options),
            options.people,
            options.minutes,
            options.pace,
            options.burst,
            on_step=advance,
        )
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print_load(figures)
    return 0 if all(kept for *_, kept in within_bounds(figures)) else 1


def _torture(options: argparse.Namespace) -> int:

    wanted = Wanted(options.kills, options.switches, options.seed)
    config, found = config_from(options), {}
    open_embedder(config.home, config.model)  # its graph is there before anything is killed
    for part in options.only or PARTS:
        with steps_told(steps(part, wanted), part) as on_step:
            found[part] = torture(part, config.home, wanted, on_step)
        print_tortured(part, found[part])
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({part: told(one) for part, one in found.items()}, indent=1, ensure_ascii=False)
        options.out.write_text(text + "\n", encoding="utf-8")
    return 1 if any(one.faults for one in found.values()) else 0


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_positive(part.strip()) for part in text.split(","))


def _question_files(named: Sequence[Path] | None) -> list[Path]:
    """The named files, with folders replaced by the question sets in them; by default our own cases."""
    files: list[Path] = []
    for path in named or [CASES]:
        inside = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path} holds no question set; name a .jsonl file of cases")
        files += inside
    return files


def _chosen(cases: Sequence[Case], options: argparse.Namespace) -> list[Case]:
    """The cases that --split, --category and --limit leave; UsageError when that is none."""
    for name in options.category or []:
        if name not in CATEGORIES:
            raise UsageError(f"there is no category {name!r}; choose from {', '.join(CATEGORIES)}")
    chosen = [
        case
        for case in cases
        if options.split in ("all", case.split)
        and (not options.category or case.category in options.category)
    ]
    if not chosen:
        raise UsageError(f"none of the {len(cases)} cases is left by --split and --category; widen them")
    return chosen[: options.limit]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"has to be a whole number of 1 or more, and is {text!r}")
    return int(text)


def _relative(path: Path) -> Path:
    """As seen from where we are, when it is below; help texts need no more."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _check(options: argparse.Namespace) -> int:

    cases, problems = read_cases(_question_files(options.files), read_corpus(options.corpus).articles)
    if problems:
        print_problems(problems)
        return 1
    print_cases(cases)
    return 0


def _compare(options: argparse.Namespace) -> int:

    names = (str(options.before), str(options.after))
    print_comparison(compare_runs(options.before, options.after), names)
    return 0


def _convert(options: argparse.Namespace) -> int:

    print_converted(convert_squad(options.file, options.out, options.article))
    return 0


if __name__ == "__main__":
    atexit.register(gc.freeze)  # or Python looks through all that it has loaded once more, for 0.6 s
    sys.exit(main())
