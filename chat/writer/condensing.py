"""A follow-up as a question that stands on its own, by a language model."""

import re
from collections.abc import Sequence
from contextlib import closing

from chat.answers import Turn
from chat.names import find_names
from chat.writer.models import LanguageModel, Usage
from chat.writer.prompts import condensing_prompt

MOST_CHARACTERS = 400
"""A longer reply is no question."""


def condense(model: LanguageModel, question: str, history: Sequence[Turn]) -> tuple[str, Usage]:
    """The question that stands on its own, or "" when the reply cannot be one; and what it took.

    It may name only what the conversation names. ModelFault as for `LanguageModel.stream`.
    """
    with closing(model.stream(condensing_prompt(question, history))) as events:
        pieces = [event for event in events if event is not None]
    usage = pieces.pop()
    assert isinstance(usage, Usage)  # a stream ends with it
    return as_question("".join(map(str, pieces)), question, history), usage


def as_question(reply: str, question: str, history: Sequence[Turn]) -> str:
    """The reply as one question; "" when it is none or names what nobody has named."""
    reply = re.sub(r"<think(?:ing)?>.*?</think(?:ing)?>", " ", reply, flags=re.DOTALL)
    reply = re.sub(r"^(?:(?:standalone|rewritten)\s+)?question:\s*", "", reply.strip(), flags=re.IGNORECASE)
    text = (
        " ".join("".join(c if c.isprintable() else " " for c in reply.splitlines()[0] if c).split())
        if reply.strip()
        else ""
    )
    text = text.strip("\"“”'*` ")
    if not text or len(text) > MOST_CHARACTERS or not any(c.isalnum() for c in text):
        return ""
    known = " ".join([question, *(turn.content for turn in history)]).casefold()
    stranger = [
        word
        for word in [w for name in find_names(text) for w in name.split()] + re.findall(r"\d+", text)
        if re.sub(r"['’]s$", "", word.casefold())[:4] not in known
    ]
    if stranger and text.split()[0] not in stranger[:1]:
        return ""
    return text if text.endswith("?") else f"{text.rstrip('.!')}?"
