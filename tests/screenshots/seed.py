"""A day at the desk for the pictures: cases of every kind that a customer has, in many stages, some late."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.complaints.messages import OpenComplaint
from domain.deliveries.messages import OpenDelivery
from domain.kinds import kind_of
from domain.orders import Language
from domain.returns.messages import OpenReturn
from sandbox.client import SandboxClient
from sandbox.messages import Contact
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.updates import updates_of
from tests.workflows.desk import line, make_order

MERCHANT = "harbourlight"
AGENT, LEAD, HEAD, WAREHOUSE = "fl-01", "sv-01", "hd-01", "w1"
CROWD = 6
LONG = "Die Donaudampfschifffahrtsgesellschaftskapitänsmützenknöpfe kamen zerbrochen an, 而且盒子压扁了。"


@dataclass
class Seed:
    """Opens cases, and moves them on."""

    cases: Cases
    sandbox: SandboxClient
    records: CaseRecords

    async def order(self, number: int, language: Language = "zh-CN", **changes: Any) -> str:
        """An order, and a customer who can be reached."""
        order = make_order(MERCHANT, f"SO-2026-{number:04}", customer_id=f"c{number}", **changes)
        await self.sandbox.put_order(order)
        contact = Contact(
            name="Maximilian Wolkenstein-Trostburg", language=language, email=f"c{number}@customers.example"
        )
        await self.sandbox.put_contact(MERCHANT, order.customer_id, contact)
        return order.order_id

    async def a_return(self, number: int, reason: str = "quality", kind: str = "return", **given: Any) -> str:
        """A return of one cup."""
        lines = [{"line": "1", "quantity": 1, "reason": reason}]
        application = {
            "order_id": await self.order(number),
            "customer_id": f"c{number}",
            "request": {"kind": kind, "proof_of_purchase": True, "lines": lines},
            **given,
        }
        start = {"merchant": MERCHANT, "number": f"R-{number:04}", "application": application}
        return await self._opened(OpenReturn.model_validate(start))

    async def a_complaint(self, number: int, **given: Any) -> str:
        """A complaint about a cup, made some hours ago where `hours` says so."""
        at = datetime.now(UTC) - timedelta(hours=given.pop("hours", 1))
        complaint = {
            "customer_id": f"c{number}",
            "order_id": given.pop("order_id", None) or await self.order(number),
            "occurred_at": (at - timedelta(minutes=5)).isoformat(),
            "received_at": at.isoformat(),
            "content": LONG,
            "demand": {"wants": ["refund"]},
            "category": "product_quality",
            **given,
        }
        start = {"merchant": MERCHANT, "number": f"C-{number:04}", "complaint": complaint}
        return await self._opened(OpenComplaint.model_validate(start))

    async def a_delivery(self, number: int, kind: str, **given: Any) -> str:
        """A parcel that something happened to."""
        order_id = await self.order(number)
        await self.sandbox.register_parcel("swift", f"SW-{number:08}")
        exception = {
            "order_id": order_id,
            "customer_id": f"c{number}",
            "kind": kind,
            "carrier": "swift",
            "tracking_no": f"SW-{number:08}",
            "reported_by": "agent",
            "origin": "CN-44",
            "destination": "CN-33",
            **given,
        }
        start = {"merchant": MERCHANT, "number": f"D-{number:04}", "exception": exception}
        return await self._opened(OpenDelivery.model_validate(start))

    async def act(self, case_id: str, update: str, turn: str = "", /, **given: Any) -> None:
        """A request to a case; `turn` tells one from another of the same."""
        message = updates_of(kind_of(case_id))[update].model_validate(given)
        answer = await self.cases.act(case_id, message, f"seed-{update}{turn}")
        await self.records.wait_for(case_id, answer.seq)

    async def _opened(self, start: Any) -> str:
        answer = await self.cases.open(start)
        await self.records.wait_for(start.case_id, answer.seq)
        return start.case_id

    async def until_stage(self, case_id: str, stage: str) -> None:
        """Wait until the case has got there by itself."""
        async for _ in self.records.follow(case_id):
            if (await self.records.state(case_id)).stage == stage:
                return


async def seed(desk: Seed) -> dict[str, str]:
    """The day; gives the cases of which customers have links, by what is to be seen there."""
    shown = {
        "return-review": await desk.a_return(1),
        "return-question": await _asked(desk, 2),
        "return-label": await _approved(desk, 3),
        "return-ship": await desk.a_return(4, "no_reason"),
        "return-confirm": await _settled(desk, 5),
        "return-refused": await _refused(desk, 6),
        "complaint-received": await desk.a_complaint(11, hours=30),
        "complaint-answered": await _answered(desk, 12),
        "complaint-long": await _crowded(desk, 13),
        "complaint-closed": await _closed(desk, 14),
        "delivery-choice": await desk.a_delivery(21, "damage"),
        "delivery-looked-for": await desk.a_delivery(22, "late"),
    }
    for number, agent in ((61, AGENT), (62, AGENT), (63, LEAD)):
        await _to_be_signed(desk, number, agent)
    for number in range(31, 37):
        await desk.a_return(number, "quality" if number % 2 else "not_as_described")
    for number, category in enumerate(("logistics", "payment", "staff_attitude", "returns"), 41):
        await desk.a_complaint(number, category=category, hours=number - 38, channel="chat")
    for number, kind in enumerate(("stalled", "lost", "wrong_delivery"), 51):
        await desk.a_delivery(number, kind)
    return shown


async def _asked(desk: Seed, number: int) -> str:
    case_id = await desk.a_return(number)
    await desk.act(case_id, "request_info", agent=AGENT, question="请问是哪一只杯子坏了？能否发一张照片？")
    return case_id


async def _approved(desk: Seed, number: int) -> str:
    case_id = await desk.a_return(number)
    await desk.act(case_id, "review", agent=AGENT, approve=True)
    return case_id


async def _settled(desk: Seed, number: int) -> str:
    case_id = await _approved(desk, number)
    await desk.act(case_id, "ship", carrier="swift", tracking_no=f"SW-{number:08}")
    await desk.act(case_id, "receive", warehouse=WAREHOUSE)
    await desk.act(case_id, "inspect", inspector="in-01", lines=[{"line": "1", "passed": 1}])
    await desk.until_stage(case_id, "confirmation")
    return case_id


async def _refused(desk: Seed, number: int) -> str:
    case_id = await desk.a_return(number)
    await desk.act(case_id, "review", agent=AGENT, approve=False, reason="商品有明显的使用痕迹。")
    return case_id


async def _answered(desk: Seed, number: int) -> str:
    case_id = await desk.a_complaint(number)
    await _proposed(desk, case_id, AGENT, {"kind": "apology"})
    await desk.until_stage(case_id, "confirmation")
    return case_id


async def _proposed(
    desk: Seed, case_id: str, agent: str, measure: dict[str, Any], allowed_by: str | None = None
) -> None:
    await desk.act(case_id, "review", agent=agent, valid=True)
    found = {"party": "merchant", "root_cause": "packaging", "recurring": True, "words": "Too thin."}
    await desk.act(case_id, "finding", agent=agent, finding=found)
    approval = {"by": allowed_by, "role": "head"} if allowed_by else None
    reasons = "很抱歉，包装盒太薄。"
    await desk.act(case_id, "propose", agent=agent, reasons=reasons, measures=[measure], approval=approval)


async def _closed(desk: Seed, number: int) -> str:
    case_id = await _answered(desk, number)
    await desk.act(case_id, "confirm", satisfied=True)
    await desk.until_stage(case_id, "closed")
    return case_id


async def _crowded(desk: Seed, number: int) -> str:
    """Long words, one that never breaks, and marks of HTML that pages have to write as text."""
    case_id = await desk.a_complaint(number, content=f"{LONG} <b>{'1234567890' * 20}</b> {LONG * 8}")
    for turn in range(CROWD):
        question = f"{turn}. {LONG} <script>alert(1)</script> https://example.com/{'a' * 120}"
        await desk.act(case_id, "request_info", f"-{turn}", agent=AGENT, question=question)
        if turn < CROWD - 1:
            await desk.act(case_id, "give_info", f"-{turn}", answer=LONG * 4)
    return case_id


async def _to_be_signed(desk: Seed, number: int, agent: str) -> None:
    """A refund above what one person may give."""
    lines = [line("1", "WATCH-01", quantity=1, paid_minor=900_000)]
    case_id = await desk.a_complaint(number, order_id=await desk.order(number, lines=lines))
    await _proposed(desk, case_id, agent, {"kind": "refund", "amount_minor": 640_000 + number}, HEAD)
