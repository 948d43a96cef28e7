"""What the commands print: tables and a progress bar, all by rich."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from eval.cases import CATEGORIES, Case
from eval.compare import Change, Comparison
from eval.load import within_bounds
from eval.overlap import NEAR, Overlap
from eval.squad import Converted
from eval.summary import MEASURES, Unit, shown, shown_range
from eval.torture.telling import Found, rows
from eval.writing import writing_rows

CHANGES_SHOWN = 40
FAULTS_SHOWN = 20


def _console() -> Console:
    # Piped, rich would assume 80 columns and break the tables.
    return Console(width=None if sys.stdout.isatty() else 130, highlight=False)


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[..., None]]:
    """A bar on standard error, nothing when that is no terminal; each call moves it on and may relabel it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(label), total=total)
        yield lambda label=label: bar.update(task, advance=1, description=escape(label))


@contextmanager
def steps_told(total: int, label: str) -> Iterator[Callable[[str, Any], None]]:
    """A bar as `progress` has; where that is no terminal, a line now and then; faults at once.

    Each call is given what was done and an object with all `faults` so far.
    """
    began, done, seen = time.monotonic(), 0, 0
    with progress(total, label) as advance:

        def step(which: str, found: Any) -> None:
            nonlocal done, seen
            done += 1
            advance(f"{label}: {which}")
            for fault in found.faults[seen:]:
                print(f"{label}: {fault[:2000]}", file=sys.stderr, flush=True)
            seen = len(found.faults)
            if not sys.stderr.isatty() and (done % 20 == 0 or done == total):
                seconds = time.monotonic() - began
                line = f"{label}: {done} of {total}, {seen} faults, {seconds:.0f} s; {which}"
                print(line, file=sys.stderr, flush=True)

        yield step


def print_tortured(part: str, found: Found) -> None:
    """What a part of the torture found."""
    table = Table(title=part, title_justify="left", show_header=False)
    for name, text in rows(found):
        table.add_row(name, escape(text))
    console = _console()
    console.print(table)
    for fault in found.faults[:FAULTS_SHOWN]:
        console.print(f"  {escape(fault)}", style="red")


def print_runs(runs: Sequence[Mapping[str, Any]]) -> None:
    """One table: a row for each measure, a column for each run (contents of metrics.json)."""
    table = Table(title=f"{runs[0]['cases']} cases, with bootstrap 95 % intervals", title_justify="left")
    table.add_column("")
    for run in runs:
        table.add_column(escape(run["system"]), justify="right")
    for measure in MEASURES:
        cells = []
        for run in runs:
            figure = run["measures"].get(measure.name)
            cells.append(_cell(figure, measure.unit) if figure else "–")
        mark = "" if measure.better == "higher" else " ↓"
        table.add_row(f"{measure.title}{mark}", *cells, style="bold" if measure.name == "right" else "")
    console = _console()
    console.print(table)
    console.print("↓ lower is better", style="dim")


def print_categories(run: Mapping[str, Any]) -> None:
    """How each category fared in one run."""
    table = Table("Category", "Cases", "Right", "All facts stated", "Evidence hit@3")
    for name, figures in run["categories"].items():
        cells = [
            _cell(figures[key], "share") if key in figures else "–" for key in ("right", "facts_all", "hit_3")
        ]
        table.add_row(name, str(figures["right"]["n"]), *cells)
    _console().print(table)


def print_writing(run: Mapping[str, Any]) -> None:
    """What a language model wrote, what was removed or cited anew, and its cost; nothing without one."""
    if figures := run.get("writing"):
        table = Table(title=f"Written by a language model: {escape(run['system'])}", title_justify="left")
        table.add_column("")
        table.add_column("", justify="right")
        for name, value in writing_rows(figures):
            table.add_row(name, escape(value))
        _console().print(table)


def print_failed(run: Mapping[str, Any]) -> None:
    """The cases that ended in a fault, with what went wrong; nothing when there are none."""
    if run["failed"]:
        console = _console()
        count = "1 case" if len(run["failed"]) == 1 else f"{len(run['failed'])} cases"
        console.print(f"{count} failed in {escape(run['system'])}:", style="bold red")
        for id, error in list(run["failed"].items())[:CHANGES_SHOWN]:
            console.print(f"  {escape(id)}: {escape(error)}")


