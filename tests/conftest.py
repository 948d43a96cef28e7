"""What all tests share: the shipped corpus with its index, and a guard that nothing leaves the machine."""

import ipaddress
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index import Index, MiniLM, build_index, open_embedder, open_index
from ingest.corpus import Corpus, read_corpus

PROJECT = Path(__file__).resolve().parent.parent

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


_left: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def _guarded_sockets() -> Iterator[None]:
    """Connections and look-ups beyond this machine raise, and are written down in `_left`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        look_up = socket.getaddrinfo

        def guarded_look_up(host, *arguments, **settings):
            _check(host)
            return look_up(host, *arguments, **settings)

        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(autouse=True)
def tried_to_leave() -> Iterator[list[str]]:
    """Fails the test that tried to reach beyond this machine, also where its code swallowed the error.

    Gives the hosts that were tried, which a test of the guard itself clears.
    """
    _left.clear()
    yield _left
    if _left:
        pytest.fail(f"tried to reach {', '.join(_left)}")


def _guarded(method):
    def call(self: socket.socket, *arguments):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(arguments[-1][0])
        return method(self, *arguments)

    return call


def _check(host: str | bytes | None) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass  # a name, which somebody else would have to be asked about
    _left.append(host)
    raise OSError(f"tests reach nothing beyond this machine, and tried {host}")
