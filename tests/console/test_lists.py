"""Work, Cases and Board over HTTP: what they show, to whom, and what they refuse."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.bulk import MOST_ROWS
from store.append import append_one
from store.board import PAGE_ROWS
from store.pool import Pool, transaction
from tests.console.site import Site, rows_of, site_on
from tests.store.streams import make_batch

LISTS = ("/", "/work", "/cases", "/cases/closed", "/board")


def clock(minutes: int, **changes: Any) -> dict[str, Any]:
    due = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    of_it = {
        "name": "resolution",
        "instance": 1,
        "state": "running",
        "verdict": "pending",
        "provisional": False,
    }
    return {**of_it, "due_at": due, "rungs": [], **changes}


async def put(pool: Pool, case_id: str, **summary: Any) -> None:
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(1, 1, case_id=case_id, summary=summary))


@pytest.fixture
async def site(pool: Pool) -> AsyncGenerator[Site]:
    await put(pool, "return:m1:late", clocks=[clock(-130, verdict="breached")], waiting_for="agent")
    await put(pool, "return:m1:soon", clocks=[clock(38, rungs=[{"rung": "75%"}])], assignee="a")
    await put(pool, "complaint:m2:asks", clocks=[clock(5, state="paused")], waiting_for="customer")
    await put(pool, "complaint:m2:far", clocks=[clock(300, provisional=True)], facets={"category": "returns"})
    await put(pool, "return:m1:done", open=False, stage="closed", closed_at=datetime.now(UTC))
    site = await site_on(pool)
    yield site
    await site.http.aclose()


@pytest.mark.parametrize("address", LISTS)
async def test_nobody_reads_without_signing_in(site: Site, address: str) -> None:
    answer = await site.http.get(address)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("address", ["/bulk/preview", "/bulk/do"])
async def test_nobody_acts_without_signing_in_or_from_elsewhere(site: Site, address: str) -> None:
    assert (await site.http.post(address, data={"action": "nudge"})).status_code == 401
    await site.sign_in()
    assert (await site.http.post(address, data={"action": "nudge"})).status_code == 403


async def test_work_has_the_counts_and_the_most_urgent_first(site: Site) -> None:
    await site.sign_in()
    page = await site.page("/work")
    counts = {name: f"<b>{number}</b> <span>{name}" for name, number in COUNTS}
    assert [name for name, text in counts.items() if text not in page] == []
    assert rows_of(page) == ["return:m1:late", "return:m1:soon", "complaint:m2:far", "complaint:m2:asks"]
    assert 'href="/cases?clock=overdue"' in page


COUNTS = (("overdue", 1), ("due within the hour", 1), ("unassigned", 1), ("waiting for the customer", 1))


async def test_a_clock_is_an_icon_and_words(site: Site) -> None:
    await site.sign_in()
    page = await site.page("/work")
    for icon, words in (
        ("▲", "overdue 2 h 10 m"),
        ("●", "left"),
        ("❚❚", "waiting: customer"),
        ("◌", "provisional"),
    ):
        assert icon in page
        assert words in page


async def test_the_same_in_chinese(site: Site) -> None:
    await site.sign_in()
    await site.http.get("/language/zh-CN")
    page = await site.page("/work")
    assert "超时 2 小时 10 分" in page
    assert "等待顾客" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("clock=overdue", ["return:m1:late"]),
        ("clock=hour", ["return:m1:soon"]),
        ("kind=complaint", ["complaint:m2:far", "complaint:m2:asks"]),
        ("holder=%3F", ["return:m1:late"]),
        ("waits=customer", ["complaint:m2:asks"]),
        ("kind=return&stage=review&clock=running", ["return:m1:soon"]),
        ("tier=key", []),
    ],
)
async def test_lists_are_narrowed_by_their_address(site: Site, query: str, names: list[str]) -> None:
    await site.sign_in()
    page = await site.page(f"/cases?{query}")
    assert rows_of(page) == names
    assert ("No case here" in page) == (not names)


async def test_pages_lead_on_and_keep_the_filter(site: Site, pool: Pool) -> None:
    for number in range(60):
        await put(pool, f"delivery:m1:{number:02}", clocks=[clock(500 + number)])
    await site.sign_in()
    page = await site.page("/cases?kind=delivery")
    assert "50 of 60 open cases" in page
    more = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert rows_of(await site.page(more)) == [f"delivery:m1:{number}" for number in range(50, 60)]


async def test_closed_cases_and_a_search(site: Site) -> None:
    await site.sign_in()
    assert rows_of(await site.page("/cases/closed")) == ["return:m1:done"]
    assert rows_of(await site.page("/cases", q="done")) == ["return:m1:done"]
    assert "Nothing found" in await site.page("/cases", q="don")


async def test_the_board_has_a_column_for_each_stage(site: Site) -> None:
    await site.sign_in()
    page = await site.page("/board")
    assert rows_of(page) == ["return:m1:late", "return:m1:soon"]
    assert page.count('class="column"') == 5
    assert rows_of(await site.page("/board?kind=complaint")) == ["complaint:m2:far", "complaint:m2:asks"]


async def test_another_merchants_cases_are_nowhere(site: Site) -> None:
    await site.sign_in(merchant="m2")
    for address in ("/work", "/cases", "/board?kind=return", "/cases/closed", "/cases?q=late"):
        assert ":m1:" not in await site.page(address)
    page = await site.page("/work")
    assert "<b>0</b> <span>overdue" in page
    assert "<b>0</b> <span>unassigned" in page
    await site.send("/bulk/preview", {"action": "nudge", "case_id": ["return:m1:late"]}, 404)


@pytest.mark.parametrize(
    "query",
    ["kind=<b>", "clock=soon", "after=xx", f"team={'x' * 65}", "holder=%00", f"q={'x' * 201}"],
)
async def test_a_bad_address_is_refused_and_not_told_back(site: Site, query: str) -> None:
    await site.sign_in()
    page = await site.page(f"/cases?{query}", 400)
    assert "invalid_request" in page
    assert "<b>" not in page.partition("failure-words")[2]


async def test_what_a_customer_wrote_is_escaped(site: Site, pool: Pool) -> None:
    await put(pool, "return:m1:x", facets={"category": "<script>alert(1)</script>"})
    await site.sign_in()
    assert "<script>alert" not in await site.page("/cases")


async def test_a_preview_says_per_row_what_would_happen(site: Site) -> None:
    await site.sign_in()
    asked = {
        "action": "assign",
        "assignee": "a",
        "case_id": ["return:m1:late", "return:m1:soon", "return:m1:done"],
    }
    page = await site.send("/bulk/preview", asked)
    assert "from nobody to a" in page
    assert "a has it already" in page
    assert "It is closed" in page
    assert "Assign 1 case to a" in page
    approved = await site.send("/bulk/preview", {"action": "approve", "case_id": ["return:m1:late"]})
    assert "No refund of it waits" in approved
    assert "Approve" not in approved.partition("actions")[2]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "nudge"}, 400),
        ({"action": "nudge", "case_id": [f"return:m1:{n}" for n in range(MOST_ROWS + 1)]}, 400),
        ({"action": "nudge", "case_id": [f"return:m1:{n}" for n in range(10_000)]}, 400),
        ({"action": "nudge", "case_id": ["nothing of ours"]}, 400),
        ({"action": "burn", "case_id": ["return:m1:late"]}, 400),
        ({"action": "assign", "assignee": "nobody-we-know", "case_id": ["return:m1:late"]}, 404),
    ],
    ids=["no row", "a row too many", "ten thousand rows", "no case", "no action", "no member"],
)
async def test_a_bad_selection_is_refused(site: Site, form: dict[str, Any], status: int) -> None:
    await site.sign_in()
    page = await site.send("/bulk/preview", form, status)
    assert "invalid_request" in page or status == 404
    if len(form.get("case_id", ())) == MOST_ROWS + 1:
        assert f"at most {MOST_ROWS} rows" in page


async def test_who_only_reads_may_not_act(site: Site) -> None:
    await site.sign_in("auditor-1", role="auditor")
    assert "/bulk" not in await site.page("/work")
    await site.send("/bulk/preview", {"action": "nudge", "case_id": ["return:m1:late"]}, 403)


async def test_the_header_leads_to_the_pages_that_there_are(site: Site) -> None:
    await site.sign_in()
    header = (await site.page("/board")).partition('class="places"')[2].partition("</nav>")[0]
    assert ['href="/work"' in header, 'href="/cases"' in header, "/library" in header] == [True, True, False]
    assert header.partition('aria-current="page"')[0].rstrip().endswith('data-letter="b"')


async def test_who_does_not_lead_assigns_only_what_is_theirs_to_give(site: Site) -> None:
    await site.sign_in("a")
    form = {"action": "assign", "assignee": "b", "case_id": ["return:m1:late"]}
    page = await site.send("/bulk/preview", form)
    assert "You assign within your own team only" in page
    assert 'type="submit" class="primary"' not in page
    sent = {**form, "batch": "b1", "reason": "x"}
    assert "forbidden" in await site.send("/bulk/do", sent)
    taken = await site.send("/bulk/preview", {**form, "assignee": "a"})
    assert "from nobody to a" in taken


@pytest.mark.parametrize(
    "narrowed", ["holder=b", "team=returns", "kind=return&stage=review", "tier=ordinary"]
)
async def test_a_list_of_several_pages_says_how_many_there_are(site: Site, pool: Pool, narrowed: str) -> None:
    for number in range(PAGE_ROWS + 1):
        await put(pool, f"return:m3:{number}", assignee="b", team="returns")
    await site.sign_in(merchant="m3")
    assert f"{PAGE_ROWS} of {PAGE_ROWS + 1} open cases" in await site.page(f"/cases?{narrowed}")
