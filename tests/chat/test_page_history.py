"""A conversation in a real browser: it goes on, is kept, given away, and judged."""

import json

import pytest
from playwright.sync_api import Page, expect

from chat.feedback import CASES, VOTES
from eval.cases import read_cases

FOUNDED = "When was the CSTO founded?"
DRONES = "Which countries have sold drones to Central Asia?"

pytestmark = [
    pytest.mark.browser,
    # Gradio counts its requests in ways that pandas 3 deprecates
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]


def history(page: Page):
    page.get_by_role("button", name="History").click()
    return page.get_by_role("dialog")


def test_versions_of_articles_that_disagree_stand_side_by_side(page: Page, ask, picture):
    ask(page, FOUNDED)
    boxes = [card.bounding_box() for card in page.locator(".version").all()]
    assert len(boxes) == 2
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    expect(page.locator(".version strong")).to_have_text(["1992", "2002"])
    picture(page, "disagree")


def test_what_is_suggested_is_answered_when_it_is_asked(page: Page, ask, picture):
    ask(page, FOUNDED)
    chips = page.get_by_role("list", name="Questions to go on with").get_by_role("button")
    expect(chips).to_have_count(3)
    chips.first.scroll_into_view_if_needed()
    picture(page, "suggested")
    question = chips.first.text_content()
    chips.first.click()
    expect(page.locator("#exchange-2 .asked h2")).to_have_text(question)
    expect(page.locator("#exchange-2 .outcome")).to_have_text("Answered")
    expect(page.locator("#exchange-1 .chips")).to_have_count(0)


def test_a_conversation_survives_a_reload_and_goes_on(page: Page, ask, picture):
    ask(page, FOUNDED)
    ask(page, DRONES)
    answers = page.locator(".answer .statement").all_text_contents()
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)
    assert page.locator(".answer .statement").all_text_contents() == answers
    page.locator("#exchange-2 .marker").first.click()
    expect(page.locator("mark.here")).to_be_in_viewport()
    picture(page, "after-reload")
    ask(page, "When was the CSTO founded, again?")
    page.reload()
    expect(page.locator(".exchange")).to_have_count(3)


