"""What is installed is what was looked at: locks with hashes, versions with known holes shut, no code in data."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": ("documents",),
    "requirements-llm.lock": ("documents", "checker", "openai", "ollama"),
    "requirements-dev.lock": ("documents", "checker", "openai", "ollama", "dev"),
}
"""Each with the extras that it covers, as `make lock` makes it."""

REQUIREMENT = re.compile(r"^(?P<requirement>[A-Za-z0-9][^\\]*?)(?P<hashes>(?: --hash=\S+)+)$")


def requirements(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each requirement of a lock with its hashes; fails on a line that is neither that nor a comment."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    lines = re.sub(r" *\\\n *", " ", text).splitlines()
    rows = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found = []
    for row in rows:
        match = REQUIREMENT.match(row)
        assert match, f"{lock}: {row[:100]} has no hash"
        found.append((Requirement(match["requirement"]), re.findall(r"--hash=(\S+)", match["hashes"])))
    return found


def pins(lock: str) -> dict[str, Version]:
    """Names to versions; where a lock has one for each kind of machine, the oldest."""
    versions: dict[str, Version] = {}
    for requirement, _ in requirements(lock):
        (specifier,) = requirement.specifier
        name, version = canonicalize_name(requirement.name), Version(specifier.version)
        versions[name] = min(version, versions.get(name, version))
    return versions


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_hashes_and_from_no_address(lock):
    rows = requirements(lock)
    assert len(rows) > 100
    for requirement, hashes in rows:
        assert [it.operator for it in requirement.specifier] == ["=="], requirement
        assert requirement.url is None, requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", it) for it in hashes), requirement
    assert "://" not in (PROJECT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_pyproject_asks_for(lock):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"]]
    for extra in LOCKS[lock]:
        asked += project["optional-dependencies"][extra]
    pinned = pins(lock)
    for wanted in map(Requirement, asked):
        version = pinned.get(canonicalize_name(wanted.name))
        assert version is not None, f"{lock} lacks {wanted.name}: run `make lock`"
        assert version in wanted.specifier, (
            f"{lock} has {wanted.name} {version}, not {wanted}: run `make lock`"
        )


@pytest.mark.parametrize("lock", list(LOCKS)[1:])
def test_the_locks_agree(lock):
    users, more = pins("requirements.lock"), pins(lock)
    assert {name: more.get(name) for name in users} == users


def test_what_runs_these_tests_is_what_the_lock_names():
    from importlib.metadata import PackageNotFoundError, version

    wrong = {}
    for requirement, _ in requirements("requirements-dev.lock"):
        if requirement.marker is None or requirement.marker.evaluate():
            try:
                if (found := version(requirement.name)) not in requirement.specifier:
                    wrong[requirement.name] = found
            except PackageNotFoundError:
                wrong[requirement.name] = "not installed"
    assert wrong == {}


# Advisories

SHUT = {
    "aiohttp": ("3.13.4", "CVE-2026-34513 to 34520, CVE-2025-69223 to 69230"),
    "brotli": ("1.2.0", "CVE-2025-6176"),
    "filelock": ("3.20.3", "CVE-2025-68146, CVE-2026-22701"),
    "gradio": ("6.16.0", "CVE-2026-28414 to 28416, CVE-2026-27167, GHSA-j36p-7w88-g82j and those before"),
    "h11": ("0.16.0", "CVE-2025-43859"),
    "idna": ("3.15", "GHSA-65pc-fj4g-8rjx"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "llama-index-core": ("0.12.45", "CVE-2025-7647"),
    "lxml-html-clean": ("0.4.0", "CVE-2024-52595"),
    "marshmallow": ("3.26.2", "CVE-2025-68480"),
    "nltk": ("3.9", "CVE-2024-39705"),
    "onnx": ("1.21.0", "CVE-2026-34445 to 34447"),
    "pillow": ("11.3.0", "CVE-2025-48379"),
    "protobuf": ("6.31.1", "CVE-2025-4565"),
    "pygments": ("2.20.0", "CVE-2026-4539"),
    "pypdf": ("6.4.0", "CVE-2025-55197, CVE-2025-62707, CVE-2025-62708, CVE-2025-66019"),
    "python-multipart": (
        "0.0.31",
        "CVE-2024-53981, CVE-2026-24486, GHSA-pp6c-gr5w-3c5g, GHSA-5rvq-cxj2-64vf",
    ),
    "requests": ("2.32.4", "CVE-2024-47081"),
    "setuptools": ("78.1.1", "CVE-2025-47273"),
    "starlette": ("1.3.0", "CVE-2026-48710, GHSA-86qp-5c8j-p5mr, CVE-2025-54121, CVE-2025-62727"),
    "urllib3": ("2.7.0", "CVE-2025-66418, CVE-2026-21441, CVE-2026-44432, GHSA-mf9v-mfxr-j63j"),
}
"""A version in which these holes, known when this was written, are shut."""


@pytest.mark.parametrize("lock", LOCKS)
def test_no_version_is_older_than_the_one_that_shut_its_known_holes(lock):
    pinned = pins(lock)
    older = {name: str(pinned[name]) for name, (shut, _) in SHUT.items() if pinned[name] < Version(shut)}
    assert older == {}


def test_security_md_lists_these_versions():
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([0-9.]+) \|", text, re.MULTILINE))
    assert rows == {name: shut for name, (shut, _) in SHUT.items()}


# CVE-2026-45829, open in chromadb 1.5.9: its Python server runs code that a request names, and its client builds
# the embedding function that a stored collection names.


@pytest.mark.slow
def test_no_command_ever_loads_chroma_s_python_server(home, embedder, tmp_path):
    """All that the commands do with Chroma, with every module that then is loaded."""
    (tmp_path / "bridge.txt").write_text("The bridge\n\nThe old bridge over the river was built in 1931.\n")
    code = """
