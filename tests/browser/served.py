"""The console for a real browser: served on a port of this machine, with somebody signed in."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from playwright.async_api import Page
from starlette.types import ASGIApp

from tests.browser.axe import check_accessible
from tests.console.site import Site

PICTURES = "CASEWORK_PICTURES"
"""Names a folder that is there: pictures of all pages that are looked at are put into it, for people."""


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncGenerator[str]:
    """The app's address while the block runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    # The listener queues who comes before the server has begun.
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def let_in(page: Page, site: Site, address: str) -> None:
    """Give the browser the session of whoever is signed in at the site."""
    session = site.http.cookies["casework_session"]
    await page.context.add_cookies([{"name": "casework_session", "value": session, "url": address}])


async def look_at(page: Page, name: str) -> None:
    """Everybody can use what is shown; a picture of it is kept where one is asked for."""
    if folder := os.environ.get(PICTURES):
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    await check_accessible(page)