def print_where(out: Path) -> None:
    """Where the report is."""
    _console().print(f"Written to {escape(os.fspath(out))}; open {escape(os.fspath(out / 'report.html'))}")


def print_cases(cases: Sequence[Case]) -> None:
    """How many cases each category and each file has."""
    splits = list(dict.fromkeys(case.split for case in cases))
    counts = Counter((case.category, case.split) for case in cases)
    table = Table("Category", *splits, "all")
    for category in CATEGORIES:
        row = [counts[category, split] for split in splits]
        if sum(row):
            table.add_row(category, *map(str, row), str(sum(row)))
    totals = [sum(case.split == split for case in cases) for split in splits]
    table.add_section()
    table.add_row("all", *map(str, totals), str(len(cases)), style="bold")
    _console().print(table)
    answerable = sum(case.answerable for case in cases)
    facts = sum(len(case.facts) for case in cases)
    quotes = sum(len(case.evidence) for case in cases)
    _console().print(
        f"{len(cases)} cases are sound: {answerable} answerable, {len(cases) - answerable} not, "
        f"{facts} facts, {quotes} quotes."
    )


def print_problems(problems: Sequence[str]) -> None:
    """Every fault of a question set, one a line, then how many."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(escape(problem))
    console.print(f"{len(problems)} {'fault' if len(problems) == 1 else 'faults'} found", style="bold red")


def print_comparison(comparison: Comparison, names: tuple[str, str]) -> None:
    """The difference, then the cases that changed, then what else was not the same."""
    console = _console()
    before, after = comparison.right
    gain = comparison.gain
    console.print(f"A  {escape(names[0])}\nB  {escape(names[1])}\n{comparison.cases} cases in common\n")
    console.print(
        f"Right: {shown(before, 'share')} → {shown(after, 'share')}, "
        f"difference {_signed(gain.value)} [{_signed(gain.low)}, {_signed(gain.high)}]".replace("[", "\\["),
        style="bold",
    )
    if comparison.facts_gain:
        facts = comparison.facts_gain
        console.print(
            f"Facts stated: difference {_signed(facts.value)} \\[{_signed(facts.low)}, {_signed(facts.high)}]"
        )
    console.print(
        f"{len(comparison.better)} cases better, {len(comparison.worse)} worse; "
        f"exact sign test p = {comparison.p:.3g}"
    )
    for title, changes in (("Better in B", comparison.better), ("Worse in B", comparison.worse)):
        if changes:
            console.print(_changes(title, changes))
    if comparison.left_out:
        ids = ", ".join(comparison.left_out[:10]) + (", …" if len(comparison.left_out) > 10 else "")
        console.print(f"Left out, not the same in both: {len(comparison.left_out)} ({escape(ids)})")
    if comparison.differences:
        table = Table("Not the same", "A", "B")
        for difference in comparison.differences:
            table.add_row(
                *(escape(_short(v)) for v in (difference.name, difference.before, difference.after))
            )
        console.print(table)
    else:
        console.print("Corpus, settings and versions are the same.")


def print_converted(converted: Converted) -> None:
    """What a conversion wrote, and how to use it."""
    console = _console()
    console.print(
        f"{converted.articles} articles in {escape(os.fspath(converted.corpus))}, "
        f"{converted.cases} cases in {escape(os.fspath(converted.questions))}"
        + (f", {converted.skipped} questions left out" if converted.skipped else "")
    )
    console.print(
        f"Next: python -m eval run --corpus {escape(os.fspath(converted.corpus))} "
        f"--questions {escape(os.fspath(converted.questions))}"
    )


def print_bench(figures: Mapping[str, Any]) -> None:
    """The benchmark's figures: a row for each, a column for each corpus."""
    corpora = figures["corpora"]
    machine, cold = figures["machine"], figures["cold_start"]
    table = Table("", *(escape(corpus["name"]) for corpus in corpora))
    for title, part, name, show in BENCH_ROWS:
        values = [corpus[part][name] for corpus in corpora]
        table.add_row(title, *("–" if value is None else show(value) for value in values))
    console = _console()
    console.print(table)
    console.print(
        f"Cold start, `python -m chat ask` to its answer: {shown(cold['median'], 'seconds')} "
        f"(median of {len(cold['seconds'])}). {machine['platform']}, {machine['cpus']} CPUs, Python {machine['python']}."
    )
    console.print(
        "– : there is no server, or vectors were not made by the encoder, to save hours; questions always are.",
        style="dim",
    )


