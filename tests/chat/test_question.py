"""What kind of answer a question asks for; and that no reading of a question can be made slow or break."""

import time

import pytest

from chat.answers import Turn
from chat.composing import coordinated_names
from chat.followups import standalone
from chat.names import find_names, find_persons
from chat.naming import named_article
from chat.parts import split_parts
from chat.question import classify
from chat.refusing import not_covered
from chat.values import asked_values, find_dates, find_numbers, has_form
from index.analyzer import Analyzer
from ingest import Article


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was the mill built?", "when"),
        ("in what year did it burn", "when"),
        ("Since when has it stood?", "when"),
        ("Who built the mill?", "who"),
        ("Which minister opened it?", "who"),
        ("Where does it stand?", "where"),
        ("In which town is it?", "where"),
        ("How many workers had it?", "how_many"),
        ("How long did it run?", "how_many"),
        ("Why did it burn?", "why"),
        ("What was the reason for the fire?", "why"),
        ("What led to the fire?", "why"),
        ("How did it burn?", "how"),
        ("Which countries bought flour?", "list"),
        ("Name the owners", "list"),
        ("What goals did the owners set?", "list"),
        ("In what ways has it changed?", "list"),
        ("what possible futures for the mill are there", "list"),
        ("What counts as a mill?", "what"),
        ("What crisis was that?", "what"),
        ("How did it fare when the river froze?", "how"),
        ("what became of the man who built it", "what"),
        ("Do you know when it was built?", "yes_no"),
        ("Which mill is older?", "which"),
        ("What is a mill?", "what"),
        ("mill", "what"),
        ("Did it burn?", "yes_no"),
        ("And is it open?", "yes_no"),
        ("Summarise the article", "broad"),
        ("What is the article about?", "broad"),
        ("Is this a summary of the main points?", "broad"),
        ("", "what"),
        ("?!", "what"),
    ],
)
def test_kind(question, kind):
    assert classify(question).kind == kind
    assert classify(question).text == question


LONG = 4_000
HOSTILE = {
    repr(piece)[:20]: (piece * LONG)[:LONG]
    for piece in (
        *(
            "and what ",
            "A ",
            "the of ",
            "Of the ",
            "A of the ",
            "A of ",
            "and ",
            "ok,",
            "is ",
            "what\n",
            "who ",
        ),
        *(
            "a",
            "A",
            "A-",
            "A’",
            " ",
            "\t",
            "\n",
            "?",
            ",",
            ", ",
            "(",
            " (",
            " (a)?",
            "’",
            "-",
            "$ ",
            "\0",
            "😀",
        ),
        *("1", "1,", "1.", "1 of ", "1st of ", "2019-", "2019 – ", "early ", "May ", "January, ", "a.b."),
        *("President ", "President A B ", "Aa Bb ", "Aa, and Bb ", "Aa, ", "Aa’s ", "Dr. ", "and the A"),
        *(
            "what is the article ",
            "what do x",
            "tell me ",
            "could you tell me ",
            "why or ",
            "\u202eمرحبا ",
            "你好",
        ),
    )
} | {
    "space and space": " " * 1_900 + "and" + " " * 1_900,
    "why space": "why" + " " * 3_900 + "x",
    "can you space": "can you tell" + " " * 3_900 + "x",
    "year space": "2019" + " " * 3_900 + "-",
    "name space": "Bb" + " " * 1_900 + "Cc" + " " * 1_900 + ",",
    "what is the": "what is " + "x" * 3_900,
}
MILL = Article("mill", "", "The mill", (), "mill.txt", "0" * 64, ("Eva Holm",), "The Review")
PERSONS = {"Berg": "Ada Berg", "Falk": "Bo Falk"}


def _standalone(question: str, *earlier: str) -> list[str]:
    turns = [Turn(role, text) for text in earlier for role in ("user", "assistant")]
    return standalone(question, turns, PERSONS, lambda one, other: 0.0)


READERS = {
    "find_names": find_names,
    "find_persons": lambda text: find_persons([text]),
    "coordinated_names": coordinated_names,
    "classify": classify.__wrapped__,
    "split_parts": split_parts,
    "follow-up": lambda text: _standalone(text, "Who is Berg?"),
    "follow-up to it": lambda text: _standalone("And what did he say?", text),
    "follow-up swapping it": lambda text: _standalone("And Norway?", text),
    "find_dates": find_dates,
    "find_numbers": find_numbers,
    "asked_values": lambda text: asked_values(text, text, "how_many"),
    "has_form": lambda text: has_form(text, "why"),
    "named_article": lambda text: named_article(f"article {text}", {"mill": MILL}, Analyzer()),
    "not_covered": lambda text: not_covered([text], {}),
}


@pytest.mark.parametrize("name", READERS)
def test_no_text_of_full_length_raises_or_takes_long(name):
    slow = {}
    for label, text in HOSTILE.items():
        # time of this thread: the machine may be busy with other things
        began = time.thread_time()
        READERS[name](text)
        if (took := time.thread_time() - began) > 0.2:
            slow[label] = took
    assert slow == {}
