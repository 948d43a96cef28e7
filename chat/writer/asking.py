"""Questions that one sentence answers, written by a language model."""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import closing

from chat.names import find_names
from chat.writer.models import LanguageModel, Usage
from chat.writer.prompts import MOST_QUESTIONS, NO_QUESTION, is_instruction, preparing_prompt
from ingest import Article, Sentence

LEAST_WORDS, MOST_CHARACTERS = 3, 200
"""What is shorter or longer is no question that anybody types."""

_LINE_START = re.compile(r"^(?:[-*•–]|\(?\d{1,2}[.):]|(?:Q|Question)\s*\d*\s*[.:])\s*", re.IGNORECASE)
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_AROUND = "\"“”'`*_, "
_ABOUT_THE_TEXT = re.compile(
    r"\b(?:the|this|that|above|given)\s+(?:sentence|text|passage|excerpt|paragraph|article|author|quote)\b",
    re.IGNORECASE,
)
_NO_PLAIN_TEXT = re.compile(r"[<>{}\[\]|\\]|https?:|www\.", re.IGNORECASE)


class NoQuestions(Exception):
    """The reply holds neither a question nor the word that says that there is none."""


def ask_for_questions(model: LanguageModel, article: Article, sentence: Sentence) -> tuple[list[str], Usage]:
    """Questions that the sentence answers, as the model says, unchecked; and what the request took.

    Empty when the model says that it answers none. NoQuestions when the reply is of no use, ModelFault as
    for `LanguageModel.stream`.
    """
    before = article.slice(*sentence.context) if sentence.context else sentence.section
    before = "" if is_instruction(before) else before
    with closing(model.stream(preparing_prompt(sentence.text, article.title, before))) as events:
        pieces = [event for event in events if event is not None]
    usage = pieces.pop()
    assert isinstance(usage, Usage)  # a stream ends with it
    reply = "".join(map(str, pieces))
    questions = read_reply(reply, usage.cut)
    if not questions and not _THINKING.sub("", reply).strip(" .\n*`\"'").upper() == NO_QUESTION:
        raise NoQuestions(f"{model.choice} gave a reply without a question for {sentence.id}.")
    return questions, usage


def read_reply(reply: str, cut: bool = False) -> list[str]:
    """The questions in a reply, in order, none twice; `cut` when its last line may not be whole."""
    questions: dict[str, str] = {}
    for line in _reply_lines(_THINKING.sub("", reply), cut):
        line = "".join(c if c.isprintable() else " " for c in line)
        question = " ".join(_LINE_START.sub("", line.strip(_AROUND)).strip(_AROUND).split())
        if _is_question(question):
            questions.setdefault(question.casefold(), question)
    return list(questions.values())[:MOST_QUESTIONS]


def strange_words(question: str, known: str, synonyms: Collection[str] = ()) -> list[str]:
    """The names and numbers of a question that neither the text `known` nor `synonyms` has."""
    known = known.casefold()
    terms = {word for term in synonyms for word in term.casefold().split()}
    numbers = set(re.findall(r"\d+", known))
    names = [word for name in find_names(question) for word in name.split() if word[:1].isupper()]
    # the beginning of a name is enough: "Kazakh" for "Kazakhstan"
    stems = {name: re.sub(r"['’]s$", "", name.casefold())[:4] for name in names}
    return [
        *(
            name
            for name, stem in stems.items()
            if stem not in known and not any(term.startswith(stem) for term in terms)
        ),
        *(number for number in re.findall(r"\d+", question) if number not in numbers),
    ]


def _reply_lines(reply: str, cut: bool) -> Iterator[str]:
    lines = [line for line in reply.splitlines() if not line.strip().startswith("```")]
    try:
        listed = json.loads("\n".join(lines))
    except ValueError:
        yield from lines[:-1] if cut and lines and not lines[-1].rstrip().endswith("?") else lines
        return
    if isinstance(listed, dict):
        listed = next((value for value in listed.values() if isinstance(value, list)), [])
    yield from (item for item in listed if isinstance(item, str)) if isinstance(listed, list) else ()


def _is_question(text: str) -> bool:
    return (
        text.endswith("?")
        and len(text) <= MOST_CHARACTERS
        and len(text.split()) >= LEAST_WORDS
        and not _NO_PLAIN_TEXT.search(text)
        and not _ABOUT_THE_TEXT.search(text)
        and not is_instruction(text)
    )
