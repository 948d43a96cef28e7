"""The real page with the real engine in a real browser; nothing it asks for leaves the machine."""

import contextlib
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from chat import Progress
from chat.page.render import OUTCOMES

FOUNDED = "When was the CSTO founded?"
DRONES = "Which countries have sold drones to Central Asia?"
PARTLY = "What is the CSTO and who won the 2022 world cup?"
TWICE = "Which countries are members of the CSTO and why did Armenia freeze its membership?"
"""Both parts are answered from one article."""
UNKNOWN = "Who won the football world cup in 2022?"

pytestmark = [
    pytest.mark.browser,
    # Gradio counts its requests in ways that pandas 3 deprecates
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]


def test_a_marker_opens_its_article_at_the_cited_words(page: Page, answerer, ask, picture):
    picture(page, "empty")
    ask(page, FOUNDED)
    answer = page.locator(".answer")
    expect(answer.locator(".outcome")).to_have_text("Answered")
    picture(page, "answer")
    marker = answer.locator(".marker").first
    marker.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    picture(page, "tooltip")
    marker.click()
    words = page.locator("mark.here")
    expect(words).to_be_in_viewport()
    start, end = (int(marker.get_attribute(name)) for name in ("data-start", "data-end"))
    article = answerer.articles[marker.get_attribute("data-article")]
    assert words.text_content() == article.text[start:end]
    assert words.text_content() == answer.locator(".source .quote").first.text_content()
    expect(answer.locator(".marker[aria-current]")).to_have_text("1")
    picture(page, "reading")
    page.get_by_role("button", name="← Articles").click()
    expect(page.locator("[aria-current]")).to_have_count(0)


def test_a_partial_answer_says_which_part_is_missing(page: Page, ask, picture):
    ask(page, PARTLY)
    expect(page.locator(".outcome")).to_have_text("Partly answered")
    expect(page.locator(".message")).to_have_text("The five articles do not say: who won the 2022 world cup?")
    expect(page.locator(".marker").first).to_be_visible()
    picture(page, "partial")


def test_the_other_citations_of_the_article_are_marked_more_lightly(page: Page, ask, picture):
    ask(page, TWICE)
    cited = [source.get_attribute("data-article") for source in page.locator(".source[data-number]").all()]
    twice = next(article for article in cited if cited.count(article) > 1)
    page.locator(f'.source[data-article="{twice}"]').first.click()
    expect(page.locator("mark.here")).to_be_in_viewport()
    expect(page.locator("mark.also").first).to_be_attached()
    here, also = (
        page.locator(f"mark.{name}").first.evaluate("(it) => getComputedStyle(it).backgroundColor")
        for name in ("here", "also")
    )
    assert here != also
    picture(page, "reading-others")


def test_the_keyboard_alone_is_enough(page: Page, ask):
    ask(page, DRONES)
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.marker')"):
            break
    expect(page.get_by_role("tooltip")).to_be_visible()
    quote = page.locator(".source .quote").first.text_content()
    expect(page.get_by_role("tooltip")).to_contain_text(quote)
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("mark.here")).to_be_in_viewport()
    expect(page.locator("#reader .body")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".marker").first).to_be_focused()


def test_every_article_opens_from_the_list_and_back_returns_to_it(page: Page, answerer):
    for article in answerer.articles.values():
        page.locator(".volume").filter(has_text=article.title).click()
        expect(page.locator(f'[data-showing="{article.id}"] .text')).to_be_visible()
        page.get_by_role("button", name="← Articles").click()
        expect(page.locator(".volume")).to_have_count(len(answerer.articles))


