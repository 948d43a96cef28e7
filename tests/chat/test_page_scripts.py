"""Hostile text stays text: in real Chromium, in every place and on every view, and in the report of a run.

First what the payloads do where nothing holds them back, then what the content security policy holds back
by itself, then that nothing is left for it to do.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page, expect

from chat import Config, open_answerer
from chat.answers import Answer, Citation, Closest, Found, Statement, Turn
from chat.own import OwnCorpus
from chat.page.conversation import Exchange
from chat.page.history import freeze
from eval.cases import Case
from eval.run import run_cases, write_run
from ingest import Article, read_corpus

sys.path.append(str(Path(__file__).parents[1]))
from llm_server import KEY, Reply, serve_model
from payloads import payloads

PAYLOADS = payloads()
AT_ONCE = 110
"""Payloads on one page."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]

WATCH = """
window.hits = [];
window.hit = (n) => { try { top.hits.push(+n); } catch { window.hits.push(+n); } };
window.posted = [];
window.violated = [];
for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.hits.push(name); };
addEventListener('submit', (event) => {
  if (event.target.method !== 'dialog') window.posted.push(event.target.outerHTML.slice(0, 100));
}, true);
addEventListener('securitypolicyviolation', (event) => {
  window.violated.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""

MARKUP = """() => {
  // What text that became markup would look like, wherever text from outside stands.
  const found = [];
  const tags = 'script,iframe,object,embed,link,meta,base,img,svg,math,style,video,audio,source,frame,frameset,' +
    'marquee,template,select,picture,area,map,portal,a[href],input:not([type=checkbox]),textarea,form,xmp,plaintext';
  for (const root of document.querySelectorAll('#heading, #conversation, #evaluation, #reader, #tip, #notice, dialog')) {
    for (const it of root.querySelectorAll('*')) {
      if (it.closest('[data-testid=status-tracker]')) continue; // Gradio's own
      if (it.matches(tags) && !it.matches('.wide > iframe')) found.push(it.outerHTML);
      for (const { name } of it.attributes) {
        if (/^on|^(style|src|srcset|srcdoc|href|xlink:href|action|formaction|background|poster|ping|popover|contenteditable|autofocus)$/.test(name)
            && !(root.id !== 'conversation' && it.matches('.wide > iframe'))) found.push(it.outerHTML);
      }
    }
  }
  return found.map((it) => it.slice(0, 150)).slice(0, 5);
}"""

CLOBBERED = """() => {
  const found = [];
  const isElement = (it) => it instanceof Element || it instanceof HTMLCollection;
  for (const name of ['gradio_config', 'trigger', 'localStorage', 'sessionStorage', 'history', 'element', 'fetch', 'hit',
                      'CSS', 'f0', 'p', 'f', 'polluted']) {
    if (isElement(window[name]) || name === 'polluted' && window[name] !== undefined) found.push(`window.${name}`);
  }
  for (const name of ['cookie', 'body', 'getElementById', 'querySelector', 'attributes']) {
    const own = name === 'cookie' ? typeof document.cookie === 'string'
      : name === 'body' ? document.body.tagName === 'BODY' : !isElement(document[name]);
    if (!own) found.push(`document.${name}`);
  }
  if (({}).polluted !== undefined) found.push('Object.prototype');
  for (const id of ['tip', 'toast', 'question', 'conversation', 'gradio_config']) {
    if (document.querySelectorAll(`#${id}`).length > (id === 'gradio_config' ? 0 : 1)) found.push(`two #${id}`);
  }
  return found;
}"""

COVERED = """() => {
  // What is on top of the page must be part of it.
  const spots = [[0.25, 0.5], [0.5, 0.5], [0.75, 0.5], [0.5, 0.1], [0.5, 0.9]];
  return spots.map(([x, y]) => document.elementFromPoint(x * innerWidth, y * innerHeight))
    .filter((it) => it && !it.closest('gradio-app, dialog, #tip, #toast') && it !== document.body && it !== document.documentElement)
    .map((it) => it.outerHTML.slice(0, 100));
}"""


@dataclass
class Watched:
    """A page and what it did that it should not have."""

    page: Page
    address: str
    outside: list[str]
    """Requests off the page's origin that it wanted to make, those that the policy stopped included."""
    left: list[str]
    """Those that would have been sent."""

    def harm(self) -> dict[str, list]:
        """What must be empty; called on every view."""
        found = {name: self.page.evaluate(f"window.{name}") for name in ("hits", "posted", "violated")}
        found |= {"markup": self.page.evaluate(MARKUP), "clobbered": self.page.evaluate(CLOBBERED)}
        return found | {"covered": self.page.evaluate(COVERED), "outside": self.outside[:5]}

    def texts(self, selector: str) -> list[str]:
        return self.page.locator(selector).evaluate_all("(them) => them.map((it) => it.textContent)")


