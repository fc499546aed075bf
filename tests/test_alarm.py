"""A test that hangs ends all the same, whatever becomes of its first alarm."""

import subprocess
import sys
from pathlib import Path

from starters.settings import CHECKOUT

HANGS = """
import threading, pytest

def hang():
    threading.Event().wait()

@pytest.fixture
def deaf():
    yield
    hang()

def test_one(deaf):
    try:
        hang()
    except BaseException:
        hang()

def test_two():
    pass
"""


def test_an_alarm_rings_until_the_test_and_what_cleans_up_after_it_have_ended(tmp_path: Path) -> None:
    (tmp_path / "test_hangs.py").write_text(HANGS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(CHECKOUT / "pyproject.toml")]
    options = ["--rootdir", str(tmp_path), "--timeout", "1", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [*command, *options, str(tmp_path)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert "1 failed, 1 passed, 1 error" in done.stdout, done.stdout + done.stderr