def test_only_ticked_articles_are_asked(page: Page, ask):
    for tick in page.locator("input[name=scope]").all():
        if tick.get_attribute("value") != "kursk-incursion":
            tick.uncheck()
    expect(page.locator("#asking")).to_have_text("Asking 1 of five articles")
    ask(page, FOUNDED)
    sources = page.locator(".answer [data-open]")
    assert {source.get_attribute("data-article") for source in sources.all()} == {"kursk-incursion"}
    expect(page.locator(".asked-in")).to_have_text("asked in 1 of five articles")
    page.locator("input[value=kursk-incursion]").uncheck()
    page.get_by_label("Your question").fill(FOUNDED)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("No article is ticked")
    page.get_by_label("All articles").check()
    expect(page.locator("#asking")).to_have_text("Asking all five articles")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_the_articles_do_not_say_is_declined_with_the_closest_passages_folded(page: Page, ask, picture):
    ask(page, UNKNOWN)
    expect(page.locator(".outcome")).to_have_text("Not in the articles")
    expect(page.locator(".marker")).to_have_count(0)
    closest = page.locator("details").filter(has_text="Closest passages, not an answer")
    expect(closest.locator(".source").first).to_be_hidden()
    closest.locator("summary").click()
    picture(page, "declined")
    closest.locator(".source").first.click()
    expect(page.locator("mark.here")).to_be_in_viewport()


def test_what_was_unfolded_stays_so_when_the_next_answer_comes(page: Page, ask, picture):
    ask(page, FOUNDED)
    page.get_by_text("How this was found").click()
    expect(page.locator(".found li")).to_have_count(10)
    expect(page.locator("#exchange-1-trace")).to_contain_text("Searched forWhen was the CSTO founded?")
    expect(page.locator("#exchange-1-trace")).to_contain_text("by meaning")
    expect(page.get_by_text("citations dropped")).to_be_hidden()
    page.get_by_text("Every figure").click()
    expect(page.get_by_text("citations dropped")).to_be_visible()
    picture(page, "how-it-was-found")
    ask(page, DRONES)
    expect(page.locator("#exchange-1-trace > .found")).to_be_visible()
    expect(page.locator("#exchange-1-trace").get_by_text("citations dropped")).to_be_visible()
    expect(page.locator("#exchange-2-trace > .found")).to_be_hidden()


@pytest.mark.parametrize(
    ("question", "why"), [("x" * 10_000, "10,000 characters"), ("  ", "Type a question")]
)
def test_a_question_that_cannot_be_asked_stays_in_the_box(page: Page, question, why):
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(why)
    expect(box).to_have_value(question)
    expect(page.locator(".welcome")).to_be_visible()


def test_a_hostile_question_is_shown_as_it_was_typed(page: Page, ask):
    question = "<img src=x onerror=\"document.title='hit'\"> ${1+1} {{value}} $x$ **b** 🙂 مرحبا CSTO?"
    ask(page, question)
    assert page.locator(".asked h2").text_content() == question
    expect(page.locator("#conversation img")).to_have_count(0)
    expect(page).to_have_title("Dossier")


def test_an_example_is_asked_with_one_click(page: Page):
    chip = page.locator(".chip").first
    question = chip.text_content()
    chip.click()
    expect(page.locator(".asked h2")).to_have_text(question)
    expect(page.locator(".outcome")).to_be_visible()


def test_two_browsers_do_not_see_each_other(address: str, page: Page, ask, opened):
    ask(page, FOUNDED)
    with opened(address) as other:
        expect(other.locator(".welcome")).to_be_visible()
        ask(other, DRONES)
        expect(page.locator(".exchange")).to_have_count(1)


def test_on_a_phone_the_articles_are_a_sheet(address: str, ask, picture, opened):
    with opened(address, 390, 844, has_touch=True, is_mobile=True) as page:
        picture(page, "phone-empty")
        expect(page.locator("#side")).to_be_hidden()
        ask(page, FOUNDED)
        picture(page, "phone-answer")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".marker").first.tap()
        expect(page.locator("mark.here")).to_be_in_viewport()
        picture(page, "phone-reading")
        page.get_by_role("button", name="Close the articles").tap()
        expect(page.locator("#side")).to_be_hidden()
        expect(page.locator(".marker").first).to_be_focused()
        page.locator(".marker").first.tap()
        expect(page.locator("mark.here")).to_be_in_viewport()
        page.go_back()  # the phone's own way back closes the sheet and leaves the page as it is
        expect(page.locator("#side")).to_be_hidden()
        expect(page.locator(".exchange")).to_have_count(1)
        page.get_by_role("button", name="Articles", exact=True).tap()
        expect(page.locator(".shelf")).to_be_visible()


