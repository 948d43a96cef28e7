"""The page is for everybody: keyboard, screen reader, phone, dark, any script, and no network."""

import json
import os
import sys

import pytest
from playwright.sync_api import Page, expect

from chat.own import open_own_corpus
from chat.page import Evaluate, make_login

FOUNDED = "When was the CSTO founded?"
UNKNOWN = "Who won the football world cup in 2022?"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]


def faults(page: Page, axe) -> list[str]:
    """What axe-core finds serious or critical, one line each."""
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{it['id']}: {node['target']} {node['failureSummary']}"
        for it in found["violations"]
        if it["impact"] in ("serious", "critical")
        for node in it["nodes"]
    ]


class Breaking:
    """The real engine, which breaks when it is asked to."""

    def __init__(self, answerer):
        self.answerer = answerer
        self.articles, self.examples, self.finder = answerer.articles, answerer.examples, answerer.finder
        self.answer, self.without_model = answerer.answer, answerer.without_model

    def stream(self, question, history=(), scope=None):
        if "break" in question:
            raise RuntimeError("broken")
        return self.answerer.stream(question, history, scope)


@pytest.fixture(scope="module")
def whole(served, answerer, tmp_path_factory):
    """A page with everything: articles can be added, a run was made, and an engine that can break."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "one.txt").write_text("The mill\n\nThe mill of Corran was built in 1820.\n", "utf-8")
    share = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 4}
    kinds = {"fact": {"right": share}, "why": {"right": share}}
    for name, started in (("one", "2026-01-01T10:00"), ("two", "2026-01-02T10:00")):
        metrics = {"system": "dossier", "started": started, "splits": ["dev"], "failed": {}}
        metrics |= {"measures": {"right": share}, "categories": kinds}
        (folder / "runs" / name).mkdir(parents=True)
        (folder / "runs" / name / "metrics.json").write_text(json.dumps(metrics), "utf-8")
        (folder / "runs" / name / "report.html").write_text(
            "<!doctype html><html lang=en><title>r</title><h1>Report</h1></html>", "utf-8"
        )
    settings = {
        "own": open_own_corpus(folder / "corpus", folder),
        "runs": folder / "runs",
        "evaluate": Evaluate((sys.executable, "-c", "import time; time.sleep(60)"), os.environ),
    }
    with served(Breaking(answerer), **settings) as address:
        yield address


PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
LAPTOP = {"width": 1280, "height": 800}


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_view(opened, whole, ask, axe, scheme, size):
    with opened(whole, color_scheme=scheme, complains=("status of 422",), **size) as page:
        found: dict[str, list[str]] = {}

        def check(view: str) -> None:
            found[view] = faults(page, axe)

        def close_articles() -> None:
            if size is PHONE:
                page.get_by_role("button", name="Close the articles").click()

        check("empty")
        ask(page, FOUNDED)
        expect(page.get_by_role("list", name="Questions to go on with")).to_be_visible()
        page.get_by_role("button", name="Not helpful").click()
        expect(page.get_by_role("button", name="Add a comment")).to_be_visible()
        page.get_by_text("How this was found").click()
        page.get_by_text("Every figure").click()
        page.locator(".marker").first.focus()
        check("disagreement, trace, vote")
        page.locator(".marker").first.click()
        expect(page.locator("mark.here")).to_be_in_viewport()
        check("reading")
        page.get_by_role("button", name="← Articles").click()
        page.locator("input[name=scope]").first.uncheck()
        expect(page.locator("#asking")).to_have_text("Asking 4 of five articles")
        check("articles")
        page.get_by_label("All articles").check()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Add files").click()
        chooser.value.set_files([{"name": "picture.png", "mimeType": "image/png", "buffer": b"x"}])
        expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("Nothing was added.")
        check("nothing added")
        page.keyboard.press("Escape")
        close_articles()
        for question, outcome in (
            ("What is the CSTO and who won the 2022 world cup?", "Partly answered"),
            (UNKNOWN, "Not in the articles"),
            ("Does it break?", "Something broke"),
        ):
            ask(page, question)
            expect(page.locator(".outcome").last).to_have_text(outcome)
        page.get_by_text("Closest passages").click()
        check("partial, declined, fault")
        page.get_by_role("button", name="Add a comment").click()
        check("comment")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="History").click()
        check("history")
        page.get_by_role("button", name="Rename").first.click()
        check("rename")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Evaluation").click()
        expect(page.locator(".headline")).to_be_visible()
        page.get_by_role("button", name="Run now").click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        check("evaluation")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Run now")).to_be_visible()
        page.get_by_role("button", name="Open the report").first.click()
        check("report")
        assert {view: lines for view, lines in found.items() if lines} == {}


def press_until(page: Page, selector: str, key: str = "Tab") -> None:
    """Presses a key until what `selector` names has the focus."""
    for _ in range(80):
        page.keyboard.press(key)
        if page.evaluate("(it) => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"{key} never comes to {selector}")


def test_the_whole_way_can_be_gone_with_the_keyboard_alone(page: Page):
    focused = "document.activeElement.matches('{}')".format
    assert page.evaluate(focused("#question textarea"))
    page.keyboard.type(FOUNDED)
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Questions to go on with").get_by_role("button")).to_have_count(3)
    # read a citation, go back, choose articles
    press_until(page, ".marker", "Shift+Tab")
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("mark.here")).to_be_in_viewport()
    expect(page.locator("#reader .body")).to_be_focused()
    press_until(page, "[data-list].back", "Shift+Tab")
    page.keyboard.press("Enter")
    press_until(page, "input[value=russian-nato]")
    page.keyboard.press("Space")
    expect(page.locator("#asking")).to_have_text("Asking 4 of five articles")
    press_until(page, ".volume")
    page.keyboard.press("Enter")
    expect(page.locator("#reader [data-showing]")).to_be_visible()
    # judge, comment, add to the question set, go on
    press_until(page, "[data-vote=up]", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-vote=up]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-vote=up]")).to_be_focused()
    press_until(page, "[data-comment]")
    page.keyboard.press("Space")
    page.keyboard.type("Good.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("Comment stored")
    press_until(page, "[data-draft]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("In the question set")).to_be_visible()
    press_until(page, ".chip")
    page.keyboard.press("Enter")
    expect(page.locator("#exchange-2 .outcome")).to_be_visible()
    expect(page.locator("#exchange-2 .asked-in")).to_have_text("asked in 4 of five articles")
    # the history: rename, delete, undo
    press_until(page, "[data-history]", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press_until(page, "dialog .actions button")
    page.keyboard.press("Enter")
    page.keyboard.type("Founding")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .open .title")).to_have_text("Founding")
    press_until(page, "dialog [aria-label^=Delete]")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # Undo has the focus
    expect(page.locator("dialog .open .title")).to_have_text("Founding")
    page.keyboard.press("Escape")
    expect(page.locator("[data-history]")).to_be_focused()
    expect(page.locator(".exchange")).to_have_count(2)
    # the evaluation and back
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".evaluation")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_be_visible()


def test_the_windows_fit_a_phone(opened, address, ask, picture):
    with opened(address, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        ask(page, FOUNDED)
        boxes = [card.bounding_box() for card in page.locator(".version").all()]
        assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]  # one below the other
        picture(page, "phone-disagree")
        page.get_by_role("button", name="History").tap()
        picture(page, "phone-history")
        page.get_by_role("button", name="Close", exact=True).tap()
        page.get_by_role("button", name="Evaluation").tap()
        expect(page.locator(".evaluation")).to_be_visible()
        picture(page, "phone-evaluation")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_right_to_left_text_and_emoji_are_kept_and_laid_out_their_own_way(page: Page, ask, picture):
    question = "متى تأسست منظمة CSTO؟ 🙂"
    ask(page, question)
    expect(page.locator(".asked h2")).to_have_text(question)
    assert page.locator(".asked h2").evaluate("(it) => getComputedStyle(it).direction") == "rtl"
    picture(page, "right-to-left")
    page.reload()
    expect(page.locator(".asked h2")).to_have_text(question)


def test_with_the_network_off_all_is_there(opened, address, ask):
    with opened(address) as page:
        page.context.route(lambda url: not url.startswith(address), lambda route: route.abort())
        ask(page, FOUNDED)
        page.reload()
        expect(page.locator(".exchange")).to_have_count(1)
        assert page.evaluate("document.fonts.status") == "loaded"


def test_a_report_can_reach_nothing_of_the_page(served, answerer, opened, tmp_path):
    folder = tmp_path / "runs" / "bad"
    folder.mkdir(parents=True)
    share = '{"value": 1, "low": 1, "high": 1, "n": 1}'
    (folder / "metrics.json").write_text(
        '{"system": "x", "started": "2026", "splits": [], "failed": {}, "categories": {}, '
        f'"measures": {{"right": {share}}}}}',
        encoding="utf-8",
    )
    (folder / "report.html").write_text(
        "<h1>report</h1><script>try { parent.document.title = 'hit' } catch { document.body.append('kept out') }"
        "fetch('/config').then(() => document.body.append('leaked'), () => document.body.append(' for good'))</script>",
        encoding="utf-8",
    )
    quiet = ("Content Security Policy", "Refused to connect", "violates")
    with served(answerer, runs=tmp_path / "runs") as address, opened(address, complains=quiet) as page:
        page.get_by_role("button", name="Evaluation").click()
        page.get_by_role("button", name="Open the report").click()
        report = page.frame_locator("iframe[title=Report]")
        expect(report.locator("body")).to_contain_text("kept out for good")
        expect(page).to_have_title("Dossier")


def test_the_page_works_behind_a_proxy_under_a_path_of_its_own(served, answerer, opened, ask, tmp_path):
    icon = ("favicon.ico",)  # browsers look for it at the top
    proxied = served(answerer, root_path="/dossier", runs=tmp_path)
    with proxied as address, opened(address, complains=icon) as page:
        ask(page, FOUNDED)
        page.locator(".marker").first.click()
        expect(page.locator("mark.here")).to_be_in_viewport()
        page.get_by_role("button", name="Evaluation").click()
        expect(page.get_by_text("No run yet.")).to_be_visible()


def test_a_browser_is_asked_for_its_login(served, answerer, opened, ask):
    logins = (make_login("ann", "secret"),)
    known = {"username": "ann", "password": "secret"}
    with served(answerer, logins=logins) as address, opened(address, http_credentials=known) as page:
        ask(page, FOUNDED)
