"""Other people's files lie unchanged in `static/vendor`, each with its version, licence and checksum."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from starters.settings import CHECKOUT

VENDOR = CHECKOUT / "console" / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = json.loads((VENDOR / "lock.json").read_bytes())["packages"]
LICENCES = {"0BSD", "MIT", "Apache-2.0"}


def test_every_file_is_in_the_lock_and_nothing_else() -> None:
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there - {"lock.json"} == {name for package in PACKAGES for name in package["files"]}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each["package"])
def test_a_file_is_what_was_locked(package: dict[str, Any]) -> None:
    assert package["licence"] in LICENCES
    assert package["version"]
    assert package["integrity"].startswith("sha512-")
    for name, locked in package["files"].items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == locked["sha256"], name


def test_no_page_asks_another_host() -> None:
    own = [path for path in (CHECKOUT / "console").rglob("*") if path.suffix in (".html", ".css", ".js")]
    loads = ("http://", "https://", 'src="//', "url(//")
    found = [
        path.name
        for path in own
        if VENDOR not in path.parents and any(each in path.read_text(encoding="utf-8") for each in loads)
    ]
    assert found == []


def test_colours_and_measures_are_only_in_the_tokens() -> None:
    sheets: list[Path] = list((CHECKOUT / "console" / "static").glob("*.css"))
    named = [path.name for path in sheets if path.name != "tokens.css" and "#" in _colours(path)]
    assert named == []


def _colours(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if "print" not in line and "color: #000" not in line)