HARMLESS = {name: [] for name in ("hits", "posted", "violated", "markup", "clobbered", "covered", "outside")}


@pytest.fixture(scope="module")
def watched(browser):
    @contextmanager
    def watched(address: str, instead: str = "") -> Iterator[Watched]:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        context.set_default_timeout(120_000)  # a busy machine may be slow
        context.add_init_script(WATCH)
        page, outside = context.new_page(), []

        def is_outside(url: str) -> bool:
            return not url.startswith((address or "file:", "data:", "blob:", "about:"))

        page.on("request", lambda request: is_outside(request.url) and outside.append(request.url))
        page.on("popup", lambda popup: outside.append(f"popup {popup.url}"))
        left: list[str] = []

        def stop(route) -> None:
            left.append(route.request.url)
            route.abort()

        context.route(is_outside, stop)
        if instead:
            context.route(address, lambda route: route.fulfill(body=instead, content_type="text/html"))
        if address:
            page.goto(address, wait_until="commit" if instead else "load")
        yield Watched(page, address, outside, left)
        context.close()

    return watched


# Without anything that holds them back


def test_the_payloads_are_live_where_nothing_holds_them_back(watched):
    """Each in a frame of its own, as it would be if it were put into a page as it is."""
    frames = "".join(
        f'<iframe id=frame-{n} srcdoc="{text.replace("&", "&amp;").replace(chr(34), "&quot;")}"></iframe>'
        for n, text in enumerate(PAYLOADS, 1)
    )
    with watched("http://localhost:1/", f"<!doctype html>{frames}") as it:
        it.page.wait_for_timeout(3000)
        ran = set(it.page.evaluate("window.hits"))
        made = it.page.evaluate(
            """() => [...document.querySelectorAll('iframe')].filter((frame) => {
              try { return frame.contentDocument.querySelector('head *, body *'); } catch { return true; }
            }).map((frame) => +frame.id.slice(6))"""
        )
        asked = {int(n) for url in it.outside for n in re.findall(r"evil\.example/(\d+)", url)}
    assert len(ran) >= 60
    assert len(asked) >= 25
    assert (
        len({*ran, *made, *asked}) >= 165
    )  # the rest would need templates, Markdown or a parser of their own


# A corpus, a conversation, runs and uploads full of them


def as_name(text: str) -> str:
    """As a file can be named: without slashes and control characters."""
    table = str.maketrans({"/": "\N{DIVISION SLASH}", "\\": "\N{FULLWIDTH REVERSE SOLIDUS}", "\t": " "})
    return text.translate(table)


def write_corpus(folder: Path) -> None:
    """An article for each payload: in its title, its credits, its text and the name of its file."""
    (folder / "uploads").mkdir(parents=True)
    tables = []
    for n, text in enumerate(PAYLOADS, 1):
        name = f"uploads/{as_name(text)[:60]} {n}.txt"
        body = f"Report {n}\n\nThe old bridge number {n} carries the words {text} since 1931."
        (folder / name).write_text(body + "\n", encoding="utf-8")
        table = {"file": name, "id": f"bridge-{n}", "title": text, "publisher": text}
        lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        tables.append("\n".join(["[[article]]", *lines, f"authors = [{json.dumps(text)}]"]))
    (folder / "articles.toml").write_text("\n\n".join(tables) + "\n", encoding="utf-8")


def span_of(article: Article) -> tuple[int, int]:
    start = article.text.index("The old bridge")
    return start, len(article.text.rstrip())


def exchange_of(n: int, shelf) -> Exchange:
    """An exchange with its payload wherever an answer can have text."""
    text, article = PAYLOADS[n - 1], shelf[f"bridge-{n}"]
    start, end = span_of(article)
    other = shelf[f"bridge-{n % len(PAYLOADS) + 1}"]
    versions = n % 2 == 0
    cited = [Citation(1, article.id, start, end, article.text[start:end])]
    said = [Statement(text, (1,), "" if versions else text, ((0, len(text)),), False)]
    if versions:
        cited.append(Citation(2, other.id, *span_of(other), other.text[slice(*span_of(other))]))
        said.append(Statement(text, (2,)))
    answer = Answer(
        text,
        "partial",
        tuple(said),
        tuple(cited),
        message=text,
        understood=text,
        closest=(Closest(article.id, start, end, article.text[start:end], 0.5),),
        matches=(Found(article.id, start, end, 0.5, {text: 1}),),
        trace={
            text: text,
            "inner": {text: [text, {text: text}]},
            "versions": [text, text] if versions else [],
        },
    )
    return Exchange(text, None, "done", answer, suggested=())


