"""The citation contract: what is wrong is dropped, and an answer that is left with nothing has failed."""

from dataclasses import replace

import pytest

from chat.answers import Answer, Citation, Statement
from chat.citing import Cites, keep_supported
from ingest import Article

TEXT = "The mill was built in 1931. It burned in 1950. 😀 Nobody was hurt."
OTHER = "The bridge fell in 1950."
BUILT, BURNED, HURT = "The mill was built in 1931.", "It burned in 1950.", "Nobody was hurt."


def article(id: str, text: str) -> Article:
    return Article(id, text, id, (), f"{id}.txt", "0" * 64)


ARTICLES = {"mill": article("mill", TEXT), "bridge": article("bridge", OTHER)}


def cite(number: int, quote: str, of: str = "mill") -> Citation:
    start = ARTICLES[of].text.index(quote)
    return Citation(number, of, start, start + len(quote), quote)


def answer(*statements: Statement, citations=(), outcome="answered", message="") -> Answer:
    return Answer("When?", outcome, statements, tuple(citations), message)


SOUND = answer(
    Statement(BUILT, (1, 3)),
    Statement(f"{BURNED} … {HURT}", (2, 4), lead="Somebody writes:"),
    Statement("The mill burned down, nobody was hurt.", (2, 4), verbatim=False),
    citations=(cite(1, BUILT), cite(2, BURNED), cite(3, "The bridge fell in 1950.", "bridge"), cite(4, HURT)),
)


def test_a_sound_answer_stays_as_it_is():
    assert keep_supported(SOUND, ARTICLES) == (SOUND, 0)


WRONG = {
    "other words": lambda c: replace(c, quote="The mill was built in 1932."),
    "another case": lambda c: replace(c, quote=c.quote.upper()),
    "one character early": lambda c: replace(c, start=c.start - 1, end=c.end - 1),
    "one character late": lambda c: replace(c, start=c.start + 1, end=c.end + 1),
    "too short": lambda c: replace(c, end=c.end - 1),
    "empty": lambda c: replace(c, end=c.start, quote=""),
    "backwards": lambda c: replace(c, start=c.end, end=c.start),
    "past the end": lambda c: replace(c, start=len(TEXT), end=len(TEXT) + len(c.quote)),
    "beyond the end": lambda c: replace(c, end=10_000, quote=TEXT[c.start :]),
    "counted from the end": lambda c: replace(c, start=c.start - len(TEXT), end=c.end - len(TEXT)),
    "another article": lambda c: replace(c, article="bridge"),
    "no article": lambda c: replace(c, article="nowhere"),
    "in bytes": lambda c: replace(c, start=c.start + 3, end=c.end + 3),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_citation_goes_and_with_it_the_statement_that_it_alone_carried(wrong):
    given = answer(
        Statement(BURNED, (1,)), Statement(HURT, (2,)), citations=(cite(1, BURNED), wrong(cite(2, HURT)))
    )
    kept, dropped = keep_supported(given, ARTICLES)
    assert dropped == 1
    assert kept.statements == (Statement(BURNED, (1,)),)
    assert kept.citations == (cite(1, BURNED),)
    assert kept.outcome == "answered"


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("outcome", ["answered", "partial"])
def test_an_answer_that_is_left_with_nothing_has_failed_and_says_so(wrong, outcome):
    given = answer(Statement(HURT, (1,)), citations=[wrong(cite(1, HURT))], outcome=outcome, message="Well.")
    kept, dropped = keep_supported(given, ARTICLES)
    assert (kept.outcome, kept.statements, kept.citations, dropped) == ("failed", (), (), 1)
    assert "python -m ingest" in kept.message


def test_a_statement_that_keeps_one_of_its_citations_stays():
    wrong = replace(cite(2, OTHER, "bridge"), start=1)
    kept, dropped = keep_supported(
        answer(Statement(BUILT, (1, 2)), citations=(cite(1, BUILT), wrong)), ARTICLES
    )
    assert kept.statements == (Statement(BUILT, (1,)),)
    assert dropped == 1


@pytest.mark.parametrize(
    "text",
    [
        f"Luckily {HURT}",
        f"{HURT} Or so they say.",
        f"{BUILT} … {HURT}",  # the words are the article's, but not cited
        f"{HURT} … {HURT}",
        HURT[:-1],
        HURT.upper(),
        "",
        " … ",
    ],
)
def test_a_verbatim_statement_of_other_words_than_its_quotes_goes(text):
    given = answer(Statement(text, (1,)), Statement(BURNED, (2,)), citations=(cite(1, HURT), cite(2, BURNED)))
    kept, _ = keep_supported(given, ARTICLES)
    assert kept.statements == (Statement(BURNED, (2,)),)
    assert kept.citations == (cite(2, BURNED),)


def test_a_quotation_that_loses_its_introducing_line_goes():
    wrong = replace(cite(1, BUILT), end=3)
    given = answer(Statement(f"{BUILT} … {HURT}", (1, 2)), citations=(wrong, cite(2, HURT)))
    assert keep_supported(given, ARTICLES)[0].outcome == "failed"


@pytest.mark.parametrize("verbatim", [True, False])
def test_a_statement_without_a_citation_or_with_the_number_of_none_goes(verbatim):
    given = answer(
        Statement(HURT, (), verbatim=verbatim),
        Statement(BUILT, (7,), verbatim=verbatim),
        Statement(BURNED, (1,)),
        citations=[cite(1, BURNED)],
    )
    assert keep_supported(given, ARTICLES)[0].statements == (Statement(BURNED, (1,)),)


def test_a_number_that_two_citations_bear_carries_nothing():
    given = answer(Statement(BUILT, (1,)), citations=(cite(1, BUILT), cite(1, HURT)))
    assert keep_supported(given, ARTICLES)[0].outcome == "failed"


def test_an_answered_question_without_any_statement_has_failed():
    assert keep_supported(answer(), ARTICLES)[0].outcome == "failed"


@pytest.mark.parametrize("outcome", ["declined", "failed"])
def test_what_was_declined_or_failed_stays_so_and_loses_stray_citations(outcome):
    given = answer(outcome=outcome, message="No.")
    assert keep_supported(given, ARTICLES) == (given, 0)
    stray = replace(given, citations=(cite(1, HURT),))
    assert keep_supported(stray, ARTICLES) == (given, 1)


def test_spans_are_numbered_in_the_order_in_which_they_are_first_cited():
    cites = Cites(ARTICLES)
    assert [cites.number("mill", 0, 3), cites.number("bridge", 0, 3), cites.number("mill", 0, 3)] == [1, 2, 1]
    assert [(c.number, c.article, c.quote) for c in cites.citations()] == [
        (1, "mill", "The"),
        (2, "bridge", "The"),
    ]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3), (0, 1_000)])
def test_a_span_outside_its_article_cannot_be_cited(start, end):
    cites = Cites(ARTICLES)
    with pytest.raises(ValueError, match="is not inside mill"):
        cites.number("mill", start, end)
    assert cites.citations() == ()
