"""What a worker settles before it polls: which code it is, and where compiled code is kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from starters.settings import CHECKOUT
from workers.build import code_id, digest_of

KEEP = """
import sys
from pathlib import Path
from workers.bytecode import keep_bytecode
keep_bytecode(Path(sys.argv[1]))
import workflows.alarm
"""


def kept(folder: Path, env: dict[str, str]) -> list[str]:
    """The modules that a process of its own left compiled in the folder."""
    subprocess.run([sys.executable, "-c", KEEP, str(folder)], cwd=CHECKOUT, env=env, check=True)
    return [path.name.split(".")[0] for path in folder.rglob("*.pyc")]


def test_where_python_writes_no_bytecode_it_is_kept_in_the_workers_folder(tmp_path: Path) -> None:
    empty_cache = {"PYTHONPYCACHEPREFIX": str(tmp_path / "empty"), "PYTHONDONTWRITEBYTECODE": "1"}
    assert "alarm" in kept(tmp_path / "bytecode", {**os.environ, **empty_cache})


def test_where_python_has_written_it_beside_the_sources_it_stays_there(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    filled_by_the_import = {"PYTHONPYCACHEPREFIX": str(tmp_path / "beside")}
    assert kept(tmp_path / "bytecode", {**env, **filled_by_the_import}) == []


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([("a.py", b"1"), ("b.py", b"3")], id="other content"),
        pytest.param([("a.py", b"1"), ("c.py", b"2")], id="other name"),
        pytest.param([("a.py", b"1")], id="a file less"),
        pytest.param([("a.py", b"1b"), ("b.py", b"2")], id="a file longer"),
    ],
)
def test_other_code_has_another_id(files: list[tuple[str, bytes]]) -> None:
    one = [("a.py", b"1"), ("b.py", b"2")]
    assert digest_of(files) != digest_of(one) == digest_of(reversed(one))


def test_a_workers_code_has_a_short_id() -> None:
    assert len(code_id()) == 8
