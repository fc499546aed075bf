"""Makes requirements.lock from pyproject.toml (`make lock`), or says whether it is still right (--check)."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOCK = CHECKOUT / "requirements.lock"
UV = Path(sys.executable).with_name("uv")
# No index's address may get into the file: everybody installs from the one that they are configured for.
COMPILE = (
    "pip compile pyproject.toml --extra embedded --extra dev --universal --generate-hashes --no-header"
    # An older pip does not take `coverage==1` as the pin of `coverage[toml]`, and looks for a newer one.
    " --no-strip-extras"
)
OPTIONS = "--no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet"
ADDRESS = re.compile(r"\w+://|^\s*--(?:index|extra-index|find-links)|@ ", re.M)


def mark() -> str:
    """The first line of a lock that was made from the dependencies as they are now."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [project["requires-python"], project["dependencies"], project["optional-dependencies"]]
    digest = hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
    return f"# From pyproject.toml by `make lock`; wanted: {digest}"


def check() -> None:
    """Exit with a sentence if the lock is not of these dependencies or names an index."""
    text = LOCK.read_text(encoding="utf-8")
    if text.partition("\n")[0] != mark():
        sys.exit("requirements.lock is older than pyproject.toml's dependencies: run `make lock`")
    if found := ADDRESS.search(text):
        sys.exit(f"requirements.lock names where packages come from: {found[0]!r}")


def make(*extra: str) -> None:
    """Resolve anew, keeping the versions that still fit; `--upgrade` takes the newest instead."""
    command = [str(UV), *COMPILE.split(), *OPTIONS.split(), "--output-file", str(LOCK), *extra]
    subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    LOCK.write_text(f"{mark()}\n{LOCK.read_text(encoding='utf-8')}", encoding="utf-8")
    check()


if __name__ == "__main__":
    check() if sys.argv[1:] == ["--check"] else make(*sys.argv[1:])
