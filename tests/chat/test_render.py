"""What comes from a document, a question or a model is shown as it is and never becomes markup."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers import Answer, Citation, Closest, Found, Progress, Statement
from chat.page.conversation import Exchange
from chat.page.render import (
    OUTCOMES,
    Span,
    render_answer,
    render_article,
    render_article_list,
    render_asking,
    render_conversation,
    render_statement,
    split_versions,
)
from ingest.articles import Article, Block

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "</p></section><style>*{display:none}</style>",
    "<!-- -->",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "$x^2$ $$\\frac{1}{2}$$ \\(a\\)",
    "**bold** _em_ `code` [a](javascript:alert(1)) ![i](https://example.org/i.png)",
    "${alert(1)} {{value}} {{{value}}} @children `",
    "\u202eright to left\u2069 \x00 \x0b end",
    "line one\nline two\r\n\ttabbed",
    "<<<>>>&&&\"\"\"'''",
]

OURS = {
    *("section", "div", "header", "article", "h1", "h2", "h3", "p", "blockquote", "ul", "ol", "li", "span"),
    *(
        "strong",
        "mark",
        "button",
        "label",
        "input",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
    ),
    *("tr", "th", "td", "dl", "dt", "dd"),
}
"""Every tag that this page writes."""

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text())


class Seen(HTMLParser):
    """What a browser would make of the HTML: its tags, attributes and text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.other = 0
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.other += 1

    handle_decl = handle_pi = unknown_decl = handle_comment

    def all_of(self, css_class: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.tags if css_class in (attrs.get("class") or "").split()]


def words_in(markup: str, tag: str) -> str:
    """The text inside every `tag`, put together."""

    class Inside(HTMLParser):
        depth, text = 0, ""

        def handle_starttag(self, name, attrs):
            self.depth += name == tag

        def handle_endtag(self, name):
            self.depth -= name == tag

        def handle_data(self, data):
            self.text += data if self.depth else ""

    inside = Inside(convert_charrefs=True)
    inside.feed(markup)
    inside.close()
    return inside.text


def article_of(*paragraphs: str, id: str = "a", title: str = "Title", **more) -> Article:
    """An article of paragraphs, with a line of site chrome between them that is not content."""
    text, blocks = "", []
    for paragraph in paragraphs:
        text += "Share article\n"
        blocks.append(Block(len(text), len(text) + len(paragraph), "paragraph"))
        text += paragraph + "\n"
    return Article(id, text, title, tuple(blocks), f"{id}.txt", "0" * 64, **more)


SHELF = {
    "a": article_of("The union was founded in 1992. It has six members.", title="The Union"),
    "b": article_of(
        "Established in 2002.", id="b", title="A Pact", authors=("Ann O", "Bo P"), publisher="The Paper"
    ),
}


def citation(number: int, article: str, quote: str) -> Citation:
    start = SHELF[article].text.index(quote)
    return Citation(number, article, start, start + len(quote), quote)


ONE, TWO = citation(1, "a", "The union was founded in 1992."), citation(2, "b", "Established in 2002.")
FOUND = tuple(Found(c.article, c.start, c.end, 0.5, {"words": n}) for n, c in enumerate((ONE, TWO), 1))
ANSWER = Answer(
    "When?",
    "answered",
    (Statement(ONE.quote, (1,), marked=((25, 29),)), Statement(TWO.quote, (2,), "The Paper writes:")),
    (ONE, TWO),
    understood="when was the union founded",
    matches=FOUND,
    trace={"thresholds": {"answer": 0.42}, "lists": ["dense", "words"], "spelling": None},
    seconds=0.0371,
)


@given(TEXTS)
def test_the_text_of_a_statement_is_shown_exactly(text):
    assert Seen(render_statement(Statement(text, ()), {}, {})).text == text


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_bold_never_changes_the_text(text, marked):
    spans = tuple((start, end) for start, end in marked if start < end)
    assert Seen(render_statement(Statement(text, (), marked=spans), {}, {})).text == text


@given(TEXTS, TEXTS, st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=4))
def test_an_article_is_shown_exactly_whatever_is_marked(one, two, marked):
    article = article_of(one, two)
    spans = [Span(*span) for span in marked]
    shown = words_in(render_article(article, spans[0] if spans else None, spans[1:]), "article")
    assert shown == one + two