def print_load(figures: Mapping[str, Any]) -> None:
    """What the people at once met, beside the bounds."""
    table = Table("", "measured", "bound", "")
    for title, value, bound, kept in within_bounds(figures):
        table.add_row(title, value, bound, "kept" if kept else "[bold]not kept[/bold]")
    console = _console()
    console.print(table)
    console.print(
        f"{figures['people']} people for {figures['minutes']:g} minutes, who think {figures['pace']:g} s on average "
        f"between an answer and the next question: {figures['asked']:,} questions, "
        f"{figures['answers_per_second']:.1f} answers a second, p50 {_time(figures['p50'])}. "
        f"{figures['different_answers']} different answers were expected. {figures['cpus']} CPUs."
    )
    for wrong in figures["wrong"]:
        console.print(escape(wrong), style="bold")


def _time(value: float) -> str:
    return shown(value, "seconds")


def _share(value: float) -> str:
    return shown(value, "share")


BENCH_ROWS: tuple[tuple[str, str, str, Callable[[float], str]], ...] = (
    ("Passages", "built", "passages", "{:,}".format),
    ("Texts with a vector", "built", "texts", "{:,}".format),
    ("Ingest", "built", "seconds", _time),
    ("Ingest, passages/s", "built", "passages_per_second", "{:.0f}".format),
    ("Ingest, share of the bare encoder's speed", "built", "encoder_share", _share),
    ("Ingest, peak memory", "built", "memory_mib", "{:.0f} MiB".format),
    ("Ingest, the Chroma server's peak memory", "built", "server_mib", "{:.0f} MiB".format),
    ("Index on disk", "built", "disk_mib", "{:.1f} MiB".format),
    ("Search p50", "served", "search_p50", _time),
    ("Search p95", "served", "search_p95", _time),
    ("Answer p50", "served", "answer_p50", _time),
    ("Answer p95", "served", "answer_p95", _time),
    ("Answer, share that is the encoder", "served", "encoder_share", _share),
    ("Answering, peak memory", "served", "memory_mib", "{:.0f} MiB".format),
    ("Answering, the Chroma server's peak memory", "served", "server_mib", "{:.0f} MiB".format),
)
"""Title, part and key in the figures, how it is shown."""


def _changes(title: str, changes: Sequence[Change]) -> Table:
    table = Table("Case", "Category", "A", "B", title=title, title_justify="left")
    for change in changes[:CHANGES_SHOWN]:
        table.add_row(*(escape(cell) for cell in (change.id, change.category, change.before, change.after)))
    if len(changes) > CHANGES_SHOWN:
        table.caption = f"and {len(changes) - CHANGES_SHOWN} more"
    return table


def _cell(figure: Mapping[str, float], unit: Unit) -> str:
    # the unit stands beside the figure already, and 80 columns are not many
    ends = shown_range(figure["low"], figure["high"], unit).removesuffix(" %")
    return f"{shown(figure['value'], unit)} [dim]{ends}[/dim]"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}"


def _short(value: Any) -> str:
    if value is None:
        return "–"
    text = str(value)
    return text if len(text) <= 48 else f"{text[:47]}…"


def print_fitted(fitted: Mapping[str, Mapping[str, Any]]) -> None:
    """The cross-validated figures of each way of reading."""
    table = Table(title="Cross-validated on the dev questions")
    names = list(next(iter(fitted.values()))["cross_validation"])
    for column in ("Reads with", *(name.replace("_", " ") for name in names), "threshold"):
        table.add_column(column)
    for reading, weights in fitted.items():
        figures = weights["cross_validation"]
        table.add_row(reading, *(f"{figures[name]:.3f}" for name in names), f"{weights['threshold']:.3f}")
    _console().print(table)


def print_overlap(overlap: Overlap) -> None:
    """Right among the cases that are nearly a prepared question, and among the rest."""
    table = Table("Nearest prepared question", "Cases", "Right")
    for label, figure in ((f"at {NEAR:.2f} or nearer", overlap.near), ("farther", overlap.far)):
        if figure is None:
            table.add_row(label, "0", "–")
        else:
            shares = f"{100 * figure.value:.1f} % {100 * figure.low:.1f}–{100 * figure.high:.1f} %"
            table.add_row(label, str(figure.n), shares)
    _console().print(table)
