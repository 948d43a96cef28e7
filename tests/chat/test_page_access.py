"""The page is for everybody: keyboard, screen reader, phone, dark, any script, and no network."""

import pytest
from playwright.sync_api import Page, expect

from chat.page import make_login

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_view(opened, address, ask, axe, scheme):
    with opened(address, color_scheme=scheme) as page:
        assert faults(page, axe) == []
        ask(page, FOUNDED)
        expect(page.get_by_role("list", name="Questions to go on with")).to_be_visible()
        page.get_by_role("button", name="Not helpful").click()
        expect(page.get_by_role("button", name="Add a comment")).to_be_visible()
        page.get_by_text("How this was found").click()
        page.locator(".marker").first.hover()
        assert faults(page, axe) == []
        page.locator(".marker").first.click()
        expect(page.locator("mark.here")).to_be_visible()
        assert faults(page, axe) == []
        page.get_by_role("button", name="History").click()
        assert faults(page, axe) == []
        page.get_by_role("button", name="Rename").first.click()
        assert faults(page, axe) == []
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Evaluation").click()
        expect(page.locator(".evaluation")).to_be_visible()
        assert faults(page, axe) == []


def test_axe_finds_nothing_serious_on_a_phone(opened, address, ask, axe):
    with opened(address, 390, 844, has_touch=True, is_mobile=True) as page:
        ask(page, FOUNDED)
        assert faults(page, axe) == []
        page.locator(".marker").first.tap()
        expect(page.locator("mark.here")).to_be_in_viewport()
        assert faults(page, axe) == []


def press_until(page: Page, selector: str, key: str = "Tab") -> None:
    """Presses a key until what `selector` names has the focus."""
    for _ in range(80):
        page.keyboard.press(key)
        if page.evaluate("(it) => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"{key} never comes to {selector}")


def test_everything_new_can_be_done_with_the_keyboard_alone(page: Page, ask):
    ask(page, FOUNDED)
    expect(page.get_by_role("list", name="Questions to go on with")).to_be_visible()
    press_until(page, ".chip", "Shift+Tab")
    press_until(page, "[data-draft]", "Shift+Tab")
    press_until(page, "[data-vote=up]", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-vote=up]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-vote=up]")).to_be_focused()
    press_until(page, "[data-comment]")
    page.keyboard.press("Space")
    page.keyboard.type("Good.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notice")).to_contain_text("Comment stored")
    press_until(page, "[data-history]", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press_until(page, "dialog .open")
    page.keyboard.press("Escape")
    expect(page.locator("[data-history]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".evaluation")).to_be_visible()


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
