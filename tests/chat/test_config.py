"""What an answerer is made from, and how a command line says it."""

import argparse
from pathlib import Path

import pytest

from chat.config import Config, add_config_arguments, config_from


def parse(*arguments: str, **environ: str) -> Config:
    parser = argparse.ArgumentParser()
    add_config_arguments(parser, environ)
    return config_from(parser.parse_args(arguments))


def test_two_corpora_of_the_same_name_have_indexes_of_their_own():
    one, other = Config(corpus=Path("a/texts")), Config(corpus=Path("b/texts"))
    assert one.index_folder != other.index_folder
    assert one.index_folder.name.startswith("texts-")
    assert one.index_folder.parent == one.home / "index"


def test_a_corpus_has_the_same_index_however_its_path_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = {
        Config(corpus=path).index_folder for path in (Path("texts"), Path("x/../texts"), tmp_path / "texts")
    }
    assert len(folders) == 1


def test_a_named_index_folder_is_taken_as_it_is():
    assert Config(index=Path("there")).index_folder == Path("there")


def test_without_options_the_shipped_corpus_is_asked():
    assert parse() == Config()


@pytest.mark.parametrize("name", ["corpus", "home"])
def test_an_option_goes_before_the_environment_and_that_before_the_default(name):
    variable = {f"DOSSIER_{name.upper()}": "from-environment"}
    assert getattr(parse(**variable), name) == Path("from-environment")
    assert getattr(parse(f"--{name}", "from-option", **variable), name) == Path("from-option")
    assert getattr(parse(**{f"DOSSIER_{name.upper()}": ""}), name) == getattr(Config(), name)


def test_a_chroma_server_is_named_by_an_option_or_the_environment():
    assert parse(DOSSIER_CHROMA="http://a:1").chroma == "http://a:1"
    assert parse("--chroma", "http://b:2", DOSSIER_CHROMA="http://a:1").chroma == "http://b:2"
    assert parse(DOSSIER_CHROMA="").chroma == ""


def test_the_other_options():
    config = parse("--index", "i", "--model", "m", "--strict")
    assert config == Config(index=Path("i"), model=Path("m"), strict=True)