@pytest.mark.parametrize("theme", ["?__theme=dark", ""])
def test_dark_comes_from_the_system_or_the_address(address: str, theme, ask, picture, opened):
    scheme = "light" if theme else "dark"
    with opened(address + theme, color_scheme=scheme) as page:
        ask(page, FOUNDED)
        page.locator(".marker").first.click()
        expect(page.locator("mark.here")).to_be_in_viewport()
        paper = page.evaluate("getComputedStyle(document.querySelector('gradio-app')).backgroundColor")
        assert max(int(part) for part in paper[4:-1].split(",")) < 64
        picture(page, "dark")


class Held:
    """The real engine behind a gate, so that a test decides when the first answer comes."""

    def __init__(self, answerer):
        self.answerer, self.gate = answerer, threading.Event()
        self.articles, self.examples, self.finder = answerer.articles, answerer.examples, answerer.finder
        self.answer, self.without_model = answerer.answer, answerer.without_model

    def stream(self, question, history=(), scope=None):
        for event in self.answerer.stream(question, history, scope):
            yield event
            self.gate.wait(20)


class Writing(Held):
    """Like a language model it says what it does and then one statement after the other, a step at a time."""

    def __init__(self, answerer):
        super().__init__(answerer)
        self.step = threading.Semaphore(0)

    def stream(self, question, history=(), scope=None):
        answer = self.answerer.answer(question, history, scope)
        yield Progress("Searching the articles")
        self.step.acquire(timeout=60)
        yield Progress("Writing with a model")
        self.step.acquire(timeout=60)
        yield replace(answer, statements=answer.statements[:1], trace={}, matches=(), message="")
        self.step.acquire(timeout=60)
        yield answer


class Breaking(Held):
    """Breaks until the gate is open."""

    def stream(self, question, history=(), scope=None):
        if not self.gate.is_set():
            raise RuntimeError("broken")
        return self.answerer.stream(question, history, scope)


def test_an_answer_streams_and_says_its_outcome_when_it_is_whole(answerer, picture, opened, served):
    writing = Writing(answerer)
    with served(writing) as address, opened(address) as page:
        page.get_by_label("Your question").fill(PARTLY)
        page.get_by_label("Your question").press("Enter")
        expect(page.locator(".progress")).to_have_text("Searching the articles")
        writing.step.release()
        expect(page.locator(".progress")).to_have_text("Writing with a model")
        writing.step.release()
        expect(page.locator(".statement")).to_have_count(1)
        expect(page.locator(".outcome")).to_have_count(0)
        expect(page.locator("[aria-busy=true]")).to_be_visible()
        picture(page, "streaming")
        page.locator(".marker").click()  # what is there already can be read
        expect(page.locator("mark.here")).to_be_in_viewport()
        writing.step.release()
        expect(page.locator(".outcome")).to_have_text("Partly answered")
        expect(page.locator(".statement")).to_have_count(len(answerer.answer(PARTLY).statements))
        expect(page.locator(".marker[aria-current]")).to_have_text("1")


def test_a_fault_says_so_and_what_to_try_and_is_no_answer(answerer, picture, opened, served):
    breaking = Breaking(answerer)
    with served(breaking) as address, opened(address) as page:
        page.get_by_label("Your question").fill(FOUNDED)
        page.get_by_label("Your question").press("Enter")
        expect(page.locator(".outcome")).to_have_text("Something broke")
        expect(page.locator(".message")).to_contain_text(
            "says nothing about what the articles hold. Ask again"
        )
        expect(page.locator(".actions")).to_have_count(0)
        picture(page, "fault")
        breaking.gate.set()
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator("#exchange-2 .outcome")).to_have_text("Answered")


LOST = (
    "ERR_CONNECTION_REFUSED",
    "ERR_INCOMPLETE_CHUNKED",
    "network error",
    "Unexpected error",
    "ERR_CONNECTION_RESET",
)


