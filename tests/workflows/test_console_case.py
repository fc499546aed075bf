"""The page of a case: where it is and why, acting from it, and what of it is shown to whom."""

import html
import re
from typing import Any

from tests.console.site import Site
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.refunds import until_ledger
from tests.workflows.test_console_bulk import fields
from tests.workflows.test_console_bulk import site as site


def form_of(page: str, update: str) -> dict[str, Any]:
    """The hidden fields of a case's form."""
    form = page.partition(f'id="ask-{update}"')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def text_of(page: str) -> str:
    """What is read, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def act(site: Site, page: str, case_id: str, update: str, status: Any = 303, **said: Any) -> str:
    """Send a form of the page, filled in."""
    return await site.send(f"/cases/{case_id}/act/{update}", form_of(page, update) | said, status)


async def test_a_case_says_where_it_is_why_and_what_is_next(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    page = await site.page(f"/cases/{case.handle.id}")
    text = text_of(page)
    for told in ("Where it is Review", "What is next An agent reviews the case", "Owed by agent"):
        assert told in text
    assert "Applied for" in text
    assert re.search(r"review ● .+ left", text)
    assert "How it was worked out" in text
    assert 'class="primary">Review<' in page
    assert f'href="/cases/{case.handle.id}"' in await site.page("/work")
    for tab in ("messages", "evidence", "facts"):
        await site.page(f"/cases/{case.handle.id}", tab=tab)
    assert "return.applied" in await site.page(f"/cases/{case.handle.id}", tab="facts")


async def test_the_next_action_acts_and_is_done_once(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    page = await site.page(f"/cases/{case.handle.id}")
    for _ in range(2):
        await act(site, page, case.handle.id, "review", approve="yes")
    assert (await case.types()).count("return.approved") == 1
    told = "SELECT actor FROM events WHERE case_id = $1 AND type = 'return.approved'"
    assert await desk.pool.fetchval(told, case.handle.id) == "agent:ld-01"
    after = await site.page(f"/cases/{case.handle.id}", done="review")
    assert "Done: Review" in text_of(after)
    assert "Application approved" in text_of(after)


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    page = await site.page(f"/cases/{case.handle.id}")
    refused = await act(site, page, case.handle.id, "review", 400, approve="no")
    field = refused.partition('id="review-reason"')[2]
    assert 'aria-describedby="review-reason-problem"' in field.partition(">")[0]
    assert "a refusal needs" in field.partition("</p>")[0]
    assert 'value="no" checked' in refused
    missing = await act(site, page, case.handle.id, "request_info", 400)
    assert "This is needed." in missing
    assert await case.types() == ["return.applied"]


async def test_a_page_that_is_older_than_the_case_is_not_acted_on(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    page = await site.page(f"/cases/{case.handle.id}")
    await case.act("request_info", agent="fl-01", question="Which cup?")
    await case.until_event("return.info_requested")
    stale = await act(site, page, case.handle.id, "review", 409, approve="no", reason="Not ours <b>")
    assert "The case has moved on" in stale
    assert "Customer asked for more" in stale
    assert "Not ours &lt;b&gt;" in stale
    assert "return.refused" not in await case.types()
    await act(site, stale, case.handle.id, "review", approve="no", reason="Not ours")
    assert "return.refused" in await case.types()


async def test_the_cases_own_no_is_told_beside_the_form(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    page = await site.page(f"/cases/{case.handle.id}")
    refused = await act(site, page, case.handle.id, "give_info", 409, answer="The blue one")
    assert "wrong_stage" in refused
    assert "The blue one" in refused
    unknown = {"seq": 99, "key": "k"}
    await site.send(f"/cases/{case.handle.id}/act/burn", unknown, 404)
    await site.send(f"/cases/{case.handle.id}/act/decide_final", unknown, 404)


async def test_amounts_and_rows_are_written_as_people_write_them(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    page = await site.page(f"/cases/{case.handle.id}")
    await act(site, page, case.handle.id, "review", approve="yes")
    await case.until_event("return.label_made")
    page = await site.page(f"/cases/{case.handle.id}")
    await act(site, page, case.handle.id, "receive", warehouse="w1")
    page = await site.page(f"/cases/{case.handle.id}")
    wrong = await act(site, page, case.handle.id, "inspect", 400, **{"lines.0.passed": "one"})
    assert "This is no whole number." in wrong
    await act(site, wrong, case.handle.id, "inspect", **{"lines.0.passed": "1"})
    await until_ledger(case, "settled")
    await case.until_stage("confirmation")
    text = text_of(await site.page(f"/cases/{case.handle.id}"))
    assert "Refund 1 settled ¥33.33" in text
    assert desk.key(case) in text
    assert "Refunded ¥33.33" in text


async def test_personal_data_is_masked_until_a_reason_is_on_record(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("request_info", agent="fl-01", question="Which cup exactly?")
    await case.until_event("return.info_requested")
    address = f"/cases/{case.handle.id}"
    assert "Which cup exactly?" in await site.page(address)
    kept = "SELECT kind, subject, reason FROM audit_log WHERE target = $1 ORDER BY at"
    assert [tuple(row) for row in await desk.pool.fetch(kept, case.handle.id)] == [("read", "ld-01", None)]
    await site.sign_in("au-7", desk.merchant, "auditor", seed=False)
    page = await site.page(address)
    assert "Which cup exactly?" not in page
    assert "/act/" not in page
    assert "Which cup exactly?" not in await site.page(address, tab="facts")
    seen = await site.send(f"{address}/look", {"why": "a complaint of the regulator"})
    assert "Which cup exactly?" in seen
    last = (await desk.pool.fetch(kept, case.handle.id))[-1]
    assert tuple(last) == ("unmasked", "au-7", "a complaint of the regulator")
    await site.send(f"{address}/act/review", form_of(page, "review") | {"seq": 1, "key": "k"}, 404)


async def test_another_merchants_case_is_not_there(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_stage("review")
    await site.sign_in("ld-01", "another", seed=False)
    await site.page(f"/cases/{case.handle.id}", 404)
    await site.send(f"/cases/{case.handle.id}/act/nudge", {"seq": 99, "key": "k"}, 404)
    await site.page("/cases/nonsense", 400)


async def test_a_complaint_is_told_and_moved_in_chinese(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("take", agent="cs-01")
    await case.until_event("complaint.taken")
    await site.http.get("/language/zh-CN")
    page = await site.page(f"/cases/{case.handle.id}")
    text = text_of(page)
    assert "已受理投诉" in text
    assert "处理人继续" in text
    await act(site, page, case.handle.id, "review", valid="yes")
    page = await site.page(f"/cases/{case.handle.id}")
    assert "投诉成立" in text_of(page)
    said = {"finding.party": "merchant", "finding.root_cause": "packaging", "finding.words": "盒子太薄"}
    await act(site, page, case.handle.id, "finding", **said)
    page = await site.page(f"/cases/{case.handle.id}")
    measures = {"measures.0.kind": "compensation", "measures.0.amount_minor": "12.5"}
    await act(site, page, case.handle.id, "propose", reasons="抱歉", **measures)
    shown = text_of(await site.page(f"/cases/{case.handle.id}"))
    assert "盒子太薄" in shown
    assert "¥12.50" in shown


async def test_a_lead_of_one_merchant_approves_a_complaints_refund_in_bulk(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await open_complaint(desk, policy="wary")
    await case.act("take", agent="cs-01")
    await case.to_solution()
    await case.propose({"kind": "refund", "amount_minor": 3333})
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND approval = 'asked'", case.handle.id)
    preview = await site.send("/bulk/preview", {"action": "approve", "case_id": [case.handle.id]})
    page = await site.send("/bulk/do", fields(preview))
    assert "1 of 1 row was done" in page
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND approval = 'approved'", case.handle.id)
    await site.sign_in("ld-01", "another", seed=False)
    await site.send("/bulk/do", fields(preview), 404)