@dataclass
class Hostile:
    address: str
    shelf: dict[str, Article]
    runs: Path


@pytest.fixture(scope="module")
def hostile(served, home, report, tmp_path_factory) -> Iterator[Hostile]:
    """A page with everything that people can give it, hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    write_corpus(folder / "corpus")
    runs = folder / "runs"
    shutil.copytree(report.parent, runs / "newest")
    share = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 4}
    for n in range(3):
        some = PAYLOADS[n::3]
        place = runs / as_name(some[0])[:60] if n else runs / "newest"
        place.mkdir(parents=True, exist_ok=True)
        metrics = {
            "system": "".join(some),
            "started": f"2026-01-0{3 - n}",
            "splits": some,
            "failed": {},
            "measures": {"right": share},
            "categories": {text: {"right": share} for text in PAYLOADS},
        }
        (place / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    # Says all of them, each once and again as its own citation, six at a time
    replies = [
        Reply(
            "\n".join(
                f"The old bridge carries the words {text} since 1931 [1]." for text in PAYLOADS[i : i + 21]
            )
        )
        for i in range(0, len(PAYLOADS), 21)
    ]
    with serve_model(*replies) as model:
        config = Config(
            corpus=folder / "corpus", home=home, llm="openai:scripted", llm_url=model.url, llm_key=KEY
        )
        own = OwnCorpus(folder / "corpus")
        with open_answerer(config) as answerer, served(answerer, own=own, runs=runs) as address:
            assert len(answerer.articles) == len(PAYLOADS)
            yield Hostile(address, dict(answerer.articles), runs)


def keep(it: Watched, id: str, rows: list, names: list[str] | None = None) -> None:
    """Puts conversations into the browser's own store and shows the one named `id`."""
    kept = {
        f"{id}{i or ''}": {
            "name": name,
            "made": 1,
            "changed": i,
            "exchanges": rows if i == 0 else rows[i - 1 : i],
        }
        for i, name in enumerate(names or ["x"])
    }
    it.page.evaluate(
        """([id, kept]) => {
          localStorage.clear();
          sessionStorage.setItem('dossier-here', id);
          for (const [key, value] of Object.entries(kept)) localStorage.setItem('dossier:' + key, JSON.stringify(value));
        }""",
        [id, kept],
    )
    it.page.reload()


@pytest.fixture(scope="module")
def frozen(hostile) -> list[dict]:
    return [freeze(exchange_of(n, hostile.shelf), hostile.shelf) for n in range(1, len(PAYLOADS) + 1)]


def lost(shown: list[str], given: list[str]) -> list[tuple[str, str]]:
    """Texts that are not shown as they were given."""
    assert len(shown) == len(given)
    return [pair for pair in zip(shown, given, strict=True) if pair[0].strip() != pair[1].strip()]


# The policy by itself


@pytest.mark.filterwarnings("ignore:A `<script>` tag was found:UserWarning")
def test_where_nothing_is_escaped_the_policy_stops_scripts_and_requests(
    hostile, frozen, watched, monkeypatch
):
    monkeypatch.setattr("html.escape", lambda text, quote=True: text)
    stopped = 0
    with watched(hostile.address) as it:
        # no policy keeps a page from being left; escaping does
        held = [row for row in frozen if "http-equiv=refresh" not in row["question"]]
        for i in range(0, len(held), 20):
            some = held[i : i + 20]
            with monkeypatch.context() as raw:
                # what the browser keeps has to stay JSON, else nothing of it would be shown
                raw.setattr("chat.page.events.freeze", lambda exchange, shelf: {})
                keep(it, f"raw{i}", some)
                expect(it.page.locator(f"[data-conversation=raw{i}]")).to_be_attached(timeout=60_000)
                it.page.wait_for_timeout(300)
            stopped += len(it.page.evaluate("window.violated"))
            assert it.page.evaluate("window.hits") == []
        assert it.left == []
    assert stopped > 20  # so they were there


