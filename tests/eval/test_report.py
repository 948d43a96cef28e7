"""The report, opened in a real browser, with texts in it that would like to be markup."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chat.answers import Answer, Closest
from eval.report.markup import Markup, element, joined
from eval.run import run_cases, write_run

sys.path.insert(0, str(Path(__file__).parents[1]))
from find_chromium import FLAGS, find_chromium

HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>\u202e&amp;"


def test_children_and_attributes_are_escaped():
    assert element("p", "<b>&", title='"><i>') == '<p title="&quot;&gt;&lt;i&gt;">&lt;b&gt;&amp;</p>'


def test_markup_inside_markup_stands_as_it_is():
    assert element("p", element("b", "1 < 2"), None, joined("a", "<")) == "<p><b>1 &lt; 2</b>a&lt;</p>"
    assert isinstance(joined("a"), Markup)


def test_control_and_turning_characters_are_made_visible():
    assert element("p", "a\x00b\u202ec\ud800") == "<p>a\ufffdb\ufffdc\ufffd</p>"


def test_attributes_true_false_and_none():
    assert element("input", hidden=True, checked=False, value=None, data_x=1) == '<input hidden data-x="1">'


@pytest.fixture
def report(fake_system, cases, tmp_path) -> Path:
    """Of a run with hostile texts wherever a text from outside can stand."""
    hostile = replace(cases["why-georgia"], id=f"hostile-{HOSTILE}", question=HOSTILE, note=HOSTILE)
    fake_system.answers[HOSTILE] = Answer(
        HOSTILE,
        "declined",
        message=HOSTILE,
        understood=HOSTILE + "?",
        closest=(Closest(HOSTILE, 0, 1, HOSTILE, 0.5),),
        trace={HOSTILE: HOSTILE, "threshold": 0.4},
    )
    fake_system.fingerprint[HOSTILE] = HOSTILE
    write_run(run_cases(HOSTILE, fake_system, [*cases.values(), hostile]), tmp_path)
    return tmp_path / "report.html"


def test_the_page_names_nothing_to_load(report):
    page = report.read_text(encoding="utf-8")
    before_body = page.partition("<body>")[0]
    assert "default-src 'none'; style-src 'sha256-" in before_body.replace("&#x27;", "'")
    assert "unsafe" not in before_body
    assert "http://" not in page
    assert "https://" not in page


def test_a_run_without_answerable_cases_has_a_report_too(fake_system, cases, tmp_path):
    write_run(run_cases("fake", fake_system, [cases["why-georgia"]]), tmp_path)
    assert "Now it answers none." in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_very_long_run_shows_the_wrong_cases_first_and_says_so(fake_system, cases, tmp_path, monkeypatch):
    monkeypatch.setattr("eval.report.page.CASES_SHOWN", 1)
    write_run(run_cases("fake", fake_system, list(cases.values())), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The first 1 of 3 cases, wrong ones first." in page
    assert 'id="case-georgia"' in page
    assert 'id="case-founded"' not in page


@pytest.fixture(scope="module")
def browser():
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine; tests/find_chromium.py --install fetches one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_report(browser, report):
    """Opens the report in a window of a width and colour scheme; fails on any error that the page meets."""
    pages, errors = [], []

    def open_page(width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request", lambda request: errors.append(request.url) if request.url != report.as_uri() else None
        )
        page.goto(report.as_uri())
        pages.append(page)
        return page

    yield open_page
    assert errors == []
    for page in pages:
        page.context.close()


@pytest.mark.browser
def test_hostile_texts_are_shown_and_do_nothing(open_report):
    page = open_report()
    assert page.title() == f"Evaluation of {HOSTILE}, ".replace("\u202e", "\ufffd") + page.title()[-25:]
    assert page.locator("img").count() == 0
    shown = page.locator("summary .question").last.inner_text()
    assert shown == HOSTILE.replace("\u202e", "\ufffd")


@pytest.mark.browser
def test_the_charts_and_the_headline_are_there(open_report):
    page = open_report()
    assert page.locator("h1").inner_text() == "75.0 % of 4 cases right"
    assert page.locator("figure").count() == 4
    assert page.locator(".bars li").count() == 3
    for chart in page.locator("svg.plot").all():
        box = chart.bounding_box()
        assert box["width"] > 200
        assert box["height"] > 100


@pytest.mark.browser
def test_cases_are_filtered_by_verdict_category_and_text(open_report):
    page = open_report()
    left = page.locator(".case:visible")
    assert left.count() == 4
    page.select_option("select[name=verdict]", "wrong")
    assert left.count() == 1
    assert page.locator("output").inner_text() == "1 of 4 cases"
    page.select_option("select[name=verdict]", "")
    page.fill("input[name=text]", "FOUNDED IN 1992")
    assert left.count() == 1
    page.fill("input[name=text]", "nothing has this")
    assert page.locator(".none").is_visible()
    page.fill("input[name=text]", "")
    page.click(".bars a[data-category=unanswerable]")
    assert left.count() == 2
    page.select_option("select[name=outcome]", "answered")
    assert left.count() == 0


@pytest.mark.browser
def test_a_case_shows_which_citations_and_facts_are_right(open_report):
    page = open_report()
    case = page.locator(".case").first
    case.locator("summary").first.click()
    assert case.locator(".citations .gold").count() == 2
    assert case.locator("mark").first.inner_text() == "The pact was founded in 1992."
    assert case.locator(".facts .verdict.right").count() == 2
    case.locator(".fold summary").click()
    assert case.locator("tr.gold").count() == 1
    assert case.locator("th").all_inner_texts() == ["rank", "score", "words", "sentence"]
    assert case.locator("tr.gold td").nth(2).inner_text() == "2"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(width, scheme, open_report):
    page = open_report(width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """() => {
  const number = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = number(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
  };
  document.querySelectorAll("details").forEach(details => details.open = true);
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || element.matches("script, option, [hidden], [hidden] *")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(number(element.closest("svg") ? style.fill : style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.getAttribute("class")} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_aa_asks_for(scheme, open_report):
    assert open_report(scheme=scheme).evaluate(CONTRAST) == []
