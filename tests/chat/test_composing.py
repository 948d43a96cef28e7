"""What is said for a question, how much of it, and with which citations; by sentences scored by hand."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers import Answer
from chat.citing import Cites, keep_supported
from chat.composing import (
    BROAD_NEAR,
    CONTRAST_LEAD,
    CONTRAST_NEAR,
    CONTRAST_SURE,
    DEFAULT_PLAN,
    DIFFER,
    DISAGREE,
    MOST_WORDS,
    PLANS,
    Choice,
    choose,
    choose_contrast,
    choose_overview,
    coordinated_names,
    introduce,
    is_same,
    merge,
    source_name,
    write_statements,
)
from chat.finding import Decision, Finding, Scored
from chat.question import Asked, classify
from index import Found, Match, NearQuestion
from index.analyzer import Analyzer
from ingest import Article, Block, Sentence, split_sentences

MILL = """The mill

The town mill was built in 1931. It burned down after a lightning strike. The insurers paid nothing.

Mayor Ada Berg told the council:

> Our bread comes from other towns. That is a shame for us. Nobody baked for years.

What came later

A school stands there now. Its yard is large."""

NEWS = """News of the mill

Built in 1931, the mill of the town fed four villages. A lightning strike set the mill on fire."""

DIARY = """A diary

Grandfather wrote that the mill was built in 1935. The insurers paid nothing."""


def article(id: str, text: str, **more) -> Article:
    """A title, paragraphs, headings (short, without a full stop) and quotations (after `> `)."""
    blocks = []
    for found in re.finditer(r"[^\n]+", text):
        start, line = found.start(), found[0]
        kind = "title" if not blocks else "paragraph" if line[-1] in ".:" else "heading"
        if line.startswith("> "):
            start, kind = start + 2, "quotation"
        blocks.append(Block(start, found.end(), kind))
    return Article(id, text, text.split("\n")[0], tuple(blocks), f"{id}.txt", "0" * 64, **more)


GUIDE = """A guide

Walkers pass a ruin from the spring of the 1930s here."""

LEDGER = """A ledger