# Every view


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), AT_ONCE))
def test_a_conversation_shows_every_text_as_it_was_given(hostile, frozen, watched, first):
    """Question, answer, sources, closest passages, trace; then the hover card, the reading pane and the copy."""
    given = PAYLOADS[first : first + AT_ONCE]
    rows = frozen[first : first + AT_ONCE]
    shelf = [hostile.shelf[f"bridge-{n}"] for n in range(first + 1, first + len(given) + 1)]
    with watched(hostile.address) as it:
        keep(it, "chat", rows)
        expect(it.page.locator(".exchange")).to_have_count(len(given), timeout=60_000)
        it.page.evaluate(
            "() => document.querySelectorAll('#conversation details').forEach((it) => (it.open = true))"
        )
        assert lost(it.texts(".asked h2"), given) == []
        assert lost(it.texts(".exchange .message"), given) == []
        twice = [n % 2 == 0 for n in range(first + 1, first + len(given) + 1)]
        said = [
            text for text, two in zip(given, twice, strict=True) for text in ([text] * 2 if two else [text])
        ]
        assert lost(it.texts(".statement .says"), said) == []
        assert (
            lost(it.texts(".statement .lead"), [t for t, two in zip(given, twice, strict=True) if not two])
            == []
        )
        sources = it.page.evaluate(
            """() => [...document.querySelectorAll('.exchange')].map((it) => {
              const source = it.querySelector('.source');
              return ['.title', '.credit', '.quote'].map((part) => source.querySelector(part).textContent);
            })"""
        )
        assert lost([title for title, _, _ in sources], given) == []
        assert lost([credit for _, credit, _ in sources], given) == []
        quotes = [article.text[slice(*span_of(article))] for article in shelf]
        assert lost([quote for _, _, quote in sources], quotes) == []
        facts = it.page.evaluate(
            """() => [...document.querySelectorAll('.exchange')].map((it) =>
              [...it.querySelectorAll('dd')].map((dd) => dd.textContent))"""
        )
        assert [text for text, lines in zip(given, facts, strict=True) if text not in lines] == []
        assert it.harm() == HARMLESS
        # the hover card
        cards = it.page.evaluate(
            """() => [...document.querySelectorAll('.exchange')].map((it) => {
              it.querySelector('.marker').dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }));
              return ['.title', '.quote'].map((part) => document.querySelector(`#tip ${part}`)?.textContent ?? '');
            })"""
        )
        assert lost([title for title, _ in cards], given) == []
        assert lost([quote for _, quote in cards], quotes) == []
        assert it.harm() == HARMLESS
        # the reading pane
        panes = it.page.evaluate(
            """async () => {
              const read = [];
              for (const it of document.querySelectorAll('.exchange')) {
                const source = it.querySelector('.source');
                source.click();
                const shown = () => document.querySelector('#reader .pane')?.dataset.showing === source.dataset.article;
                for (let i = 0; i < 3000 && !shown(); i++) await new Promise((done) => setTimeout(done, 5));
                const pane = document.querySelector('#reader .pane');
                read.push([pane.querySelector('.showing')?.textContent ?? '', pane.querySelector('mark.here')?.textContent ?? '']);
              }
              return read;
            }"""
        )
        assert lost([title for title, _ in panes], given) == []
        assert lost([words for _, words in panes], quotes) == []
        assert it.harm() == HARMLESS
        # the copy, as rich text
        copied = it.page.evaluate(
            """() => [...document.querySelectorAll('.exchange')].map((it) => {
              let html = '';
              document.addEventListener('copy', (event) => { html = event.clipboardData.getData('text/html'); }, { once: true });
              const button = it.querySelector('[data-copy=rich]');
              const setData = DataTransfer.prototype.setData;
              DataTransfer.prototype.setData = function (kind, text) { if (kind === 'text/html') html = text; return setData.call(this, kind, text); };
              button.click();
              DataTransfer.prototype.setData = setData;
              const parsed = new DOMParser().parseFromString(html, 'text/html');
              return [[...new Set([...parsed.body.querySelectorAll('*')].map((it) => it.tagName))].sort().join(), parsed.body.textContent];
            })"""
        )
        assert {tag for tags, _ in copied for tag in tags.split(",")} <= {"P", "STRONG", "BLOCKQUOTE", "EM"}
        assert [
            text for text, (_, shown) in zip(given, copied, strict=True) if text.strip() not in shown
        ] == []
        assert it.harm() == HARMLESS


