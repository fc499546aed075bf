"""Random delivery exceptions on the real server: their clocks are what their stored events give."""

from contextlib import suppress
from random import Random
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from tests.workflows.case import Case
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import Desk, line
from tests.workflows.test_random_returns import all_checked

DELIVERIES = 10
STEPS = 8
KINDS = ("damage", "late", "signed_not_received", "refused")
HOURS = (1, 20, 60, 100)


def request(stage: str, dice: Random) -> tuple[str, dict[str, Any]]:
    """Something that a case in this stage may be asked, sensible or not."""
    who = {"by": "lead-1", "reason": "by the dice"}
    if dice.random() < 0.25:
        return "retarget", {**who, "policy": dice.choice(("awake", "hurried", "attentive"))}
    decision = {"agent": "a", "remedy": "compensate", "amount_minor": 500, "reason": "a kindness"}
    asks: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "investigation": [("carrier_answered", {"by": "a", "at_fault": True})],
        "choice": [("choose", {"remedy": dice.choice(("refund", "redeliver"))})],
        "decision": [("decide", decision)],
        "feedback": [("feedback", {"by": "a", "done": "We sent it again.", "cause": "The courier."})],
        "confirmation": [("confirm", {}), ("object", {"reason": "that is little"})],
    }
    return dice.choice([*asks.get(stage, []), ("contacted", {"by": "a", "how": "phone"})])


async def played(desk: Desk, seed: int) -> Case:
    """A delivery exception of one cup by the dice: requests, time, other terms; refusals are part of it."""
    dice = Random(seed)
    cup = [{"line": "1", "quantity": 1}]
    case = await open_delivery(desk, f"D-{seed}", kind=dice.choice(KINDS), lines=cup)
    for _ in range(STEPS):
        try:
            name, message = request((await case.view())["stage"], dice)
            with suppress(ApplicationError):
                await case.act(name, **message)
            if dice.random() < 0.6:
                await case.pass_time(hours=dice.choice(HOURS))
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            break  # it closed in that moment
    return case


async def test_the_clocks_of_10_random_deliveries_are_reproduced_from_the_store(desk: Desk) -> None:
    await desk.put_order(lines=[line("1", "CUP-01", quantity=DELIVERIES, paid_minor=10000)])
    types = await all_checked(lambda seed: played(desk, seed), DELIVERIES)
    assert sum("case.retargeted" in each for each in types) > DELIVERIES // 3
    assert {"delivery.granted", "delivery.closed", "delivery.chosen"} <= set[str]().union(*types)
