"""The product on the test split may not fall below the recorded floor (eval/cases/floor.json)."""

import json
from pathlib import Path

import pytest

from chat import Config
from eval.cases import load_cases
from eval.run import run_cases
from eval.summary import MEASURES, summarise
from eval.systems import SYSTEMS

CASES = Path(__file__).parents[2] / "eval" / "cases"
pytestmark = pytest.mark.slow
FLOOR = json.loads((CASES / "floor.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measures(corpus, home, shipped_index):
    file = CASES / f"{FLOOR['split']}.jsonl"
    if not file.exists():
        pytest.skip(f"{file.name} is not written yet")
    cases = load_cases(file, corpus.articles)
    with SYSTEMS["dossier"](Config(home=home, index=shipped_index.folder)) as dossier:
        return summarise(run_cases("dossier", dossier, cases).scores)


@pytest.mark.parametrize(("name", "bound"), FLOOR["at_least"].items())
def test_what_should_be_high_is_not_below_its_floor(name, bound, measures):
    assert measures[name].value >= bound


@pytest.mark.parametrize(("name", "bound"), FLOOR["at_most"].items())
def test_what_should_be_low_is_not_above_its_ceiling(name, bound, measures):
    assert measures[name].value <= bound


def test_each_floor_is_of_a_measure_on_its_right_side():
    better = {measure.name: measure.better for measure in MEASURES}
    assert {better[name] for name in FLOOR["at_least"]} == {"higher"}
    assert {better[name] for name in FLOOR["at_most"]} == {"lower"}
    assert "right" in FLOOR["at_least"]
