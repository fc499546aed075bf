"""Figures: what the page tells, to whom, narrowed by its address, down to the cases and as files."""

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest

from store.board import PAGE_ROWS
from store.pool import Pool
from tests.console.figure_seed import fill_figures
from tests.console.site import Site, rows_of, site_on
from tests.store.case_rows import put_case

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
ADDRESSES = ("/figures", "/figures/cases", "/figures/clocks.csv", "/figures/all.xlsx")
EVIL = {"category": "=1+1", "party": "@SUM(A1)"}
EXPORTED = "FROM audit_log WHERE kind = 'exported'"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def clock(name: str, verdict: str) -> dict[str, Any]:
    due: dict[str, Any] = {"due_at": NOW.isoformat(), "provisional": False, "rungs": []}
    return {"name": name, "instance": 1, "state": "stopped", "verdict": verdict, **due}


@pytest.fixture
async def site(pool: Pool) -> AsyncGenerator[Site]:
    kept, missed = clock("review", "met"), clock("review", "breached")
    for number in range(3):
        await put_case(pool, f"return:m1:R-{number}", NOW, clocks=[kept], team="returns")
    await put_case(pool, "return:m1:R-3", NOW, clocks=[missed], channel="phone")
    await put_case(pool, "complaint:m1:C-1", NOW, EVIL)
    await put_case(pool, "complaint:m1:C-2", NOW, EVIL)
    await put_case(pool, "return:m2:R-9", NOW, clocks=[missed])
    await put_case(pool, "return:m1:old", NOW - 60 * DAY, clocks=[missed])
    site = await site_on(pool)
    yield site
    await site.http.aclose()


def table_of(page: str, name: str) -> list[list[str]]:
    """The texts of a table's rows."""
    part = page.partition(f'id="{name}"')[2].partition("</section>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
    return [[html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in row] for row in cells[1:]]


async def file_of(site: Site, address: str) -> httpx2.Response:
    answer = await site.http.get(address)
    assert answer.status_code == 200, answer.text
    return answer


async def test_figures_tell_of_the_last_thirty_days_of_the_readers_merchant(site: Site) -> None:
    await site.sign_in("lead-1", "m1")
    page = await site.page("/figures")
    assert table_of(page, "clocks") == [["Return · review", "3", "1", "0", "75.00%"]]
    assert table_of(page, "channels") == [
        ["Phone", "0", "1", "0", "0.00%"],
        ["App", "3", "0", "0", "100.00%"],
    ]
    assert table_of(page, "teams") == [
        ["no team", "0", "1", "0", "0.00%"],
        ["Team", "3", "0", "0", "100.00%"],
    ]
    assert "3 of 4 judged clocks were kept: 75.00%." in page
    assert [row[1:] for row in table_of(page, "days")] == [["6", ""]]
    assert table_of(page, "repeats") == [["=1+1", "2", "1", "50.00%"]]
    assert table_of(page, "parties") == [["@SUM(A1)", "2", "100.00%", "100.00%"]]
    assert "No case of these has had a refund." in page


async def test_the_address_narrows_but_never_to_another_merchant(site: Site) -> None:
    await site.sign_in("lead-1", "m1")
    assert table_of(await site.page("/figures?channel=phone"), "clocks")[0][1:3] == ["0", "1"]
    assert table_of(await site.page("/figures?team=returns"), "clocks")[0][1:3] == ["3", "0"]
    assert table_of(await site.page("/figures?team=%3F"), "clocks")[0][1:3] == ["0", "1"]
    assert table_of(await site.page("/figures?period=90d"), "clocks")[0][1:3] == ["3", "2"]
    assert table_of(await site.page("/figures?merchant=m2"), "clocks")[0][1:3] == ["3", "1"]
    assert "R-9" not in await site.page("/figures/cases?merchant=m2&verdict=breached")
    await site.sign_in("lead-1", seed=False)
    assert table_of(await site.page("/figures"), "clocks")[0][1:3] == ["3", "2"]


async def test_days_are_the_readers_own_and_come_before_a_preset(site: Site, pool: Pool) -> None:
    late = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)  # the 11th in Shanghai
    await put_case(pool, "return:m1:late", late)
    await site.sign_in()
    asked = "/figures?period=7d&since=2026-03-11&until=2026-03-11"
    assert [row[1] for row in table_of(await site.page(asked), "days")] == ["1"]
    assert "Wed 11 Mar 2026" in await site.page(asked)
    links = re.findall(r'href="/figures\?([^"]*period=[^"]*)"', await site.page(asked + "&kind=return"))
    assert links == [f"kind=return&amp;period={name}" for name in ("today", "7d", "30d", "90d", "365d")]
    site.http.cookies.set("casework-zone", "Europe/London")
    assert "No case was opened in this period" in await site.page(asked)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=refund", "kind"),
        ("kind=nonsense", "kind"),
        ("channel=pigeon", "channel"),
        ("team=a:b", "team"),
        ("metric=%00", "metric"),
        ("period=for-ever", "period"),
        ("since=yesterday", "since"),
        ("since=0001-01-01", "since"),
        ("until=9999-12-31", "until"),
        ("since=2026-03-02&until=2026-03-01", "since"),
        ("since=2020-01-01&until=2026-01-01", "since"),
    ],
)
async def test_what_no_figure_has_is_refused(site: Site, query: str, field: str) -> None:
    await site.sign_in()
    for address in ADDRESSES:
        page = await site.page(f"{address}?{query}", 400)
        assert "invalid_request" in page
        assert field in page


