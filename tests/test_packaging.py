"""The rooms lie at the top of the checkout: nothing that is installed may claim a name of theirs."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from starters.settings import CHECKOUT

ROOMS = sorted(path.parent.name for path in CHECKOUT.glob("*/__init__.py"))
LOCK = CHECKOUT / "requirements.lock"


def test_the_rooms_are_the_known_ones() -> None:
    assert {"activities", "domain", "providers", "starters", "store", "workers", "workflows"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_no_installed_distribution_claims_a_room(room: str) -> None:
    assert packages_distributions().get(room, []) == []
    assert room not in sys.stdlib_module_names


@pytest.mark.parametrize("room", ROOMS)
def test_the_launcher_finds_our_rooms_from_any_folder(room: str, tmp_path: Path) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").write_text("raise SystemExit('a stranger')")
    done = subprocess.run(
        [CHECKOUT / "casework", "status"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "a stranger" not in done.stderr


def test_the_lock_is_of_these_dependencies_and_names_no_place() -> None:
    done = subprocess.run(
        [sys.executable, CHECKOUT / ".ci" / "lock.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_locked_package_has_its_hashes() -> None:
    pins = LOCK.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    assert [pin for pin in pins if "==" in pin and "--hash=sha256:" not in pin] == []


def test_it_is_an_application_that_is_never_built() -> None:
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert "[build-system]" not in text
    assert "[project.scripts]" not in text
    assert "Apache License" in (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