def test_a_citation_of_an_article_that_has_changed_says_so(page: Page, ask, picture):
    ask(page, FOUNDED)
    quote = page.locator(".source .quote").first.text_content()
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((it) => it.startsWith('dossier:'));
          const kept = JSON.parse(localStorage[key]);
          const row = kept.exchanges[0];
          row.articles[row.answer.citations[0].article] = 'f'.repeat(64);
          localStorage[key] = JSON.stringify(kept);
        }"""
    )
    page.reload()
    expect(page.locator(".since")).to_have_text("This article has changed since.")
    expect(page.locator(".source .quote").first).to_have_text(quote)
    picture(page, "changed")
    page.locator(".marker").first.click()
    expect(page.locator("#reader [data-showing]")).to_be_visible()
    expect(page.locator("mark")).to_have_count(0)


def test_conversations_are_listed_renamed_exported_and_deleted(page: Page, ask, picture):
    ask(page, FOUNDED)
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, DRONES)
    kept = history(page)
    expect(kept.locator(".open .title")).to_have_text([DRONES, FOUNDED])
    kept.get_by_role("button", name=f"Rename “{FOUNDED}”").click()
    page.get_by_role("textbox", name="Rename the conversation").fill("The founding <b>year</b>")
    page.keyboard.press("Enter")
    expect(kept.locator(".open .title").last).to_have_text("The founding <b>year</b>")
    picture(page, "history")
    with page.expect_download() as download:
        kept.get_by_role("button", name="Export “The founding").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename.endswith(".md")
    assert text.startswith("# The founding \\<b\\>year\\</b\\>\n\n## When was the CSTO founded?\n\n")
    assert "> \\[1\\] “Founded in 1992" in text
    kept.locator(".open").last.click()
    expect(page.locator(".asked h2")).to_have_text(FOUNDED)
    kept = history(page)
    kept.get_by_role("button", name=f"Delete “{DRONES}”").click()
    expect(kept.locator(".open")).to_have_count(1)
    picture(page, "deleted")
    kept.get_by_role("button", name="Undo").click()
    expect(kept.locator(".open .title")).to_have_count(2)
    kept.get_by_role("button", name=f"Delete “{DRONES}”").click()
    expect(kept.locator(".open")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="History")).to_be_focused()
    page.reload()
    expect(page.locator(".asked h2")).to_have_text(FOUNDED)


def test_two_tabs_of_one_browser_do_not_undo_each_other(page: Page, address, ask):
    ask(page, FOUNDED)
    other = page.context.new_page()
    other.goto(address)
    expect(other.locator(".welcome")).to_be_visible()
    kept = history(other)
    kept.locator(".open").first.click()
    expect(other.locator(".asked h2")).to_have_text(FOUNDED)
    ask(other, DRONES)
    ask(page, "Who is Saadi Khamidov?")
    kept = history(page)
    expect(kept.locator(".open")).to_have_count(2)
    questions = page.evaluate(
        "Object.keys(localStorage).filter((it) => it.startsWith('dossier:'))"
        ".map((it) => JSON.parse(localStorage[it]).exchanges.map((row) => row.question).join('|'))"
    )
    assert sorted(questions) == sorted([f"{FOUNDED}|{DRONES}", f"{FOUNDED}|Who is Saadi Khamidov?"])


def test_two_tabs_ask_at_once(page: Page, address):
    tabs = [page, page.context.new_page()]
    tabs[1].goto(address)
    expect(tabs[1].locator("[data-conversation]:not([data-conversation=''])")).to_be_attached()
    for tab, question in zip(tabs, (FOUNDED, DRONES), strict=True):
        tab.get_by_label("Your question").fill(question)
    for tab in tabs:
        tab.get_by_label("Your question").press("Enter")
    for tab, question in zip(tabs, (FOUNDED, DRONES), strict=True):
        expect(tab.locator(".asked h2")).to_have_text([question])
        expect(tab.locator(".outcome")).to_have_text("Answered")
    expect(history(page).locator(".open")).to_have_count(2)


def test_something_unreadable_in_the_browser_is_said_and_left_alone(page: Page, ask):
    ask(page, FOUNDED)
    key = page.evaluate("Object.keys(localStorage).find((it) => it.startsWith('dossier:'))")
    page.evaluate(
        "(key) => { const kept = JSON.parse(localStorage[key]); kept.exchanges[0].answer = 'x';"
        " localStorage[key] = JSON.stringify(kept); }",
        key,
    )
    page.reload()
    expect(page.get_by_role("alert")).to_have_text("That conversation cannot be read any more.")
    ask(page, DRONES)
    kept = page.evaluate("(key) => JSON.parse(localStorage[key]).exchanges.length", key)
    assert kept == 1
    expect(history(page).locator(".open")).to_have_count(2)


@pytest.mark.parametrize("rich", [True, False])
def test_an_answer_is_copied_with_its_quotations(opened, address, ask, rich):
    with opened(address, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, FOUNDED)
        page.get_by_role("button", name="Copy" if rich else "Copy as Markdown", exact=True).click()
        expect(page.locator("#toast")).to_have_text("Copied.")
        types = page.evaluate("navigator.clipboard.read().then(([item]) => item.types)")
        assert ("text/html" in types) == rich
        text = page.evaluate("navigator.clipboard.readText()")
        assert "> \\[1\\] “Founded in 1992" in text
        if rich:
            markup = page.evaluate(
                "navigator.clipboard.read().then(([it]) => it.getType('text/html')).then((it) => it.text())"
            )
            assert "<strong>1992</strong>" in markup
            assert "[1]" in markup
            assert "<blockquote>" in markup


def test_votes_comments_and_drafts_are_on_the_disk_at_once(page: Page, ask, picture, page_home, corpus):
    votes, cases = page_home / "feedback" / VOTES, page_home / "feedback" / CASES
    ask(page, FOUNDED)
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    rows = [json.loads(line) for line in votes.read_text(encoding="utf-8").splitlines()]
    assert (rows[-1]["vote"], rows[-1]["question"], rows[-1]["outcome"]) == ("down", FOUNDED, "answered")
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_role("textbox", name="Add a comment").fill("Which is it? 🙂")
    picture(page, "comment")
    page.get_by_role("button", name="Store").click()
    expect(page.locator("#toast")).to_contain_text("Comment stored")
    rows = [json.loads(line) for line in votes.read_text(encoding="utf-8").splitlines()]
    assert rows[-1]["comment"] == "Which is it? 🙂"
    page.get_by_role("button", name="Add to question set").click()
    expect(page.get_by_text("In the question set")).to_be_visible()
    found, problems = read_cases([cases], corpus.articles)
    assert problems == []
    assert found[-1].question == FOUNDED
    page.reload()
    expect(page.get_by_text("In the question set")).to_be_visible()