@pytest.mark.parametrize(
    "query",
    [
        "verdict=late",
        "hour=24",
        "weekday=x",
        "refund=lost",
        "paid_over=-1",
        "party=a%20b",
        "among=all",
        "after=x",
    ],
)
async def test_no_list_is_of_what_no_figure_counts(site: Site, query: str) -> None:
    await site.sign_in()
    assert "invalid_request" in await site.page(f"/figures/cases?{query}", 400)


async def test_what_is_empty_says_why(site: Site) -> None:
    await site.sign_in()
    nothing = await site.page("/figures?since=2001-01-01&until=2001-01-02")
    assert "No case was opened in this period" in nothing
    returns = await site.page("/figures?kind=return")
    assert "Nobody is responsible for cases of this kind (Return)" in returns
    assert "Only complaints can be repeats" in returns


async def test_every_figure_opens_to_as_many_cases(site: Site, pool: Pool) -> None:
    """Where clocks of several names are counted together, a case may have two of them."""
    await fill_figures(pool, 45, NOW, "m3")
    await site.sign_in("lead-1", "m3")
    page = await site.page("/figures")
    links = re.findall(r'<a href="(/figures/cases[^"]*)">(\d+)</a>', page)
    assert len(links) > 60
    for address, number in links:
        found = len(rows_of(await site.page(html.unescape(address))))
        counts_clocks = "verdict=" in address and "metric=" not in address
        assert found == int(number) or (counts_clocks and int(number) / 2 <= found), address


