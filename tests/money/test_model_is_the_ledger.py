"""The simulation's ledger against the real one: the same commands, the same rows, budgets and refusals."""

from datetime import timedelta
from random import Random
from typing import Any, get_args

import pytest

from domain.errors import CaseworkError
from domain.refunds import RefundIntent, RefundState
from store.ledger import Ledger
from store.pool import Pool
from tests.money.model_ledger import PAID_MINOR, ModelLedger
from tests.money.world import EPOCH, Odds, World

COMMANDS = 60
MERCHANT, ORDER_ID = "m1", "SO-1"
CALM = Odds(0, 0, 0, 0, 0, 0, 0)


def intent(number: int, amount_minor: int) -> RefundIntent:
    return RefundIntent(
        refund_id=f"refund:{MERCHANT}:R-{number}:1",
        key=f"rf-{number}",
        case_id=f"return:{MERCHANT}:R-{number}",
        seq=1,
        merchant=MERCHANT,
        order_id=ORDER_ID,
        amount_minor=amount_minor,
        currency="CNY",
        provider="model",
    )


async def told(ledger: Ledger | ModelLedger, command: str, given: dict[str, Any]) -> Any:
    """What a ledger says to a command: the row, or the refusal's code."""
    try:
        row = await getattr(ledger, command)(**given)
    except CaseworkError as error:
        return error.code
    # The real one dates a reservation without an event by its own clock.
    return row.model_dump(exclude={"reserved_at", *(["state_since"] if row.state == "intent" else [])})


def drawn(dice: Random, step: int) -> tuple[str, dict[str, Any]]:
    """The next command."""
    key, at = f"rf-{dice.randrange(4)}", EPOCH + timedelta(minutes=step)
    match dice.choice(("reserve", "mark_sent", "record", "record", "get")):
        case "reserve":
            return "reserve", {"intent": intent(dice.randrange(3), dice.choice((300, 300, 500)))}
        case "mark_sent":
            return "mark_sent", {"key": key, "at": at}
        case "get":
            return "get", {"key": key}
        case _:
            said = [name for name in ("provider_ref", "reason", "error") if dice.random() < 0.3]
            more: dict[str, Any] = {name: f"{name}-{step}" for name in said}
            more["if_attempts"] = dice.choice((None, None, 1))
            return "record", {"key": key, "state": dice.choice(get_args(RefundState)), "at": at, **more}


@pytest.mark.parametrize("seed", range(40))
async def test_the_model_is_the_ledger(pool: Pool, seed: int) -> None:
    dice, real = Random(seed), Ledger(pool)
    model = ModelLedger(World(Random(seed), CALM))
    await real.open_budget(MERCHANT, ORDER_ID, "CNY", PAID_MINOR)
    model.open(MERCHANT, ORDER_ID, PAID_MINOR)
    for step in range(COMMANDS):
        command, given = drawn(dice, step)
        assert await told(model, command, given) == await told(real, command, given), (step, command, given)
        assert await model.budget(MERCHANT, ORDER_ID) == await real.budget(MERCHANT, ORDER_ID)
