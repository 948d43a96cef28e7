"""What a browser keeps comes back as it was, and what is no longer true is not shown as if it were."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers import Answer, Citation, Closest, Found, Statement
from chat.page.conversation import Exchange
from chat.page.history import EXCHANGES_MOST, freeze, thaw
from chat.page.markdown import answer_markdown
from ingest.articles import Article, Block

TEXT = "The union was founded in 1992. It has six members."
ARTICLE = Article(
    "a", TEXT, "The *Union*", (Block(0, len(TEXT), "paragraph"),), "a.txt", "0" * 64, publisher="P"
)
SHELF = {"a": ARTICLE}
CITE = Citation(1, "a", 0, 30, TEXT[:30])
ANSWER = Answer(
    "When?",
    "answered",
    (Statement(CITE.quote, (1,), "P writes:", ((25, 29),)),),
    (CITE,),
    understood="when was it founded",
    closest=(Closest("a", 31, 50, TEXT[31:], 0.25),),
    matches=(Found("a", 0, 30, 0.5, {"words": 1}),),
    trace={"threshold": 0.4, "versions": []},
    seconds=0.5,
)
DONE = Exchange("When?", frozenset("a"), "done", ANSWER, vote="up", drafted=True)


def kept(*exchanges: Exchange, shelf=SHELF) -> list:
    """As it lies in the browser."""
    return json.loads(json.dumps([freeze(exchange, shelf) for exchange in exchanges]))


def test_what_was_kept_comes_back_as_it_was():
    [exchange] = thaw(kept(DONE), SHELF)
    assert exchange == replace(DONE, suggested=())


def test_what_was_not_answered_comes_back_as_stopped():
    for state in ("waiting", "running", "stopped"):
        [exchange] = thaw(kept(Exchange("When?", None, state, ANSWER)), SHELF)
        assert (exchange.state, exchange.latest, exchange.question) == ("stopped", None, "When?")


def test_a_quotation_outlives_its_article_and_the_exchange_says_so():
    changed = {"a": replace(ARTICLE, text="Short.", blocks=(), sha256="1" * 64)}
    for shelf in (changed, {}):
        [exchange] = thaw(kept(DONE), shelf)
        assert exchange.changed == {"a": ARTICLE.sha256}
        assert exchange.answer.citations == ANSWER.citations
        assert (exchange.answer.closest, exchange.answer.matches) == ((), ())
        # kept once more, it is still known what the article was
        [again] = thaw(kept(exchange, shelf=shelf), SHELF)
        assert again.changed == {}


def test_words_that_the_article_never_held_are_not_shown_as_its_own():
    [row] = kept(DONE)
    row["answer"]["citations"][0]["quote"] = "The union was founded in 1066."
    [exchange] = thaw([row], SHELF)
    assert (exchange.state, exchange.latest) == ("stopped", None)


@pytest.mark.parametrize(
    "rows",
    [
        None,
        {},
        "x",
        [None],
        [{}],
        [{"format": 2}],
        [[]] * (EXCHANGES_MOST + 1),
        [{**kept(DONE)[0], "answer": "x"}],
        [{**kept(DONE)[0], "articles": None}],
        [{**kept(DONE)[0], "scope": 3}],
        [{**kept(DONE)[0], "answer": {**kept(DONE)[0]["answer"], "outcome": "sure"}}],
        [{**kept(DONE)[0], "answer": {**kept(DONE)[0]["answer"], "seconds": "x"}}],
        [
            {
                **kept(DONE)[0],
                "answer": {**kept(DONE)[0]["answer"], "matches": [{"article": "a", "start": 5, "end": 2}]},
            }
        ],
    ],
)
def test_anything_else_is_refused(rows):
    with pytest.raises(ValueError, match=r"not |kept in|unknown|could not|no span"):
        thaw(rows, SHELF)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(kept(DONE)[0]["answer"])), JSON)
def test_no_tampering_does_more_than_be_refused(key, value):
    [row] = kept(DONE)
    row["answer"][key] = value
    try:
        [exchange] = thaw([row], SHELF)
    except ValueError:
        return
    for citation in exchange.answer.citations if exchange.answer else ():
        assert citation.article in exchange.changed or citation.quote == TEXT[citation.start : citation.end]


def test_markdown_has_markers_and_numbered_quotations():
    assert answer_markdown(ANSWER, SHELF) == (
        "P writes: The union was founded in 1992. \\[1\\]\n\n"
        "> \\[1\\] “The union was founded in 1992.”\n> — *The \\*Union\\**, P\n"
    )


def test_markdown_of_a_refusal_says_what_it_is():
    answer = Answer("Who?", "declined", message="They do not say.")
    assert answer_markdown(answer, SHELF) == "**Not in the articles**\n\nThey do not say.\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [("a*b_c`d`", "a\\*b\\_c\\`d\\`"), ("# no", "\\# no"), ("1. no", "1\\. no"), ("- no", "\\- no"), ("a\n\nb", "a b"),
     ("<b>[x](y)", "\\<b\\>\\[x\\](y)")],
)  # fmt: skip
def test_what_markdown_would_take_for_itself_is_escaped(text, written):
    assert answer_markdown(Answer("?", "failed", (Statement(text, ()),)), {}) == f"{written}\n"


def test_halves_of_characters_in_what_is_kept_do_not_reach_the_page():
    [row] = kept(DONE)
    row["question"] += "\ud800"
    row["answer"]["message"] = "\udfff"
    [exchange] = thaw([row], SHELF)
    assert exchange.question.endswith("?")
    json.dumps(freeze(exchange, SHELF), ensure_ascii=False).encode()
