"""What a reader of web pages, PDF or Word files gives back, and how it writes blocks as markdown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MARKUP = re.compile(r"\#{1,6}(?:\s|$)|>|`{3}|~{3}|<|\[|\\[!-/:-@\[-`{-~]")
"""How a paragraph begins that markdown would not read as one."""
_YEAR = re.compile(r"\d{3,9}[.)](?= |$)")
"""Markdown takes "1992. " for the number of a list item, but not before a no-break space."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file that is not plain text, and what the file says about itself."""

    text: str
    """Empty when nothing was found."""
    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""


def as_markdown(blocks: Iterable[tuple[str, str]]) -> str:
    """Blocks as (markup, text), one a line with a blank line between; the markup is like `## ` or empty."""
    lines = []
    for markup, text in blocks:
        line = one_line(text)
        if not line:
            continue
        if _MARKUP.match(line):
            line = "\\" + line
        elif not markup.startswith("#") and (year := _YEAR.match(line)):
            line = f"{year[0]}\u00a0{line[year.end() + 1 :]}"
        lines.append(markup + line)
    return "\n\n".join(lines)


def one_line(text: str) -> str:
    """The text without control characters and soft hyphens, each run of white space one space."""
    return re.sub(r"[ \t\n]+", " ", plain(text)).strip()


def plain(text: str) -> str:
    """The text with \\n as its only line end and without characters that cannot be shown or stored."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return _CONTROL.sub("", text)


def names(text: str | None) -> tuple[str, ...]:
    """The people in a metadata field, which are parted by semicolons."""
    return tuple(name for part in (text or "").split(";") if (name := one_line(part)))