import sys
from pathlib import Path
from chat.page import build_app
from chat import Config, open_answerer
from eval.systems import SYSTEMS
config = Config(corpus=Path(sys.argv[2]), home=Path(sys.argv[1]), index=Path(sys.argv[2]) / ".index")
with open_answerer(config) as answerer:
    answerer.answer("When was the bridge built?")
    build_app(answerer)
with SYSTEMS["quickstart"](config) as system:
    system.answer("When was the bridge built?")
loaded = sorted(name for name in sys.modules if name.startswith("chromadb"))
assert "chromadb.api.rust" in loaded
print(*(name for name in loaded if name.startswith("chromadb.server")))
print(*(name for name in sys.modules if name.split(".")[0] in ("torch", "transformers", "sentence_transformers")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert (done.returncode, done.stdout) == (0, "\n\n"), done.stderr


def test_an_embedding_function_that_a_stored_collection_names_is_not_built(tmp_path, monkeypatch):
    import chromadb
    from chromadb.utils import embedding_functions

    from index.vectors import KINDS, ChromaSettings, open_vectors

    built = []
    function = embedding_functions.DefaultEmbeddingFunction()
    client = chromadb.PersistentClient(path=str(tmp_path), settings=ChromaSettings())
    for kind in KINDS:
        client.create_collection(f"dossier-{kind}", embedding_function=function).add(
            ids=["1"], embeddings=[[1.0, 0.0]]
        )
    client.close()
    monkeypatch.setattr(type(function), "build_from_config", lambda config: built.append(config))
    vectors = open_vectors(tmp_path)
    for kind in KINDS:
        vectors.nearest([1.0, 0.0], kind, 1)
    assert built == []
    assert vectors.collections["passage"].configuration  # which we never ask for: this is what builds it
    assert len(built) == 1
    vectors.close()


# Data stays data


def calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def sources() -> list[Path]:
    return [path for room in ("ingest", "index", "chat", "eval") for path in (PROJECT / room).rglob("*.py")]


RUNS_CODE = re.compile(
    r"(?:^|\.)(?:pickle|cPickle|dill|joblib|cloudpickle|marshal|shelve)\.|^torch\.load$|^(?:eval|exec|compile|__import__)$"
    r"|^yaml\.(?:load|full_load|unsafe_load)$|^os\.(?:system|popen)$|^onnx\.load|allow_pickle|^hub\.|hf_hub_download|trust_remote_code"
)


def test_nothing_that_is_read_can_bring_code_along():
    """No pickle, no torch.load, no eval: weights are safetensors, which hold numbers only."""
    wrong = {
        str(path.relative_to(PROJECT)): it for path in sources() for it in calls(path) if RUNS_CODE.search(it)
    }
    assert wrong == {}


def test_llama_index_s_stores_are_never_written_to_a_path():
    """Their `persist` follows whatever path it is given (JDP-2026-003)."""
    wrong = [
        path
        for path in sources()
        if any(it.endswith((".persist", "load_index_from_storage")) for it in calls(path))
    ]
    assert wrong == []


def test_no_gradio_app_is_loaded_from_elsewhere_or_shared():
    """`gr.load` would let a stranger's page choose addresses to fetch (CVE-2026-28416)."""
    wrong = {
        path: it
        for path in sources()
        for it in calls(path)
        if it in ("gr.load", "page.launch", "gr.FileExplorer")
    }
    assert wrong == {}


def test_no_command_goes_through_a_shell():
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(
                it.arg in ("shell", "allow_pickle") for it in node.keywords
            ):
                wrong.append(f"{path.relative_to(PROJECT)}, line {node.lineno}")
    assert wrong == []
