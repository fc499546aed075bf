"""What the browser tests stand on: the browser is found, and what goes wrong on a page is noticed."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.async_api import Page, Route

from starters.settings import CHECKOUT
from tests.browser.axe import check_accessible, violations
from tests.browser.chromium import NONE, SETTING, NoSuchBrowser, found, is_required
from tests.browser.screens import Screen

ONE = [Screen("en", 390)]
GOOD = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1><p>{}</p></main></html>'


NO_DOWNLOAD = {"PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


async def show(page: Page, body: str, **headers: str) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(body=body, headers={"Content-Type": "text/html", **headers})

    await page.route("http://page.example/", answer)
    await page.goto("http://page.example/")


def test_the_setting_comes_before_the_path_and_the_path_before_the_download(tmp_path: Path) -> None:
    own, away = program(tmp_path, "own"), tmp_path / "nothing"
    on_path = program(tmp_path, "chromium-browser")
    env = {"PATH": str(tmp_path), SETTING: str(own)}
    assert found(env, away) == own
    assert found({"PATH": str(tmp_path)}, own) == on_path
    assert found({"PATH": str(away)}, own) == own
    assert found({"PATH": str(away)}, away) is None


def test_a_setting_that_names_no_program_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(NoSuchBrowser, match=SETTING):
        found({"PATH": str(tmp_path), SETTING: str(tmp_path / "nothing")}, tmp_path)


def asked(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command on a machine without any browser, and without means to get one."""
    return subprocess.run(
        [sys.executable, "-m", "tests.browser.chromium", *arguments],
        cwd=CHECKOUT,
        env={"PATH": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder), **env, **NO_DOWNLOAD},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_there_is_none_one_line_says_so_and_only_ci_fails(tmp_path: Path) -> None:
    calm = asked(tmp_path)
    assert (calm.returncode, calm.stderr) == (0, f"{NONE}\n")
    assert asked(tmp_path, "--required").returncode == 1
    assert asked(tmp_path, CI="true").returncode == 1
    assert not is_required({"CI": "false"})


def test_ci_asks_for_one() -> None:
    script = (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    assert "-m tests.browser.chromium --required" in script


@pytest.mark.parametrize("screen", ONE, ids=str, indirect=True)
async def test_what_a_content_policy_refuses_is_trouble(page: Page, trouble: list[str]) -> None:
    await show(page, GOOD.format("<script>1</script>"), **{"Content-Security-Policy": "default-src 'self'"})
    assert any("Content Security Policy" in each for each in trouble), trouble
    trouble.clear()


@pytest.mark.parametrize("screen", ONE, ids=str, indirect=True)
async def test_errors_of_scripts_are_trouble(page: Page, trouble: list[str]) -> None:
    await show(page, GOOD.format("<script>console.error('one'); nowhere()</script>"))
    assert [each.partition(":")[0] for each in trouble] == ["console", "script"]
    trouble.clear()


@pytest.mark.parametrize("screen", ONE, ids=str, indirect=True)
async def test_axe_finds_what_cannot_be_read(page: Page) -> None:
    await show(page, GOOD.format('<span style="color: #ccc">pale</span><a href="/">x</a><img src="">'))
    found = {each.partition(" ")[0] for each in await violations(page)}
    assert {"color-contrast", "image-alt"} <= found
    with pytest.raises(AssertionError, match="color-contrast"):
        await check_accessible(page)


@pytest.mark.parametrize("screen", ONE, ids=str, indirect=True)
async def test_a_page_that_is_too_wide_is_not_accessible(page: Page) -> None:
    await show(page, GOOD.format('<span style="display: block; width: 900px">wide</span>'))
    with pytest.raises(AssertionError, match="wider than the window"):
        await check_accessible(page)


async def test_a_page_is_shown_in_the_readers_language_and_width(page: Page, screen: Screen) -> None:
    await show(page, GOOD.format("中文"))
    await check_accessible(page)
    assert await page.evaluate("[navigator.language, innerWidth]") == [screen.language, screen.width]
    assert await page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"
