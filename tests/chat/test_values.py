"""Dates and numbers: what is found, with which key, and which of them agree."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.values import agree, asked_values, find_dates, find_numbers, find_values, has_form, says_more


def keys(values) -> list[str]:
    return [value.key for value in values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On 6 August 2024, they came", ["2024-08-06"]),
        ("on August 6, 2024", ["2024-08-06"]),
        ("on the 6th of August 2024", ["2024-08-06"]),
        ("6\u00a0August\u00a02024", ["2024-08-06"]),
        ("on August 6.", ["--08-06"]),
        ("August\u00a06", ["--08-06"]),
        ("7 January, 12 January and 31 January", ["--01-07", "--01-12", "--01-31"]),
        ("in September 2022", ["2022-09"]),
        ("Sept. 2022", ["2022-09"]),
        ("in May, and it may rain", ["--05"]),
        ("May 2023", ["2023-05"]),
        ("in the early 1990s", ["early 1990s"]),
        ("mid-1990s or 1980s", ["mid-1990s", "1980s"]),
        ("founded in 1992, left (2005)", ["1992", "2005"]),
        ("twice–first in 1999 and then again in 2012–exposed", ["1999", "2012"]),
        ("since 1999—twice", ["1999"]),
        ("before mid-1999", ["1999"]),
        ("2022’s war", ["2022"]),
        ("August 2024: on 6 August", ["2024-08", "--08-06"]),
        # a span of years is no date
        ("the Strategy 2019-2025", []),
        ("the Strategy 2019–2025", []),
        ("the Strategy 2019 – 2025", []),
        # no days, no years
        ("35 August men, 0 August", []),
        ("August 60", []),
        ("base number 102, 20241 and 3120", []),
        ("", []),
    ],
)
def test_dates(text, expected):
    assert keys(find_dates(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,500 troops", ["1500"]),
        ("1,500,000 and 2.5%", ["1500000", "2.5"]),
        ("$1,000 or € 20", ["1000", "20"]),
        ("only once, for 5 days", ["1", "5"]),
        ("a 30-year history", ["30"]),
        ("six states, three decades", ["6", "3", "10"]),
        ("the 2nd and the third", ["2", "3"]),
        ("troops–1,500–left", ["1500"]),
        ("G20, 5G and someone", []),
        ("", []),
    ],
)
def test_numbers(text, expected):
    assert keys(find_numbers(text)) == expected


def test_a_question_for_a_number_is_not_answered_by_a_date():
    text = "In January 2022 it lasted 5 days, until 13 January."
    assert keys(find_values(text, "how_many")) == ["5"]
    assert keys(find_values(text, "when")) == ["2022-01", "--01-13"]
    assert find_values(text, "who") == []


def test_only_numbers_that_count_what_is_asked_for_answer():
    text = "Moscow moved 1,500 troops from the 102 military base."
    assert keys(asked_values(text, "How many troops were moved?", "how_many")) == ["1500"]
    assert asked_values(text, "How many ships were moved?", "how_many") == []
    assert keys(asked_values("It lasted 5 days.", "How long did it last?", "how_many")) == ["5"]
    assert (
        asked_values("It lasted 5 days: the pact held.", "How many troops did the pact move?", "how_many")
        == []
    )


@pytest.mark.parametrize(
    ("text", "kind", "has"),
    [
        ("It left because it was tired.", "why", True),
        ("It left.", "why", False),
        ("It left in 1999.", "when", True),
        ("It left.", "when", False),
        ("It left with 40 ships.", "how_many", True),
        ("It left.", "what", False),
    ],
)
def test_the_form_of_an_answer(text, kind, has):
    assert has_form(text, kind) is has


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1992", "1992"),
        ("2024-08-06", "--08-06"),
        ("2024-08-06", "--08"),
        ("2024-08", "--08-06"),
        ("2022", "2022-09"),
        ("2022", "2022-09-01"),
        ("--08", "--08-06"),
        ("1992", "early 1990s"),
        ("1992-05", "1990s"),
        ("1995", "mid-1990s"),
        ("early 1990s", "1990s"),
        ("1500", "1500"),
    ],
)
def test_dates_that_can_be_the_same_agree(one, other):
    assert agree(one, other)
    assert agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1992", "2002"),
        ("--08-06", "--08-08"),
        ("2024-08-06", "--08-08"),
        ("2024-08-06", "2023-08-06"),
        ("2022-09", "2022-10"),
        ("1998", "early 1990s"),
        ("2002", "1990s"),
        ("early 1990s", "late 1990s"),
        ("--08-06", "2024"),  # nothing in common
        ("", "2024"),
        ("15", "1500"),
        ("2", "2022"),
    ],
)
def test_dates_that_differ_or_have_nothing_in_common_do_not_agree(one, other):
    assert not agree(one, other)
    assert not agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2021-08", "2021"),
        ("2024-08-06", "--08-06"),
        ("--08-06", "--08"),
        ("1992", "early 1990s"),
        ("2021", "2020s"),
    ],
)
def test_the_more_exact_of_two_dates_says_more(one, other):
    assert says_more(one, other)
    assert not says_more(other, one)
    assert not says_more(one, one)


@given(st.text(alphabet="0123456789 ,.-–—(AugstMay1990s\u00a0", max_size=80))
def test_values_stand_where_they_say_in_order_and_apart(text):
    for found in (find_dates(text), find_numbers(text)):
        assert all(0 <= value.start < value.end <= len(text) and value.key for value in found)
        assert all(a.end <= b.start for a, b in pairwise(found))
        assert all(agree(value.key, value.key) for value in found)
