"""synonyms.txt in Solr's format, and which names stand for each other by it."""

import pytest

from index import DossierIndexError
from index.synonyms import MAX_GROUPS, Group, names_of, parse_synonyms


def test_a_line_is_a_group_and_an_arrow_is_one_way():
    text = "# names\n\nBaku, Azerbaijan # a capital\nIS-K , ISKP => Islamic State,ISKP\n"
    both = ("Baku", "Azerbaijan")
    assert parse_synonyms(text) == [
        Group(both, both),
        Group(("IS-K", "ISKP"), ("Islamic State", "ISKP")),
    ]


@pytest.mark.parametrize("line", ["Baku", "Baku,", "=> Baku", "Baku =>", "a => b => c", ", =>,"])
def test_a_line_that_is_no_group_is_named_with_its_number_and_the_format(line):
    with pytest.raises(DossierIndexError) as caught:
        parse_synonyms(f"# names\n{line}\n")
    assert f"synonyms.txt, line 2: '{line.strip()}' is not a group" in str(caught.value)
    assert "`Baku, Azerbaijan`" in str(caught.value)


def test_too_many_groups_are_refused_with_the_bound():
    with pytest.raises(DossierIndexError, match=f"has {MAX_GROUPS + 1} groups; at most {MAX_GROUPS}"):
        parse_synonyms("a, b\n" * (MAX_GROUPS + 1))


def test_a_name_stands_for_all_of_its_groups_in_any_case():
    groups = parse_synonyms("Kyiv, Kiev\nKiev, Ukraine\nOsh => Kyrgyzstan\n")
    assert names_of(groups, "KIEV") == {"kyiv", "kiev", "ukraine"}
    assert names_of(groups, "osh") == {"osh", "kyrgyzstan"}
    assert names_of(groups, "Doha") == {"doha"}


def test_the_shipped_synonyms_are_sound_and_widen_what_the_articles_need(corpus):
    groups = parse_synonyms(corpus.synonyms)
    for one, other in [
        ("Baku", "Azerbaijan"),
        ("Turkiye", "Turkey"),
        ("Tokaev", "Tokayev"),
        ("U.S.", "america"),
    ]:
        assert other.casefold() in names_of(groups, one)
