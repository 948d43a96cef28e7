"""Which spans of a text are the article: the five shipped ones line by line, and the rules behind it."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Article
from ingest.content import find_title, text_blocks
from ingest.showing import show_article

SELECTED = {
    "collective-insecurity": {
        "first": "President Vladimir Putin’s decision to launch an invasion into Ukraine\xa0in February 2022 has placed significant attention on the international relations of Russia. Whilst",
        "last": "published in the Herald Sun, the Chariot Undergraduate Journal of History, and Farrago.",
        "kinds": "1 title, 1 byline, 3 paragraph, 1 heading, 3 paragraph, 1 heading, 4 paragraph, 1 heading, "
        "4 paragraph, 2 note",
        "headings": ["The CSTO’s Provisions", "Breakdown in Unity", "The Future of CSTO"],
        "left out": [
            "top of page",
            'Image: "CSTO Summit 2022 01" by Presidential Executive Office of Russia. Licensed under CC BY 4.0.',
            "bottom of page",
        ],
    },
    "demise-of-csto": {
        "first": "For the first time since World War II, a foreign army crossed onto Russian soil. On 6 August 2024,",
        "last": "enthusiasm as before for active participation in institutions Moscow dominates.",
        "kinds": "1 title, 2 paragraph, 1 quotation, 5 paragraph, 1 heading, 1 paragraph, 1 quotation, 2 paragraph",
        "headings": ["Tokayev’s new idea"],
        "left out": [
            "SOCIETY",
            "SOCIETY",
            "Read this article on other language",
            "Download article",
            "image_pdf",
            "image_pdf",
            "Share article",
            "FacebookTwitter",
            "Facebook Comment",
            "bg",
            "For the full operation of the site you need to enable JavaScript in your browser settings.",
        ],
    },
    "kursk-incursion": {
        "first": "The world was caught off guard by Ukraine’s bold and daring incursion into the Kursk region of Russia",
        "last": "The views expressed in this article belong to the author(s) alone and do not necessarily reflect "
        "those of Geopoliticalmonitor.com.",
        "kinds": "1 title, 12 paragraph, 4 note",
        "headings": [],
        "left out": [
            "cc kremlin.ru, modified, http://en.kremlin.ru/events/president/news/69598",
            "Back to Top",
            "Login",
            "Lost your password?",
        ],
    },
    "russian-nato": {
        "first": "Even as Russia stages a series of military drills with its allies in Central Asia, Moscow’s hold",
        "last": "“The time has come to begin a broad discussion on a new system of collective security in "
        "Eurasia,” he said back in June.",
        "kinds": "1 title, 1 dateline, 34 paragraph",
        "headings": [],
        "left out": [],
    },
    "strained-architecture": {
        "first": "Growing divisions within the CSTO – over Ukraine, Afghanistan, and various internal disputes – may "
        "have serious implications for the region’s security architecture.",
        "last": "democracy, security, and developmental issues in Central Asia and Eurasia.",
        "kinds": "1 title, 1 standfirst, 1 byline, 5 paragraph, 1 heading, 3 paragraph, 1 heading, 3 paragraph, "
        "1 heading, 2 paragraph, 1 heading, 3 paragraph, 1 heading, 7 paragraph, 1 note",
        "headings": [
            "Russia’s Aggression Against Ukraine and the CSTO",
            "The Armenia-Azerbaijan Conflict and the CSTO",
            "The Conflict Between CSTO Members Kyrgyzstan and Tajikistan",
            "Lack of a Common Vision Toward the Taliban in Afghanistan",
            "Implications for Central Asia’s Security Architecture",
        ],
        "left out": [
            "The Diplomat",
            "Overview",
            "Central Asia’s Strained Security Architecture",
            "Russian Presidential Press and Information Service",
            "Central Asia",
            "Want to read more?",
            "Subscribe for full access.",
            "Subscribe",
            "Already a subscriber?",
            "The Authors",
            "Central Asia",
            "New Ukraine Sanctions Target Business Interests of Russian-Uzbek Billionaire Usmanov",
            "Central Asia",
            "Laid-off Oil Workers Detained After Overnight Protest in Astana",
            ";",
        ],
    },
}

TEXT = "The pact was founded in 1992 and has six members today."
MORE = "Its members meet every year in a different capital city."


def of_kind(article: Article, *kinds: str) -> list[str]:
    return [article.slice(b.start, b.end) for b in article.blocks if b.kind in kinds]


def read(text: str, **settings) -> list[tuple[str, str]]:
    """Each block of a text as its kind and its words."""
    return [(b.kind, text[b.start : b.end]) for b in text_blocks(text, **settings)]


@pytest.mark.parametrize("name", SELECTED)
class TestShippedArticle:
    def test_begins_with_its_own_title_and_its_first_line(self, corpus, name):
        article = corpus.articles[name]
        assert of_kind(article, "title") == [article.title]
        assert article.blocks[0].kind == "title"
        assert of_kind(article, "standfirst", "paragraph")[0].startswith(SELECTED[name]["first"])

    def test_ends_with_its_last_line(self, corpus, name):
        article = corpus.articles[name]
        last = article.blocks[-1]
        assert article.slice(last.start, last.end).endswith(SELECTED[name]["last"])

    def test_is_made_of_these_kinds_in_this_order(self, corpus, name):
        kinds = groupby(block.kind for block in corpus.articles[name].blocks)
        assert ", ".join(f"{len(list(run))} {kind}" for kind, run in kinds) == SELECTED[name]["kinds"]

    def test_has_these_headings(self, corpus, name):
        assert of_kind(corpus.articles[name], "heading") == SELECTED[name]["headings"]

    def test_leaves_out_exactly_these_lines(self, corpus, name):
        shown = show_article(corpus.articles[name])
        assert [text for label, text in shown if label == "left out"] == SELECTED[name]["left out"]

    def test_loses_no_word_between_what_is_selected_and_what_is_left_out(self, corpus, name):
        article = corpus.articles[name]
        assert " ".join(text for _, text in show_article(article)).split() == article.text.split()


def test_bylines_and_dateline_of_the_shipped_articles_are_kept_as_such(corpus):
    kept = {name: of_kind(article, "byline", "dateline") for name, article in corpus.articles.items()}
    assert kept == {
        "collective-insecurity": ["Lachlan Forster\xa0| Europe & Eurasia Fellow"],
        "demise-of-csto": [],
        "kursk-incursion": [],
        "russian-nato": ["BALYKCHY, Kyrgyzstan:"],
        "strained-architecture": ["By Saadi Khamidov"],
    }


def test_notes_say_who_the_authors_are(corpus):
    starts = {
        name: [note.split(" is ")[0] for note in of_kind(article, "note")]
        for name, article in corpus.articles.items()
    }
    assert starts["kursk-incursion"][:3] == ["Alouddin Komilov", "Otabek Akromov", "Mirshohid Aslanov"]
    assert starts["strained-architecture"] == ["Saadi Khamidov"]
    assert starts["collective-insecurity"][0] == "Lachlan Forster"


def test_words_of_others_without_quotation_marks_are_quotations(corpus):
    article7, tokayev = of_kind(corpus.articles["demise-of-csto"], "quotation")
    assert article7.startswith("The Member States shall take joint measures")
    assert tokayev.startswith("In light of the ongoing complexity")
    assert tokayev.endswith("other international and regional organizations in this domain.")


def test_page_furniture_is_left_out_without_an_articles_toml():
    above = ["top of page", "Menu", "The pact", "Image: the summit, by the press office"]
    below = ["Download PDF", "Subscribe to our newsletter", "© 2024 All rights reserved", "Log in", ";"]
    text = "\n".join([*above, TEXT, "Share this article", MORE, *below])
    assert read(text, title="The pact") == [("title", "The pact"), ("paragraph", TEXT), ("paragraph", MORE)]


def test_a_sentence_that_begins_like_furniture_is_content():
    text = (
        f"The pact\n{TEXT}\nHome to six nations, the region has long been courted by its larger neighbours.\n"
    )
    assert [kind for kind, _ in read(text)] == ["title", "paragraph", "paragraph"]


def test_a_short_line_that_is_repeated_belongs_to_the_page():
    text = f"The pact\nWorld affairs\n{TEXT}\nWhat is next\n{MORE}\nWorld affairs\n{TEXT[:-1]} still.\n"
    assert ("heading", "What is next") in read(text)
    assert "World affairs" not in [said for _, said in read(text)]


def test_a_sentence_that_is_repeated_is_content():
    assert [said for _, said in read(f"The pact\n{TEXT}\n{MORE}\n{TEXT}\n")].count(TEXT) == 2


def test_the_title_is_the_first_line_when_nobody_says_so():
    assert find_title(f"\n\nThe pact\n\n{TEXT}\n") == "The pact"


def test_a_text_that_begins_in_the_middle_of_prose_has_no_title():
    assert find_title(f"{TEXT}\n{MORE}\n") == ""
    assert read(f"{TEXT}\n{MORE}\n") == [("paragraph", TEXT), ("paragraph", MORE)]


def test_a_title_named_in_other_quotes_case_and_spaces_is_found():
    text = f"The pact’s  “end”\n{TEXT}\n"
    assert read(text, title='THE PACT\'S "end"')[0] == ("title", "The pact’s  “end”")


def test_what_leave_out_lists_is_left_out_also_where_it_reads_like_prose():
    text = f"The pact\n{TEXT}\n{MORE}\n"
    assert read(text, leave_out=[MORE.upper()]) == [("title", "The pact"), ("paragraph", TEXT)]


def test_standfirst_and_byline_stand_between_title_and_text():
    text = f"The pact\nA summary of what the pact has been for.\nBy Ann Lee\n{TEXT}\n{MORE}\n"
    assert [kind for kind, _ in read(text)] == ["title", "standfirst", "byline", "paragraph", "paragraph"]


def test_a_dateline_is_cut_from_the_paragraph_that_it_opens():
    assert read(f"The pact\nBISHKEK, Kyrgyzstan: {TEXT}\n{MORE}\n")[1:3] == [
        ("dateline", "BISHKEK, Kyrgyzstan:"),
        ("paragraph", TEXT),
    ]


def test_only_the_first_paragraph_has_a_dateline():
    assert "dateline" not in [kind for kind, _ in read(f"The pact\n{MORE}\nBISHKEK, Kyrgyzstan: {TEXT}\n")]


def test_a_paragraph_after_a_colon_is_a_quotation_unless_it_has_marks_of_its_own():
    lead = "The charter of the pact says about its members:"
    assert read(f"The pact\n{lead}\n{MORE}\n{TEXT}\n")[2] == ("quotation", MORE)
    assert read(f"The pact\n{lead}\n“{MORE}”\n{TEXT}\n")[2] == ("paragraph", f"“{MORE}”")


def test_a_note_about_the_author_ends_the_text_and_headings_after_it_are_dropped():
    note = "Ann Lee is a research fellow at the institute of the capital."
    text = f"The pact\n{TEXT}\n{MORE}\n{TEXT[:-1]}, and more.\n{note}\nOther stories on this page\n"
    assert read(text, authors=["Ann Lee"])[-1] == ("note", note)


def test_a_heading_that_nothing_follows_is_dropped():
    assert read(f"The pact\n{TEXT}\n{MORE}\nRead the other one\n")[-1] == ("paragraph", MORE)


def test_lines_wrapped_at_a_width_are_joined_to_their_paragraph():
    first = "The pact was founded in the year 1992 and has had\nsix members since then, of which one has left it and\none has frozen its part in all of its meetings."
    second = "Its members meet every year in a different capital\ncity, and the last meeting was held in the capital of\nthe smallest member."
    assert read(f"The pact\n\n{first}\n\n{second}\n") == [
        ("title", "The pact"),
        ("paragraph", first),
        ("paragraph", second),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read_the_same(end):
    text = end.join(["The pact", "", TEXT, "", "What is next", "", MORE])
    wanted = [("title", "The pact"), ("paragraph", TEXT), ("heading", "What is next"), ("paragraph", MORE)]
    assert read(text) == wanted
    assert read(text + end) == wanted


def test_a_byte_order_mark_stays_in_the_text_and_out_of_the_title():
    text = f"\ufeffThe pact\n{TEXT}\n"
    assert read(text) == [("title", "The pact"), ("paragraph", TEXT)]
    assert text_blocks(text)[0].start == 1


@pytest.mark.parametrize("text", ["", " \n\t\n", ";\n—\n", "Menu\nLog in\n"])
def test_a_text_without_content_has_no_blocks(text):
    assert read(text) == []


PIECES = [
    *("", "  ", "The pact", "Menu", ";", "\ufeff", TEXT, f"  {MORE}\t", "By Ann Lee", "Next steps"),
    *("He said that it was so:", "OSH, Kyrgyzstan: The pact met here again today."),
    "Ann Lee is a research fellow at the institute.",
]
lines = st.one_of(st.sampled_from(PIECES), st.text(max_size=60))


@given(
    st.lists(lines, max_size=14), st.sampled_from(["\n", "\r\n", "\n\n"]), st.sampled_from(["", "The pact"])
)
def test_blocks_are_in_order_inside_stripped_and_apart(found, end, title):
    text = end.join(found)
    at = 0
    for block in text_blocks(text, title, authors=["Ann Lee"]):
        assert at <= block.start < block.end <= len(text)
        said = text[block.start : block.end]
        assert said == said.strip()
        assert any(c.isalnum() for c in said)
        at = block.end
