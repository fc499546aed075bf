"""What customers come for, in a real browser: both languages, at a desk and on a phone, for everybody."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import check_accessible
from tests.browser.screens import SMALL, Screen
from tests.console.customer_site import CustomerSite, served
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.conftest import client as client
from tests.workflows.conftest import desk as desk
from tests.workflows.conftest import desk_pool as desk_pool
from tests.workflows.conftest import make_worker as make_worker
from tests.workflows.conftest import policies_dir as policies_dir
from tests.workflows.conftest import room as room
from tests.workflows.conftest import sandbox as sandbox
from tests.workflows.conftest import worker as worker
from tests.workflows.delivery_desk import report
from tests.workflows.desk import FAULTY, Desk

THANKS = {"zh-CN": "谢谢", "en": "Thank you"}


class Customer:
    """Somebody with a browser, and links to their cases."""

    def __init__(self, page: Page, site: CustomerSite, at: str) -> None:
        self.page, self._site, self.at = page, site, at

    async def opens(self, case_id: str) -> None:
        """The link that they were sent; everybody can use the page."""
        await self.page.goto(self.at + await self._site.link(case_id))
        await check_accessible(self.page)

    async def says(self, ask: str) -> None:
        """Send the form for this; the page that follows thanks them."""
        await self.page.locator(f"form:has(input[value={ask}]) button").first.click()
        language = await self.page.locator("html").get_attribute("lang") or ""
        await expect(self.page.get_by_role("status")).to_contain_text(THANKS[language])
        await check_accessible(self.page)

    async def is_at(self, step: int) -> None:
        """Which of the four stages is the present one."""
        await expect(self.page.locator("li")).to_have_count(4)
        await expect(self.page.locator("li").nth(step - 1)).to_have_attribute("aria-current", "step")


@pytest.fixture
async def customer(page: Page, desk: Desk, tmp_path: Path) -> AsyncGenerator[Customer]:
    site = CustomerSite(desk.pool, desk.client, tmp_path)
    async with served(site.app) as at:
        yield Customer(page, site, at)
    await site.http.aclose()


async def until_stage(desk: Desk, case_id: str, stage: str) -> None:
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = $2", case_id, stage)


async def test_send_back_with_a_number_of_their_own_and_confirm(
    desk: Desk, customer: Customer, screen: Screen, trouble: list[str]
) -> None:
    await desk.put_order()
    case = await desk.open()
    await until_stage(desk, case.handle.id, "ship_back")
    await customer.opens(case.handle.id)
    assert await customer.page.locator("html").get_attribute("lang") == screen.language
    await customer.is_at(2)
    await customer.page.locator("#tracking").fill("!")
    await customer.page.locator("form:has(input[value=ship]) button").click()
    await expect(customer.page.get_by_role("alert")).to_be_visible()
    await check_accessible(customer.page)
    trouble.clear()  # the browser complains of the 400
    await customer.page.locator("#tracking").fill(f"sw-{desk.merchant}-77")
    await customer.says("ship")
    await case.receive()
    await case.inspect()
    await until_stage(desk, case.handle.id, "confirmation")
    await customer.opens(case.handle.id)
    await customer.is_at(4)
    await customer.says("confirm")
    await expect(customer.page.locator("form")).to_have_count(0)


async def test_answer_a_question_about_a_return(desk: Desk, customer: Customer) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("request_info", agent="a17", question="Which cup is it?")
    await until_stage(desk, case.handle.id, "review")
    await customer.opens(case.handle.id)
    await customer.page.locator("textarea").fill("蓝色的那只。")
    await customer.says("give_info")
    await customer.is_at(1)


async def test_say_what_is_wrong_with_the_answer_to_a_complaint(desk: Desk, customer: Customer) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    await case.propose()
    await until_stage(desk, case.handle.id, "confirmation")
    await customer.opens(case.handle.id)
    await customer.is_at(4)
    await customer.page.locator("summary").click()
    await customer.page.locator("textarea").fill("That is not enough.")
    await check_accessible(customer.page)
    await customer.says("wrong")
    await case.until_event("complaint.evaluated_again")


async def test_choose_what_makes_up_for_a_damaged_parcel(desk: Desk, customer: Customer) -> None:
    case = await report(desk, "damage")
    await customer.opens(case.handle.id)
    await customer.is_at(2)
    await customer.says("choose")
    await case.until_event("delivery.chosen")


@pytest.mark.parametrize(
    "screen", [Screen("en", SMALL), Screen("zh-CN", 390, "dark")], ids=str, indirect=True
)
async def test_on_the_narrowest_phone_and_in_the_dark(desk: Desk, customer: Customer) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    await case.until_event("return.label_made")
    await customer.opens(case.handle.id)
    await customer.page.locator("summary").click()
    await check_accessible(customer.page)


async def test_a_link_that_opens_nothing_says_what_to_do(customer: Customer, trouble: list[str]) -> None:
    answer = await customer.page.goto(customer.at + "/c/nothing")
    assert answer is not None
    assert answer.status == 401
    await check_accessible(customer.page)
    trouble.clear()
