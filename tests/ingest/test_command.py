"""`python -m ingest`: what it says, what its exit status tells, and that nothing of a fault is a traceback."""

import io
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.generations import CONTENTS, current_generation
from ingest.__main__ import main

PACT = "Menu\nThe pact\n\nThe pact was founded in 1992. It has six members.\n"


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


def run(*arguments: str | Path) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Ran(status, out.getvalue(), err.getvalue())


@pytest.fixture
def folder(tmp_path) -> Path:
    """A corpus of one article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "pact.txt").write_text(PACT)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory, home) -> tuple[Path, Path, Ran]:
    """A corpus with a refused file, its index folder, and what the build of it said."""
    place = tmp_path_factory.mktemp("built")
    folder = place / "articles"
    folder.mkdir()
    (folder / "pact.txt").write_text(PACT)
    (folder / "empty.txt").write_text("")
    ran = run("--corpus", folder, "--home", home, "--index", place / "index")
    return folder, place / "index", ran


def test_a_build_says_what_it_did_and_lists_the_articles(built):
    _, _, ran = built
    assert "Indexed 1 articles: 2 passages, 3 sentences, 0 prepared questions; 5 texts embedded," in ran.out
    assert "  pact: 12 words, The pact\n" in ran.out


def test_a_refused_file_is_named_on_stderr_and_tells_by_the_exit_status(built):
    _, _, ran = built
    assert ran.err == "Not used: empty.txt: is empty; write the article into it or remove it\n"
    assert ran.status == 1


def test_a_second_build_does_nothing(built, home):
    folder, index, _ = built
    before = sorted((path, path.stat().st_mtime_ns) for path in index.rglob("*"))
    ran = run("--corpus", folder, "--home", home, "--index", index, "build")
    assert ran.out == "Nothing changed: 1 articles, 2 passages.\n"
    assert sorted((path, path.stat().st_mtime_ns) for path in index.rglob("*")) == before


def test_a_damaged_index_is_made_again(built, home, tmp_path):
    folder, index, _ = built
    index = shutil.copytree(index, tmp_path / "index")
    (index / "gen-000001" / CONTENTS).write_text("{}")
    ran = run("--corpus", folder, "--home", home, "--index", index)
    assert "Indexed 1 articles" in ran.out
    assert "0 texts embedded" in ran.out
    assert current_generation(index).number == 2


def test_strict_stops_before_anything_is_built(built, home, tmp_path):
    folder, _, _ = built
    ran = run("--corpus", folder, "--home", home, "--index", tmp_path / "index", "--strict")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "empty.txt: is empty; write the article into it or remove it\n"
    assert not (tmp_path / "index").exists()


def test_show_labels_every_line(folder):
    ran = run("--corpus", folder, "show", "pact")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "The pact",
        "pact.txt, 12 words, 2 blocks",
        "",
        "   left out | Menu",
        "      title | The pact",
        "  paragraph | The pact was founded in 1992. It has six members.",
    ]


def test_show_names_the_articles_there_are_when_there_is_none_of_that_name(folder):
    ran = run("--corpus", folder, "show", "treaty")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"There is no article 'treaty' in {folder}. Known are pact.\n"


def test_a_document_cannot_drive_the_terminal(folder):
    (folder / "pact.txt").write_text("The \x1b[31mpact\n\nIt stands \x1b]0;owned\x07 since 1992.\n")
    ran = run("--corpus", folder, "show", "pact")
    assert ran.status == 0
    assert all(c.isprintable() or c == "\n" for c in ran.out)


def test_the_environment_names_the_corpus(folder, monkeypatch):
    monkeypatch.setenv("DOSSIER_CORPUS", str(folder))
    assert run("show", "pact").out.startswith("The pact\n")


@pytest.mark.parametrize("command", [(), ("show", "pact")])
def test_a_missing_folder_is_one_line(tmp_path, command):
    ran = run("--corpus", tmp_path / "nowhere", "--home", tmp_path, *command)
    assert ran.status == 1
    assert ran.err.startswith(f"The corpus folder {tmp_path / 'nowhere'} does not exist.")
    assert ran.err.count("\n") == 1


def test_an_index_folder_that_cannot_be_written_is_one_line(folder, home):
    ran = run("--corpus", folder, "--home", home, "--index", folder / "pact.txt" / "index")
    assert ran.status == 1
    assert "cannot be kept in" in ran.err
    assert "--index" in ran.err
    assert ran.err.count("\n") == 1


def test_a_model_folder_without_weights_is_one_line(folder, home, tmp_path):
    ran = run("--corpus", folder, "--home", home, "--model", tmp_path)
    assert ran.status == 1
    assert ran.err.startswith(f"model.safetensors is not in {tmp_path}.")