async def test_a_long_list_of_cases_goes_on(site: Site, pool: Pool) -> None:
    await fill_figures(pool, 130, NOW, "m3")
    await site.sign_in("lead-1", "m3")
    seen: list[str] = []
    following: str | None = "/figures/cases?verdict=met&metric=resolution"
    while following:
        page = await site.page(following)
        seen += rows_of(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        following = html.unescape(found[1]) if found else None
    met = [int(row[1]) for row in table_of(await site.page("/figures"), "clocks") if "resolution" in row[0]]
    assert len(seen) == len(set(seen)) == sum(met) > PAGE_ROWS


async def test_charts_draw_what_the_tables_say(site: Site) -> None:
    await site.sign_in("lead-1", "m1")
    page = await site.page("/figures")
    [data] = re.findall(r'id="clocks-chart">(.*?)</script>', page)
    chart = json.loads(data)
    assert (chart["form"], chart["names"]) == ("shares", ["Return · review"])
    assert [(each["tone"], each["values"]) for each in chart["series"]] == [("good", [3]), ("bad", [1])]
    assert "<" not in data


async def test_a_csv_is_what_was_seen_and_no_formula(site: Site, pool: Pool) -> None:
    await site.sign_in("lead-1", "m1")
    answer = await file_of(site, "/figures/repeats.csv?kind=complaint&period=7d")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert read == [["Category", "Complaints", "Repeats", "Repeat rate"], ["'=1+1", "2", "1", "50.00%"]]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="casework-repeats-[-0-9]{21}\.csv"', answer.headers["content-disposition"]
    )
    first, last = re.findall(r"\d{4}-\d\d-\d\d", answer.headers["content-disposition"])
    kept = await pool.fetch(f"SELECT subject, merchant, action, target, reason {EXPORTED}")
    assert [tuple(row) for row in kept] == [
        (
            *("lead-1", "m1", "GET /figures/{name}.{form}", "figures/repeats.csv"),
            f"rows=1 since={first} until={last} kind=complaint",
        )
    ]


async def test_chinese_is_in_a_csv_for_chinese_readers(site: Site) -> None:
    await site.sign_in("lead-1", "m1")
    answer = await site.http.get("/figures/clocks.csv", headers={"accept-language": "zh-CN"})
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "时限,按时,超时,计时中,达标率",
        "退换货 · 审核,3,1,0,75.00%",
    ]


async def test_a_workbook_has_all_tables_and_no_formula(site: Site, pool: Pool) -> None:
    await site.sign_in("lead-1", "m1")
    answer = await file_of(site, "/figures/all.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = [ElementTree.fromstring(book.read(f"xl/worksheets/sheet{n}.xml")) for n in range(1, 10)]
        strings = [
            "".join(text.text or "" for text in each.iter(f"{SHEET}t"))
            for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        names = [
            each.attrib["name"]
            for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
    assert names[:4] == ["Figures", "Kept by clock", "Kept by channel", "Kept by team"]
    assert len(names) == len(sheets)
    assert [each for sheet in sheets for each in sheet.iter(f"{SHEET}f")] == []
    assert {"'=1+1", "'@SUM(A1)"} <= set(strings)
    assert not [text for text in strings if text.startswith(("=", "+", "-", "@"))]
    cells = [
        [(cell.attrib.get("t"), value.text) for cell in row for value in cell.iter(f"{SHEET}v")]
        for row in sheets[1].iter(f"{SHEET}row")
    ]
    assert [text for _, text in cells[1]][1:] == ["3", "1", "0", "0.75"]
    reason = await pool.fetchval(f"SELECT reason {EXPORTED}")
    rows = sum(len(list(sheet.iter(f"{SHEET}row"))) - 1 for sheet in sheets[1:])
    assert reason.split()[0] == f"rows={rows}"


async def test_who_does_not_analyse_sees_figures_but_takes_none_along(site: Site, pool: Pool) -> None:
    await site.sign_in("a", "m1")
    page = await site.page("/figures")
    assert table_of(page, "clocks")
    assert ".csv" not in page
    assert "forbidden" in await site.page("/figures/clocks.csv", 403)
    kinds = await pool.fetch("SELECT kind, code FROM audit_log WHERE action LIKE '%figures%'")
    assert [tuple(row) for row in kinds] == [("refused", "forbidden")]


@pytest.mark.parametrize("address", ["/figures/all.csv", "/figures/nothing.csv", "/figures/clocks.pdf"])
async def test_there_is_no_other_file(site: Site, address: str) -> None:
    await site.sign_in()
    await site.page(address, 404)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_nobody_reads_figures_without_signing_in(site: Site, address: str) -> None:
    answer = await site.http.get(address)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
