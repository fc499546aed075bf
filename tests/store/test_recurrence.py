"""What comes up again is counted over the read model, against cases that can be counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import CaseNotFound, InvalidRequest
from domain.improvements.opening import WantedCount
from store.case_library import CaseLibrary
from store.pool import Pool
from store.recurrence import Recurrences
from tests.domain.library.entries import make_entry
from tests.store.case_rows import put_case

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
LATE = {
    "category": "logistics",
    "reason": "late",
    "party": "carrier",
    "carrier": "swift",
    "lane": "sha-pek",
    "root_cause": "one_carrier",
}


def wanted(recurs: dict[str, str], **changes: Any) -> WantedCount:
    """What is counted in the week from Monday on."""
    given = {
        "merchant": "m1",
        "recurs": recurs,
        "kinds": ["complaint", "delivery"],
        "since": MONDAY,
        "until": MONDAY + timedelta(days=7),
    }
    return WantedCount.model_validate({**given, **changes})


@pytest.fixture
async def cases(pool: Pool) -> Recurrences:
    """Two late parcels, one of another carrier, and what is no case of the week."""
    await put_case(pool, "complaint:m1:1", MONDAY, LATE)
    await put_case(pool, "delivery:m1:2", MONDAY + timedelta(days=2), LATE, is_open=False)
    await put_case(pool, "complaint:m1:3", MONDAY + timedelta(days=1), {**LATE, "carrier": "harbour"})
    await put_case(pool, "complaint:m1:4", MONDAY - timedelta(seconds=1), LATE)
    await put_case(pool, "complaint:m1:5", MONDAY + timedelta(days=7), LATE)
    await put_case(pool, "return:m1:6", MONDAY, LATE)
    await put_case(pool, "complaint:m2:7", MONDAY, LATE)
    await put_case(pool, "complaint:m1:8", MONDAY)
    return Recurrences(pool)


@pytest.mark.parametrize(
    ("recurs", "found"),
    [
        ({"category": "logistics"}, ["complaint:m1:1", "complaint:m1:3", "delivery:m1:2"]),
        ({"carrier": "swift"}, ["complaint:m1:1", "delivery:m1:2"]),
        ({"carrier": "swift", "lane": "pek-sha"}, []),
        ({"carrier": "swift", "root_cause": "one_carrier"}, ["complaint:m1:1", "delivery:m1:2"]),
        ({"category": "logistics", "root_cause": "the_packer"}, []),
        ({"reason": "late", "party": "carrier", "lane": "sha-pek", "carrier": "harbour"}, ["complaint:m1:3"]),
    ],
)
async def test_cases_of_the_period_that_have_it_in_common_are_counted(
    cases: Recurrences, recurs: dict[str, str], found: list[str]
) -> None:
    counted = await cases.count(wanted(recurs))
    assert (counted.found, counted.cases) == (len(found), found)


async def test_all_are_counted_and_the_first_are_named(cases: Recurrences) -> None:
    counted = await cases.count(wanted({"category": "logistics"}), limit=1)
    assert (counted.found, counted.cases) == (3, ["complaint:m1:1"])
    of_returns = await cases.count(wanted({"category": "logistics"}, kinds=["return"]))
    assert of_returns.cases == ["return:m1:6"]


async def test_goods_are_known_of_who_says_them_and_of_the_library(cases: Recurrences, pool: Pool) -> None:
    await CaseLibrary(pool).archive(make_entry("1", skus=["CUP-01", "CUP-02"]))
    await put_case(pool, "complaint:m1:9", MONDAY, {"sku": "CUP-02"})
    assert (await cases.count(wanted({"sku": "CUP-02"}))).cases == ["complaint:m1:1", "complaint:m1:9"]
    assert (await cases.count(wanted({"sku": "CUP-02", "carrier": "swift"}))).found == 1
    assert (await cases.count(wanted({"sku": "CUP-03"}))).found == 0


async def test_evidence_must_be_there_and_the_merchants_own(cases: Recurrences) -> None:
    await cases.check_evidence("m1", ["complaint:m1:1", "return:m1:6"])
    await cases.check_evidence("m1", [])
    with pytest.raises(CaseNotFound, match="complaint:m1:nobody"):
        await cases.check_evidence("m1", ["complaint:m1:1", "complaint:m1:nobody"])
    with pytest.raises(InvalidRequest, match="complaint:m2:7 is another merchant's"):
        await cases.check_evidence("m1", ["complaint:m2:7"])
