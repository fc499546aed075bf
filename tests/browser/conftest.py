"""A real browser per session; a page per test, in each language and width, on which nothing may go wrong."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.chromium import NONE, found, is_required
from tests.browser.screens import Screen, screens, watch
from tests.browser.served import let_in, served
from tests.console.site import Site
from tests.workflows.conftest import client as client
from tests.workflows.conftest import desk as desk
from tests.workflows.conftest import desk_pool as desk_pool
from tests.workflows.conftest import make_worker as make_worker
from tests.workflows.conftest import policies_dir as policies_dir
from tests.workflows.conftest import room as room
from tests.workflows.conftest import sandbox as sandbox
from tests.workflows.conftest import worker as worker
from tests.workflows.test_console_bulk import site as site


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Chromium without a window; the tests that want it are skipped where there is none, but not in CI."""
    async with async_playwright() as playwright:
        path = found(os.environ, Path(playwright.chromium.executable_path))
        if path is None:
            pytest.fail(NONE) if is_required(os.environ) else pytest.skip(NONE)
        chromium = await playwright.chromium.launch(executable_path=path)
        yield chromium
        await chromium.close()


@pytest.fixture(params=screens(), ids=str)
def screen(request: pytest.FixtureRequest) -> Screen:
    """Both languages at a desk and on a phone; others by `parametrize("screen", …, indirect=True)`."""
    return request.param


@pytest.fixture
def trouble() -> list[str]:
    """What went wrong on the page; a test that provokes it empties the list."""
    return []


@pytest.fixture
async def page(browser: Browser, screen: Screen, trouble: list[str]) -> AsyncGenerator[Page]:
    """An empty page on that screen. Any trouble that is left in the end fails the test."""
    context = await screen.context(browser)
    page = await context.new_page()
    watch(page, trouble)
    yield page
    await context.close()
    assert not trouble, "\n".join(trouble)


@pytest.fixture
async def address(page: Page, site: Site) -> AsyncGenerator[str]:
    """The console over a whole desk, with a lead signed in in the browser."""
    async with served(site.app) as address:
        await let_in(page, site, address)
        yield address
