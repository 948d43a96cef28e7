"""Training statements made by rule: what stays right, what is made wrong, and that only one place changes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.checker.rewording import grafted, reworded, spoilt

TEXT = "However, the Norman army defeated most of the Saxon troops in 1066, because many soldiers were tired."


def test_other_words_stand_in_the_places_of_known_ones():
    made = {reworded(TEXT, random.Random(seed)) for seed in range(40)}
    assert len(made) > 10
    for text in made:
        assert "Norman" in text and "Saxon" in text and "1066" in text  # noqa: PT018
        assert text[0].isupper()


def test_at_most_so_many_are_exchanged():
    kept = reworded("however however however however", random.Random(1), most=1)
    assert kept.lower().split().count("however") == 3


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The toll was lowered.", {"The toll was not lowered."}),
        ("The toll was not lowered.", {"The toll was lowered."}),
        ("They met in 1931.", {f"They met in 1{a}31." for a in "12345678"} | {f"They met in 19{a}1." for a in "12456789"} | {f"They met in 193{a}." for a in "23456789"}),
        ("So Anna Lund married Per Holm.", {"So Per Holm married Anna Lund.", "So Ola Berg married Per Holm.", "So Anna Lund married Ola Berg."}),
        ("It probably rained.", {"It rained."}),
        ("Sing a song.", {None}),
    ],
)  # fmt: skip
def test_one_thing_is_made_wrong(text, wrong):
    others = ["We saw Ola Berg there."]
    assert {spoilt(text, others, random.Random(seed)) for seed in range(300)} == wrong


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("The toll was lowered.", {"The bridge was lowered."}),
        ("In May Anna Lund met the king.", {"In May Ola Berg met the king.", "In May Eva met the king."}),
        ("Anna Lund met the king.", {"Ola Berg met the king.", "Eva met the king."}),
        ("The toll was Lund's.", {"The bridge was Lund's.", "The toll was Ola Berg.", "The toll was Eva."}),
        ("It rained.", {None}),
    ],
)
def test_what_is_said_of_one_is_said_of_another(text, made):
    onto = "Ola Berg says that the bridge in town is old, as Eva knew."
    assert {grafted(text, onto, random.Random(seed)) for seed in range(60)} == made
    assert grafted(text, "it rained", random.Random(1)) is None


def test_the_seed_decides_all():
    assert spoilt(TEXT, [], random.Random(3)) == spoilt(TEXT, [], random.Random(3))


@given(st.text(max_size=200), st.lists(st.text(max_size=50), max_size=3), st.integers(0, 999))
def test_any_text_can_be_tried(text, others, seed):
    assert spoilt(text, others, random.Random(seed)) != text
    reworded(text, random.Random(seed))
    grafted(text, " ".join(others), random.Random(seed))