The stones came in 1929 and the mill was finished in 1931, said the mason."""

ARTICLES = {
    "ledger": article("ledger", LEDGER),
    "mill": article("mill", MILL, publisher="The Miller"),
    "news": article("news", NEWS, authors=("Eva Holm",)),
    "diary": article("diary", DIARY),
    "guide": article("guide", GUIDE),
}
SENTENCES = {s.id: s for name in ARTICLES.values() for s in split_sentences(name)}
ANALYZER = Analyzer()


def sentence(words: str, name: str = "mill") -> Sentence:
    (found,) = (s for s in SENTENCES.values() if s.article == name and words in s.text)
    return found


def scored(words: str, score: float = 0.5, name: str = "mill", span: str = "") -> Scored:
    of = sentence(words, name)
    at = of.text.index(span)
    return Scored(
        of,
        score,
        Match(of.article, of.start, of.end, score),
        (at, at + len(span)) if span else None,
    )


def finding(question: str, *items: Scored, prepared: tuple[NearQuestion, ...] = ()) -> Finding:
    matches = tuple(item.match for item in items)
    return Finding(
        classify(question),
        Found(question, (), matches, (), prepared, (), 1.0),
        items,
        Decision(True, 1.0, 0.5, {}),
        np.zeros((len(items), 1)),
    )


def chosen(question: str, *items: Scored, **more) -> Choice:
    return choose(finding(question, *items, **more), ANALYZER)


def written(*items: Scored, echoes=None, versions=None) -> Answer:
    """The statements for these sentences, as an answer that keeps the citation contract."""
    cites = Cites(ARTICLES)
    statements = write_statements(Choice(items, echoes or {}, versions or {}), ARTICLES, cites)
    answer = Answer("?", "answered", statements, cites.citations())
    assert keep_supported(answer, ARTICLES) == (answer, 0)
    return answer


def quotes(answer: Answer) -> list[list[str]]:
    """For each statement what it cites."""
    by_number = {citation.number: citation.quote for citation in answer.citations}
    return [[by_number[number] for number in statement.citations] for statement in answer.statements]


BUILT = "The town mill was built in 1931."
BURNED = "It burned down after a lightning strike."
TOLD = "Mayor Ada Berg told the council:"
BREAD = "Our bread comes from other towns."
SHAME = "That is a shame for us."
BAKED = "Nobody baked for years."


def test_a_sentence_that_leans_on_the_one_before_brings_it_along_as_one_span():
    answer = written(scored("burned down"))
    assert [s.text for s in answer.statements] == [f"{BUILT} {BURNED}"]
    assert quotes(answer) == [[f"{BUILT} {BURNED}"]]


def test_a_sentence_that_leans_on_one_said_already_is_quoted_by_itself():
    answer = written(scored("burned down"), scored("was built"))
    assert [s.text for s in answer.statements] == [BUILT, BURNED]


def test_a_quotation_far_from_the_line_that_introduces_it_cites_both():
    answer = written(scored(SHAME))
    assert [s.text for s in answer.statements] == [f"{TOLD} … {SHAME}"]
    assert quotes(answer) == [[TOLD, SHAME]]


@pytest.mark.parametrize("order", [(BREAD, SHAME, BAKED), (BAKED, BREAD, SHAME), (SHAME, BAKED)])
def test_the_line_that_introduces_a_quotation_is_quoted_once(order):
    answer = written(*(scored(words) for words in order))
    assert " ".join(s.text for s in answer.statements).count(TOLD) == 1
    assert answer.statements[0].text.startswith(TOLD)
    assert len(answer.statements) == len(order)


def test_what_is_leaned_on_comes_along_only_where_there_is_room():
    long = replace(sentence("burned down"), text="word " * MOST_WORDS)  # only its words are counted
    answer = written(replace(scored("burned down"), sentence=long))
    assert [s.text for s in answer.statements] == [BURNED]


def test_statements_are_grouped_by_article_in_reading_order_and_the_article_is_named_once():
    answer = written(scored("insurers"), scored("1935", name="diary"), scored("was built"))
    assert [s.text for s in answer.statements] == [
        BUILT,
        "The insurers paid nothing.",
        "Grandfather wrote that the mill was built in 1935.",
    ]
    assert [s.lead for s in answer.statements] == ["The Miller writes:", "", "“A diary” writes:"]


def test_the_exact_answer_is_marked_where_it_stands_also_behind_what_was_brought_along():
    answer = written(scored(SHAME, span="a shame"), scored("burned down", span="lightning"))
    marked = [s.text[slice(*s.marked[0])] for s in answer.statements]
    assert sorted(marked) == ["a shame", "lightning"]


def test_a_near_duplicate_in_another_article_is_cited_beside_and_not_said_again():
    choice = chosen("Who paid nothing?", scored("insurers", 0.5), scored("insurers", 0.4, "diary"))
    assert [item.sentence.article for item in choice.items] == ["mill"]
    answer = written(*choice.items, echoes=choice.echoes)
    assert quotes(answer) == [["The insurers paid nothing."] * 2]
    assert [c.article for c in answer.citations] == ["mill", "diary"]


def test_a_line_that_introduces_a_quotation_gives_way_to_it():
    line = scored("told the council:", 0.6)
    assert [i.sentence.id for i in chosen("What did the mayor say?", line).items] == [line.sentence.id]
    choice = chosen("What did the mayor say?", line, scored("That is a shame", 0.1), scored("Nobody", 0.2))
    assert choice.items[0].sentence.text.startswith(("Nobody", "That is"))


def test_who_gives_the_same_date_in_other_words_is_cited_beside():
    one, other = scored("1931", 0.5), scored("1931", 0.1, "news")
    assert not is_same(one, other, ANALYZER)
    choice = chosen("When was the mill built?", one, other)
    assert choice.versions == {}
    assert [item.sentence.id for item in choice.items] == [one.sentence.id]
    assert quotes(written(*choice.items, echoes=choice.echoes)) == [[one.sentence.text, other.sentence.text]]


def test_articles_that_disagree_are_all_quoted_and_the_answer_says_so_once():
    items = scored("1931", 0.6), scored("1935", 0.3, "diary"), scored("1931", 0.15, "news")
    choice = chosen("When was the mill built?", *items)
    assert list(choice.versions) == ["1931", "1935"]
    answer = written(*choice.items, echoes=choice.echoes, versions=choice.versions)
    assert [s.lead for s in answer.statements] == [f"{DISAGREE} The Miller writes:", "“A diary” writes:"]
    assert [[c[-5:] for c in cited] for cited in quotes(answer)] == [["1931.", "ages."], ["1935."]]


def test_of_two_dates_in_one_sentence_that_is_the_answer_which_another_article_gives_too():
    two, news = scored("1929", 0.6, "ledger", span="1929"), scored("1931", 0.3, "news", span="1931")
    choice = chosen("When was the mill built?", two, news)
    assert choice.versions == {}
    (item,) = choice.items
    assert item.sentence.text[slice(*item.span)] == "1931"
    assert choice.echoes == {two.sentence.id: (news,)}


def test_a_sentence_that_also_gives_the_date_already_given_is_no_other_version():
    two, news = scored("1929", 0.3, "ledger", span="1929"), scored("1931", 0.6, "news", span="1931")
    choice = chosen("When was the mill built?", news, two)
    assert (choice.items, choice.versions, choice.echoes) == ((news,), {}, {news.sentence.id: (two,)})


def test_two_dates_in_one_sentence_and_a_third_elsewhere_are_two_versions():
    two, diary = scored("1929", 0.6, "ledger", span="1931"), scored("1935", 0.3, "diary")
    assert list(chosen("When was the mill built?", two, diary).versions) == ["1931", "1935"]


@pytest.mark.parametrize("score", [0.01, 0.3])
def test_another_date_that_answers_much_less_surely_is_no_other_version(score):
    choice = chosen("When was the mill built?", scored("1931", 0.9), scored("1935", score, "diary"))
    assert choice.versions == {}
    assert [item.sentence.article for item in choice.items] == ["mill"]


def test_it_is_another_version_when_nearly_the_same_question_was_prepared_for_it():
    def versions(nearness: float) -> list[str]:
        late = scored("1935", 0.01, "diary")
        near = NearQuestion("When was the mill built?", (late.sentence.id,), nearness)
        return list(chosen("When was the mill built?", scored("1931", 0.9), late, prepared=(near,)).versions)

    assert versions(0.88) == ["1931", "1935"]
    assert versions(0.82) == []


def test_the_more_exact_date_is_said_and_the_other_cited_beside():
    vague, exact = scored("spring of the 1930s", 0.5, "guide"), scored("was built in 1931", 0.3, "mill")
    for items in ((vague, exact), (exact, vague)):
        choice = chosen("When was the mill built?", *items)
        assert choice.versions == {}
        assert [item.sentence.id for item in choice.items] == [exact.sentence.id]
        assert [item.sentence.id for item in choice.echoes[exact.sentence.id]] == [vague.sentence.id]


def test_only_questions_for_a_date_or_number_have_versions():
    choice = chosen("Who built the mill?", scored("1931", 0.5), scored("1935", 0.4, "diary"))
    assert choice.versions == {}


@given(st.lists(st.floats(0.001, 1), min_size=len(SENTENCES), max_size=len(SENTENCES)))
@pytest.mark.parametrize("question", ["Who owns it?", "Why did it burn?", "How did it burn?"])
def test_no_more_is_said_than_the_kind_of_question_calls_for(question, scores):
    items = [
        Scored(s, score / sum(scores), Match(s.article, s.start, s.end, score))
        for s, score in zip(SENTENCES.values(), scores, strict=True)
    ]
    items.sort(key=lambda item: -item.score)
    choice = chosen(question, *items)
    plan = PLANS.get(classify(question).kind, DEFAULT_PLAN)
    assert 1 <= len(choice.items) <= plan.most
    assert sum(len(item.sentence.text.split()) for item in choice.items) <= plan.words
    assert all(item.sentence.kind != "heading" for item in choice.items)
    assert choice.items[0].score == max(i.score for i in items if i.sentence.kind != "heading")
    assert all(item.score >= plan.ratio * choice.items[0].score for item in choice.items)


def test_a_heading_is_said_only_when_nothing_else_was_found():
    assert chosen("What came later?", scored("What came later")).items[0].sentence.kind == "heading"


def test_the_other_name_that_a_question_puts_side_by_side_is_spoken_of_too():
    items = scored("Grandfather", 0.9, "diary"), scored(TOLD, 0.05)
    assert TOLD in [i.sentence.text for i in chosen("What did Grandfather and Ada Berg say?", *items).items]
    assert TOLD not in [i.sentence.text for i in chosen("What did Grandfather say?", *items).items]


@given(st.lists(st.sampled_from(sorted(SENTENCES)), unique=True, min_size=1), st.data())
def test_whatever_is_chosen_every_citation_holds_and_everything_chosen_is_said(ids, data):
    items = [
        Scored(SENTENCES[id], 0.1, Match(SENTENCES[id].article, SENTENCES[id].start, SENTENCES[id].end, 0.1))
        for id in ids
    ]
    echoes = {
        id: tuple(i for i in items if i.sentence.article != SENTENCES[id].article)[:1]
        for id in ids
        if data.draw(st.booleans())
    }
    answer = written(*items, echoes=echoes)
    said = "\n".join(s.text for s in answer.statements)
    assert all(SENTENCES[id].text in said for id in ids)
    # numbered from 1 in the order of the text
    numbers = dict.fromkeys(n for s in answer.statements for n in s.citations)
    assert list(numbers) == list(range(1, len(answer.citations) + 1))


def test_parts_are_said_one_after_the_other_and_nothing_twice():
    one, two = (
        Choice((scored("was built"), scored("insurers")), {}),
        Choice((scored("insurers"), scored(TOLD)), {}),
    )
    assert [i.sentence.text for i in merge([one, two]).items] == [BUILT, "The insurers paid nothing.", TOLD]


def test_of_several_parts_the_one_on_which_the_articles_disagree_comes_first():
    plain = Choice((scored("insurers"),), {})
    differ = chosen("When was the mill built?", scored("1931", 0.6), scored("1935", 0.3, "diary"))
    both = merge([plain, differ])
    answer = written(*both.items, versions=both.versions)
    (first,) = (s for s in answer.statements if DISAGREE in s.lead)
    assert first.text == BUILT
    assert answer.statements[0] == first


def overview(score: float, *words: str, article: str | None = None) -> Choice | None:
    near = NearQuestion("What is the piece about?", tuple(sentence(w).id for w in words), score)
    return choose_overview(finding("Summarise it", prepared=(near,)), SENTENCES, article)


def test_a_broad_question_gets_the_sentences_picked_for_it():
    words = ("was built", "insurers", "A school stands")
    assert [i.sentence.id for i in overview(BROAD_NEAR, *words).items] == [sentence(w).id for w in words]
    assert overview(BROAD_NEAR, *words, article="mill") is not None


@pytest.mark.parametrize(
    ("score", "words", "article"),
    [
        (BROAD_NEAR - 0.01, ("was built", "insurers", "A school stands"), None),
        (BROAD_NEAR, ("was built", "insurers", "A school stands"), "news"),
        (BROAD_NEAR, ("was built", "insurers"), None),  # not a broad question
        (BROAD_NEAR, ("What came later",) * 3, None),  # headings say nothing
    ],
)
def test_there_is_no_overview_when_nothing_was_picked_for_such_a_question(score, words, article):
    assert overview(score, *words, article=article) is None


def contrast(score: float, *others: NearQuestion, best: str = "was built") -> Choice | None:
    """What is chosen when the mill and the diary were noted to differ on a question so near to the one asked."""
    noted = tuple(
        NearQuestion("How old is it?", (sentence(words, name).id,), score, "age")
        for words, name in (("was built", "mill"), ("1935", "diary"))
    )
    prepared = tuple(sorted((*noted, *others), key=lambda near: -near.score))
    asked = finding("How old is the mill?", scored(best), scored("A school stands", 0.1), prepared=prepared)
    return choose_contrast(asked, SENTENCES)


def test_where_it_was_noted_that_articles_differ_each_is_quoted():
    choice = contrast(CONTRAST_NEAR)
    assert [item.sentence.article for item in choice.items] == ["mill", "diary"]
    assert list(choice.versions.values()) == [item.sentence.id for item in choice.items]
    cites = Cites(ARTICLES)
    first, second = write_statements(merge([choice]), ARTICLES, cites)
    assert first.lead == f"{DIFFER} The Miller writes:"
    assert second.lead == "“A diary” writes:"


def test_another_question_than_the_one_noted_gets_no_versions():
    assert contrast(CONTRAST_NEAR - 0.01) is None
    nearer = NearQuestion("Where is it?", (sentence("insurers").id,), CONTRAST_NEAR + 2 * CONTRAST_LEAD)
    assert contrast(CONTRAST_NEAR, nearer) is None
    assert contrast(CONTRAST_NEAR, best="insurers") is None
    assert contrast(CONTRAST_SURE, best="insurers") is not None
    as_near = replace(nearer, score=CONTRAST_NEAR + CONTRAST_LEAD / 2)
    assert contrast(CONTRAST_NEAR, as_near) is not None


def test_one_version_alone_is_no_contrast():
    near = NearQuestion("How old is it?", (sentence("was built").id,), 0.99, "age")
    assert choose_contrast(finding("How old?", scored("was built"), prepared=(near,)), SENTENCES) is None


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What do Holm and Berg say?", ["Holm", "Berg"]),
        ("Norway, Sweden or Peru?", ["Norway", "Sweden", "Peru"]),
        ("What do Norway and the United States want?", ["Norway", "United States"]),
        ("What did Holm say to Berg?", []),
        ("Berg", []),
        ("", []),
    ],
)
def test_names_side_by_side(question, names):
    assert coordinated_names(question) == names


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"publisher": "The Miller", "authors": ("Eva Holm",)}, "The Miller"),
        ({"authors": ("Eva Holm",)}, "Eva Holm"),
        ({"authors": ("Eva Holm", "Bo Falk")}, "Eva Holm and Bo Falk"),
        ({"authors": ("Eva Holm", "Bo Falk", "Cy Dahl")}, "Eva Holm, Bo Falk and Cy Dahl"),
        ({}, "“News of the mill”"),
    ],
)
def test_a_source_is_its_publisher_else_its_authors_else_its_title(more, name):
    assert source_name(article("news", NEWS, **more)) == name


@pytest.mark.parametrize(
    ("kind", "text", "lead"),
    [
        ("paragraph", "It burned.", "The Miller writes:"),
        ("title", "The mill", "The Miller, title:"),
        ("byline", "By Eva Holm", "The Miller, by-line:"),
        ("note", "Eva Holm is a baker.", "The Miller, about the authors:"),
        ("note", "The views are her own.", "The Miller, note:"),
    ],
)
def test_the_lead_says_what_is_quoted(kind, text, lead):
    quoted = replace(sentence("insurers"), kind=kind, text=text)
    assert introduce(ARTICLES["mill"], quoted) == lead


def test_what_is_asked_is_kept_with_the_finding():
    assert finding("When was it?").asked == Asked("When was it?", "when")
