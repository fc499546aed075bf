"""The house rules that a tool can hold: who imports whom, and how large things may grow."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from starters.settings import CHECKOUT

# The aim is 250 lines and 40; here it stops. A test file may be a long table.
FILE_LINES_MAX = 330
TEST_FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 70
SOURCES = sorted(
    path
    for path in CHECKOUT.glob("*/**/*.py")
    if not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(CHECKOUT).parts)
)


def name_of(path: Path) -> str:
    """The path as a person writes it."""
    return str(path.relative_to(CHECKOUT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_the_rooms_import_one_way() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    lines_max = TEST_FILE_LINES_MAX if "tests" in path.parts else FILE_LINES_MAX
    assert len(path.read_text(encoding="utf-8").splitlines()) <= lines_max
    too_long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= FUNCTION_LINES_MAX]
    assert too_long == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_left_open(path: Path) -> None:
    words = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "pytest.mark." + "skip", "x" + "fail")
    text = path.read_text(encoding="utf-8")
    assert [word for word in words if word in text] == []


@pytest.mark.parametrize("path", [p for p in SOURCES if "tests" not in p.parts], ids=name_of)
def test_a_module_begins_by_saying_its_job(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


WORKFLOWS = sorted((CHECKOUT / "workflows").glob("*.py"))
WORKFLOWS_MAY_USE = {
    "abc",
    "asyncio",
    "collections",
    "contextlib",
    "datetime",
    "pydantic",
    "temporalio",
    "typing",
    "uuid",
}
ROOMS_BELOW = {"domain", "activities", "workflows"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_a_workflow_uses_nothing_that_differs_between_two_runs(path: Path) -> None:
    """Workers run without the SDK's sandbox (ADR 35): what it would stop is not there to be used."""
    imported = [
        name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in _imported_by(node)
    ]
    assert {name.partition(".")[0] for name in imported} <= WORKFLOWS_MAY_USE | ROOMS_BELOW
    assert {name for name in imported if name.startswith("uuid")} <= {"uuid.UUID"}


MAY_CHANGE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
MAKES_WHAT_MAY_CHANGE = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_a_module_of_workflows_keeps_nothing_that_may_change(path: Path) -> None:
    """It is loaded once, so all cases of a worker would share it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    kept = [node.value for body in bodies for node in body if isinstance(node, ast.Assign | ast.AnnAssign)]
    assert [ast.unparse(value) for value in kept if value is not None and _may_change(value)] == []
    assert [node.names for node in ast.walk(tree) if isinstance(node, ast.Global)] == []


def _may_change(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in MAKES_WHAT_MAY_CHANGE
    return isinstance(value, MAY_CHANGE)


def _imported_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
