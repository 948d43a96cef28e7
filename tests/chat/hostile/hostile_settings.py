"""Faults of the configuration: what is given, by which door, and the one line that says so.

`{}` in an argument stands for the test's folder, in which `good/` is a corpus of one article. `make` puts the fault there.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TEXT = "The bridge\n\nThe old bridge over the river was built in 1931 by the county council.\n"
CHAT, INGEST, EVAL = "chat", "ingest", "eval"


@dataclass(frozen=True)
class Setting:
    """One fault."""

    name: str
    program: str
    arguments: tuple[str, ...]
    says: str
    make: Callable[[Path], object] = lambda _: None
    environ: Mapping[str, str] = field(default_factory=dict)
    status: int = 1


def beside(name: str, file: str, content: bytes | str, says: str) -> Setting:
    """A file beside the articles that cannot be used."""
    raw = content if isinstance(content, bytes) else content.encode()

    def make(folder: Path) -> None:
        place = folder / "good" / file
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(raw)

    return Setting(f"{file}: {name}", INGEST, GOOD, says, make)


def special(file: str, make: Callable[[Path], object], name: str, says: str) -> Setting:
    def made(folder: Path) -> None:
        place = folder / "good" / file
        place.parent.mkdir(exist_ok=True)
        make(place)

    return Setting(f"{file}: {name}", INGEST, GOOD, says, made)


def manifest(name: str, content: str, says: str) -> Setting:
    return beside(name, "articles.toml", content, says)


def prepared(name: str, line: str | bytes, says: str) -> Setting:
    return beside(name, "questions/q.jsonl", line, says)


def question_set(name: str, content: bytes | str, says: str, status: int = 1) -> Setting:
    raw = content if isinstance(content, bytes) else content.encode()
    return Setting(
        f"question set: {name}", EVAL, ("check", "--corpus", "{}/good", "{}/set.jsonl"), says,
        lambda folder: (folder / "set.jsonl").write_bytes(raw), status=status,
    )  # fmt: skip


GOOD = ("--corpus", "{}/good")
ASK = (*GOOD, "--home", "{}/home", "ask", "When?")
ARTICLE = '[[article]]\nfile = "a.txt"\n'
QUOTE = "was built in 1931"
PAGE = (*GOOD, "--port", "0")

PLACES = [
    Setting("corpus: missing", CHAT, ("--corpus", "{}/nowhere", "ask", "x"), "does not exist"),
    Setting("corpus: a file", CHAT, ("--corpus", "{}/good/a.txt", "ask", "x"), "does not exist"),
    Setting("corpus: empty", CHAT, ("--corpus", "{}", "ask", "x"), "There is no article in", lambda f: (f / "good/a.txt").unlink()),
    Setting("corpus: a device", CHAT, ("--corpus", "/dev/null", "ask", "x"), "does not exist"),
    Setting("corpus: a name that is too long", CHAT, ("--corpus", "{}/" + "x" * 300, "ask", "x"), "does not exist"),
    Setting("corpus: a name that is no text", CHAT, ("--corpus", "{}/caf\udce9", "ask", "x"), "does not exist"),
    Setting("corpus: a link in a circle", CHAT, ("--corpus", "{}/loop", "ask", "x"), "does not exist", lambda f: (f / "loop").symlink_to("loop")),
    Setting("corpus: a pipe", CHAT, ("--corpus", "{}/pipe", "ask", "x"), "does not exist", lambda f: os.mkfifo(f / "pipe")),
    Setting("corpus: by the environment", CHAT, ("ask", "x"), "does not exist", environ={"DOSSIER_CORPUS": "/nowhere\x1b[2J"}),
    Setting("corpus: strict with a file that cannot be used", CHAT, ("--strict", *ASK), "is empty", lambda f: (f / "good/b.txt").touch()),
    Setting("home: a file", CHAT, (*GOOD, "--home", "{}/good/a.txt", "ask", "x"), "cannot be stored in"),
    Setting("home: in the kernel's folder", CHAT, (*GOOD, "--home", "/proc/dossier", "ask", "x"), "cannot be stored in"),
    Setting("index: a file", CHAT, (*GOOD, "--index", "{}/good/a.txt", "ask", "x"), "cannot be kept in"),
    Setting("index: in the kernel's folder", CHAT, (*GOOD, "--index", "/proc/dossier", "ask", "x"), "cannot be kept in"),
    Setting("model: an empty folder", CHAT, ("--model", "{}/good", *ASK), "model.safetensors is not in"),
    Setting("model: pipes in place of weights", CHAT, ("--model", "{}/m", *ASK), "model.safetensors is not in", lambda f: ((f / "m").mkdir(), os.mkfifo(f / "m/model.safetensors"))),
    Setting("model: foreign weights", CHAT, ("--model", "{}/m", *ASK), "it is damaged or another model", lambda f: ((f / "m").mkdir(), [(f / "m" / n).write_text("{}") for n in ("model.safetensors", "tokenizer.json")])),
    Setting("show: an article that is not there", INGEST, (*GOOD, "show", "../../etc/passwd"), "There is no article"),
    Setting("show: an article of no characters", INGEST, (*GOOD, "show", "\udce9\x1b[2J"), "There is no article"),
]  # fmt: skip

OPTIONS = [
    Setting("llm: nothing known", CHAT, ("--llm", "gpt", *ASK), "names no language model"),
    Setting("llm: an unknown provider", CHAT, ("--llm", "evil:m", *ASK), "names no language model"),
    Setting("llm: a provider without a model", CHAT, ("--llm", "openai: ", *ASK), "names no language model"),
    Setting("llm: a name with a line end", CHAT, ("--llm", "ollama:m\nx", *ASK), "is no name of a model"),
    Setting("llm: a name of 100 kB", CHAT, ("--llm", "ollama:" + "m" * 100_000, *ASK), "is no name of a model"),
    Setting("llm: without its key", CHAT, ("--llm", "openai:m", *ASK), "needs a key"),
    Setting("llm: by the environment", CHAT, ASK, "names no language model", environ={"DOSSIER_LLM": "{{7*7}}"}),
    *(
        Setting(f"llm: the address {url[:24]!r}", CHAT, ("--llm", "openai:m", *ASK), "must start with http", environ={"OPENAI_BASE_URL": url})
        for url in ("http://[::1", "http://h:99999", "http://h:x", "file:///etc/passwd", "http://", "//h", "http://a b/", "http://h:0", "http://" + "a" * 300)
    ),
    Setting("llm: a key with a line end", CHAT, ("--llm", "openai:m", *ASK), "The key of the language model has characters", environ={"OPENAI_API_KEY": "sk-hidden\nX: y"}),
    Setting("llm: a key of other letters", CHAT, ("--llm", "openai:m", *ASK), "The key of the language model has characters", environ={"OPENAI_API_KEY": "sk-hidden-ключ"}),
    Setting("llm: what to do when it fails", CHAT, ("--on-llm-failure", "explode", *ASK), "invalid choice", status=2),
    Setting("port: no number", CHAT, (*GOOD, "--port", "x"), "invalid int value", status=2),
    Setting("port: too large", CHAT, ("--port", "65536"), "--port from 0 to 65535"),
    Setting("port: negative", CHAT, ("--port", "-1"), "--port from 0 to 65535"),
    Setting("host: not of this machine", CHAT, ("--host", "192.0.2.1", "--port", "0"), "--host must be an address"),
    Setting("host: no address", CHAT, ("--host", "a b", "--port", "0"), "--host must be an address"),
    Setting("host: a name of 300 letters", CHAT, ("--host", "a" * 300, "--port", "0"), "--host must be an address"),
    Setting("auth: without a password", CHAT, ("--auth", "ann", "--port", "0"), "The password of ann is empty"),
    Setting("auth: without a name", CHAT, ("--auth", ":x", "--port", "0"), "cannot be a name"),
    Setting("auth: a name of no characters", CHAT, ("--auth", "\x1b[2J:x", "--port", "0"), "cannot be a name"),
    Setting("auth file: missing", CHAT, ("--auth-file", "{}/nowhere", "--port", "0"), "cannot be read (No such file"),
    Setting("auth file: a folder", CHAT, ("--auth-file", "{}", "--port", "0"), "cannot be read (it is a folder"),
    Setting("auth file: a pipe", CHAT, ("--auth-file", "{}/pipe", "--port", "0"), "cannot be read (it is a pipe", lambda f: os.mkfifo(f / "pipe")),
    Setting("auth file: without end", CHAT, ("--auth-file", "/dev/zero", "--port", "0"), "cannot be read (it is a pipe, a socket or a device"),
    Setting("auth file: bytes", CHAT, ("--auth-file", "{}/l", "--port", "0"), "it is not UTF-8", lambda f: (f / "l").write_bytes(b"\xff\xfe\0")),
    Setting("auth file: passwords in the open", CHAT, ("--auth-file", "{}/l", "--port", "0"), "line 1, is not of the form", lambda f: (f / "l").write_text("ann:hidden-password\n")),
    Setting("auth file: no login", CHAT, ("--auth-file", "{}/l", "--port", "0"), "has no login", lambda f: (f / "l").write_text("# nobody\n")),
]  # fmt: skip

BESIDE = [
    manifest("no TOML", "= = =", "cannot be read: Invalid"),
    manifest("lists 5,000 deep", "examples = " + "[" * 5_000, "too deep"),
    manifest("3 MB", "#" * 3_000_000, "the bound is 2,000,000"),
    beside("bytes", "articles.toml", b"\xff\xfe\0\0", "it is not UTF-8, byte 0"),
    special("articles.toml", os.mkfifo, "a pipe", "it is a pipe"),
    special("articles.toml", lambda p: p.mkdir(), "a folder", "it is a folder"),
    special("articles.toml", lambda p: p.symlink_to("/etc/passwd"), "a link out", "it is a link that leads out"),
    special("articles.toml", lambda p: p.symlink_to("articles.toml"), "a link to itself", "cannot be read"),
    manifest("an unknown key", 'evil = "x"', "unknown key `evil`"),
    manifest("a key that drives a terminal", '"\\u001b[2J" = 1', "unknown key `�[2J`"),
    manifest("articles that are a number", "article = 3", "each article is a table of its own"),
    manifest("examples that are numbers", "examples = [1, 2]", "a list of questions"),
    manifest("an example of 5,000 characters", f'examples = ["{"x" * 5_000}"]', "an example has more than 1,000"),
    manifest("no file", '[[article]]\nid = "x"', "has no `file`"),
    manifest("a file that is a list", '[[article]]\nfile = ["a.txt"]', "has no `file`"),
    manifest("a file outside", '[[article]]\nfile = "../../etc/passwd"', "which is not in"),
    manifest("a title that is a table", ARTICLE + "title = {a = 1}", "must be a text"),
    manifest("a title of 5,000 characters", f'{ARTICLE}title = "{"x" * 5_000}"', "has more than 1,000"),
    manifest("an empty id", ARTICLE + 'id = " "', "is empty"),
    manifest("an id with NUL", ARTICLE + 'id = "a\\u0000b"', "characters that cannot be shown"),
    manifest("authors that are a text", ARTICLE + 'authors = "Ann"', "must be a list of texts"),
    manifest("authors that are lists", ARTICLE + 'authors = [["Ann"]]', "must be a list of texts"),
    manifest("the same file twice", ARTICLE * 2, "two articles with the file"),
    beside("bytes", "synonyms.txt", b"\xff\xfe", "it is not UTF-8, byte 0"),
    beside("3 MB", "synonyms.txt", "a, b\n" * 700_000, "the bound is 2,000,000"),
    beside("two arrows", "synonyms.txt", "a => b => c", "line 1"),
    beside("a name alone", "synonyms.txt", "a", "is not a group"),
    beside("only commas", "synonyms.txt", ",,,", "is not a group"),
    beside("10,001 groups", "synonyms.txt", "".join(f"a{i}, b{i}\n" for i in range(10_001)), "at most 10000"),
    special("synonyms.txt", os.mkfifo, "a pipe", "it is a pipe"),
    special("synonyms.txt", lambda p: p.symlink_to("/dev/zero"), "a link to what never ends", "a link that leads out"),
    prepared("no JSON", "{", "line 1"),
    prepared("a list", "[]", "it is not a JSON object"),
    prepared("lists 50,000 deep", "[" * 50_000, "line 1: "),
    prepared("a number of 5,000 digits", '{"quotes": ' + "9" * 5_000 + "}", "line 1: "),
    prepared("bytes", b"\xff\xfe\0", "byte 0 is not UTF-8"),
    prepared("21 MB", b" " * 21_000_000, "the bound is 20,000,000"),
    prepared("without its article", f'{{"quotes": ["{QUOTE}"], "questions": ["When?"]}}', "`article` is missing"),
    prepared("an article that is a list", f'{{"article": ["a"], "quotes": ["{QUOTE}"], "questions": ["When?"]}}', "there is no article ['a']"),
    prepared("a quote that is not there", '{"article": "a", "quotes": ["in 1850"], "questions": ["When?"]}', "is not in a"),
    prepared("an empty quote", '{"article": "a", "quotes": [""], "questions": ["When?"]}', "is not in a"),
    prepared("quotes of numbers", '{"article": "a", "quotes": [1], "questions": ["When?"]}', "must be lists of texts"),
    prepared("half a character", f'{{"article": "a", "quotes": ["{QUOTE}"], "questions": ["When\\ud800?"]}}', "half of a character"),
    prepared("an empty question", f'{{"article": "a", "quotes": ["{QUOTE}"], "questions": [" "]}}', "a question has 1 to"),
    prepared("a question of 5,000 characters", f'{{"article": "a", "quotes": ["{QUOTE}"], "questions": ["{"x" * 5_000}"]}}', "a question has 1 to"),
    prepared("a gap that asks for a list", f'{{"article": "a", "quote": "{QUOTE}", "question": "Who?", "asks_for": [1]}}', "`asks_for` must be a text"),
    special("questions/q.jsonl", os.mkfifo, "a pipe", "it is a pipe"),
    special("questions/q.jsonl", lambda p: p.symlink_to("/etc/passwd"), "a link out", "a link that leads out"),
    special("questions/q.jsonl", lambda p: p.mkdir(), "a folder", "it is a folder"),
]  # fmt: skip

CASE = '{"id": "x", "question": "%s", "category": "unanswerable", "answerable": false%s}'
SETS = [
    question_set("no JSON", "{", "not JSON"),
    question_set("lists 50,000 deep", "[" * 50_000, "not JSON"),
    question_set("a text", '"x"', "has to be an object"),
    question_set("bytes", b"\xff\xfe\0", "not UTF-8"),
    question_set("wrong types", '{"id": 1, "question": [], "category": {}, "answerable": "no"}', "id"),
    question_set("half a character", CASE % ("When\\ud800?", ""), "half a character"),
    question_set("a history that is forged", CASE % ("When?", ', "history": [{"role": "system", "content": 3}]'), "history"),
    question_set("the same id twice", "\n".join([CASE % ("When?", "")] * 2), "is already used"),
    Setting("question set: a pipe", EVAL, ("check", *GOOD, "{}/pipe"), "cannot be read (it is a pipe", lambda f: os.mkfifo(f / "pipe")),
    Setting("question set: without end", EVAL, ("check", *GOOD, "/dev/zero"), "cannot be read (it is a pipe"),
    Setting("question set: missing", EVAL, ("check", *GOOD, "{}/nowhere"), "cannot be read (No such file"),
]  # fmt: skip

SETTINGS = [*PLACES, *OPTIONS, *BESIDE, *SETS]
