"""One case of every shape, played for the record: what future code must be able to replay."""

from collections.abc import Awaitable, Callable

from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk, line, wanted
from tests.workflows.outage import store_outage
from tests.workflows.refunds import decide, hint, pass_refund_time, resolve, until_ledger
from tests.workflows.staff_desk import roster, staffed

Shape = Callable[[Desk], Awaitable[Case]]


async def plain(desk: Desk) -> Case:
    """Reviewed by an agent, sent in, paid, confirmed."""
    await desk.put_order(lines=[line("1", "CUP-01", quantity=3, paid_minor=400_000)])
    case = await desk.open()
    await case.approve()
    await case.send_in()
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def labelled_and_breached(desk: Desk) -> Case:
    """A question, a breach, a label, goods that failed in part, silence that confirms."""
    await desk.put_order()
    case = await desk.open(lines=[wanted(quantity=2, reason="quality")])
    await case.act("request_info", agent="a17", question="Is there a photo?")
    await case.act("give_info", answer="Here it is.")
    await case.pass_time(days=5)
    await case.approve()
    await case.until_event("return.label_made")
    await case.receive()
    await case.inspect({"line": "1", "passed": 1, "failed": 1, "reason": "worn"})
    await case.until_stage("confirmation")
    await case.pass_time(days=9)
    return case


async def refused(desk: Desk) -> Case:
    """Refused by rule, at once."""
    await desk.put_order(lines=[line("1", "CUP-01", quantity=1, paid_minor=100)])
    return await desk.open(lines=[wanted(quantity=2)])


async def cancelled_and_reopened(desk: Desk) -> Case:
    """Withdrawn, taken up again by ops, withdrawn."""
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.act("cancel")
    await case.result()
    await desk.reopen(case, "by_ops")
    await case.act("cancel")
    return case


async def expired(desk: Desk) -> Case:
    """Reminded and expired."""
    await desk.put_order()
    case = await desk.open()
    await case.pass_time(days=9)
    return case


async def lost_on_the_way(desk: Desk) -> Case:
    """A parcel that never came, and a person who paid."""
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.pass_time(days=8)
    await case.act("resolve_parcel", by="a17", event="lost", refund=True, reason="a good customer")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def exchanged_after_waiting(desk: Desk) -> Case:
    """Out of stock, waited for, sent."""
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    case = await desk.open(kind="exchange")
    await case.send_in()
    await case.until_event("return.exchange_out_of_stock")
    await case.act("choose", choice="wait")
    await case.pass_time(days=2)
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 1)
    await case.pass_time(days=2)
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def refunded_at_the_second_try(desk: Desk) -> Case:
    """Out of stock, refund chosen, failed at the gateway, paid under a new number."""
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await desk.open(kind="exchange")
    await case.send_in()
    await case.until_event("return.exchange_out_of_stock")
    await case.act("choose", choice="refund")
    await until_ledger(case, "pending")
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await desk.sandbox.set_gateway()
    await pass_refund_time(case, hours=1)
    await case.until_view(lambda view: view["waiting_for"] == "ops")
    await case.act("retry_refund", by="lead", reason="another account")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def money_returned(desk: Desk) -> Case:
    """Closed; then the money came back, and was paid under a new number."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.handle.result()
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await hint(case)
    await case.until_stage("settlement")
    await case.act("retry_refund", by="lead", reason="another account")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def given_as_a_voucher(desk: Desk) -> Case:
    """Paid; then the money came back, and a voucher was given in its place with the customer's word."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await hint(case)
    await case.until_stage("settlement")
    await case.act("retry_refund", by="lead", reason="no card", way="voucher", customer_says="call 4711")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def held_and_resolved(desk: Desk) -> Case:
    """A refund that the gateway forgot, and a person's word on it."""
    await desk.put_order()
    await desk.gateway("lost_before")
    case = await desk.open()
    await case.send_in()
    await until_ledger(case, "unknown")
    await pass_refund_time(case, hours=26)
    await case.until_view(lambda view: view["refunds"][0]["state"] == "held")
    await resolve(case, by="finance", paid=True, provider_ref="re_1", reason="seen in the statement")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def declined_and_approved(desk: Desk) -> Case:
    """A refund that a second person declined, and a smaller one that they approved."""
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await desk.open(policy="wary")
        await case.send_in()
        await decide(case, approve=False)
        await case.until_view(lambda view: view["waiting_for"] == "ops")
        await case.act("retry_refund", by="sl-01", reason="as agreed", amount_minor=3100)
        await decide(case, 2)
        await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def retargeted(desk: Desk) -> Case:
    """Held to shorter promises while it is paused, and to its first ones again; refused by an agent."""
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("request_info", agent="a17", question="Is there a photo?")
    await case.act("retarget", by="lead-1", policy="hurried", reason="the peak is over")
    await case.act("retarget", by="lead-1", policy="hurried", reason="the peak is over")
    await case.act("give_info", answer="Here it is.")
    await case.pass_time(days=3)
    await case.act("retarget", by="lead-1", policy="awake", reason="a mistake")
    await case.act("review", agent="a17", approve=False, reason="It was worn.")
    return case


def through_an_outage(database_url: str) -> Shape:
    """A shape: the store was away during the review and the settlement."""

    async def played(desk: Desk) -> Case:
        await desk.put_order()
        case = await desk.open(lines=FAULTY)
        async with store_outage(database_url):
            await case.approve()
            await case.until_view(lambda view: view["store_unreachable_since"])
        await case.until_event("return.label_made")
        await case.receive()
        async with store_outage(database_url):
            await case.inspect()
            await case.until_pending("reserve_refund", case.refund())
        await case.until_stage("confirmation")
        await case.act("confirm")
        return case

    return played


async def continued_as_new(desk: Desk) -> Case:
    """A history grown long in the review and on the way back; played on a forgetful server."""
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    for number in range(4):
        await case.act("request_info", f"question-{number}", agent="a17", question="And?")
        await case.act("give_info", f"answer-{number}", answer="So.")
    await case.approve()
    await case.until_event("return.label_made")
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        plain,
        labelled_and_breached,
        refused,
        cancelled_and_reopened,
        expired,
        lost_on_the_way,
        exchanged_after_waiting,
        refunded_at_the_second_try,
        held_and_resolved,
        money_returned,
        given_as_a_voucher,
        declined_and_approved,
        retargeted,
    )
}
