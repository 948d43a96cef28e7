"""An answer as Markdown, with its quotations numbered, for other documents."""

import re

from chat.answers import Answer
from chat.page.pieces import Shelf
from chat.page.render import OUTCOMES

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$]|&(?=#?\w+;))")
_OPENING = re.compile(r"^(\d*)([#+.)-])")
"""What begins a heading or a list."""


def answer_markdown(answer: Answer, shelf: Shelf) -> str:
    """The statements with markers `[n]`, our own message, and each quotation under its number."""
    parts = []
    for statement in answer.statements:
        markers = "".join(rf"\[{number}\]" for number in statement.citations)
        lead = f"{_plain(statement.lead)} " if statement.lead else ""
        parts.append(f"{lead}{_plain(statement.text)} {markers}".rstrip())
    if answer.message:
        parts.append(_plain(answer.message))
    if not answer.statements:
        parts.insert(0, f"**{OUTCOMES[answer.outcome]}**")
    for citation in answer.citations:
        article = shelf.get(citation.article)
        title = article.title if article else citation.article
        by = f", {_plain(article.publisher)}" if article and article.publisher else ""
        parts.append(rf"> \[{citation.number}\] “{_plain(citation.quote)}”" + f"\n> — *{_plain(title)}*{by}")
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """The text on one line and with a backslash before what Markdown would take for itself."""
    return _OPENING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))
