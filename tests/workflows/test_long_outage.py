"""Refunds (`CASEWORK_REFUNDS`, else 20) whose gateway is away for 26 hours, longer than it knows keys.

Half of them were paid before it went, and the answer was lost; the other half never arrived. Only the
gateway's own counters and journal say what was sent and paid.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sandbox.messages import FaultRule
from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.refunds import pass_refund_time, resolve, until_ledger

HALF = int(os.environ.get("CASEWORK_REFUNDS", "20")) // 2
AT_ONCE = 8
LAST_SENDING, OUTAGE = timedelta(hours=23), timedelta(hours=26)
"""The key window of a day less the policy's hour; how long the gateway is away."""
MUTE = FaultRule(kind="down", operation="find")
COUNTED = FaultRule(kind="slow", operation="refund", delay_seconds=0)


async def sent_in(desk: Desk, number: str) -> Case:
    """A return whose goods have passed, and whose refund was sent once."""
    await desk.put_order(f"SO-{number}")
    case = await desk.open(number, order_id=f"SO-{number}")
    await case.send_in()
    await until_ledger(case, "unknown")
    return case


async def sent_into(desk: Desk, *rules: FaultRule, named: str) -> list[Case]:
    """Half of them, while the gateway fails so."""
    await desk.sandbox.set_faults("payments", *rules)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> Case:
        async with free:
            return await sent_in(desk, number)

    return list(await asyncio.gather(*(one(f"{named}-{number}") for number in range(HALF))))


async def all_pass(cases: Sequence[Case], span: timedelta) -> None:
    """Let the virtual time of each refund pass."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> None:
        async with free:
            await pass_refund_time(case, seconds=span.total_seconds())

    await asyncio.gather(*map(one, cases))


async def sendings(desk: Desk) -> int:
    """How often the gateway was asked to pay since its faults were last set."""
    return next(rule.matched for rule in await desk.sandbox.faults("payments") if rule.operation == "refund")


@pytest.mark.timeout(600)
async def test_after_a_day_without_the_gateway_nothing_is_sent_and_all_is_known_or_held(desk: Desk) -> None:
    unpaid = await sent_into(desk, FaultRule(kind="lost_before", operation="refund"), named="U")
    await all_pass(unpaid, LAST_SENDING / 2)
    assert await sendings(desk) >= 2 * HALF, "what is not known there is sent again while the key is safe"

    # From here on nobody can ask, so that the second half is not found before the day is over.
    paid = await sent_into(desk, MUTE, FaultRule(kind="lost_after", operation="refund"), named="P")
    await desk.sandbox.set_faults("payments", MUTE, COUNTED)
    await all_pass(unpaid, LAST_SENDING / 2)
    await all_pass(paid, LAST_SENDING)
    assert await sendings(desk) == 0, "what could not be asked about was sent again"
    await all_pass([*paid, *unpaid], OUTAGE - LAST_SENDING)
    for case in paid:
        await desk.sandbox.prune_key(desk.merchant, desk.key(case))
    await desk.sandbox.set_faults("payments", COUNTED)
    await all_pass([*paid, *unpaid], timedelta(hours=3))

    assert await sendings(desk) == 0
    for case in paid:
        await case.until_view(lambda view: view["refunds"][0]["state"] == "settled")
    for case in unpaid:
        await case.until_view(lambda view: view["refunds"][0]["state"] == "held")
    assert len(await desk.movements()) == HALF
    await desk.books_agree()
    await resolve(unpaid[0], by="finance", paid=False, reason="not in the statement")
    await unpaid[0].until_view(lambda view: view["refunds"][0]["state"] == "failed")