@given(TEXTS)
def test_nothing_from_outside_becomes_markup(text):
    shelf = {text: article_of(text, id=text, title=text, authors=(text,), publisher=text)}
    start = shelf[text].blocks[0].start
    span = (text, start, start + max(1, len(text)))
    cite = Citation(1, *span, text)
    answer = Answer(
        text,
        "failed",
        (Statement(text, (1,), text, ((0, 1),)),),
        (cite,),
        message=text,
        understood=text,
        closest=(Closest(*span, text, 0.5),),
        matches=(Found(*span, 0.5, {text: 1}),),
        trace={text: {text: [text, {text: text}]}},
    )
    states = ("waiting", "running", "done", "stopped")
    conversation = [Exchange(text, frozenset({text}), state, latest)
                    for state in states for latest in (answer, Progress(text), None)]  # fmt: skip
    pages = (
        render_conversation(conversation, shelf),
        render_conversation([], shelf, [text]),
        render_article(shelf[text], Span(start, start + 1, 1)),
        render_article_list(shelf),
    )
    for page in pages:
        seen = Seen(page)
        assert {tag for tag, _ in seen.tags} <= OURS
        assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on")]
        assert not [
            name for _, attrs in seen.tags for name in attrs if name in ("src", "href", "style", "action")
        ]
        assert seen.other == 0


DISAGREEING = Answer(
    "When?",
    "answered",
    (
        Statement(ONE.quote, (1,), "The articles disagree. “The Union” writes:"),
        Statement(TWO.quote, (2,), "The Paper writes:"),
    ),
    (ONE, TWO),
    trace={"versions": ["1992", "2002"]},
)


def test_where_the_articles_disagree_each_version_stands_under_its_source():
    markup = render_answer(DISAGREEING, SHELF)
    assert len(Seen(markup).all_of("version")) == 2
    text = Seen(markup.split("Sources")[0]).text
    assert text == (
        "AnsweredThe articles disagree.The UnionThe union was founded in 1992.1"
        "A PactThe PaperEstablished in 2002.2"
    )
    assert words_in(markup, "strong") == "19922002"


def test_what_is_no_version_stands_below_the_versions():
    more = citation(3, "a", "It has six members.")
    statements = (*DISAGREEING.statements, Statement("It has six members.", (3,)))
    answer = replace(DISAGREEING, statements=statements, citations=(*DISAGREEING.citations, more))
    sides, others = split_versions(answer)
    assert [(value, len(said)) for value, said in sides] == [("1992", 2), ("2002", 1)]
    assert others == ()
    third = replace(more, article="c")
    sides, others = split_versions(replace(answer, citations=(ONE, TWO, third)))
    assert others == statements[2:]


def test_a_difference_that_was_noted_beforehand_is_introduced_as_one():
    first = replace(DISAGREEING.statements[0], lead="The articles do not say the same. “The Union” writes:")
    answer = replace(DISAGREEING, statements=(first, DISAGREEING.statements[1]))
    answer = replace(answer, trace={"versions": ["age: u", "age: a"]})
    text = Seen(render_answer(answer, SHELF).split("Sources")[0]).text
    assert text.startswith(
        "AnsweredThe articles do not say the same.The UnionThe union was founded in 1992.1"
    )


@pytest.mark.parametrize("versions", [[], ["1992"], ["1992", "2002", "2012"], "1992", None])
def test_versions_that_do_not_fit_the_statements_are_shown_one_after_the_other(versions):
    answer = replace(DISAGREEING, trace={"versions": versions})
    assert split_versions(answer) == ([], DISAGREEING.statements)
    assert Seen(render_answer(answer, SHELF)).all_of("version") == []


def test_each_citation_of_a_statement_is_a_button_that_names_its_source():
    markers = Seen(render_answer(ANSWER, SHELF)).all_of("marker")
    assert [marker["data-number"] for marker in markers] == ["1", "2"]
    assert [marker["aria-label"] for marker in markers] == ["Source 1: The Union", "Source 2: A Pact"]
    assert (markers[1]["data-article"], markers[1]["data-start"]) == ("b", str(TWO.start))