@pytest.mark.parametrize(
    "wait",
    [500, 2_500, 3_000],
)
def test_a_conversation_goes_on_when_dossier_was_started_anew(wait, answerer, picture, opened, served):
    with contextlib.ExitStack() as first:
        address = first.enter_context(served(answerer))
        with opened(address, complains=LOST) as page:
            question = page.get_by_label("Your question")
            question.fill(FOUNDED)
            question.press("Enter")
            expect(page.locator(".outcome")).to_have_text("Answered")
            page.get_by_label("All articles").uncheck()
            page.locator("input[value=kursk-incursion]").check()
            expect(page.locator("#asking")).to_have_text("Asking 1 of five articles")
            first.close()
            question.fill("Who leads")
            with served(answerer, port=urlsplit(address).port):
                page.wait_for_timeout(wait)  # Gradio may have seen it, and loads the page anew then
                expect(question).to_have_value("Who leads")
                question.fill(DRONES)
                question.press("Enter")
                expect(page.locator(".asked h2")).to_have_text([FOUNDED, DRONES])
                outcome = answerer.answer(DRONES, scope={"kursk-incursion"}).outcome
                assert answerer.answer(DRONES).outcome != outcome
                expect(page.locator("#exchange-2 .outcome")).to_have_text(OUTCOMES[outcome])
                expect(page.locator("#asking")).to_have_text("Asking 1 of five articles")
                picture(page, "started-anew")
                page.reload()
                expect(page.locator(".asked h2")).to_have_text([FOUNDED, DRONES])
                expect(page.locator("#asking")).to_have_text("Asking 1 of five articles")


def test_an_older_drawing_does_not_undo_a_newer_one(page: Page, ask):
    ask(page, FOUNDED)
    expect(page.get_by_role("list", name="Questions to go on with").get_by_role("button")).to_have_count(3)
    late = []
    page.route("**/run/predict", lambda route: late.append((route, route.fetch())), times=1)
    page.get_by_role("button", name="Helpful", exact=True).click()
    for _ in range(600):
        if late:
            break
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    (route, response) = late[0]
    with page.expect_request("**/run/predict"):  # the page asks for a new drawing
        route.fulfill(response=response)
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")


def test_ticks_in_a_row_are_all_counted(page: Page):
    for tick in page.locator("input[name=scope]").all()[:4]:
        tick.uncheck()
    expect(page.locator("#asking")).to_have_text("Asking 1 of five articles")
    assert page.get_by_label("All articles").evaluate("(it) => it.indeterminate")
    page.locator(".volume").first.click()
    expect(page.locator("#reader [data-showing]")).to_be_visible()
    page.locator(".asking").click()
    expect(page.locator("input[name=scope]:checked")).to_have_count(1)
    assert page.get_by_label("All articles").evaluate("(it) => it.indeterminate")


def test_what_is_typed_and_not_asked_survives_a_reload(page: Page, ask):
    box = page.get_by_label("Your question")
    box.fill("Who leads\nthe CSTO? 🙂")
    page.reload()
    expect(box).to_have_value("Who leads\nthe CSTO? 🙂")
    box.press("Enter")
    expect(page.locator(".asked h2")).to_have_text("Who leads\nthe CSTO? 🙂")
    expect(page.locator(".outcome")).to_be_visible()
    page.reload()
    expect(page.locator(".exchange")).to_have_count(1)
    expect(box).to_have_value("")


def test_a_second_question_waits_and_stop_works_at_once(answerer, picture, opened, served):
    held = Held(answerer)
    with served(held) as address, opened(address) as page:
        box = page.get_by_label("Your question")
        for question in (FOUNDED, DRONES):
            box.fill(question)
            box.press("Enter")
            expect(page.locator(".asked h2").last).to_have_text(question)
        expect(page.locator("#exchange-1 .progress")).to_have_text("Searching the articles")
        expect(page.locator("#exchange-2 .progress")).to_have_text("Waiting for the question before it")
        picture(page, "waiting")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".stopped")).to_have_count(2, timeout=2_000)
        expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        picture(page, "stopped")
        held.gate.set()
        page.get_by_role("button", name="Ask again").last.click()
        expect(page.locator("#exchange-3 .outcome")).to_have_text("Answered")
        expect(page.locator(".stopped")).to_have_count(2)