def test_the_list_of_articles_shows_titles_and_credits_as_they_were_given(hostile, watched):
    with watched(hostile.address) as it:
        expect(it.page.locator(".volume")).to_have_count(len(PAYLOADS))
        assert lost(it.texts(".volume .title"), PAYLOADS) == []
        credits = it.texts(".volume .credit")
        assert [t for t, line in zip(PAYLOADS, credits, strict=True) if line.count(t) < 2] == []
        labels = it.page.locator(".shelf input").evaluate_all("(them) => them.map((it) => it.ariaLabel)")
        assert labels == [f"Ask “{text}”" for text in PAYLOADS]
        names = it.page.locator("[data-remove]").evaluate_all("(them) => them.map((it) => it.dataset.remove)")
        assert names == [f"{as_name(text)[:60]} {n}.txt" for n, text in enumerate(PAYLOADS, 1)]
        assert it.harm() == HARMLESS


def test_the_history_shows_names_and_exports_them_as_markdown_that_is_only_text(hostile, frozen, watched):
    with watched(hostile.address) as it:
        keep(it, "kept", frozen, ["here", *PAYLOADS])
        it.page.get_by_role("button", name="History", exact=True).click()
        newest_first = PAYLOADS[::-1]
        shown = [name for name in it.texts(".kept .title") if name != "here"]
        assert lost(shown, newest_first) == []
        assert it.harm() == HARMLESS
        renamed = it.page.evaluate(
            """() => [...document.querySelectorAll('.kept li')].map((it) => {
              [...it.querySelectorAll('button')].find((button) => button.textContent === 'Rename').click();
              const dialog = [...document.querySelectorAll('dialog')].pop();
              const value = dialog.querySelector('textarea').value;
              dialog.close();
              return value;
            })"""
        )
        assert lost([name for name in renamed if name != "here"], newest_first) == []
        exported = it.page.evaluate(
            """async () => {
              const files = [];
              const [make, click] = [URL.createObjectURL, HTMLAnchorElement.prototype.click];
              URL.createObjectURL = (blob) => { files.push([blob]); return 'blob:x'; };
              HTMLAnchorElement.prototype.click = function () { files.at(-1).push(this.download); };
              for (const it of document.querySelectorAll('.kept li')) {
                [...it.querySelectorAll('button')].find((button) => button.textContent === 'Export').click();
              }
              [URL.createObjectURL, HTMLAnchorElement.prototype.click] = [make, click];
              return Promise.all(files.map(async ([blob, name]) => [await blob.text(), name]));
            }"""
        )
        assert it.harm() == HARMLESS
    markdown = MarkdownIt("commonmark", {"html": True})
    texts = []
    for text, name in exported:
        assert not re.search(r'[/\\:*?"<>|\x00-\x1f]', name)
        tokens = [inner for token in markdown.parse(text) for inner in (token, *(token.children or ()))]
        assert {token.type for token in tokens} <= SAFE, text
        heading = next(token for token in tokens if token.type == "inline")
        texts.append("".join(child.content for child in heading.children))
    assert lost([text for text in texts if text != "here"], [" ".join(t.split()) for t in newest_first]) == []


SAFE = {
    *(
        f"{name}_{end}"
        for name in ("heading", "paragraph", "blockquote", "strong", "em")
        for end in ("open", "close")
    ),
    *("inline", "text", "text_special", "softbreak"),
}


def test_the_evaluation_shows_names_as_they_were_given_and_its_report_too(hostile, watched):
    with watched(hostile.address) as it:
        it.page.get_by_role("button", name="Evaluation", exact=True).click()
        expect(it.page.locator(".evaluation")).to_be_visible()
        assert lost(it.texts(".newest tbody th"), PAYLOADS) == []
        for n, about in enumerate(it.texts(".newest .credit, .runs .credit")):
            assert all(text.strip() in about for text in PAYLOADS[n::3])
        assert it.harm() == HARMLESS
        it.page.get_by_role("button", name="Open the report").first.click()
        report = it.page.frame_locator("iframe[title=Report]")
        expect(report.locator(".case")).to_have_count(len(PAYLOADS))
        assert it.harm() == HARMLESS


