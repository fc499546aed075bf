"""`library` and `figures` as people and scripts call them, over a real store, in eighty columns."""

import os
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from domain.library.cutting import CUTTING_RULES
from store.case_library import CaseLibrary
from store.pool import Pool, create_pool
from tests.cli.conftest import Command, Said
from tests.console.figure_seed import fill_figures
from tests.domain.library.entries import CLOSED_AT, CUP, make_entry
from tests.store.case_rows import put_case

COLUMNS = 80
MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
QUALITY = {"category": "quality", "reason": "broken", "party": "merchant", "severity": "high"}
LATE = {
    "category": "logistics",
    "reason": "weather_delay",
    "party": "carrier",
    "carrier": "swift",
    "lane": "sha-pek",
}


@pytest.fixture
async def store(database_dsn: str) -> AsyncGenerator[Pool]:
    """The store that the command reads."""
    pool = await create_pool(database_dsn, application_name="casework-test")
    yield pool
    pool.terminate()


@pytest.fixture
def run(database_dsn: str) -> Command:
    """The command with a store and nothing else."""
    return Command({"CASEWORK_DATABASE_URL": database_dsn, "PATH": os.environ["PATH"]})


def fits(said: Said) -> bool:
    """Whether it printed something that eighty columns can hold; a Chinese sign takes two."""
    return (
        said.status == 0
        and bool(said.out)
        and all(cell_len(line) <= COLUMNS for line in said.out.split("\n"))
    )


async def test_a_case_is_searched_for_shown_and_compared(run: Command, store: Pool) -> None:
    library = CaseLibrary(store)
    long = "收到的杯子破了,包装也压坏了,希望尽快换货或者退款。" * 8
    await library.archive(
        make_entry(category="quality", party="merchant", customer_text=long, skus=["CUP-01"])
    )
    await library.archive(make_entry("C-2", customer_text="杯子破了,釉面也有裂纹", measures="全额退款"))
    later = CLOSED_AT + timedelta(days=30)
    await library.archive(make_entry("C-3", closed_at=later, customer_text="釉面裂纹", merchant="m2"))

    searched = await run("library", "search", "杯子破了", "退款")
    assert fits(searched)
    assert "«杯子破了»" in searched.out
    assert (searched.out.index(CUP) > 0) != (searched.out.index("complaint:m1:C-2") > 0)
    assert "closed 2026-11-20 10:00 +08:00" in searched.out

    as_json = (await run("library", "search", "裂纹", "--merchant", "m1", "--json")).json
    assert [each["entry"]["case_id"] for each in as_json["found"]] == ["complaint:m1:C-2"]
    assert as_json["found"][0]["snippet"] == {
        "field": "customer_text",
        "text": "杯子破了,釉面也有裂纹",
        "marks": [[9, 11]],
    }
    without = (await run("library", "search", "杯子", "--without", "裂纹", "--json")).json
    assert [each["entry"]["case_id"] for each in without["found"]] == [CUP]
    quoted = (await run("library", "search", '"釉面裂纹" -杯子', "--json")).json
    assert [each["entry"]["case_id"] for each in quoted["found"]] == ["complaint:m1:C-3"]
    since = (await run("library", "search", "--since", "2026-12-01T00:00:00+08:00", "--json")).json
    assert [each["entry"]["case_id"] for each in since["found"]] == ["complaint:m1:C-3"]
    assert (await run("library", "search", "没有的")).out == "no case\n"

    shown = await run("library", "show", CUP)
    assert fits(shown)
    assert "包装也压坏了" in shown.out.replace("\n", "").replace(" ", "")
    assert (await run("library", "show", CUP, "--json")).json["skus"] == ["CUP-01"]

    alike = await run("library", "similar", "complaint:m1:C-3")
    assert fits(alike)
    assert "裂纹" in alike.out
    as_json = (await run("library", "similar", "complaint:m1:C-3", "--json")).json
    assert as_json["similar"][0]["entry"]["case_id"] == "complaint:m1:C-2"


async def test_pages_are_turned_by_the_word_that_is_printed(run: Command, store: Pool) -> None:
    for number in ("a", "b", "c"):
        await CaseLibrary(store).archive(make_entry(number, summary="杯子"))
    first = (await run("library", "search", "杯子", "--limit", "2", "--json")).json
    printed = await run("library", "search", "杯子", "--limit", "2")
    assert "there are more: --after " in printed.out
    second = (await run("library", "search", "杯子", "--limit", "2", "--after", first["next"], "--json")).json
    told = [each["entry"]["case_id"][-1] for page in (first, second) for each in page["found"]]
    assert (told, second["next"]) == (["a", "b", "c"], None)


