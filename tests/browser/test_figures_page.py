"""A lead learns from figures: narrows them, reads a chart, opens a number to its cases, takes a file."""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page, expect

from console.words import words_of
from store.pool import Pool
from tests.browser.screens import DESKTOP, Screen
from tests.browser.served import let_in, look_at, served
from tests.console.figure_seed import fill_figures
from tests.console.site import Site, site_on

CASES = 240


@pytest.fixture
async def site(pool: Pool) -> AsyncGenerator[Site]:
    """A month of a merchant's cases, and its lead; nobody acts here, so that no engine runs."""
    await fill_figures(pool, CASES, datetime.now(UTC))
    site = await site_on(pool)
    await site.sign_in("lead-1", "m1")
    yield site
    await site.http.aclose()


async def cells(page: Page, table: str) -> list[list[str]]:
    """The rows of a figure's table."""
    lines = await page.locator(f"#{table} tbody tr").all()
    return [await line.locator("th, td").all_inner_texts() for line in lines]


async def test_a_lead_narrows_figures_reads_them_and_takes_them_along(
    page: Page, screen: Screen, address: str
) -> None:
    t = words_of(screen.language)
    await page.goto(f"{address}/work")
    if screen.width == DESKTOP:
        await page.keyboard.press("g")
        await page.keyboard.press("f")
    else:
        await page.get_by_role("link", name=t("shell.place.figures"), exact=True).click()
    await expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(8)
    await look_at(page, f"figures-{screen}")
    await page.get_by_role("link", name=t("figures.preset.90d"), exact=True).click()
    await page.wait_for_url("**/figures?*period=90d*")
    await page.get_by_label(t("figures.filter.kind")).select_option("complaint")
    await page.wait_for_url("**/figures?*kind=complaint*")
    assert "period=90d" in page.url
    chart = page.get_by_role("img", name=t("figures.title.repeats"))
    await expect(chart.locator("svg")).to_be_visible()
    rows = await cells(page, "repeats")
    quality = next(row for row in rows if row[0] == t("value.about.product_quality"))
    async with page.expect_download() as taken:
        name = t("figures.export", title=t("figures.title.repeats"), form="CSV")
        await page.get_by_role("link", name=name).click()
    content = await asyncio.to_thread((await (await taken.value).path()).read_text, encoding="utf-8-sig")
    assert list(csv.reader(io.StringIO(content)))[1:] == rows
    await page.locator("#repeats tr", has_text=quality[0]).get_by_role("link").nth(1).click()
    await expect(page.get_by_text(t("figures.repeats"))).to_be_visible()
    await expect(page.locator("[data-row]")).to_have_count(int(quality[2]))
    await look_at(page, f"figures-cases-{screen}")
    await page.get_by_role("link", name=t("figures.to_figures")).click()
    await expect(page.get_by_label(t("figures.filter.kind"))).to_have_value("complaint")


async def test_what_is_empty_says_why(page: Page, screen: Screen, address: str) -> None:
    t = words_of(screen.language)
    await page.goto(f"{address}/figures?since=2001-01-01&until=2001-01-31")
    await expect(page.get_by_text(t("figures.empty.none.title"))).to_be_visible()
    await look_at(page, f"figures-empty-{screen}")


@pytest.mark.parametrize("screen", [Screen("en", DESKTOP, "dark")], ids=str, indirect=True)
async def test_a_bar_leads_to_its_cases_in_the_dark_too(page: Page, screen: Screen, address: str) -> None:
    await page.goto(f"{address}/figures")
    first = (await cells(page, "parties"))[0]
    await look_at(page, f"figures-{screen}")
    accent = await page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    )
    await page.locator(f"[data-chart=parties] svg path[fill='{accent}']").first.click()
    await page.wait_for_url("**/figures/cases?*party=*")
    await expect(page.locator("[data-row]")).to_have_count(min(int(first[1]), 50))


@pytest.mark.parametrize("screen", [Screen("en", DESKTOP)], ids=str, indirect=True)
async def test_without_scripts_the_tables_stand_alone(
    browser: Browser, page: Page, screen: Screen, site: Site
) -> None:
    context = await browser.new_context(java_script_enabled=False, locale=screen.language)
    async with served(site.app) as address:
        plain = await context.new_page()
        await let_in(plain, site, address)
        await plain.goto(f"{address}/figures")
        assert len(await cells(plain, "hours")) == 24
        await expect(plain.locator("[data-chart]").first).to_be_hidden()
        await context.close()
