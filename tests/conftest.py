"""What all tests share: the shipped corpus with its index, and a guard that nothing leaves the machine."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from chat.checker.mpnet import MPNetChecker, open_checker
from index import Index, MiniLM, build_index, open_embedder, open_index
from ingest.corpus import Corpus, read_corpus

PROJECT = Path(__file__).resolve().parent.parent
GUARD = PROJECT / "tests" / "guard"

# the machine may be slow, and a test that passes today must pass tomorrow
settings.register_profile("dossier", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("dossier")


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The five articles that come along."""
    return read_corpus(PROJECT / "corpus", strict=True)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the tests' own; the encoder's graph is copied from the project's where it is there."""
    home = tmp_path_factory.mktemp("home")
    models = PROJECT / ".dossier" / "models"
    if models.is_dir():
        shutil.copytree(models, home / "models")  # checked by its hash when it is opened
    return home


@pytest.fixture(scope="session")
def embedder(home: Path) -> MiniLM:
    return open_embedder(home)


@pytest.fixture(scope="session")
def checker(home: Path) -> MPNetChecker:
    return open_checker(home)


@pytest.fixture(scope="session")
def shipped_index(corpus: Corpus, home: Path, embedder: MiniLM) -> Iterator[Index]:
    """The index of the shipped corpus, built here and open."""
    folder = home / "index" / "shipped"
    folder.mkdir(parents=True)
    # 2,600 texts take the encoder half a minute on a busy machine
    for cache in (PROJECT / ".dossier" / "index").glob("corpus-*/embeddings.sqlite"):
        shutil.copy(cache, folder)
    build_index(corpus, folder, embedder)
    with open_index(folder, embedder) as index:
        yield index


def _load_guard() -> ModuleType:
    spec = importlib.util.spec_from_file_location("guard", GUARD / "sitecustomize.py")
    guard = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(guard)
    return guard


_left: list[str] = []
_guard = _load_guard()
_guard.watch(_left.append)


@pytest.fixture(scope="session", autouse=True)
def _left_by_children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file in which Python processes that tests start write down where they tried to go."""
    file = tmp_path_factory.mktemp("guard") / "left"
    file.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_guard.LEFT, str(file))
        patch.setenv("PYTHONPATH", str(GUARD), prepend=os.pathsep)
        yield file


@pytest.fixture(autouse=True)
def tried_to_leave(_left_by_children: Path) -> Iterator[Callable[[], list[str]]]:
    """Fails the test that tried to reach beyond this machine, also where its code swallowed the error.

    Gives a function that hands out the hosts that were tried, which a test of the guard itself calls: what was
    handed out is forgotten.
    """

    def taken() -> list[str]:
        tried = _left + _left_by_children.read_text(encoding="utf-8").split()
        _left.clear()
        os.truncate(_left_by_children, 0)
        return tried

    taken()
    yield taken
    if tried := taken():
        pytest.fail(f"tried to reach {', '.join(tried)}")
