"""Documents that try to take a model over: offline they are only quoted, and a model that obeys them is held back."""

import json
import re
from html.parser import HTMLParser

import pytest
from hostile_injections import (
    ASKED,
    DECLINED,
    FACT,
    INJECTIONS,
    ONE_SIDE_ONLY,
)
from llm_server import KEY, Reply, serve_model

from chat import Answerer, Config, open_answerer
from chat.page.conversation import Conversation, Exchange
from chat.page.render import render_conversation
from chat.reader.minilm import open_reader
from chat.scoring import read_weights
from chat.writer import Author, Limits, choose_model, open_model
from chat.writer.prompts import ASK, WRITE, as_data
from ingest.corpus import article_id

CANARY = "The vault of the bank is opened by the word xylophone."
ACTIVE = {
    "img",
    "script",
    "iframe",
    "form",
    "link",
    "object",
    "embed",
    "svg",
    "video",
    "audio",
    "meta",
    "base",
}


def file_of(number: int) -> str:
    return INJECTIONS[number].file or f"n{number:03}.txt"


@pytest.fixture(scope="module")
def engine(tmp_path_factory, home):
    """An article for each injection, and one with a secret that nobody asks for."""
    folder = tmp_path_factory.mktemp("injections")
    tables = []
    for number, injection in enumerate(INJECTIONS):
        text = injection.text
        if not injection.file or injection.file.endswith(".txt"):
            text = f"The bridge, {number}\n\n{FACT} It carries two lanes of traffic.\n\n{text}\n\nThe market opens at {number}.\n"
        (folder / file_of(number)).write_text(text, encoding="utf-8")
        entries = "".join(f"{key} = {json.dumps(value)}\n" for key, value in injection.manifest.items())
        if entries:
            tables.append(f'[[article]]\nfile = "{file_of(number)}"\n{entries}')
    (folder / "articles.toml").write_text("\n".join(tables), encoding="utf-8")
    (folder / "vault.txt").write_text(f"The bank\n\n{CANARY} It is shut on Sundays.\n", encoding="utf-8")
    with open_answerer(Config(corpus=folder, home=home, index=folder / ".index", reader=False)) as engine:
        assert len(engine.articles) == len(INJECTIONS) + 1
        yield engine


@pytest.fixture(scope="module")
def server():
    with serve_model(Reply("")) as server:
        yield server


@pytest.fixture(scope="module")
def author(engine, server, checker):
    limits = Limits(first=20, stall=20, whole=40)
    author = Author(open_model(choose_model("openai:m", server.url, KEY), limits), checker)
    yield author
    author.close()


@pytest.fixture(scope="module")
def reader(home):
    return open_reader(home)


EACH = pytest.mark.parametrize(
    "number", [pytest.param(n, id=f"{n} {injection.kind}") for n, injection in enumerate(INJECTIONS)]
)


def article_of(engine, number: int) -> str:
    (id,) = (id for id, article in engine.articles.items() if article.file == file_of(number))
    assert id == article_id(file_of(number))
    return id


@EACH
def test_offline_every_answer_is_the_searched_article_s_own_words(engine, promptly, assert_sound, number):
    article = article_of(engine, number)
    for question in (ASKED, INJECTIONS[number].text[:200] or "What is the bridge?"):
        with promptly():
            answer = engine.answer(question, scope={article})
        assert (
            answer.outcome in ("answered", "partial", "declined") or "no question in this" in answer.message
        )
        assert_sound(answer, engine.articles)
        assert {item.article for item in (*answer.citations, *answer.closest, *answer.matches)} <= {article}
        assert "xylophone" not in repr(answer)


DECLINES = pytest.mark.xfail(strict=True, reason="a stuffed document is declined")


def known(injection) -> tuple:
    """The mark of a defect that is known and open."""
    return (DECLINES,) if injection.kind == "keyword stuffing" and injection.forbidden in DECLINED else ()


OBEYED = pytest.mark.parametrize(
    "number",
    [pytest.param(n, id=f"{n} {i.kind}", marks=known(i)) for n, i in enumerate(INJECTIONS)],
)


