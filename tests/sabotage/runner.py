"""Plants a defect in a copy of the tree and runs the tests that must notice it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.sabotage.defects import Defect

TESTS_PASSED, TESTS_FAILED = 0, 1
PATIENCE_SECONDS = 600
SEEDS = "400"
"""Worlds of the simulation, a fifth of CI's: enough for every defect here."""
FAILED = re.compile(r"^FAILED (\S+)(?: - (.*))?$", re.MULTILINE)
COUNTED = re.compile(r"\b(\d+) errors?\b")


class Finding(NamedTuple):
    """What became of a defect. `by`: the tests that failed."""

    defect: str
    caught: bool
    by: tuple[str, ...]
    why: str


class NotThere(Exception):
    """The text that a defect replaces is not in its file exactly once: the defect has to be written anew."""


def plant(tree: Path, defect: Defect) -> str:
    """Make the edit; returns the file as it was. Raises NotThere, and SyntaxError where it is no code."""
    path = tree / defect.path
    source = path.read_text(encoding="utf-8")
    if (count := source.count(defect.old)) != 1:
        raise NotThere(f'"{defect.name}": its text is {count} times in {defect.path}, and must be once')
    damaged = source.replace(defect.old, defect.new)
    if path.suffix == ".py":
        compile(damaged, defect.path, "exec")
    path.write_text(damaged, encoding="utf-8")
    return source


def tests_run(tree: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """The tests' status and what they say, in a process of its own that compiles nothing to disk."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rf", "-x", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200", "CASEWORK_SEEDS": SEEDS}
    done = subprocess.run(
        command,
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return done.returncode, done.stdout


def judged(tree: Path, defect: Defect) -> Finding:
    """Whether the tests notice the defect: some fail, and none breaks before it could. The tree is mended."""
    was = plant(tree, defect)
    try:
        status, said = tests_run(tree, defect.tests)
    finally:
        (tree / defect.path).write_text(was, encoding="utf-8")
    failed = FAILED.findall(said)
    by = tuple(name for name, _ in failed)
    if status == TESTS_PASSED:
        return Finding(defect.name, caught=False, by=(), why="no test failed")
    if status != TESTS_FAILED or not by or COUNTED.search(said.splitlines()[-1]):
        return Finding(defect.name, caught=False, by=by, why=f"the tests broke:\n{said[-2000:]}")
    return Finding(defect.name, caught=True, by=by, why=failed[0][1])
