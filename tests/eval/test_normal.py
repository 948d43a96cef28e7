from hypothesis import given
from hypothesis import strategies as st

from eval.normal import comparable, states


def test_spaces_quotes_dashes_and_case_make_no_difference():
    assert comparable("“It’s  6\u00a0August”\n– KYIV") == '"it\'s 6 august" - kyiv'


def test_a_form_is_found_whatever_its_typography():
    assert states("Georgia left in\u00a01999 — so the charter’s note", "LEFT IN 1999 - so the charter's")


def test_a_form_that_is_not_there_is_not_found():
    assert not states("Georgia left in 1999", "1992")


@given(st.text())
def test_comparing_twice_changes_nothing(text):
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_a_text_states_each_of_its_whole_words(form, before, after):
    assert states(f"{before} {form} {after}", form)
