"""A program's own status is what its process ends with."""

import subprocess
import sys

import pytest

from starters.settings import CHECKOUT

PROGRAM = """
import atexit, sys
from starters.leaving import run_and_leave
atexit.register(print, "at exit")
def program():
    print("at work")
    {end}
run_and_leave(program)
"""


@pytest.mark.parametrize(
    ("end", "status", "complaint"),
    [
        ("return 7", 0, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('cannot')", 1, "cannot\n"),
        ("raise KeyboardInterrupt", 130, ""),
        ("raise ValueError('broken')", 1, "ValueError: broken\n"),
    ],
)
def test_it_ends_as_the_interpreter_would(end: str, status: int, complaint: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(end=end)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, "at work\nat exit\n")
    assert done.stderr.endswith(complaint)
