"""Where sentences end, in these articles' hard places and in general, and what each of them leans on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Article, Block, Sentence, split_sentences
from ingest.articles import PROSE
from ingest.sentences import sentence_spans


@pytest.fixture(scope="module")
def sentences(corpus) -> dict[str, list[Sentence]]:
    """All sentences of the shipped articles."""
    return {name: split_sentences(article) for name, article in corpus.articles.items()}


@pytest.fixture(scope="module")
def sentence(sentences):
    """The one sentence of an article that has these words."""

    def find(name: str, words: str) -> Sentence:
        (found,) = [item for item in sentences[name] if words in item.text]
        return found

    return find


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def article(*lines: tuple[str, str]) -> Article:
    """An article of blocks, each a kind and a line."""
    text, blocks = "", []
    for kind, line in lines:
        blocks.append(Block(len(text), len(text) + len(line), kind))
        text += line + "\n"
    return Article("a", text, "", tuple(blocks), "a.txt", "0" * 64)


@pytest.mark.parametrize(
    ("name", "words", "begins", "ends"),
    [
        ("strained-architecture", "U.N. General", "Due to the dependence", "at the U.N. General Assembly."),
        ("strained-architecture", "engage the U.S.", "The Central Asian states", "with China and Russia."),
        ("kursk-incursion", "member states…", "Previously, President", "and this body keeps silent?”"),
        (
            "kursk-incursion",
            "escalation of conflicts…",
            "Uzbekistan’s President",
            "Russia’s actions in Ukraine.",
        ),
        ("kursk-incursion", "mere ‘paper tiger", "However, the stark", "a mere ‘paper tiger.’"),
        ("kursk-incursion", "end this scuffle", "Instead, he deployed", "and end this scuffle.”"),
        (
            "kursk-incursion",
            "twice–first in 1999",
            "Furthermore, Uzbekistan’s",
            "fractures within the alliance.",
        ),
        ("kursk-incursion", "(CSTO)–Armenia", "Notably, even", "isolated in this conflict."),
        (
            "russian-nato",
            "limitless friendship",
            "Kazakhstan hosted",
            "the banner of “limitless friendship.”",
        ),
        ("russian-nato", "time has come", "“The time has come", "he said back in June."),
        ("demise-of-csto", "little non-Nato", "Everyone knows", "in the post-Soviet space."),
        ("demise-of-csto", "political settlement", "The People’s Republic", "settlement of the crisis.”"),
        ("demise-of-csto", "lasted only 5 days", "However, their mission", "on 13 January."),
        ("demise-of-csto", "North Korea—international", "Only two states", "international pariah states."),
        (
            "collective-insecurity",
            "invasion into Ukraine\xa0in",
            "President Vladimir",
            "relations of Russia.",
        ),
        ("collective-insecurity", "‘same side’", "Even if member states", "regional strategic unity."),
    ],
)
def test_hard_places_of_the_articles_stay_in_one_whole_sentence(sentence, name, words, begins, ends):
    text = sentence(name, words).text
    assert text.startswith(begins)
    assert text.endswith(ends)


def test_no_shipped_sentence_begins_in_the_middle(sentences):
    starts = {item.text.lstrip("“‘(")[0] for items in sentences.values() for item in items}
    assert not [start for start in starts if not start.isupper()]


def test_no_shipped_sentence_ends_in_the_middle(sentences):
    prose = [item.text for items in sentences.values() for item in items if item.kind in PROSE]
    assert not [text for text in prose if not text.rstrip("”’)").endswith((".", "?", "!", ":"))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("J. R. Smith left. He is gone.", ["J. R. Smith left.", "He is gone."]),
        ("Dr. Lee met Mr. Ito. They spoke.", ["Dr. Lee met Mr. Ito.", "They spoke."]),
        ("It grew 2.5 percent. That is all.", ["It grew 2.5 percent.", "That is all."]),
        ("“We go.” He left.", ["“We go.”", "He left."]),
        ("The end. )", ["The end. )"]),
        ("  One.\u00a0Two.  ", ["One.", "Two."]),
        ("Ann Lee said so", ["Ann Lee said so"]),
        ("”", ["”"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into(text, wanted):
    assert cut(text) == wanted


def test_a_heading_never_runs_into_the_paragraph_below():
    found = split_sentences(article(("heading", "The pact today"), ("paragraph", "It stands. It grows.")))
    assert [item.text for item in found] == ["The pact today", "It stands.", "It grows."]


def test_a_title_is_one_sentence_whatever_marks_it_has():
    assert [s.text for s in split_sentences(article(("title", "The end. Or is it? Yes.")))] == [
        "The end. Or is it? Yes."
    ]


def test_a_sentence_knows_its_heading_and_a_note_has_none():
    found = split_sentences(
        article(("paragraph", "One is."), ("heading", "Part"), ("paragraph", "Two is."), ("note", "Ann is."))
    )
    assert [item.section for item in found] == ["", "", "Part", ""]


def test_context_is_the_sentence_before_under_the_same_heading():
    source = article(
        ("title", "A title"),
        ("standfirst", "A summary."),
        ("byline", "By Ann Lee"),
        ("paragraph", "One is. Two is."),
        ("heading", "Part"),
        ("paragraph", "Three is."),
        ("paragraph", "Four is."),
        ("note", "Ann is."),
        ("note", "She writes."),
    )
    contexts = {s.text: s.context and source.slice(*s.context) for s in split_sentences(source)}
    assert contexts == {
        "A title": None,
        "A summary.": None,
        "By Ann Lee": None,
        "One is.": None,
        "Two is.": "One is.",
        "Part": None,
        "Three is.": None,
        "Four is.": "Three is.",
        "Ann is.": None,
        "She writes.": "Ann is.",
    }


def test_every_sentence_of_a_quotation_leans_on_the_line_that_says_who_speaks(sentences, corpus):
    items = [item for item in sentences["demise-of-csto"] if item.kind == "quotation"]
    text = corpus.articles["demise-of-csto"].text
    assert len(items) == 4
    assert all(item.leans for item in items)
    assert [text[slice(*item.context)][:15] for item in items] == ["And article 7 s"] + [
        "In his article "
    ] * 3


def test_the_line_after_a_quotation_does_not_lean_on_who_spoke(sentence):
    after = sentence("demise-of-csto", "It is difficult to say whether Tokayev envisioned")
    assert not after.leans


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kursk-incursion", "This surprise attack by"),
        ("kursk-incursion", "These instances have not just"),
        ("kursk-incursion", "Instead, he deployed"),
        ("russian-nato", "It accuses the CSTO"),
        ("russian-nato", "Uzbekistan followed suit in 2012"),
        ("russian-nato", "“At war with Ukraine, Russia has"),  # … he said
        ("demise-of-csto", "However, their mission lasted"),
        ("strained-architecture", "And that is not an encouraging trend"),
        ("strained-architecture", "Such groups are currently"),
    ],
)
def test_a_sentence_that_points_back_leans(sentence, name, words):
    assert sentence(name, words).leans


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("strained-architecture", "It is worth noting that the formation"),
        ("demise-of-csto", "It is worth recalling"),
        ("demise-of-csto", "It is not by chance"),
        ("demise-of-csto", "These days, as the"),
        ("russian-nato", "This week, German Chancellor"),
        ("russian-nato", "Both Uzbekistan and Turkmenistan ignored"),
        ("strained-architecture", "For Yerevan, nevertheless, it is an indication"),
        ("kursk-incursion", "The CSTO, established in 2002"),
    ],
)
def test_a_sentence_that_stands_alone_does_not_lean(sentence, name, words):
    assert not sentence(name, words).leans


def test_the_first_sentence_under_a_heading_has_nothing_to_lean_on():
    found = split_sentences(article(("heading", "Part"), ("paragraph", "It stands. It grows.")))
    assert [item.leans for item in found] == [False, False, True]


PIECES = (
    "The pact|U.N.|U.S.|J.|Dr.|said|“Help|now.”|it’s|1992.|(see|below).|…|states…|?|!|”|)|’|—|–|\u00a0|He|no.|e.g."
    "|:|“|»|]|...|\u200b|\u2028|  |e\u0301|今日は。|😀|."
).split("|")
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.text(max_size=60),
)


@given(texts)
def test_sentences_are_in_order_and_only_white_space_lies_between_them(text):
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


def test_shipped_sentences_are_slices_and_cover_every_block(sentences, corpus):
    for name, items in sentences.items():
        text = corpus.articles[name].text
        assert all(text[item.start : item.end] == item.text for item in items)
        assert len({item.id for item in items}) == len(items)
        for block in corpus.articles[name].blocks:
            inside = [item for item in items if block.start <= item.start < block.end]
            assert "".join("".join(i.text.split()) for i in inside) == "".join(
                text[block.start : block.end].split()
            )
            assert {item.kind for item in inside} == {block.kind}
