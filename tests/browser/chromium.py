"""A Chromium for the browser tests, found or got; `make test` asks `python -m tests.browser.chromium` first.

Looked for: the setting `CASEWORK_CHROMIUM`, the names on the PATH, Playwright's own download. Got: by apt as
root, with a font that has Chinese in it, else by Playwright. Without any, the browser tests are skipped by
name; where `CI` is set or `--required` is given, that is a failure.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import sync_playwright

SETTING = "CASEWORK_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHINESE_FONT = "fonts-noto-cjk"
PATIENCE_SECONDS = 600
NONE = (
    "casework: no Chromium, so the browser tests cannot run: install one "
    f"(Debian: apt install chromium {CHINESE_FONT}), or say where it is: {SETTING}=/path/to/chromium"
)


class NoSuchBrowser(Exception):
    """The setting names a browser that is not there."""


def found(env: Mapping[str, str], own: Path) -> Path | None:
    """The browser of this machine; `own` is where Playwright keeps its download. Raises `NoSuchBrowser`."""
    if chosen := env.get(SETTING):
        if not os.access(chosen, os.X_OK):
            raise NoSuchBrowser(f"{SETTING}={chosen}: there is no such program")
        return Path(chosen)
    for name in NAMES:
        if path := shutil.which(name, path=env.get("PATH")):
            return Path(path)
    return own if own.is_file() else None


def is_required(env: Mapping[str, str]) -> bool:
    """Whether tests that cannot run are a failure here."""
    return env.get("CI", "").lower() not in ("", "0", "false")


def get(own: Path) -> Path | None:
    """Install one; None where that cannot be done."""
    packages = [] if found(os.environ, own) else ["chromium"]
    if not has_chinese():
        packages.append(CHINESE_FONT)
    if packages:
        _by_apt(packages)
    if found(os.environ, own) is None:
        _quietly([sys.executable, "-m", "playwright", "install", "chromium"])
    return found(os.environ, own)


def has_chinese() -> bool:
    """Whether a page in Chinese would be more than empty boxes."""
    if not (lister := shutil.which("fc-list")):
        return False
    return bool(subprocess.run([lister, ":lang=zh"], capture_output=True, check=False).stdout.strip())


def _by_apt(packages: list[str]) -> None:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    print(f"casework: installing {' and '.join(packages)} for the browser tests ...", file=sys.stderr)
    _quietly([apt, "update"])
    _quietly([apt, "install", "--yes", "--no-install-recommends", *packages])


def _quietly(command: list[str]) -> None:
    """What it says is of no use: whether there is a browser afterwards is looked at."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=env, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"casework: {command[0]} took too long", file=sys.stderr)


def main() -> int:
    """One line where there is no browser; status 1 where there has to be one."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    try:
        if get(own) is not None:
            return 0
    except NoSuchBrowser as error:
        print(f"casework: {error}", file=sys.stderr)
        return 1
    print(NONE, file=sys.stderr)
    return 1 if "--required" in sys.argv[1:] or is_required(os.environ) else 0


if __name__ == "__main__":
    sys.exit(main())
