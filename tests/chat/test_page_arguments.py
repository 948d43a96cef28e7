"""The page's options: what they mean, and that the same ones work before and after the command."""

import argparse
from pathlib import Path

import pytest

from chat.config import Config
from chat.page_arguments import add_page_arguments, with_own_corpus


def parsed(*words: str, environ: dict[str, str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_page_arguments(parser, environ or {})
    commands = parser.add_subparsers(dest="command")
    add_page_arguments(commands.add_parser("page"), environ or {}, again=True)
    return parser.parse_args(words)


def test_nothing_is_open_unless_it_is_asked_for():
    options = parsed()
    assert (options.host, options.port, options.auth, options.allow_uploads, options.mcp) == (
        "127.0.0.1",
        7860,
        "",
        False,
        False,
    )


@pytest.mark.parametrize("words", [("--mcp", "--port", "1", "page"), ("page", "--mcp", "--port", "1")])
def test_options_stand_before_or_after_the_command(words):
    options = parsed(*words)
    assert (options.mcp, options.port, options.command) == (True, 1, "page")


def test_the_login_may_come_from_the_environment():
    assert parsed(environ={"DOSSIER_AUTH": "ann:x"}).auth == "ann:x"
    assert parsed("--auth", "bo:y", environ={"DOSSIER_AUTH": "ann:x"}).auth == "bo:y"


def test_uploads_go_to_a_copy_of_the_corpus(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("x", encoding="utf-8")
    config = Config(corpus=tmp_path / "corpus", home=tmp_path / "home")
    assert with_own_corpus(config, parsed()) == (config, None)
    changed, own = with_own_corpus(config, parsed("--allow-uploads"))
    assert changed.corpus == own.folder
    assert own.folder.is_relative_to(tmp_path / "home")
    assert (own.folder / "a.txt").read_text(encoding="utf-8") == "x"
    assert [path.name for path in Path(tmp_path / "corpus").iterdir()] == ["a.txt"]
