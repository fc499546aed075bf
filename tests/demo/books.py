"""The books of a small day on which everything holds, for tests to change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.evidence import Evidence
from demo.expected import Expected
from demo.mishaps import Kill
from demo.summary import Summary, summarise
from domain.approvals import Approval
from domain.carrier_claims.requests import Income
from domain.notice_kinds import Channel
from domain.notices import Attempt, NoticeRecord
from domain.policy.policy import InForce
from domain.records import CaseSummary, Recorded
from domain.refunds import RefundRow
from domain.weather.messages import Window
from sandbox.messages import ActiveFault, Arrived
from sandbox.payment_messages import Movement, Refund

AT = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WIDTH = 80


def case(
    number: str,
    outcome: str | None = "refunded",
    clocks: list[Any] | None = None,
    kind: str = "return",
    **changes: Any,
) -> CaseSummary:
    row: dict[str, Any] = {
        "case_id": f"{kind}:gifts:{number}",
        "kind": kind,
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
    return CaseSummary.model_validate(row | changes)


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


def approval(number: str, **changes: Any) -> Approval:
    row: dict[str, Any] = {
        **ledger(number).model_dump(include={"key", "refund_id", "case_id", "seq", "merchant", "order_id"}),
        "amount_minor": 150,
        "currency": "GBP",
        "destination": "sandbox:O1",
        "hash": "0123456789abcdef",
        "why": ["refund"],
        "requested_by": "i1",
        "asked_at": AT - MINUTE,
        "state": "approved",
        "decided_by": "sv-01",
        "decided_at": AT,
    }
    return Approval.model_validate(row | changes)


def told(
    notice_id: str,
    channel: Channel | None,
    *attempts: Attempt,
    case_id: str = "return:gifts:A",
    kind: Any = "refund_settled",
) -> NoticeRecord:
    return NoticeRecord(
        notice_id=notice_id,
        case_id=case_id,
        kind=kind,
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
SURGE = InForce(since=AT - MINUTE, until=AT + MINUTE)
STORM = Window(
    window_id="weather:gifts:storm", region="GB-SCT", reason="storm", since=AT, until=AT + MINUTE, parcels=1
)
PARCEL = "shipment:gifts:swift.P1"
AROUND = ("complaint.answered", "complaint.evaluated_again", "complaint.answered", "complaint.confirmed")
SOUND = Evidence(
    expected=Expected(
        case_ids=("return:gifts:A", "return:gifts:B"),
        of_parcels=(("shipment", "swift.P1"), ("claim", "swift.P1")),
    ),
    cases=[
        case("A", clocks=[clock("met"), clock("met", "75%"), clock("breached", "75%", "100%")]),
        case(
            "B", "refused", [clock("met"), clock("pending", metric="resolution")], opened_at=AT - 2 * MINUTE
        ),
        case("C", "resolved", [clock("met", metric="solution")], "complaint", policy="demo-surge"),
        case("swift.P1", "delivered", kind="shipment", policy="demo-surge"),
        case("swift.P1-2-C1", "paid", [clock("met", metric="answer")], "claim", policy="demo-surge"),
    ],
    surge=SURGE,
    begun_at={"return:gifts:A": AT - 2 * MINUTE},
    storm=STORM,
    spared=[PARCEL],
    courses={"complaint:gifts:C": AROUND},
    income=[
        Income(
            key="cl-1",
            case_id="claim:gifts:swift.P1-2-C1",
            merchant="gifts",
            carrier="swift",
            order_id="O1",
            amount_minor=90,
            currency="GBP",
            received_at=AT,
        )
    ],
    paid_by_carriers={"cl-1": 90},
    limit_minor=100,
    approvals={"rf-gifts-A-1": approval("A")},
    refused=[REFUSED],
    ledger=[ledger("A")],
    taken_on=[taken_on("A")],
    movements=[paid("A")],
    notices=[
        told("n1", "sms", FELL),
        told("n2", "email"),
        told("n3", None, FELL),
        told("n4", "push", case_id=PARCEL, kind="extreme_weather"),
    ],
    inbox=[arrived("n1", "sms"), arrived("n2", "email", handed_over=2), arrived("n4", "push")],
    faults=[ActiveFault(kind="lost_after", every=5, matched=7, fired=1)],
)
KILL = Kill(worker="worker-1", pid=7, at=AT, paying="rf-gifts-A-1", case_id="return:gifts:A", back_at=AT)


def summary(**changes: Any) -> Summary:
    return summarise(
        replace(SOUND, **changes), orders=3, took=timedelta(seconds=31.4), kills=[KILL], remarks=[]
    )


def failed(**changes: Any) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in summary(**changes).checks if not check.holds]
