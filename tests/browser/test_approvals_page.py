"""A lead signs what waits for her: from the count on the first page to the result of each row."""

from playwright.async_api import Page, expect

from console.words import words_of
from tests.browser.screens import Screen
from tests.browser.served import look_at
from tests.workflows.desk import Desk
from tests.workflows.test_console_approvals import state_of, waiting


async def test_a_lead_signs_what_is_anothers_and_not_her_own(
    page: Page, screen: Screen, desk: Desk, address: str
) -> None:
    t = words_of(screen.language)
    await page.goto(f"{address}/approvals")
    await look_at(page, f"approvals-empty-{screen}")
    await desk.put_order()
    refund, own = await waiting(desk), await waiting(desk, "ld-01")
    await page.goto(f"{address}/work")
    await page.locator("a.tile", has_text=t("work.tile.approve")).click()
    await expect(page.get_by_text(t("approvals.own"))).to_be_visible()
    await look_at(page, f"approvals-{screen}")
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.get_by_role("button", name=t("approvals.approve"), exact=True).click()
    await expect(page.get_by_text(t("bulk.own_hand"))).to_be_visible()
    await look_at(page, f"approvals-preview-{screen}")
    await page.get_by_role("button", name=t("approvals.confirm.approve", n=1)).click()
    await expect(page.get_by_text(t("case.approval.approved"))).to_be_visible()
    await look_at(page, f"approvals-done-{screen}")
    assert (await state_of(desk, refund), await state_of(desk, own)) == ("approved", "asked")
