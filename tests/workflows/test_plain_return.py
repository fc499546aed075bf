"""A plain return from application to close."""

from domain.orders import OrderLine
from tests.workflows.desk import Desk


async def test_a_plain_return_is_paid_once_and_told_three_times(desk: Desk) -> None:
    await desk.put_order(
        lines=[OrderLine(line="1", sku="CUP-01", title="Cup", quantity=3, paid_minor=400_000)]
    )
    case = await desk.open()
    assert case.opened["decision"] == "review"
    await case.act("review", agent="a17", approve=True)
    await case.act("ship", carrier="swift", tracking_no="SW123456")
    await case.act("receive", warehouse="w1")
    await case.act("inspect", inspector="i4", lines=[{"line": "1", "passed": 1}])
    await case.until_stage("confirmation")
    await case.act("confirm")
    ended = await case.result()
    assert ended["outcome"] == "refunded"