def test_the_list_of_uploads_shows_file_names_as_they_were_given(hostile, watched):
    names = [f"{text}.txt" for text in PAYLOADS]
    parts = [[part for part in name.split("/") if part] for name in names]
    # a path with a part that begins with a dot is a hidden file, which is not sent
    flat = ["-".join(some) for some in parts if not any(part.startswith(".") for part in some)]
    assert len(flat) >= 200
    with watched(hostile.address) as it:
        expect(it.page.locator(".volume")).to_have_count(len(PAYLOADS))
        it.page.evaluate(
            """(names) => {
              const files = new DataTransfer();
              for (const name of names) files.items.add(new File([''], name, { type: 'text/plain' }));
              document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
            }""",
            names,
        )
        expect(it.page.get_by_role("dialog").get_by_role("status")).to_have_text(
            "Nothing was added.", timeout=60_000
        )
        assert lost(it.texts(".added .title"), flat) == []
        assert len(it.texts(".added .bad")) == len(flat)
        assert it.harm() == HARMLESS


def test_asked_and_answered_by_a_model_that_says_them_they_stay_text(hostile, watched):
    """The way of a question through the engine: typed, searched, written by a scripted model, shown while it streams."""
    with watched(hostile.address) as it:
        box = it.page.get_by_label("Your question")
        shown: list[str] = []
        written = 0
        for i in range(0, len(PAYLOADS), 21):
            some = PAYLOADS[i : i + 21]
            question = f"Since when does the old bridge number {i + 1} carry the words {' '.join(some)}?"[
                :3_900
            ]
            box.fill(question)
            box.press("Enter")
            exchange = it.page.locator(f"#exchange-{i // 21 + 1}")
            expect(exchange.locator(".outcome")).to_be_visible(timeout=60_000)
            assert exchange.locator(".asked h2").text_content() == question.strip()
            row = json.loads(exchange.get_attribute("data-frozen"))
            says = exchange.locator(".says").all_text_contents()
            assert says == [statement["text"] for statement in row["answer"]["statements"]]
            quotes = exchange.locator(".source .quote").all_text_contents()
            wanted = [c["quote"] for c in (*row["answer"]["citations"], *row["answer"]["closest"])]
            assert quotes == wanted
            shown += [*says, *quotes]
            written += sum(not statement["verbatim"] for statement in row["answer"]["statements"])
            assert it.harm() == HARMLESS
        said = sum(any(text in line for line in shown) for text in PAYLOADS)
        print(f"{said} payloads were quoted whole, the model wrote {written} statements that were kept")
        assert said >= 10
        assert written >= 1


# The report of a run


@dataclass
class Obeying:
    """A system whose every answer is hostile."""

    articles: dict[str, Article]
    fingerprint: dict[str, str]

    def answer(self, question, history=()):
        return exchange_of(PAYLOADS.index(question) + 1, self.articles).latest


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """eval's report of a run in which everything that comes from outside is hostile."""
    folder = tmp_path_factory.mktemp("report")
    write_corpus(folder / "corpus")
    shelf = dict(read_corpus(folder / "corpus").articles)
    cases = [
        Case(f"{n} {text}", text, "unanswerable", False, history=(Turn("user", text),), note=text, split=text)
        for n, text in enumerate(PAYLOADS, 1)
    ]
    system = Obeying(shelf, {text: text for text in PAYLOADS})
    write_run(run_cases("".join(PAYLOADS), system, cases), folder / "run")
    return folder / "run" / "report.html"


def test_the_report_of_a_run_shows_every_text_as_it_was_given(report, watched):
    with watched("") as it:
        it.page.goto(report.as_uri())
        it.page.evaluate("() => document.querySelectorAll('details').forEach((it) => (it.open = true))")
        assert lost(it.texts(".case .question"), PAYLOADS) == []
        assert lost(it.texts(".case .message"), PAYLOADS) == []
        assert lost(it.texts(".case .history p"), [f"user: {text}" for text in PAYLOADS]) == []
        quotes = it.texts(".case .citations")
        assert [text for text, shown in zip(PAYLOADS, quotes, strict=True) if text not in shown] == []
        found = it.page.evaluate(
            """() => {
              const odd = [...document.body.querySelectorAll('*')].filter((it) => !it.closest('svg') && !it.matches('.filters *') &&
                it.matches('script:not(:last-child),iframe,object,embed,link,meta,base,img,style,video,audio,source,form:not(.filters),a[href]:not([href^="#"]),textarea'));
              const handlers = [...document.querySelectorAll('*')].filter((it) => [...it.attributes].some(({ name }) => /^on|^src|^style$/.test(name) && !it.closest('svg')));
              return [...odd, ...handlers].map((it) => it.outerHTML.slice(0, 150)).slice(0, 5);
            }"""
        )
        assert found == []
        for name in ("hits", "posted", "violated"):
            assert it.page.evaluate(f"window.{name}") == []
        assert it.outside == []
