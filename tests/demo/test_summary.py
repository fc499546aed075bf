"""The summary's arithmetic: it counts by everybody's books and notices when they differ."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from demo.evidence import Evidence
from demo.mishaps import Kill
from demo.report import print_summary, print_timeline
from demo.summary import Summary, summarise
from domain.notices import Attempt, Channel, NoticeRecord
from domain.records import CaseSummary, Recorded
from domain.refunds import RefundRow
from sandbox.messages import ActiveFault, Arrived, Movement, Refund

AT = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
WIDTH = 80


def case(number: str, outcome: str | None = "refunded", clocks: list[Any] | None = None) -> CaseSummary:
    row: dict[str, Any] = {
        "case_id": f"return:gifts:{number}",
        "kind": "return",
        "merchant": "gifts",
        "number": number,
        "order_id": "O1",
        "customer_id": "c1",
        "stage": "closed" if outcome else "ship_back",
        "open": outcome is None,
        "outcome": outcome,
        "waiting_for": None if outcome else "carrier",
        "priority": "P3",
        "tier": "ordinary",
        "channel": "app",
        "language": "en",
        "policy": "demo",
        "policy_hash": "h",
        "calendar_revision": "none",
        "opened_at": AT,
        "last_seq": 9,
        "last_event_at": AT,
        "currency": "GBP",
        "clocks": clocks or [],
    }
    return CaseSummary.model_validate(row)


def clock(verdict: str, *rungs: str, metric: str = "review") -> dict[str, Any]:
    """A row of the read model: what is null is left out there."""
    return {
        "name": metric,
        "instance": 1,
        "state": "stopped",
        "verdict": verdict,
        "provisional": False,
        "started_at": AT.isoformat(),
        "due_at": AT.isoformat(),
        "elapsed_seconds": 3,
        "paused_seconds": 0,
        "rungs": [{"rung": rung, "at": AT.isoformat()} for rung in rungs],
    }


def ledger(number: str, amount_minor: int = 150, seq: int = 1, state: Any = "settled") -> RefundRow:
    return RefundRow(
        refund_id=f"refund:gifts:{number}:{seq}",
        key=f"rf-gifts-{number}-{seq}",
        case_id=f"return:gifts:{number}",
        seq=seq,
        merchant="gifts",
        order_id="O1",
        amount_minor=amount_minor,
        currency="GBP",
        provider="sandbox",
        state=state,
        state_since=AT,
    )


def paid(number: str, amount_minor: int = 150, ref: str = "re_1") -> Movement:
    key = f"rf-gifts-{number}-1"
    return Movement(
        at=AT, ref=ref, key=key, merchant="gifts", order_id="O1", amount_minor=amount_minor, currency="GBP"
    )


def taken_on(number: str, ref: str = "re_1") -> Refund:
    return Refund(
        key=f"rf-gifts-{number}-1",
        order_id="O1",
        amount_minor=150,
        currency="GBP",
        ref=ref,
        merchant="gifts",
        state="settled",
        accepted_at=AT,
    )


def told(notice_id: str, channel: Channel | None, *attempts: Attempt) -> NoticeRecord:
    return NoticeRecord(
        notice_id=notice_id,
        case_id="return:gifts:A",
        kind="refund_settled",
        state="sent" if channel else "undeliverable",
        channel=channel,
        attempts=list(attempts),
    )


def arrived(notice_id: str, channel: Channel, handed_over: int = 1) -> Arrived:
    return Arrived(
        notice_id=notice_id, to="x", body="b", channel=channel, ref="r", at=AT, handed_over=handed_over
    )


REFUSED = Recorded(
    seq=2, type="return.refused", at=AT, actor="customer", data={"code": "window_closed", "reason": "late"}
)
FELL = Attempt(channel="email", outcome="refused")
SOUND = Evidence(
    expected=["return:gifts:A", "return:gifts:B"],
    cases=[
        case("A", clocks=[clock("met"), clock("met", "75%"), clock("breached", "75%", "100%")]),
        case("B", "refused", clocks=[clock("met"), clock("pending", metric="resolution")]),
    ],
    refused=[REFUSED],
    ledger=[ledger("A")],
    taken_on=[taken_on("A")],
    movements=[paid("A")],
    notices=[told("n1", "sms", FELL), told("n2", "email"), told("n3", None, FELL)],
    inbox=[arrived("n1", "sms"), arrived("n2", "email", handed_over=2)],
    faults=[ActiveFault(kind="lost_after", every=5, matched=7, fired=1)],
)
KILL = Kill(worker="worker-1", pid=7, at=AT, paying="rf-gifts-A-1", case_id="return:gifts:A", back_at=AT)


def summary(**changes: Any) -> Summary:
    return summarise(
        replace(SOUND, **changes), orders=3, took=timedelta(seconds=31.4), kills=[KILL], remarks=[]
    )


def failed(**changes: Any) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in summary(**changes).checks if not check.holds]


def test_books_that_agree_hold() -> None:
    told = summary()
    assert told.holds
    assert (told.outcomes, told.refusals) == ({"refunded": 1, "refused": 1}, {"window_closed": 1})
    assert (told.money.ledger_minor, told.money.journal_minor, told.money.refunds) == (150, 150, 1)
    assert told.lost_replies == 1


def test_clocks_are_counted_by_metric_and_a_warned_one_among_the_met() -> None:
    clocks = {count.metric: count for count in summary().clocks}
    review, resolution = clocks["review"], clocks["resolution"]
    assert (review.met, review.warned, review.breached, review.other) == (3, 1, 1, 0)
    assert (resolution.met, resolution.other) == (0, 1)


def test_notices_are_counted_by_the_channel_that_reached_the_customer() -> None:
    notices = summary().notices
    assert notices.by_channel == {"email": 1, "sms": 1, "push": 0}
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


def test_a_case_that_is_missing_or_waits_is_named() -> None:
    told = summary(cases=[case("B", None)])
    assert [(case.case_id, case.waiting_for) for case in told.waiting] == [("return:gifts:B", "carrier")]
    assert told.checks[0].detail == (
        "return:gifts:A is not in the store; return:gifts:B is in ship_back and waits for carrier"
    )


@pytest.mark.parametrize(
    ("inbox", "detail"),
    [
        ([arrived("n1", "sms"), arrived("n1", "email"), arrived("n2", "email")], "n1 twice; n1 unaccounted"),
        ([arrived("n1", "sms")], "n2 unaccounted"),
        ([arrived("n1", "sms"), arrived("n2", "email"), arrived("n9", "push")], "n9 unaccounted"),
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
    assert any(line.startswith("ok") and "every return has ended: 2 of 2" in line for line in lines)
    assert any("worker-1 is killed" in line for line in lines)


def test_the_summary_says_what_does_not_hold() -> None:
    lines = printed(movements=[])
    assert any("NOT EQUAL" in line for line in lines)
    assert any(line.startswith("FAIL") for line in lines)
