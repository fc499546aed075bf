"""`make screenshots`: pictures of every page, in both languages, wide and narrow, light and dark, to look at.

From a real engine with a day of cases, into the folder `screenshots/`, with an `index.html`.
"""

import argparse
import asyncio
import html
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, async_playwright

from sandbox.client import SandboxClient
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.customer_links import LinkDesk
from starters.link_keys import LinkKeys
from starters.settings import CHECKOUT, Settings
from starters.staff import written_staff
from starters.temporal_client import connect
from store.pool import Pool, create_pool
from tests.browser.chromium import NONE, found
from tests.browser.screens import DESKTOP, LANGUAGES, PHONE, SMALL, Screen
from tests.screenshots.pages import Shown, pages
from tests.screenshots.seed import LEAD, Seed, seed
from workers.engine import Engine, engine
from workers.engine.parts import CASE_PARTS

SCREENS = [
    Screen(language, width, theme)
    for language in LANGUAGES
    for width in (DESKTOP, PHONE, SMALL)
    for theme in ("light", "dark")
]


async def main(out: Path, only: str) -> int:
    """Take them all; 0 unless there is no browser."""
    async with async_playwright() as playwright:
        browser_path = found(os.environ, Path(playwright.chromium.executable_path))
        if browser_path is None:
            print(NONE, file=sys.stderr)
            return 1
        browser = await playwright.chromium.launch(executable_path=browser_path)
        async with engine((*CASE_PARTS, "console", "customer"), staff=written_staff(Settings())) as room:
            print("casework: a day of cases ...", file=sys.stderr)
            wanted = [page for page in await prepared(room) if only in page.name]
            make_empty(out)
            for screen in SCREENS:
                seen = [page for page in wanted if is_seen(page, screen)]
                print(f"casework: {len(seen)} pages, {screen} ...", file=sys.stderr)
                await take(browser, screen, seen, room, out)
        await browser.close()
    write_index(out, wanted)
    return 0


def make_empty(out: Path) -> None:
    """The folder, without the pictures of an earlier run."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)


def write_index(out: Path, shown: Sequence[Shown]) -> None:
    """The page with all pictures; says where it is."""
    (out / "index.html").write_text(index(shown), encoding="utf-8")
    print(out / "index.html")


@asynccontextmanager
async def store_of(room: Engine) -> AsyncGenerator[Pool]:
    """The engine's store."""
    assert room.addresses.database_url is not None
    pool = await create_pool(room.addresses.database_url, application_name="casework-screenshots")
    yield pool
    await pool.close()


async def prepared(room: Engine) -> list[Shown]:
    """Seed the day; the pages that are to be seen."""
    at = room.addresses
    assert at.sandbox_url is not None
    assert at.customer_link_keys_file is not None
    client = await connect(Settings(), address=at.running_temporal)
    async with store_of(room) as pool, SandboxClient(at.sandbox_url) as sandbox:
        records = CaseRecords(pool)
        cases = await seed(Seed(Cases(client, records), sandbox, records))
        desk = LinkDesk(pool, LinkKeys(Path(at.customer_link_keys_file)))
        made = {name: await desk.make(case_id, LEAD, datetime.now(UTC)) for name, case_id in cases.items()}
        links = {name: f"/c/{link.token}" for name, link in made.items()}
    return list(pages(cases, links))


async def take(browser: Browser, screen: Screen, wanted: Sequence[Shown], room: Engine, out: Path) -> None:
    """One picture of each page on this screen, as somebody who leads."""
    sites = {"console": room.addresses.console_url, "customer": room.addresses.customer_url}
    context = await screen.context(browser)
    await sign_in(context, f"{sites['console']}/work")
    page = await context.new_page()
    for each in wanted:
        await page.goto(f"{sites[each.site]}{each.address}", wait_until="networkidle")
        await page.screenshot(path=out / file_of(each, screen), full_page=True)
    await context.close()


async def sign_in(context: BrowserContext, address: str) -> None:
    """Choose the lead on the sandbox's page."""
    page = await context.new_page()
    await page.goto(address)
    await page.locator(f"button[value={LEAD}]").click()
    await page.wait_for_url(address)
    await page.close()


def is_seen(page: Shown, screen: Screen) -> bool:
    """Customers come with the smallest phones, too; leads don't."""
    return page.site == "customer" or screen.width > SMALL


def file_of(page: Shown, screen: Screen) -> str:
    """The picture's name."""
    return f"{page.name}.{screen}.png"


def index(shown: Sequence[Shown]) -> str:
    """All pictures on one page, a row for each page."""
    rows = "".join(
        f"<h2>{html.escape(page.name)}</h2><p>"
        + "".join(
            f'<a href="{file_of(page, screen)}"><img loading="lazy" src="{file_of(page, screen)}" '
            f'alt="{screen}" title="{screen}" width="{240 if screen.width == DESKTOP else 120}"></a> '
            for screen in SCREENS
            if is_seen(page, screen)
        )
        + "</p>"
        for page in shown
    )
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>'
    return f"{head}<body>{rows}</body></html>"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=CHECKOUT / "screenshots")
    parser.add_argument("--only", default="", help="Only pages whose name has this in it.")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.out, given.only)))
