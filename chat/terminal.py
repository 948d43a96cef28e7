"""Answers and progress in a terminal: colour where a person looks, plain text in a pipe."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from chat.answers import Answer, Statement
from chat.composing import source_name
from ingest import Article

EXIT_STATUS = {"answered": 0, "partial": 0, "declined": 3, "failed": 1}
_STYLE = {"answered": "green", "partial": "yellow", "declined": "yellow", "failed": "red"}
_LABEL = {
    "answered": "Answered",
    "partial": "Partly answered",
    "declined": "Not in the articles",
    "failed": "Something broke",
}


def print_answer(answer: Answer, articles: Mapping[str, Article], stream: TextIO) -> None:
    """The answer with its sources below."""
    # soft_wrap: in a pipe a line stays a line
    console = Console(file=stream, highlight=False, markup=False, soft_wrap=not stream.isatty())
    console.print(Text(_LABEL[answer.outcome], style=f"bold {_STYLE[answer.outcome]}"))
    console.print()
    for statement in answer.statements:
        console.print(_statement(statement))
    if answer.message:
        console.print(Text(printable(answer.message)))
    if answer.citations:
        console.print(Text("\nSources", style="bold"))
    for citation in answer.citations:
        article = articles[citation.article]
        where = Text(f"[{citation.number}] ", style="cyan")
        where.append(printable(source_name(article)), style="bold")
        if source_name(article) != f"“{article.title}”":
            where.append(printable(f", “{article.title}”"))
        where.append(f"  {printable(citation.article)}:{citation.start}-{citation.end}", style="dim")
        console.print(where)
        console.print(Text(f"    “{printable(citation.quote)}”"))
    if answer.closest:
        console.print(Text("\nClosest passages, not an answer", style="bold dim"))
        for near in answer.closest:
            console.print(
                Text(
                    f"  {printable(source_name(articles[near.article]))}: “{printable(near.quote)}”",
                    style="dim",
                )
            )
    if answer.understood and answer.understood != answer.question:
        console.print(Text(f"\nSearched for: {printable(answer.understood)}", style="dim"))


def print_json(answer: Answer, stream: TextIO) -> None:
    """Everything of the answer as one JSON object."""
    content = {**asdict(answer), "text": answer.text()}
    # escapes where the stream cannot write every character: a quotation must come through as it is
    utf = (stream.encoding or "utf-8").casefold().startswith("utf")
    print(json.dumps(content, ensure_ascii=not utf, indent=2), file=stream)


class BuildProgress:
    """Shows how far a build is: a bar in a terminal, nothing in a pipe. Use as a context manager."""

    def __init__(self, stream: TextIO):
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        self._progress = Progress(
            *columns, console=Console(file=stream), transient=True, disable=not stream.isatty()
        )
        self._task = None

    def __call__(self, doing: str, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task(doing, total=total)
        self._progress.update(self._task, description=doing, completed=done, total=total)

    def __enter__(self) -> "BuildProgress":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _statement(statement: Statement) -> Text:
    text = Text()
    if statement.lead:
        text.append(printable(statement.lead) + " ", style="italic")
    body = Text(printable(statement.text))
    for start, end in statement.marked:
        body.stylize("bold", start, end)
    text.append_text(body)
    for number in statement.citations:
        text.append(f" [{number}]", style="cyan")
    return text


def printable(text: str) -> str:
    """The text without control characters, which a document could use to drive the terminal.

    One character for one, so that spans stay where they are.
    """
    return "".join(c if c.isprintable() else " " for c in text)
