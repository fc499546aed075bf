"""A gateway forgets keys by its own clock, so what counts is when a request leaves, not when it was due."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.refunds import RefundActivities
from domain.refunds import Reservation
from store.ledger import Ledger
from tests.money.model_gateway import KEY_WINDOWS, ModelGateway
from tests.money.model_ledger import PAID_MINOR, ModelLedger
from tests.money.test_simulation import MERCHANT, ORDER_ID, order
from tests.money.world import EPOCH, Cases, Odds, World

CALM = Odds(killed=0, store_down=0, lost_before=0, lost_after=0, refused=0, pending=0, fails_late=0)
SOON, LATE = EPOCH + timedelta(hours=1), EPOCH + timedelta(hours=23, minutes=30)


async def sent_again(*, started: datetime, machine: datetime) -> int:
    """How often it is sent by an attempt that was due after an hour; the gateway was away for the first."""
    world = World(Random(1), CALM)
    world.outage = (EPOCH, EPOCH + timedelta(minutes=1))
    gateway, ledger = ModelGateway(world, KEY_WINDOWS[0]), ModelLedger(world)
    ledger.open(MERCHANT, ORDER_ID, PAID_MINOR)
    refunds = RefundActivities(cast("Ledger", ledger), gateway, Cases(world), lambda: world.now)
    environment, wanted = ActivityEnvironment(), order(1, Random(1))
    at_first = {"current_attempt_scheduled_time": EPOCH, "started_time": EPOCH}
    environment.info = replace(environment.info, **at_first)
    await environment.run(refunds.reserve_refund, Reservation(order=wanted, at=EPOCH))
    with pytest.raises(ApplicationError, match="no answer"):
        await environment.run(refunds.pay_refund, wanted)
    before = len(gateway.calls)
    world.now = machine
    environment = ActivityEnvironment()
    again = {"attempt": 2, "current_attempt_scheduled_time": SOON, "started_time": started}
    environment.info = replace(environment.info, **again)
    try:
        await environment.run(refunds.pay_refund, wanted)
    except ApplicationError as failure:
        assert failure.type == "refund_absent"  # noqa: PT017 - a refund that is sent raises nothing
    return len(gateway.calls) - before


@pytest.mark.parametrize(
    ("started", "machine", "times"),
    [(SOON, SOON, 1), (LATE, LATE, 0), (LATE, SOON, 0), (SOON, LATE, 0)],
    ids=["in time", "no worker was there for hours", "by the server's clock alone", "the worker stood still"],
)
async def test_a_refund_is_not_sent_after_its_time_however_early_it_was_due(
    started: datetime, machine: datetime, times: int
) -> None:
    assert await sent_again(started=started, machine=machine) == times