async def test_entries_that_other_rules_cut_are_cut_anew(run: Command, store: Pool) -> None:
    await CaseLibrary(store).archive(make_entry(summary="杯子"))
    await store.execute("UPDATE case_library SET words = '', spaced = '', cut_by = 0")
    assert (await run("library", "search", "杯子")).out == "no case\n"
    assert (await run("library", "recut", "--json")).json == {"rules": CUTTING_RULES, "recut": 1}
    assert CUP in (await run("library", "search", "杯子")).out
    assert (
        await run("library", "recut")
    ).out == f"0 entries cut anew; all are cut by rules {CUTTING_RULES} now\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("library", "search", '"杯子'), 2, "invalid_query: a quote is opened"),
        (("library", "search", "😡"), 2, "invalid_query: the query names nothing"),
        (("library", "search", "杯子", "--after", "x"), 2, "--after"),
        (("library", "search", "杯子", "--after", "bnVsbA"), 2, "--after"),
        (("library", "search", "杯子", "--merchant", "a b"), 2, "merchant"),
        (("library", "search", "杯子", "--since", "today"), 2, "offset"),
        (("library", "show", "C-1"), 2, "no case id"),
        (("library", "show", "complaint:m1:nobody"), 1, "case_not_found"),
        (("library", "similar", "complaint:m1:nobody"), 1, "case_not_found"),
        (("figures", "complaints", "--repeat-within", "soon"), 2, "whole number and a unit"),
        (("figures", "peaks", "--timezone", "Mars"), 2, "no zone"),
        (("figures", "attainment", "--team", "a:b"), 2, "--team: that is no name"),
        (
            ("figures", "parties", "--since", "2026-11-02T00:00:00Z", "--until", "2026-11-02T00:00:00Z"),
            *(2, "is not after"),
        ),
    ],
)
async def test_what_cannot_be_answered_is_one_line(
    run: Command, words: tuple[str, ...], status: int, said: str
) -> None:
    answer = await run(*words)
    assert (answer.status, answer.out) == (status, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


async def test_figures_are_printed_and_given_as_json(run: Command, store: Pool) -> None:
    for number in range(4):
        at = MONDAY + timedelta(hours=number)
        await put_case(store, f"complaint:m1:C-{number}", at, QUALITY if number else LATE, order_id="SO-1")
    await put_case(store, "complaint:m2:C-1", MONDAY, QUALITY)
    await put_case(store, "delivery:m1:D-1", MONDAY + timedelta(days=1), LATE)

    complaints = await run("figures", "complaints")
    assert fits(complaints)
    for words in ("5, 5 of them open", "3 (60.0%)", "quality", "weather delay"):
        assert words in complaints.out
    mine = (await run("figures", "complaints", "--merchant", "m1", "--json")).json
    assert (mine["cases"], mine["repeats"], mine["repeat_rate"]) == (4, 3, 0.75)
    within = ("--repeat-within", "30m", "--json")
    assert (await run("figures", "complaints", *within)).json["repeats"] == 0

    deliveries = await run("figures", "deliveries")
    assert fits(deliveries)
    assert "sha-pek" in deliveries.out
    [cause] = (await run("figures", "deliveries", "--json")).json["causes"]
    assert (cause["carrier"], cause["reason"], cause["cases"]) == ("swift", "weather_delay", 1)

    parties = await run("figures", "parties")
    assert fits(parties)
    assert "the first 2 make up four fifths" in parties.out
    as_json = (await run("figures", "parties", "--kind", "delivery", "--json")).json
    assert as_json == {
        "cases": 1,
        "vital": 1,
        "parties": [{"value": "carrier", "cases": 1, "share": 1.0, "cumulative": 1.0}],
    }

    peaks = await run("figures", "peaks")
    assert fits(peaks)
    assert "Asia/Shanghai" in peaks.out
    as_json = (await run("figures", "peaks", "--timezone", "UTC", "--factor", "0", "--json")).json
    assert [hour for hour, cases in enumerate(as_json["hours"]) if cases] == [2, 3, 4, 5]
    assert as_json["peaks"] == [{"day": "2026-11-02", "cases": 5}]

    await put_case(store, "return:m1:R-1", MONDAY)
    await put_case(store, "shipment:m1:S-1", MONDAY)
    assert (await run("figures", "peaks", "--json")).json["cases"] == 7
    both = ("--kind", "return", "--kind", "shipment", "--json")
    assert (await run("figures", "parties", *both)).json["cases"] == 2

    long_ago = ("--until", "2020-01-01T00:00:00Z")
    for name in ("complaints", "deliveries", "parties", "peaks"):
        assert (await run("figures", name, *long_ago)).out == "no case in this period\n"
    assert (await run("figures", "attainment", *long_ago)).out == "no clock in this period\n"
    assert (await run("figures", "refunds", *long_ago)).out == "no refund in this period\n"


async def test_attainment_and_lead_times_are_printed_and_narrowed(run: Command, store: Pool) -> None:
    await fill_figures(store, 60, MONDAY)
    attainment = await run("figures", "attainment")
    assert fits(attainment)
    for words in ("still running", "return first response", "no team", "phone"):
        assert words in attainment.out
    one = (await run("figures", "attainment", "--metric", "resolution", "--team", "?", "--json")).json
    assert {row["metric"] for row in one["clocks"]} == {"resolution"}
    assert [row["team"] for row in one["teams"]] == [None]
    by_phone = (await run("figures", "attainment", "--channel", "phone", "--json")).json
    assert [row["channel"] for row in by_phone["channels"]] == ["phone"]

    refunds = await run("figures", "refunds")
    assert fits(refunds)
    assert "nine in ten within" in refunds.out
    told = (await run("figures", "refunds", "--kind", "return", "--json")).json
    assert sum(band["refunds"] for band in told["since_opening"]["bands"]) == told["paid"]
