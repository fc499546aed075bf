"""The page of a case in a real browser: read, act, see what is wrong; at a desk and on a phone."""

import pytest
from playwright.async_api import Page, expect

from console.words import words_of
from tests.browser.screens import PHONE, Screen
from tests.browser.served import look_at
from tests.workflows.complaint_desk import FINDING, TRANSCRIPT, open_complaint
from tests.workflows.desk import FAULTY, Desk


async def test_a_lead_reads_why_and_does_the_next_thing(
    page: Page, screen: Screen, desk: Desk, address: str, trouble: list[str]
) -> None:
    t = words_of(screen.language)
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    await page.goto(f"{address}/work")
    await page.get_by_role("link", name=case.number, exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(case.number)
    await expect(page.get_by_text(t("next.return.agent"))).to_be_visible()
    await look_at(page, f"case-review-{screen}")
    await page.locator(".timer summary").first.click()
    await expect(page.get_by_text(t("case.clock.calendar")).first).to_be_visible()
    await look_at(page, f"case-clock-{screen}")
    form = page.locator("#ask-review")
    await form.get_by_label(t("case.no"), exact=True).first.check()
    await form.get_by_role("button").click()
    await expect(page.locator("#review-reason-problem")).to_be_visible()
    await look_at(page, f"case-problem-{screen}")
    assert ["400 (Bad Request)" in each for each in trouble] == [True]
    trouble.clear()
    await page.locator("#ask-review").get_by_label(t("case.yes"), exact=True).first.check()
    await page.locator("#ask-review").get_by_role("button").click()
    await expect(page.get_by_role("status").first).to_contain_text(t("ask.review"))
    await case.until_event("return.approved")


async def test_a_whole_story_reads_well(page: Page, screen: Screen, desk: Desk, address: str) -> None:
    t = words_of(screen.language)
    await desk.put_order()
    case = await open_complaint(desk, channel="phone", transcript=TRANSCRIPT)
    await case.act("take", agent="cs-01")
    await case.act("review", agent="cs-01", valid=True)
    for number in range(8):
        words = f"{number}: we are still asking the carrier, and hear from them by Friday. " * 3
        await case.act("update_customer", agent="cs-01", words=words)
    await case.act("finding", agent="cs-01", finding=FINDING)
    await case.propose({"kind": "refund", "amount_minor": 3333}, {"kind": "apology"})
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND state = 'settled'", case.handle.id)
    await case.until_stage("confirmation")
    await page.goto(f"{address}/cases/{case.handle.id}")
    await expect(page.get_by_text(t("fact.complaint.opened"), exact=True)).to_be_visible()
    await look_at(page, f"case-complaint-{screen}")
    for tab in ("messages", "evidence", "facts"):
        await page.get_by_role("link", name=t(f"case.tab.{tab}")).click()
        await expect(page.locator(".tabs [aria-current]")).to_contain_text(t(f"case.tab.{tab}"))
        await look_at(page, f"case-{tab}-{screen}")


INK = "rgb(21, 32, 43)"
"""`--ink` of the light theme."""


@pytest.mark.parametrize("screen", [Screen("zh-CN"), Screen("en", PHONE, "dark")], ids=str, indirect=True)
async def test_a_case_prints_as_a_file(page: Page, screen: Screen, desk: Desk, address: str) -> None:
    """All of it, whatever was folded, and nothing that only works on a screen."""
    t = words_of(screen.language)
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    await desk.until("SELECT 1 FROM notices WHERE case_id = $1", case.handle.id)
    await page.goto(f"{address}/cases/{case.handle.id}")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(case.number)
    for left_out in (".top", ".acts", ".tabs"):
        await expect(page.locator(left_out)).to_be_hidden()
    for filed in ("fact.return.approved", "case.clock.calendar", "case.tab.messages"):
        await expect(page.get_by_text(t(filed), exact=True).locator("visible=true").first).to_be_visible()
    await expect(page.locator(".folded .step").first).to_be_visible()
    ink = await page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert ink == INK
    await look_at(page, f"case-print-{screen}")
