"""A request is answered once for each key, also when a later run has taken the case up since."""

import pytest

from activities.refund_reports import RefundReports
from domain.errors import CaseClosed, IdempotencyConflict
from domain.refunds import RefundOutcome
from domain.returns import messages as ask
from starters.client import Cases
from store.refund_orders import RefundOrders
from tests.starters.conftest import noon_zone
from tests.starters.test_client import application, driven_to_confirmation
from tests.workflows.desk import Desk


async def test_a_key_is_known_after_the_case_was_taken_up_and_closed_again(cases: Cases, desk: Desk) -> None:
    """Found by a storm: the refund told its closed case once more, while the customer's word was repeated."""
    await desk.put_order(timezone=noon_zone())
    case_id = await driven_to_confirmation(cases, desk, "R-1")
    confirmed = await cases.confirm(case_id, key="confirm")
    closed = desk.client.get_workflow_handle(case_id)
    await closed.result()
    first_run = (await closed.describe()).run_id
    order = await RefundOrders(desk.pool).of_case(case_id, 1)
    paid = RefundOutcome.model_validate(await desk.client.get_workflow_handle(order.refund_id).result())
    await RefundReports(desk.client, "casework").tell(order, paid)
    await closed.result()
    assert (await closed.describe()).run_id != first_run
    assert await cases.confirm(case_id, key="confirm") == confirmed
    with pytest.raises(IdempotencyConflict):
        await cases.cancel(case_id, key="confirm")
    with pytest.raises(CaseClosed):
        await cases.confirm(case_id, key="another")


async def test_a_key_is_known_to_the_run_that_takes_up_a_terminated_case(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    opened = await cases.open_return(desk.merchant, "R-1", application())
    shipped = await cases.ship(opened.case_id, carrier="swift", tracking_no="SW-1001", key="ship")
    await cases.wait_for(opened.case_id, shipped.seq)
    await desk.client.get_workflow_handle(opened.case_id).terminate("ops")
    await cases.reopen(opened.case_id, ask.Reopen(reason="by_ops", by="ops"), "k1")
    assert await cases.ship(opened.case_id, carrier="swift", tracking_no="SW-1001", key="ship") == shipped
    with pytest.raises(IdempotencyConflict):
        await cases.ship(opened.case_id, carrier="swift", tracking_no="SW-1002", key="ship")
    events = [event.type for event in await cases.events(opened.case_id)]
    assert events.count("return.shipped") == 1
