"""It works where people put it: in odd folders, where nothing can be written, and without compiled files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("ingest", "index", "chat")

READ_ONLY = """
until [ "$1" = -- ]; do
    mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 125
    ! touch "$1/written" 2>/dev/null || exit 125
    shift
done
shift
exec "$@"
"""
"""Runs what follows `--` in a view of the files in which nobody, root included, can write to the folders before it."""


def run(*command: object, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "DOSSIER_TESTS_LEFT")}
    return subprocess.run(
        list(map(str, command)),
        env=kept | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def run_read_only(folders: list[Path], *command: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """Skips, and says why, where no such view can be made."""
    if shutil.which("unshare") is None:
        pytest.skip("read-only folders: this machine lacks unshare (package util-linux)")
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    done = run(
        "unshare", *as_root, "--mount", "sh", "-c", READ_ONLY, "sh", *folders, "--", *command, **environ
    )
    if done.returncode == 125:
        pytest.skip(
            f"read-only folders: they cannot be made here ({done.stderr.strip()}); run the tests as root"
        )
    return done


@pytest.mark.slow
def test_an_odd_folder_in_which_nothing_can_be_written_answers_from_its_index(tmp_path, home, embedder):
    place = tmp_path / "Mein Ordner – папка 文 ü's"
    program, corpus, index = place / "program", place / "сorpus mit Raum", place / "ïndex"
    for room in ROOMS:
        shutil.copytree(PROJECT / room, program / room, ignore=shutil.ignore_patterns("__pycache__"))
    corpus.mkdir()
    (corpus / "die Brücke.txt").write_text("The bridge\n\nThe old bridge over the river was built in 1931.\n")
    # home holds what the encoder needs, written once
    options = ["--corpus", corpus, "--home", home, "--index", index]
    environ = {"PYTHONPATH": os.pathsep.join([str(program), os.environ["PYTHONPATH"]]), "HOME": str(tmp_path)}
    made = run(sys.executable, "-m", "ingest", *options, **environ)
    assert (made.returncode, made.stderr) == (0, "")
    before = sorted(place.rglob("*"))

    site = Path(sys.prefix).resolve()  # where the libraries are
    (tmp_path / "tmp").mkdir()
    environ["TMPDIR"] = str(tmp_path / "tmp")
    ask = ["-m", "chat", *options, "ask", "When was the old bridge built?"]
    asked = run_read_only([place, site], sys.executable, *ask, **environ)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "1931" in asked.stdout
    again = run_read_only([place, site], sys.executable, "-m", "ingest", *options, **environ)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith("Nothing changed: 1 articles")

    (corpus / "die Brücke.txt").write_text("The bridge\n\nThe old bridge over the river was built in 1932.\n")
    changed = run_read_only([place, site], sys.executable, *ask, **environ)
    assert (changed.returncode, changed.stdout) == (1, "")
    assert changed.stderr.startswith(
        f"The index cannot be kept in {index} (Read-only file system). Name another"
    )
    assert changed.stderr.count("\n") == 1
    assert sorted(place.rglob("*")) == before
    assert not list(place.rglob("__pycache__"))
    assert list((tmp_path / "tmp").iterdir()) == []
