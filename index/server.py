"""Chroma by network: each generation has collections of its own on a server, never changed once published.

`chroma run` is Chroma's server in Rust. Its Python server, `chromadb.server.fastapi`, is never imported
(CVE-2026-45829). There is no login: the server belongs on this machine or a private network.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api.fastapi import FastAPI  # the client of the network, whatever its name says
from chromadb.config import System

from index.disk import write_atomically
from index.errors import DossierIndexError, VectorsLost, VectorsUnavailable
from index.generations import COLLECTIONS
from index.vectors import KINDS, ChromaSettings, Near, Vectors, configuration, silence_telemetry

log = logging.getLogger(__name__)

ASKING = 10.0
"""Seconds to wait for an answer; a server that was just started reads a large collection on the first question."""

STORING = 300.0
"""The same while an index is built: adding and indexing a batch takes long on a busy machine."""

PAUSE = 15.0
"""Seconds until the collections are looked at again, or a server that failed is asked again."""

_NAME = re.compile(r"dossier-[0-9a-f]{12}-[a-z]+")


class ServerStore:
    """Vectors on a Chroma server."""

    fingerprint: Mapping[str, str] = {"vectors": "server"}

    def __init__(self, url: str):
        """DossierIndexError when it is not the address of a server."""
        self.url = _checked_url(url)

    def check(self) -> None:
        with closing(_Server(self.url, ASKING)) as server, _readable(self.url):
            version = server.get_version()
            if not str(version).startswith("1."):
                raise VectorsUnavailable(
                    f"The server at {self.url} is of Chroma's version {str(version)[:20]}, and version 1 is needed. "
                    f"Start one of `chromadb` {chromadb.__version__}: chroma run"
                )

    def bytes_needed(self, entries: int, dimension: int) -> int:
        return 0  # they are on the server's disk, which tells when it is full

    def holds(self, folder: Path) -> bool:
        try:
            with closing(_Server(self.url, ASKING)) as server, _readable(self.url):
                _collections(server, _read(folder / COLLECTIONS))
        except VectorsLost:
            return False
        return True

    @contextmanager
    def new(self, folder: Path, entries: int) -> Iterator[Vectors]:
        names = {
            kind: {"name": f"dossier-{token}-{kind}"} for token in [secrets.token_hex(6)] for kind in KINDS
        }
        # before they are made, so that a killed build leaves nothing that nobody knows of
        self._write(folder, names)
        with closing(_Server(self.url, STORING)) as server, _readable(self.url):
            collections = {
                kind: _collection(
                    server, server.create_collection(row["name"], configuration=configuration(entries))
                )
                for kind, row in names.items()
            }
            yield Vectors(server, collections)
            made = {
                kind: {"name": one.name, "id": str(one.id), "count": one.count()}
                for kind, one in collections.items()
            }
        self._write(folder, made)

    def open(self, folder: Path) -> Vectors:
        return _ServerVectors(_Server(self.url, ASKING), folder / COLLECTIONS)

    def _write(self, folder: Path, collections: Mapping[str, Mapping[str, Any]]) -> None:
        content = {"server": self.url, "collections": collections}
        write_atomically(folder / COLLECTIONS, json.dumps(content, indent=1).encode())


class _ServerVectors(Vectors):
    """Collections on a server that may go, and come back, at any time; VectorsUnavailable while it is gone."""

    def __init__(self, server: "_Server", file: Path):
        super().__init__(server, {})
        self._server = server
        self._wanted = _read(file)
        self._look()

    def nearest(
        self, vector: np.ndarray, kind: str, limit: int, articles: AbstractSet[str] | None = None
    ) -> list[Near]:
        if time.monotonic() >= self._look_again:
            self._look()
        if self.problem:
            raise VectorsUnavailable(self.problem)
        try:
            with _readable(self._server.url):
                return super().nearest(vector, kind, limit, articles)
        except VectorsUnavailable as error:
            self._failed(error)
            raise

    def _look(self) -> None:
        self._look_again = time.monotonic() + PAUSE
        try:
            with _readable(self._server.url):
                self.collections = _collections(self._server, self._wanted)
            self.problem = ""
        except VectorsUnavailable as error:
            self._failed(error)

    def _failed(self, error: VectorsUnavailable) -> None:
        # so that one slow server does not make each of the many searches for an answer wait
        self._look_again = time.monotonic() + PAUSE
        if str(error) != self.problem:
            log.warning("search-by-words-alone reason=%r", str(error))
        self.problem = str(error)


class _Server(FastAPI):
    """The API of one server."""

    def __init__(self, url: str, patience: float):
        """`patience` in seconds: how long to wait for each answer."""
        silence_telemetry()
        settings = ChromaSettings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url,
            chroma_server_http_port=urlsplit(url).port or 80,
        )
        super().__init__(System(settings))
        self._session.close()
        # Chroma's own waits for ever, and takes questions to whatever proxy the environment names
        self._session = _Session(
            headers=self._session.headers, limits=self.http_limits, timeout=patience, trust_env=False
        )
        self.url = url

    def close(self) -> None:
        self._session.close()


class _Session(httpx.Client):
    """Asks a server; each of its faults is a VectorsUnavailable."""

    def request(self, method: str, url: Any, **content: Any) -> httpx.Response:
        server = str(url).partition("/api/")[0]
        try:
            response = super().request(method, url, **content)
        except httpx.TimeoutException as error:
            raise VectorsUnavailable(
                f"The Chroma server at {server} did not answer within {self.timeout.read:.0f} s. "
                "Look whether it is overloaded."
            ) from error
        except httpx.HTTPError as error:
            parts = urlsplit(server)
            raise VectorsUnavailable(
                f"The Chroma server at {server} cannot be reached ({error or type(error).__name__}). "
                f"Start it: chroma run --path DIR --host {parts.hostname} --port {parts.port or 80}, "
                "or give the right address by --chroma."
            ) from error
        if response.status_code == 404 and "NotFoundError" in response.text:
            raise lost(server, "does not hold the index's vectors (any more)")
        if response.is_error or "json" not in response.headers.get("content-type", ""):
            said = " ".join(response.text.split())[:100]
            raise VectorsUnavailable(
                f"What answers at {server} is no Chroma server of version 1, or is at fault: "
                f"{response.status_code} {said!r}. Start one of `chromadb` {chromadb.__version__}: chroma run"
            )
        return response


@contextmanager
def _readable(server: str) -> Iterator[None]:
    """An answer that Chroma's client cannot make sense of is a VectorsUnavailable, too."""
    try:
        yield
    except VectorsUnavailable:
        raise
    except Exception as error:  # it raises whatever it happens to stumble over
        raise VectorsUnavailable(
            f"What the server at {server} answers is not what Chroma answers ({type(error).__name__}: {error}). "
            f"Start one of `chromadb` {chromadb.__version__}: chroma run"
        ) from error


