"""Faults of the configuration: each ends with one line that names it, never with a traceback, a wait or a secret."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hostile_settings import CHAT, EVAL, INGEST, SETTINGS, TEXT, Setting

import chat.__main__ as terminal
import eval.__main__ as evaluation
import ingest.__main__ as ingesting
from chat.errors import ChatError
from chat.scoring import WEIGHTS, read_weights

MAINS = {CHAT: terminal, INGEST: ingesting, EVAL: evaluation}
ENVIRON = (
    "DOSSIER_CORPUS",
    "DOSSIER_HOME",
    "DOSSIER_LLM",
    "DOSSIER_AUTH",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
)


@pytest.fixture
def place(tmp_path) -> Path:
    """A folder with a corpus of one article."""
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.txt").write_text(TEXT)
    return tmp_path


def run(monkeypatch, setting: Setting, place: Path) -> tuple[int, str, str]:
    main = MAINS[setting.program]
    for name in ENVIRON:
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(main, "set_up_logs", lambda *_: None)
    out, err = io.StringIO(), io.StringIO()
    arguments = [argument.replace("{}", str(place)) for argument in setting.arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main.main(arguments)
        except SystemExit as stop:
            status = stop.code
    return status, out.getvalue(), err.getvalue()


def needs_engine(setting: Setting) -> bool:
    """The page's own options are looked at when the engine is open, which takes seconds and is not what is at fault."""
    return any(option in setting.arguments for option in ("--port", "--host")) and setting.status == 1


@pytest.mark.parametrize("setting", [pytest.param(setting, id=setting.name) for setting in SETTINGS])
def test_each_is_one_line_with_its_status(monkeypatch, place, promptly, engine, caplog, setting):
    setting.make(place)
    if needs_engine(setting):
        monkeypatch.setattr(terminal, "open_answerer", lambda *_: NotClosed(engine))
    with promptly():
        status, out, err = run(monkeypatch, setting, place)
    said = out + err
    assert status == setting.status, said
    assert setting.says in " ".join(said.split())
    if setting.status == 1 and setting.program != EVAL:
        *notes, last = err.strip().split("\n")
        assert setting.says in last
        assert all(note.startswith(("Whoever can reach", "Not used")) for note in notes)
    assert len(said) < 2_000
    assert all(c.isprintable() or c == "\n" for c in err.encode("utf-8", "replace").decode())
    assert "hidden" not in said
    assert "root:" not in said  # nothing of the files that links lead to
    assert "Traceback" not in said + caplog.text


class NotClosed:
    """The shared engine, which the program must not close."""

    def __init__(self, engine):
        self._engine = engine

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_there_are_at_least_60_with_those_of_language_models():
    from test_models import FAULTS

    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert len(SETTINGS) + len(FAULTS) >= 60


WHOLE = json.loads(WEIGHTS.read_bytes())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b"[]",
        b"{}",
        b'{"weights": {"plain": {}}, "provenance": {}}',
        json.dumps(WHOLE | {"weights": {"plain": None}}).encode(),
        json.dumps(WHOLE).replace('"threshold": ', '"threshold": 1').encode(),
        json.dumps(WHOLE).replace('"bias": ', '"bias": NaN, "bias2": ').encode(),
        json.dumps(WHOLE).replace('"bias": ', '"bias": [], "bias2": ').encode(),
        json.dumps(WHOLE | {"more": "x" * 2_000_000}).encode(),
    ],
    ids=["empty", "cut", "bytes", "deep", "a list", "nothing", "no numbers", "null", "a threshold over 1",
         "not a number", "a list for a number", "2 MB"],
)  # fmt: skip
def test_weights_that_cannot_be_used_are_named_with_the_remedy(tmp_path, content):
    file = tmp_path / "weights.json"
    file.write_bytes(content)
    with pytest.raises(ChatError, match=r"weights.json cannot be used .*`python -m eval fit`") as caught:
        read_weights("plain", file)
    assert str(caught.value).isprintable()


def test_a_corpus_in_a_folder_whose_name_is_no_utf_8_is_read(tmp_path, home):
    from chat import Config, open_answerer

    folder = tmp_path / "caf\udce9 \n{x}"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT)
    place = tmp_path / "home"
    place.mkdir()
    (place / "models").symlink_to(home / "models")
    with open_answerer(Config(corpus=folder, home=place, reader=False)) as answerer:
        answer = answerer.answer("When was the bridge built?")
    assert answer.outcome in ("answered", "declined")
