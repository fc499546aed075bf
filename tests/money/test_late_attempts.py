"""A gateway forgets keys by its own clock, so what counts is when a request leaves, not when it was due."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.refunds import RefundActivities
from domain.policy.work_rules import RefundRules
from domain.refunds import PayRefund, Reservation
from store.ledger import Ledger
from tests.money.model_gateway import KEY_WINDOWS, ModelGateway, ModelRails
from tests.money.model_ledger import ModelLedger
from tests.money.virtual_time import play
from tests.money.world import EPOCH, Cases, Odds, World

WANTED = PayRefund(
    case_id="return:m1:R-1",
    merchant="m1",
    number="R-1",
    seq=1,
    order_id="SO-1",
    amount_minor=400,
    currency="CNY",
    rules=RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h"),
)
SOON, LATE = EPOCH + timedelta(hours=1), EPOCH + timedelta(hours=23, minutes=30)


async def sent_again(*, started: datetime, machine: datetime) -> int:
    """How often it is sent by an attempt that was due after an hour; the gateway was away for the first."""
    world = World(Random(1), Odds.calm())
    world.outage = (EPOCH, EPOCH + timedelta(minutes=1))
    gateway, ledger = ModelGateway(world, key_window=KEY_WINDOWS[0]), ModelLedger(world)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000)
    rails = ModelRails([gateway])
    refunds = RefundActivities(cast("Ledger", ledger), rails, Cases(world), lambda: world.now)
    environment = ActivityEnvironment()
    at_first = {"current_attempt_scheduled_time": EPOCH, "started_time": EPOCH}
    environment.info = replace(environment.info, **at_first)
    await environment.run(refunds.reserve_refund, Reservation(order=WANTED, at=EPOCH))
    with pytest.raises(ApplicationError, match="no answer"):
        await environment.run(refunds.pay_refund, WANTED)
    before = len(gateway.calls)
    await asyncio.sleep((machine - world.now).total_seconds())
    environment = ActivityEnvironment()
    again = {"attempt": 2, "current_attempt_scheduled_time": SOON, "started_time": started}
    environment.info = replace(environment.info, **again)
    try:
        await environment.run(refunds.pay_refund, WANTED)
    except ApplicationError as failure:
        assert failure.type == "refund_absent"  # noqa: PT017 - a refund that is sent raises nothing
    return len(gateway.calls) - before


@pytest.mark.parametrize(
    ("started", "machine", "times"),
    [(SOON, SOON, 1), (LATE, LATE, 0), (LATE, SOON, 0), (SOON, LATE, 0)],
    ids=["in time", "no worker was there for hours", "by the server's clock alone", "the worker stood still"],
)
def test_a_refund_is_not_sent_after_its_time_however_early_it_was_due(
    started: datetime, machine: datetime, times: int
) -> None:
    assert play(sent_again(started=started, machine=machine)) == times