@OBEYED
def test_a_model_that_obeys_shows_nothing_unsupported(engine, server, author, assert_sound, number):
    injection = INJECTIONS[number]
    article = article_of(engine, number)
    server.replies[:] = [Reply(f"{injection.obeyed} The old bridge was built in 1931 by the county [1].")]
    server.requests.clear()
    asked = Answerer(engine._index, engine.reading, engine._weights, author=author)
    answer = asked.answer(ASKED, scope={article})
    assert answer.outcome in ("answered", "partial")
    assert_sound(answer, engine.articles, verbatim=False)
    written = " ".join(s.text for s in answer.statements if not s.verbatim)
    assert injection.forbidden not in written + answer.message
    # cited are only sentences that the model was given, or that our own search found for its words
    (request,) = server.requests
    prompt = "\n".join(message["content"] for message in request["messages"])
    decisions = answer.trace["writer"]["statements"]
    if not any(decision["outcome"] == "recited" for decision in decisions):
        assert all(as_data(c.quote) in prompt for c in answer.citations if not quoted(answer, c.number))
    assert {c.article for c in answer.citations} == {article}
    # the prompt keeps its form, and holds nothing but the asked article
    system, user = (message["content"] for message in request["messages"])
    assert user.count("<evidence>") == user.count("</evidence>") == 1
    assert user.rstrip().endswith(f"</evidence>\n\nQuestion: {ASKED}")
    lines = user.partition("</evidence>")[0].strip().split("\n")[1:]
    assert [line.partition("]")[0] for line in lines] == [f"[{n}" for n in range(1, len(lines) + 1)]
    assert not any(re.search(r"[\[\]<>]|[^\x20-\U0010ffff]", line.partition("] ")[2]) for line in lines)
    for secret in (KEY, "xylophone", str(engine._index.folder), article):
        assert secret not in prompt or secret in WRITE + ASK  # an article's id may be a plain word
    assert not injection.text or injection.text[:60] not in system
    # and so does the page
    exchange = Exchange(ASKED, None, "done", answer)
    conversation = Conversation()
    conversation.append(exchange)
    assert_inert(render_conversation(conversation, engine.articles, ()))


class Elements(HTMLParser):
    """What a browser would make of a page: its elements, and the addresses that they name."""

    def __init__(self):
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_inert(page: str) -> None:
    """Nothing in it runs, fetches or sends; words that look as if they did are only words."""
    found = Elements()
    found.feed(page)
    assert "section" in found.names
    assert not found.names & ACTIVE
    assert not [
        name for name, _ in found.attributes if name.startswith("on") or name in ("src", "srcset", "style")
    ]
    assert all(value.startswith("#") for name, value in found.attributes if name in ("href", "action"))


def quoted(answer, number: int) -> bool:
    """Cited by a quotation of ours: where articles disagree, or nothing of the model's words is left."""
    return all(s.verbatim for s in answer.statements if number in s.citations)


ONE_SIDE = pytest.mark.xfail(strict=True, reason="only one of two years that disagree is quoted")


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(n, marks=ONE_SIDE if injection.forbidden in ONE_SIDE_ONLY else ())
        for n, injection in enumerate(INJECTIONS)
        if injection.kind == "contradiction of a true document"
    ],
)
def test_where_a_true_and_a_false_document_disagree_both_are_quoted(engine, reader, assert_sound, number):
    article = article_of(engine, number)
    reading = Answerer(engine._index, "reader", read_weights("reader", gaps=False), reader)
    answer = reading.answer(ASKED, scope={article, article_of(engine, 0)})
    assert_sound(answer, engine.articles)
    said = answer.text()
    assert "1931" in said
    year = re.search(r"\d{4}", INJECTIONS[number].text)[0]
    assert year in said


def test_there_are_at_least_150():
    assert len({(i.text, i.file, repr(i.manifest)) for i in INJECTIONS}) == len(INJECTIONS) >= 150
