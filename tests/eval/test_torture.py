"""The index tortured, a little of each part; `python -m eval torture` does all of it."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from eval import __main__ as command
from eval.torture.crash import Crashes, crash
from eval.torture.damage import FAULTS, Damages, Fault, _open, _start, damage
from eval.torture.full import Filled, fill
from eval.torture.ground import LABELS, QUESTIONS, Expected, untidy
from eval.torture.laying import Laid, faults_of, laid
from eval.torture.processes import Shared, share
from eval.torture.telling import rows, told

KILLS = 60
SWITCHES = 8


@pytest.fixture
def ground(home, embedder) -> Laid:
    """A ground of the test's own; the embedder is asked for because it makes the graph in `home`."""
    with laid(home) as ground:
        yield ground


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_when_ingests_are_killed_at_random_moments_and_at_chosen_points(ground):
    found = crash(ground, KILLS, seed=3)
    assert found.faults == []
    assert sum(found.kills.values()) == sum(found.stayed.values()) == KILLS
    assert (
        found.kills["random"] + found.kills["fresh"]
        == found.kills["point"] + found.kills["write"]
        == KILLS / 2
    )
    assert len(found.points) > 10
    assert all(found.stayed.get(which) for which in ("old", "new"))  # before the pointer was moved, and after
    assert [reader["status"] for reader in found.readers] == [0, 0]
    assert all(reader["answers"] > KILLS / 2 for reader in found.readers)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_damage_is_found_before_an_answer_and_mended_or_told_with_a_remedy(ground):
    assert len(FAULTS) >= 60
    found = damage(ground)
    assert found.faults == []
    assert found.met.keys() == found.mended.keys() == {fault.name for fault in FAULTS}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_full_disk_leaves_the_published_index_and_the_message_says_how_much_is_missing(ground):
    found = fill(ground, few=True)
    assert found.faults == []
    assert len(found.sizes) >= 5


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_processes_share_an_index(ground):
    # here the machine may be busy with other tests: how long a reader waits is measured by the command
    found = share(ground, SWITCHES, readers=4, together=4, stall=20)
    assert found.faults == []
    assert (found.switches, len(found.readers)) == (SWITCHES, 4)
    assert found.told_to_wait + found.both_done == 4
    assert "spawn instead of fork" in found.forked


def answers(label: str) -> dict[str, list]:
    return {question: ["answered", f"{label} {question}", []] for question in QUESTIONS}


def asked(told: dict) -> Laid:
    """A ground on which every process that asks prints the same."""
    expected = Expected({}, {label: answers(label) for label in LABELS})
    here = SimpleNamespace(index=SimpleNamespace(iterdir=lambda: iter(())))
    laid = Laid(here, expected, None)
    return SimpleNamespace(ask=lambda *_, **__: told, answered=laid.answered, ground=here)


MIXED = answers("a") | dict(list(answers("b").items())[:1])


@pytest.mark.parametrize(
    ("told", "sound"),
    [
        ({"status": 0, "answers": answers("b"), "warning": "It is damaged. Mend it: python -m ingest"}, True),
        ({"status": 0, "answers": answers("a"), "warning": "It is damaged. Mend it: python -m ingest"}, True),
        ({"status": 0, "error": "IndexDamaged", "message": "It is damaged. Make it: python -m ingest"}, True),
        ({"status": 0, "answers": answers("b"), "warning": ""}, False),  # the damage was not seen
        ({"status": 0, "answers": answers("a"), "warning": ""}, False),
        ({"status": 0, "answers": answers("a"), "warning": "It is damaged."}, False),  # no remedy
        ({"status": 0, "answers": answers("a"), "warning": "Damaged.\npython -m ingest"}, False),
        ({"status": 0, "answers": MIXED, "warning": "Mend it: python -m ingest"}, False),
        ({"status": 70, "error": "ended with 70", "message": "Traceback, python -m ingest"}, False),
        ({"status": -11, "error": "ended with -11", "message": ""}, False),
    ],
)
def test_what_a_reader_makes_of_damage_is_judged(told, sound):
    found = Damages()
    _open(asked(told), Fault("one", lambda index: None), found)
    assert (found.faults == []) == sound


@pytest.mark.parametrize(
    ("told", "sound"),
    [
        ({"status": 0, "answers": answers("b"), "warning": ""}, True),
        ({"status": 0, "answers": answers("a"), "warning": ""}, False),
        ({"status": 0, "answers": answers("b"), "warning": "It is damaged."}, False),  # it was to be mended
        (
            {
                "status": 0,
                "error": "DossierIndexError",
                "message": "It is no file. Remove it, and try again.",
            },
            True,
        ),
        ({"status": 0, "error": "DossierIndexError", "message": "It is no file."}, False),
        ({"status": -6, "error": "ended with -6", "message": ""}, False),
    ],
)
def test_what_starting_the_chat_makes_of_damage_is_judged(told, sound):
    found = Damages()
    _start(asked(told), Fault("one", lambda index: None), found)
    assert (found.faults == []) == sound


def test_what_does_not_belong_into_an_index_folder_is_named(tmp_path):
    for name in ("CURRENT", "gen-000001", "gen-000002", "gen-000003", "tmp-1", ".CURRENT.1-2"):
        (tmp_path / name).mkdir()
    assert untidy(tmp_path) == [".CURRENT.1-2", "tmp-1", "gen-000001"]


def test_a_reader_that_died_or_saw_something_wrong_is_a_fault():
    sound = {"status": 0, "answers": 9, "wrong": 0, "stale": 0, "failed": 0, "examples": []}
    assert faults_of(sound) == []
    assert faults_of(sound | {"stale": 2, "examples": ["one"]}) == ["one", "and more"]
    assert faults_of({"status": -11, "error": "ended with -11", "message": ""}) != []


@pytest.mark.parametrize("found", [Crashes(), Damages(), Filled("a mounted disk"), Shared()])
def test_what_was_found_is_told_as_rows_and_as_json(found):
    assert dict(rows(found))["Should not have been"] == "0"
    assert json.loads(json.dumps(told(found)))["faults"] == []


@pytest.mark.parametrize("faults", [[], ["one was lost"]])
def test_the_command_tells_what_it_found_and_its_status_says_whether_all_is_well(
    home, embedder, tmp_path, monkeypatch, capsys, faults
):
    def found(part, *_):
        assert part == "disk"
        return Filled("a mounted disk", faults=faults)

    monkeypatch.setattr(command, "torture", found)
    out = tmp_path / "new" / "found.json"
    status = command.main(["torture", "--only", "disk", "--home", str(home), "--out", str(out)])
    assert status == len(faults)
    assert json.loads(out.read_text())["disk"]["faults"] == faults
    assert all(fault in capsys.readouterr().out for fault in faults)


def test_a_point_is_passed_before_each_touch_of_the_disk(tmp_path):
    code = (
        "import os, shutil; from pathlib import Path; from eval.torture.points import at_points; "
        f"folder = Path({str(tmp_path)!r}); at_points(folder, lambda number, name: print(number, name)); "
        "(folder / 'd').mkdir(); s = (folder / 'd' / 'f').open('w'); os.fsync(s.fileno()); s.close(); "
        "(folder / 'd' / 'f').read_text(); os.replace(folder / 'd' / 'f', folder / 'd' / 'g'); shutil.rmtree(folder / 'd')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "1 mkdir d",
        "2 open f",
        "3 fsync f",
        "4 rename g",
        "5 unlink g",
        "6 rmdir d",
    ]
    assert os.listdir(tmp_path) == []