def test_a_marker_without_its_citation_is_left_out():
    answer = Answer("When?", "answered", (Statement("In 1992.", (1, 7)),), (ONE,))
    assert [marker["data-number"] for marker in Seen(render_answer(answer, SHELF)).all_of("marker")] == ["1"]


def test_the_exact_answer_is_bold():
    assert words_in(render_answer(ANSWER, SHELF), "strong") == "1992"


def test_sources_show_title_publisher_and_quoted_words():
    text = Seen(render_answer(ANSWER, SHELF)).text
    assert "2A PactThe PaperEstablished in 2002." in text


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_finished_answer_says_its_outcome_and_a_snapshot_does_not(outcome):
    answer = Answer("When?", outcome, message="So it is.")
    assert OUTCOMES[outcome] in Seen(render_answer(answer, SHELF)).text
    assert OUTCOMES[outcome] not in Seen(render_answer(answer, SHELF, finished=False)).text


def test_a_declined_answer_folds_the_closest_passages_and_has_no_marker():
    near = Closest("b", TWO.start, TWO.end, TWO.quote, 0.3)
    markup = render_answer(Answer("Who?", "declined", message="Not said.", closest=(near,)), SHELF)
    assert Seen(markup).all_of("marker") == []
    assert words_in(markup, "summary").startswith("Closest passages, not an answer")
    assert TWO.quote in words_in(markup, "details")


def test_a_failed_answer_can_be_asked_again():
    markup = render_answer(Answer("Who & why?", "failed", message="It broke."), SHELF)
    assert [attrs["data-ask"] for _, attrs in Seen(markup).tags if "data-ask" in attrs] == ["Who & why?"]


def test_how_it_was_found_shows_question_ranks_thresholds_and_seconds():
    text = words_in(render_answer(ANSWER, SHELF), "details")
    for shown in (
        "when was the union founded",
        "0.500",
        ONE.quote,
        "thresholdsanswer 0.42",
        "dense, words",
        "0.037",
    ):
        assert shown in text
    assert "spelling" not in text


def test_an_article_gone_from_the_corpus_is_named_by_its_id():
    assert "Source 1: a" in render_answer(ANSWER, {})


def test_the_cited_words_are_marked_and_the_other_citations_more_lightly():
    article = SHELF["a"]
    other = citation(2, "a", "It has six members.")
    markup = render_article(article, Span(ONE.start, ONE.end, 1), [Span(other.start, other.end, 2)])
    seen = Seen(markup)
    assert words_in(markup, "mark") == ONE.quote + other.quote
    assert [mark["data-number"] for mark in seen.all_of("here")] == ["1"]
    assert [mark["data-number"] for mark in seen.all_of("also")] == ["2"]


def test_where_citations_overlap_the_clicked_one_is_marked():
    here, also = Span(ONE.start + 4, ONE.end, 2), Span(ONE.start, ONE.end, 1)
    markup = render_article(SHELF["a"], here, [also])
    assert words_in(markup, "mark") == ONE.quote
    assert [mark["data-number"] for mark in Seen(markup).all_of("here")] == ["2"]


def test_what_is_not_content_is_not_shown():
    assert "Share article" not in render_article(SHELF["a"])


def test_list_items_stand_in_one_list():
    text = "one\ntwo\nend"
    blocks = (Block(0, 3, "list_item"), Block(4, 7, "list_item"), Block(8, 11, "paragraph"))
    seen = Seen(render_article(Article("a", text, "T", blocks, "a.txt", "0" * 64)))
    assert [tag for tag, _ in seen.tags if tag in ("ul", "li")] == ["ul", "li", "li"]


def test_the_list_ticks_what_is_asked():
    ticks = [attrs for tag, attrs in Seen(render_article_list(SHELF, {"b"})).tags if tag == "input"]
    assert [(tick.get("value"), "checked" in tick) for tick in ticks] == [
        (None, False),  # all of them
        ("a", False),
        ("b", True),
    ]
    everything = [attrs for tag, attrs in Seen(render_article_list(SHELF)).tags if tag == "input"]
    assert ["checked" in tick for tick in everything] == [True, True, True]
    text = Seen(render_article_list(SHELF)).text
    assert "Ann O, Bo P · The Paper · 3\N{NO-BREAK SPACE}words" in text


