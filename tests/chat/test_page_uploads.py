"""Adding and removing articles in a real browser, with the real engine."""

import pytest
from playwright.sync_api import expect

from chat import Config, open_answerer
from chat.own import open_own_corpus

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]

STORY = (
    "The lighthouse of Marram\n\n"
    "The lighthouse of Marram was built in 1871 by the engineer Odile Brandt. "
    "It burned down in the winter of 1903 and was never lit again.\n"
)


@pytest.fixture(scope="module")
def uploading(served, home, tmp_path_factory):
    """The address of a page that takes articles; its corpus has one."""
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "first.txt").write_text(
        "The mill\n\nThe mill of Corran was built in 1820 by two brothers.\n", "utf-8"
    )
    own = open_own_corpus(corpus, home)
    with (
        open_answerer(Config(corpus=own.folder, home=home)) as answerer,
        served(answerer, own=own) as address,
    ):
        yield address


def test_nobody_can_add_articles_where_it_is_not_allowed(page):
    expect(page.get_by_role("button", name="Add files")).to_have_count(0)
    assert page.request.put(page.url + "own/x.txt", data="x" * 100).status in (404, 405)
    assert page.request.post(page.url + "own").status in (404, 405)


def test_files_are_added_asked_and_removed_and_what_is_refused_says_why(uploading, opened, ask, picture):
    with opened(uploading, complains=("status of 422",)) as page:
        expect(page.locator(".volume")).to_have_count(1)
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Add files").click()
        chooser.value.set_files(
            [
                {"name": "marram.txt", "mimeType": "text/plain", "buffer": STORY.encode()},
                {"name": "copy.txt", "mimeType": "text/plain", "buffer": STORY.encode()},
                {"name": "picture.png", "mimeType": "image/png", "buffer": b"x"},
                {"name": "broken <b>.txt", "mimeType": "text/plain", "buffer": b"\xff\xfe\x00"},
            ]
        )
        added = page.get_by_role("dialog")
        expect(added.get_by_role("status")).to_have_text("Done: 2 articles can be asked.", timeout=60_000)
        expect(added.locator("li").filter(has_text="picture.png")).to_contain_text("its ending is not one of")
        expect(added.locator("li").filter(has_text="broken <b>.txt").locator(".bad")).to_contain_text("UTF")
        expect(added.locator(".bad").filter(has_text="copy")).to_have_count(1)
        picture(page, "uploaded")
        page.keyboard.press("Escape")
        expect(page.locator(".volume")).to_have_count(2)
        expect(page.locator(".welcome")).to_contain_text("Answers come from two articles only")
        picture(page, "own-articles")
        ask(page, "When was the lighthouse of Marram built?")
        expect(page.locator(".answer .statement").first).to_contain_text("1871")
        page.get_by_role("button", name="Remove “The lighthouse of Marram”").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.locator(".volume")).to_have_count(1, timeout=60_000)
        page.reload()
        expect(page.locator(".since").first).to_have_text("This article is no longer here.")


def test_a_dropped_folder_is_added_with_the_folders_inside_it(uploading, opened, ask, picture, tmp_path):
    folder = tmp_path / "stories"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "index.txt").write_text(STORY, "utf-8")
    (folder / "deep" / "er" / "index.txt").write_text(STORY.replace("Marram", "Dunlin"), "utf-8")
    (folder / ".hidden.txt").write_text(STORY, "utf-8")
    (folder / "picture.png").write_bytes(b"x")
    with opened(uploading, complains=("status of 422",)) as page:
        page.get_by_label("Ask “The mill”").uncheck()
        expect(page.locator("#asking")).to_have_text("Asking 0 of one article")
        browser = page.context.new_cdp_session(page)  # a real folder, dropped as from a file manager
        for step in ("dragEnter", "dragOver", "drop"):
            browser.send(
                "Input.dispatchDragEvent",
                {
                    "type": step,
                    "x": 900,
                    "y": 400,
                    "data": {"items": [], "files": [str(folder)], "dragOperationsMask": 1},
                },
            )
        added = page.get_by_role("dialog")
        expect(added.get_by_role("status")).to_have_text("Done: 3 articles can be asked.", timeout=60_000)
        expect(added.locator("li")).to_have_count(3)
        for name, said in (
            ("stories-index.txt", "read"),
            ("stories-deep-er-index.txt", "read"),
            ("stories-picture.png", "its ending is not one of"),
        ):
            expect(added.locator("li").filter(has_text=name)).to_contain_text(said)
        picture(page, "folder-added")
        page.keyboard.press("Escape")
        expect(page.locator(".volume")).to_have_count(3)
        # what is added is asked, although the others were not
        expect(page.locator("#asking")).to_have_text("Asking 2 of three articles")
        ask(page, "When was the lighthouse of Dunlin built?")
        expect(page.locator(".answer .statement").first).to_contain_text("1871")
        for left in (2, 1):
            page.get_by_role("button", name="Remove “").first.click()
            page.get_by_role("dialog").get_by_role("button", name="Remove").click()
            expect(page.locator(".volume")).to_have_count(left, timeout=60_000)


def test_dropped_files_are_added(uploading, opened):
    with opened(uploading) as page:
        page.evaluate(
            """(text) => {
              const files = new DataTransfer();
              files.items.add(new File([text], 'dropped.txt', { type: 'text/plain' }));
              for (const name of ['dragenter', 'dragover', 'drop']) {
                document.body.dispatchEvent(new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true }));
              }
            }""",
            STORY,
        )
        expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("Done", timeout=60_000)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Remove “The lighthouse of Marram”").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.locator(".volume")).to_have_count(1, timeout=60_000)
