"""A case's refund, as a test waits for it, lets its time pass and speaks for it."""

from datetime import timedelta
from typing import Any

from domain.refunds import RefundRow
from starters.refund_hints import RefundHints
from store.refund_orders import RefundOrders
from tests.workflows.case import Case, patience
from tests.workflows.desk import Desk


async def sent_in(desk: Desk) -> Case:
    """A return whose goods have passed, so that the refund is on its way."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    return case


async def until_ledger(case: Case, state: str, seq: int = 1) -> None:
    """Wait until the ledger has the refund in a state."""
    await case.desk.until(
        "SELECT 1 FROM refunds WHERE case_id = $1 AND seq = $2 AND state = $3", case.handle.id, seq, state
    )


async def ledger_row(case: Case, seq: int = 1) -> RefundRow:
    """The refund's row in the ledger."""
    return (await case.desk.ledger(case))[seq - 1]


async def pass_refund_time(case: Case, seq: int = 1, **span: float) -> None:
    """Let the refund's virtual time pass."""
    async with patience(f"{span} did not pass"):
        await case.desk.skipper.fast_forward(case.refund(seq), timedelta(**span))


async def hint(case: Case, seq: int = 1) -> None:
    """Somebody has heard that there is news of the refund."""
    order = await RefundOrders(case.desk.pool).order(case.refund(seq).id)
    await RefundHints(case.desk.client, "casework").look(order)


async def resolve(case: Case, **word: Any) -> None:
    """A person says what became of the refund."""
    handle: Any = case.refund()
    await handle.execute_update("resolve", word)


async def decide(case: Case, seq: int = 1, *, approve: bool = True, by: str = "sv-01") -> dict[str, Any]:
    """A second person's word on a refund that waits, as they see it."""
    handle: Any = case.refund(seq)
    query = "SELECT hash FROM refund_approvals JOIN refunds USING (key) WHERE refund_id = $1"
    hash = (await case.desk.until(query, handle.id))["hash"]
    word = {"by": by, "approve": approve, "hash": hash, **({} if approve else {"reason": "Too much."})}
    return await handle.execute_update("decide", word, result_type=dict[str, Any])
