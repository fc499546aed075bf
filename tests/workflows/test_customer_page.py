"""The customer's page on running cases: they see their one case, say their word once, and no more."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from store.audit import AuditFilter, AuditLog
from tests.console.customer_site import CustomerSite
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.delivery_desk import report
from tests.workflows.desk import FAULTY, Desk

GONE = "This link opens nothing"


@pytest.fixture
async def site(desk: Desk, tmp_path: Path) -> AsyncGenerator[CustomerSite]:
    site = CustomerSite(desk.pool, desk.client, tmp_path)
    yield site
    await site.http.aclose()


def steps(page: str) -> list[str]:
    """The states of the four stages."""
    return re.findall(r'<li class="(\w+)"', page)


async def test_a_return_from_question_to_confirmation(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    link = await site.link(case.handle.id)
    await case.act("request_info", agent="a17", question="Which <cup> is it?")
    page = await site.page(link)
    assert "Which &lt;cup&gt; is it?" in page
    assert steps(page) == ["current", "open", "open", "open"]
    assert "We have your answer" in await site.send(link, "give_info", words="The blue one.")
    await case.approve()
    await case.until_event("return.label_made")
    assert "https://labels.swift.example/" in await site.page(link)
    page = await site.send(link, "ship", 400, carrier="swift", tracking_no="!")
    assert "That is no tracking number" in page
    page = await site.send(link, "ship", carrier="swift", tracking_no=" sw-1234 5678 ")
    assert steps(page) == ["done", "current", "open", "open"]
    assert (await case.view())["parcel"]["tracking_no"] == "sw-12345678"
    await case.receive()
    await case.inspect()
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'", case.handle.id)
    page = await site.page(link)
    assert "Paid back so far: ¥" in page
    page = await site.send(link, "confirm")
    assert steps(page) == ["done"] * 4
    assert "<form" not in page


async def test_what_is_wrong_with_a_return_becomes_a_complaint_once(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    await case.ship()
    await case.receive()
    await case.inspect()
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'", case.handle.id)
    link = await site.link(case.handle.id)
    form = {"ask": "wrong", "key": "k-1234567", "words": "Half of the money is missing."}
    for _ in range(2):
        answer = await site.http.post(link, data=form)
        assert answer.status_code == 200
    query = "SELECT case_id FROM cases WHERE merchant = $1 AND kind = 'complaint'"
    [row] = await desk.pool.fetch(query, desk.merchant)
    facts = await desk.pool.fetchval(
        "SELECT data ->> 'content' FROM events WHERE case_id = $1 AND type = 'complaint.opened'",
        row["case_id"],
    )
    assert facts == "Half of the money is missing."
    complaint = await site.page(await site.link(row["case_id"]))
    assert steps(complaint) == ["current", "open", "open", "open"]


async def test_a_refusal_is_appealed_against(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("review", agent="a17", approve=False, reason="It was worn.")
    link = await site.link(case.handle.id)
    assert "It was worn." in await site.page(link)
    assert "Thank you for telling us" in await site.send(link, "wrong", words="It was new.")
    await case.until_event("return.appealed")


async def test_a_complaint_shows_four_stages_and_hears_what_is_wrong(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    link = await site.link(case.handle.id)
    assert steps(await site.page(link)) == ["current", "open", "open", "open"]
    await case.act("request_info", agent="a17", question="When?")
    await site.send(link, "give_info", words="On Monday.\r\nIn the evening.")
    await case.to_solution()
    await case.propose()
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'", case.handle.id)
    page = await site.page(link)
    assert "We are sorry." in page
    assert steps(page) == ["done", "done", "done", "current"]
    await site.send(link, "wrong", 400, words="   ")
    page = await site.send(link, "wrong", words="That is not enough.")
    assert "a colleague" in page.lower()
    await case.until_event("complaint.evaluated_again")


async def test_a_delivery_exception_is_chosen_about(desk: Desk, site: CustomerSite) -> None:
    case = await report(desk, "damage")
    link = await site.link(case.handle.id)
    page = await site.page(link)
    assert steps(page) == ["done", "current", "open", "open"]
    options = re.findall(r'name="choice" value="(\w+)"', page)
    assert "refund" in options
    await site.send(link, "choose", 400, choice="a castle")
    await site.send(link, "choose", choice="refund")
    await case.until_event("delivery.chosen")


async def test_a_word_that_comes_too_late_changes_nothing(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    link = await site.link(case.handle.id)
    before = (await case.view())["seq"]
    for ask in ("confirm", "ship", "choose", "accept_advice", "wrong"):
        assert "This had gone on already" in await site.send(link, ask, words="x", tracking_no="SW-12345")
    assert (await case.view())["seq"] == before


async def test_whatever_is_wrong_with_a_link_the_answer_is_the_same(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    link = await site.link(case.handle.id)
    revoked = await site.link(case.handle.id)
    await site.links.links.revoke(
        (await site.links.links.of_case(case.handle.id))[0].link_id, datetime.now(UTC)
    )
    told: set[tuple[int, str]] = set()
    for path in (revoked, link[:-4] + "AAAA", "/c/x", "/c/" + "x" * 5000, "/c/a.b.c"):
        for answer in (
            await site.http.get(path),
            await site.http.post(path, data={"ask": "confirm", "key": "k"}),
        ):
            told.add((answer.status_code, answer.text))
    [(status, text)] = told
    assert (status, GONE in text, "link_invalid" in text) == (401, True, True)
    assert case.number not in text
    assert (await site.http.get("/cases")).status_code == 404
    assert (await site.http.get("/c/")).status_code == 404


async def test_a_form_of_another_site_is_forged(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    link = await site.link(case.handle.id)
    form = {"ask": "ship", "key": "k", "carrier": "swift", "tracking_no": "SW-12345678"}
    for site_said in ("cross-site", "same-site"):
        answer = await site.http.post(link, data=form, headers={"Sec-Fetch-Site": site_said})
        assert (answer.status_code, "request_forged" in answer.text) == (403, True)
    assert (await case.view())["parcel"]["tracking_no"] != form["tracking_no"]


async def test_a_form_that_cannot_be_read_is_refused(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    link = await site.link(case.handle.id)
    forms: list[dict[str, str]] = [
        {},
        {"ask": "cancel", "key": "k"},
        {"ask": "confirm", "key": "a b"},
        {"ask": "give_info", "key": "k", "words": "x" * 5000},
    ]
    for form in forms:
        answer = await site.http.post(link, data=form)
        assert (answer.status_code, "invalid_request" in answer.text) == (400, True)


async def test_every_answer_is_kept_nowhere_and_told_to_nobody(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    link = await site.link(case.handle.id)
    answers: list[httpx2.Response] = [await site.http.get(path) for path in (link, "/c/x", "/nowhere")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert desk.merchant not in answer.text
        assert "c1" not in re.sub(r'"[^"]*"', "", answer.text)


async def test_who_looked_by_which_link_is_on_record(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    link = await site.link(case.handle.id)
    await site.page(link)
    await site.page("/c/x", 401)
    [known] = await site.links.links.of_case(case.handle.id)
    [entry] = await AuditLog(desk.pool).page(AuditFilter(target=case.handle.id), 10)
    assert (entry.kind, entry.door, entry.action) == ("read", "customer", "GET /c/{token}")
    assert entry.reason == f"link {known.link_id}"
    [refused] = await AuditLog(desk.pool).page(AuditFilter(kind="refused"), 1)
    assert (refused.door, refused.code, refused.target) == ("customer", "link_invalid", None)


async def test_the_language_is_the_customers(desk: Desk, site: CustomerSite) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)  # in English
    link = await site.link(case.handle.id)
    for accepted, lang, title in (
        ("de", "", "Your return"),
        ("zh", "", "您的退货"),
        ("en", "zh-CN", "您的退货"),
        ("zh", "en", "Your return"),
    ):
        answer = await site.http.get(link, params={"lang": lang}, headers={"accept-language": accepted})
        assert title in answer.text