def lost(server: str, what: str) -> VectorsLost:
    """What to raise when a server, given by its address, has not the vectors that it should have."""
    return VectorsLost(
        f"The Chroma server at {server} {what}. Store them again: python -m ingest --chroma {server}"
    )


def delete_collections(file: Path) -> None:
    """Deletes from its server what a `collections.json` names; what stays is named in the log."""
    try:
        said = json.loads(file.read_bytes())
        names = [name for row in said["collections"].values() if _NAME.fullmatch(name := row["name"])]
        url = _checked_url(said["server"])
    except (DossierIndexError, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("vectors-may-stay file=%r reason=%r", str(file), str(error))
        return
    with closing(_Server(url, ASKING)) as server:
        for name in names:
            try:
                server.delete_collection(name)
            except VectorsLost:
                continue  # which is as good
            except VectorsUnavailable as error:
                log.warning("vectors-stay delete=%r reason=%r", ", ".join(names), str(error))
                return


def _read(file: Path) -> dict[str, Mapping[str, Any]]:
    """The collections of a generation by kind, each with `name`, `id` and `count`."""
    try:
        wanted = json.loads(file.read_bytes())["collections"]
        return {kind: {key: wanted[kind][key] for key in ("name", "id", "count")} for kind in KINDS}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise VectorsLost(f"The index does not name its vectors on a Chroma server ({error}).") from error


def _collections(server: _Server, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, chromadb.Collection]:
    """The wanted collections; VectorsLost when one is missing, another of the same name, or not whole."""
    found = {}
    for kind, row in wanted.items():
        collection = _collection(server, server.get_collection(row["name"]))
        if str(collection.id) != row["id"]:
            raise lost(server.url, f"holds another collection in the place of the index's {kind} vectors")
        if (count := collection.count()) != row["count"]:
            raise lost(server.url, f"holds {count:,} of the index's {row['count']:,} {kind} vectors")
        found[kind] = collection
    return found


def _collection(server: _Server, model: Any) -> chromadb.Collection:
    # Chroma's client builds the embedding functions that these name (CVE-2026-45829)
    model.configuration_json, model.serialized_schema = {}, None
    return chromadb.Collection(server, model, embedding_function=None)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port, httpx.URL(url)  # each raises for some that the other takes
        sound = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    except (ValueError, httpx.InvalidURL):
        sound = False
    if not sound or "@" in url:
        shown = url.rpartition("@")[2]  # a password is not printed
        raise DossierIndexError(
            f"{shown[:100]!r} is not the address of a Chroma server. Write it like http://127.0.0.1:8000, without a "
            "name and a password: Chroma's server has no login."
        )
    return parts.geturl().rstrip("/")  # the client takes only a scheme in small letters for one
