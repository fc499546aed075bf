"""Figures and repeats over the read model, against cases that can be counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.figures import Facets, FigureFilter, complaint_figures
from domain.peaks import Arrivals
from store.case_library import CaseLibrary
from store.figures import FigureCounts
from store.pool import Pool
from tests.store.case_rows import put_case

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
QUALITY = {"category": "quality", "reason": "broken", "party": "merchant", "severity": "high"}
LATE = {"category": "logistics", "reason": "late", "party": "carrier", "carrier": "swift", "lane": "sha-pek"}


async def test_cases_with_the_same_facets_are_counted_together(pool: Pool) -> None:
    await put_case(pool, "complaint:m1:1", MONDAY, QUALITY, order_id="SO-1")
    await put_case(pool, "complaint:m1:2", MONDAY, QUALITY, order_id="SO-2", is_open=False)
    await put_case(pool, "complaint:m1:3", MONDAY, LATE, order_id="SO-3")
    await put_case(pool, "complaint:m1:4", MONDAY, order_id="SO-4")
    counted = await FigureCounts(pool).facets(FigureFilter())
    assert sorted(counted, key=lambda row: (-row.cases, row.category or "~")) == [
        Facets.model_validate({**QUALITY, "cases": 2, "open": 1}),
        Facets.model_validate({**LATE, "cases": 1, "open": 1}),
        Facets(cases=1, open=1),
    ]


async def test_a_repeat_is_the_same_customer_again_about_the_same_order_in_time(pool: Pool) -> None:
    for number, days, order, customer in (
        ("first", 0, "SO-1", "c1"),
        ("again", 10, "SO-1", "c1"),
        ("third", 40, "SO-1", "c1"),
        ("much-later", 71, "SO-1", "c1"),
        ("other-order", 11, "SO-2", "c1"),
        ("other-customer", 11, "SO-1", "c2"),
    ):
        at = MONDAY + days * DAY
        await put_case(pool, f"complaint:m1:{number}", at, order_id=order, customer_id=customer)
    await put_case(pool, "return:m1:R-1", MONDAY + DAY, order_id="SO-2")
    await put_case(pool, "complaint:m2:1", MONDAY + 2 * DAY)
    counts = FigureCounts(pool)
    where = FigureFilter(kinds=["complaint"])
    figures = complaint_figures(await counts.facets(where))
    assert (figures.cases, figures.repeats, figures.repeat_rate) == (7, 2, 0.2857)
    assert sum(row.repeats for row in await counts.facets(where, 31 * DAY)) == 3
    assert sum(row.repeats for row in await counts.facets(where, 9 * DAY)) == 0


async def test_a_repeat_counts_though_the_first_was_before_the_period(pool: Pool) -> None:
    await put_case(pool, "complaint:m1:1", MONDAY)
    await put_case(pool, "complaint:m1:2", MONDAY + 5 * DAY)
    [row] = await FigureCounts(pool).facets(FigureFilter(since=MONDAY + DAY))
    assert (row.cases, row.repeats) == (1, 1)


async def test_complaints_about_no_order_are_told_apart_by_customer(pool: Pool) -> None:
    for number, customer, order in (
        ("1", "c1", None),
        ("2", "c1", None),
        ("3", "c2", None),
        ("4", "c1", "SO-1"),
    ):
        await put_case(pool, f"complaint:m1:{number}", MONDAY, order_id=order, customer_id=customer)
    [row] = await FigureCounts(pool).facets(FigureFilter())
    assert (row.cases, row.repeats) == (4, 1)
    found = await CaseLibrary(pool).duplicates_of("m1", None, "c1", None, MONDAY)
    assert [(each.case_id[-1], each.is_same_order) for each in found] == [
        ("1", False),
        ("2", False),
        ("4", False),
    ]


async def test_of_two_complaints_at_the_same_moment_one_is_the_repeat(pool: Pool) -> None:
    await put_case(pool, "complaint:m1:1", MONDAY)
    await put_case(pool, "complaint:m1:2", MONDAY)
    [row] = await FigureCounts(pool).facets(FigureFilter())
    assert (row.cases, row.repeats) == (2, 1)


@pytest.mark.parametrize(
    ("where", "cases"),
    [
        (FigureFilter(), 4),
        (FigureFilter(merchant="m1"), 3),
        (FigureFilter(kinds=["delivery"]), 1),
        (FigureFilter(kinds=["complaint", "delivery"]), 4),
        (FigureFilter(since=MONDAY + DAY), 2),
        (FigureFilter(until=MONDAY + DAY), 2),
        (FigureFilter(merchant="m1", kinds=["complaint"], since=MONDAY, until=MONDAY + DAY), 1),
    ],
)
async def test_figures_are_by_merchant_kind_and_period(pool: Pool, where: FigureFilter, cases: int) -> None:
    await put_case(pool, "complaint:m1:1", MONDAY)
    await put_case(pool, "complaint:m1:2", MONDAY + DAY)
    await put_case(pool, "complaint:m2:1", MONDAY)
    await put_case(pool, "delivery:m1:1", MONDAY + 2 * DAY)
    counts = FigureCounts(pool)
    assert sum(row.cases for row in await counts.facets(where)) == cases
    assert sum(row.cases for row in await counts.arrivals(where)) == cases


async def test_arrivals_are_counted_by_quarters_of_an_hour(pool: Pool) -> None:
    for number, minutes in enumerate((0, 14, 15, 59, 60)):
        await put_case(pool, f"return:m1:{number}", MONDAY + timedelta(minutes=minutes))
    assert await FigureCounts(pool).arrivals(FigureFilter()) == [
        Arrivals(at=MONDAY, cases=2),
        Arrivals(at=MONDAY + timedelta(minutes=15), cases=1),
        Arrivals(at=MONDAY + timedelta(minutes=45), cases=1),
        Arrivals(at=MONDAY + timedelta(minutes=60), cases=1),
    ]


async def test_possible_duplicates_are_of_the_same_order_or_customer(pool: Pool) -> None:
    for number, days, order, customer, facets in (
        ("too-old", -40, "SO-1", "c1", QUALITY),
        ("both", 0, "SO-1", "c1", QUALITY),
        ("order", 1, "SO-1", "c2", QUALITY),
        ("customer", 2, "SO-2", "c1", QUALITY),
        ("neither", 3, "SO-2", "c2", QUALITY),
        ("category", 4, "SO-1", "c1", LATE),
    ):
        case_id = f"complaint:m1:{number}"
        await put_case(
            pool, case_id, MONDAY + days * DAY, facets, order_id=order, customer_id=customer, is_open=days > 0
        )
    await put_case(pool, "return:m1:R-1", MONDAY, QUALITY)
    await put_case(pool, "complaint:m2:both", MONDAY, QUALITY)
    library = CaseLibrary(pool)
    asked = ("m1", "SO-1", "c1")
    found = await library.duplicates_of(*asked, "quality", MONDAY - 30 * DAY)
    assert [
        (each.case_id.rpartition(":")[2], each.is_same_order, each.is_same_customer, each.open)
        for each in found
    ] == [("customer", False, True, True), ("order", True, False, True), ("both", True, True, False)]
    any_category = await library.duplicates_of(*asked, None, MONDAY - 30 * DAY)
    assert [each.case_id.rpartition(":")[2] for each in any_category] == [
        *("category", "customer", "order", "both"),
    ]
    [returned] = await library.duplicates_of(*asked, None, MONDAY, kind="return")
    assert returned.case_id == "return:m1:R-1"
