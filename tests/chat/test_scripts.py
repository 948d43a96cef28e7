"""Which letters a text is written in."""

import pytest

from chat.scripts import is_in_other_script, scripts_of

LATIN = {"LATIN"}


@pytest.mark.parametrize(
    ("texts", "scripts"),
    [
        ((), set()),
        (("12 — 34 🙂",), set()),
        (("The ОДКБ", "café"), {"LATIN", "CYRILLIC"}),
        (("𝐁𝐨𝐥𝐝 ｗｉｄｅ ﬁ",), LATIN),  # forms of Latin letters
        (("いつ設立",), {"HIRAGANA", "CJK"}),
        (("متى", "\ue000\U0010ffff"), {"ARABIC"}),  # what has no name is no letter
    ],
)
def test_the_scripts_of_texts(texts, scripts):
    assert scripts_of(texts) == scripts


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("", False),
        ("1992?", False),
        ("When was the ОДКБ founded?", False),
        ("Что такое CSTO?", True),
        ("ab где", True),
        ("abc где", False),  # not more than half
    ],
)
def test_a_text_is_in_another_script_by_most_of_its_letters(text, foreign):
    assert is_in_other_script(text, LATIN) is foreign


def test_articles_in_two_scripts_take_questions_in_both():
    both = scripts_of(["The treaty", "Договор"])
    assert not is_in_other_script("Что такое договор?", both)
    assert not is_in_other_script("What is the treaty?", both)
    assert is_in_other_script("מתי נוסד הארגון?", both)