def test_an_empty_conversation_says_what_this_is_and_offers_examples():
    seen = Seen(render_conversation([], SHELF, ["When was it founded?"]))
    assert "two articles" in seen.text
    assert [chip["data-ask"] for chip in seen.all_of("chip")] == ["When was it founded?"]


def test_what_runs_waits_or_was_stopped_is_said():
    states = [
        Exchange("1", None, "running", Progress("Reading")),
        Exchange("2"),
        Exchange("3", None, "stopped"),
    ]
    markup = render_conversation(states, SHELF)
    for shown in ("Reading", "Waiting for the question before it", "Stopped."):
        assert shown in Seen(markup).text
    assert 'aria-busy="true"' in markup
    assert 'aria-busy="false"' in render_conversation(states[2:], SHELF)


def test_a_question_to_some_articles_says_so():
    assert (
        "asked in 1 of two articles" in Seen(render_conversation([Exchange("1", frozenset("a"))], SHELF)).text
    )
    assert "asked in" not in render_conversation([Exchange("1", frozenset("ab"))], SHELF)


def test_the_last_answer_offers_questions_to_go_on_with():
    done = [Exchange("1", None, "done", ANSWER, ("Who?", "<Why>?")) for _ in range(2)]
    chips = Seen(render_conversation(done, SHELF)).all_of("chip")
    assert [chip["data-ask"] for chip in chips] == ["Who?", "<Why>?"]


def test_what_is_kept_goes_along_as_json():
    exchange = Exchange("1 \"'<&", None, "done", ANSWER)
    markup = render_conversation([exchange], SHELF, freeze=lambda it: {"question": it.question}, id="x<y")
    section = Seen(markup).all_of("exchange")[0]
    assert json.loads(section["data-frozen"]) == {"question": "1 \"'<&"}
    assert Seen(markup).all_of("conversation")[0]["data-conversation"] == "x<y"


def test_a_source_that_changed_since_says_so():
    assert "has changed since" in Seen(render_answer(ANSWER, SHELF, changed={"a": "0"})).text
    assert "no longer here" in Seen(render_answer(ANSWER, {}, changed={"a": "0"})).text
    assert "since" not in Seen(render_answer(ANSWER, SHELF)).text


def test_a_vote_is_shown_and_can_be_explained():
    def pressed(exchange):
        tags = Seen(render_conversation([exchange], SHELF)).tags
        return [attrs["aria-pressed"] for _, attrs in tags if "data-vote" in attrs], [
            1 for _, attrs in tags if "data-comment" in attrs
        ]

    assert pressed(Exchange("1", None, "done", ANSWER)) == (["false", "false"], [])
    assert pressed(Exchange("1", None, "done", ANSWER, vote="down")) == (["false", "true"], [1])


def test_what_is_asked_is_said_in_words():
    asked = [(5, None, "all five articles"), (1, None, "the article"), (5, {"a"}, "1 of five articles")]
    for count, scope, said in asked:
        assert Seen(render_asking(count, scope, 7)).text == f"Asking {said}"
    assert 'data-tick="7"' in render_asking(5, None, 7)


def test_a_fault_cannot_be_judged_copied_or_made_a_case_of():
    failed = Exchange("1", None, "done", Answer("1", "failed", message="It broke."))
    assert Seen(render_conversation([failed], SHELF)).all_of("actions") == []


@pytest.mark.parametrize(("sure", "said"), [(0.9714, "97%"), (0.1327, "13%")])
def test_the_decision_is_told_in_words(sure, said):
    finding = {"question": "<When>?", "confidence": sure, "threshold": 0.4256}
    text = Seen(render_answer(replace(ANSWER, trace={"findings": [finding]}), SHELF)).text
    assert f"probability of {said}, and from 43% on" in text
    both = Seen(render_answer(replace(ANSWER, trace={"findings": [finding, finding]}), SHELF)).text
    assert both.count("“<When>?”: ") == 2


@pytest.mark.parametrize(
    "findings", [None, "x", [1, None], [{}], [{"confidence": "1", "threshold": None}], {"a": 1}]
)
def test_a_trace_of_another_form_is_shown_without_the_decision(findings):
    text = Seen(render_answer(replace(ANSWER, trace={"findings": findings, "writer": findings}), SHELF)).text
    assert "How this was found" in text
    assert "Decision" not in text
