"""The summary's arithmetic: it counts by everybody's books and notices when they differ."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from demo.report import print_summary, print_timeline
from domain.approvals import Approval
from domain.carrier_claims.requests import Income
from sandbox.messages import Arrived
from sandbox.payment_messages import Movement
from tests.demo.books import (
    AROUND,
    AT,
    KILL,
    MINUTE,
    PARCEL,
    REFUSED,
    SOUND,
    WIDTH,
    approval,
    arrived,
    case,
    failed,
    ledger,
    paid,
    summary,
    taken_on,
    told,
)


def test_books_that_agree_hold() -> None:
    told = summary()
    assert told.holds
    assert (told.kinds[0].outcomes, told.refusals) == ({"refunded": 1, "refused": 1}, {"window_closed": 1})
    assert (told.money.ledger_minor, told.money.journal_minor, told.money.refunds) == (150, 150, 1)
    assert told.lost_replies == 1


def test_there_is_a_row_for_each_kind_and_for_each_of_its_clocks() -> None:
    """A warned clock counts among the met; attainment is met among those that were judged, rounded down."""
    kinds = {row.kind: row for row in summary().kinds}
    assert {kind: (row.cases, [clock.metric for clock in row.clocks]) for kind, row in kinds.items()} == {
        "return": (2, ["review", "resolution"]),
        "complaint": (1, ["solution"]),
        "shipment": (1, []),
        "claim": (1, ["answer"]),
    }
    review, resolution = kinds["return"].clocks
    assert (review.met, review.warned, review.breached, review.other) == (3, 1, 1, 0)
    assert (resolution.met, resolution.other) == (0, 1)
    assert (review.attainment_percent, resolution.attainment_percent) == (75.0, None)


def test_notices_are_counted_by_the_channel_that_reached_the_customer() -> None:
    notices = summary().notices
    assert notices.by_channel == {"email": 1, "sms": 1, "push": 1}
    assert (notices.fell_back, notices.undeliverable, notices.handed_over_again) == (1, 1, 1)


@pytest.mark.parametrize(
    ("movements", "detail"),
    [
        ([], "rf-gifts-A-1"),
        ([paid("A", 151)], "rf-gifts-A-1"),
        ([paid("A"), paid("A", ref="re_2")], "rf-gifts-A-1"),
        ([paid("A"), paid("C")], "rf-gifts-C-1"),
        # equal sums of different refunds are no agreement
        ([paid("C")], "rf-gifts-A-1, rf-gifts-C-1"),
    ],
)
def test_a_journal_that_differs_is_noticed(movements: list[Movement], detail: str) -> None:
    assert failed(movements=movements) == [
        f"the ledger is equal to the gateway's journal: they differ in {detail}"
    ]


def test_money_that_came_back_is_not_refunded() -> None:
    assert summary(movements=[paid("A"), paid("B", 90), paid("B", -90)]).holds


def test_a_second_payment_is_noticed_whether_by_key_or_by_case() -> None:
    assert failed(taken_on=[taken_on("A"), taken_on("A", ref="re_2")]) == [
        "nothing is paid twice: rf-gifts-A-1"
    ]
    again = [ledger("A", 100), ledger("A", 50, seq=2, state="pending")]
    assert "nothing is paid twice: return:gifts:A" in failed(ledger=again)
    assert "nothing is paid twice" not in str(
        failed(ledger=[ledger("A"), ledger("A", seq=2, state="failed")])
    )


@pytest.mark.parametrize(
    "approvals",
    [
        {},
        {"rf-gifts-A-1": approval("A", state="asked", decided_by=None, decided_at=None)},
        {"rf-gifts-A-1": approval("A", state="declined")},
        {"rf-gifts-A-1": approval("A", decided_at=AT + MINUTE)},
        {"rf-gifts-A-1": approval("A", decided_by="i1")},
    ],
    ids=["nobody was asked", "nobody answered", "a no", "a yes afterwards", "their own yes"],
)
def test_a_large_refund_without_a_second_person_is_noticed(approvals: dict[str, Approval]) -> None:
    assert failed(approvals=approvals) == ["large refunds have a second person's yes: rf-gifts-A-1"]


def test_a_day_without_a_large_refund_shows_nothing_of_approvals() -> None:
    assert failed(limit_minor=150) == ["large refunds have a second person's yes: 0 refunds above £1.50"]


def test_a_case_that_is_missing_or_waits_is_named() -> None:
    told = summary(cases=[case("B", None)])
    assert [(case.case_id, case.waiting_for) for case in told.waiting] == [("return:gifts:B", "carrier")]
    assert told.checks[0].detail == (
        "return:gifts:A is not in the store; a shipment of swift.P1 is not in the store; "
        "a claim of swift.P1 is not in the store; return:gifts:B is in ship_back and waits for carrier"
    )


@pytest.mark.parametrize("income", [[], [SOUND.income[0]] * 2])
def test_what_carriers_paid_is_in_our_books_once(income: list[Income]) -> None:
    assert failed(income=income) == ["what carriers paid is booked once: the books differ in cl-1"]


@pytest.mark.parametrize(
    ("records", "detail"),
    [
        (0, "swift.P1 0 times"),
        (2, "swift.P1 2 times"),
    ],
)
def test_storm_notices_go_out_once_per_parcel(records: int, detail: str) -> None:
    """Also where both the watch and the delivery exception of a parcel rested for the storm."""
    cases = [PARCEL, f"delivery:gifts:{PARCEL.rpartition(':')[2]}-1"]
    again = [
        told(f"w{index}", "push", case_id=case_id, kind="extreme_weather")
        for index, case_id in enumerate(cases[:records])
    ]
    inbox = [arrived(record.notice_id, "push") for record in again]
    changed = summary(notices=again, inbox=inbox, spared=cases)
    [check] = [check for check in changed.checks if check.name == "the storm is told once for each parcel"]
    assert (check.holds, check.detail) == (False, detail)


def test_a_parcel_that_no_storm_touched_is_not_told_of_one() -> None:
    assert failed(spared=[]) == ["the storm is told once for each parcel: swift.P1 for nothing"]
    assert "there was no storm" in str(failed(storm=None))


def test_the_surge_is_in_force_only_within_its_window() -> None:
    """What was opened in it is held to it, nothing else is; who straddles an end may have either."""
    late, early = AT + 2 * MINUTE, AT - 2 * MINUTE
    wrong = {
        "demo": case("D", policy="demo", opened_at=AT),
        "demo-surge": case("E", policy="demo-surge", opened_at=late),
    }
    for policy, held in wrong.items():
        assert failed(cases=[*SOUND.cases, held]) == [
            f"the surge holds within its window only: {held.case_id} is held to {policy}"
        ]
    straddling = [case("F", policy=policy, opened_at=AT) for policy in ("demo", "demo-surge")]
    begun = {**SOUND.begun_at, "return:gifts:F": early}
    assert all(summary(cases=[*SOUND.cases, each], begun_at=begun).holds for each in straddling)
    assert "the surge holds within its window only" in str(failed(cases=[case("A", opened_at=early)]))


@pytest.mark.parametrize("course", [AROUND[:1] + AROUND[3:], AROUND[:3], ()])
def test_a_complaint_goes_twice_around_and_is_confirmed(course: tuple[str, ...]) -> None:
    """Answered, evaluated again, answered anew, confirmed: nothing less will do."""
    assert failed(courses={"complaint:gifts:C": course}) == ["a complaint goes twice around: none did"]


@pytest.mark.parametrize(
    ("inbox", "detail"),
    [
        ([*SOUND.inbox, arrived("n1", "email")], "n1 twice; n1 unaccounted"),
        ([each for each in SOUND.inbox if each.notice_id != "n2"], "n2 unaccounted"),
        ([*SOUND.inbox, arrived("n9", "push")], "n9 unaccounted"),
    ],
)
def test_a_notice_too_many_or_too_few_is_noticed(inbox: list[Arrived], detail: str) -> None:
    assert failed(inbox=inbox) == [f"nobody is told twice: {detail}"]


def printed(**changes: Any) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=WIDTH)
    print_summary(console, summary(**changes))
    print_timeline(console, "return:gifts:A", [REFUSED], [KILL])
    return out.getvalue().splitlines()


def test_the_summary_says_equal_and_fits_the_screen() -> None:
    lines = printed()
    assert max(map(len, lines)) <= WIDTH
    assert any("£1.50 by our ledger, £1.50 by the gateway's journal: equal" in line for line in lines)
    assert any(line.startswith("ok") and "every case has ended: 5 of 5" in line for line in lines)
    assert any(line.split() == ["return", "review", "3", "(1)", "1", "75", "%"] for line in lines)
    assert any(line.split()[:2] == ["complaint", "1"] and "1 resolved" in line for line in lines)
    assert any("worker-1 is killed" in line for line in lines)


def test_the_summary_says_what_does_not_hold() -> None:
    lines = printed(movements=[])
    assert any("NOT EQUAL" in line for line in lines)
    assert any(line.startswith("FAIL") for line in lines)
