"""`disputes list` as the staff and scripts call it: what stands, and what it keeps back, in 80 columns."""

from tests.cli.conftest import Command
from tests.workflows.desk import Desk
from tests.workflows.test_disputes import dispute, disputed_in_between, lost

PAYMENT = "pi_3QabcdefghijklmnopqrstuV"


async def test_what_a_dispute_keeps_back_is_listed_until_it_is_dealt_with(
    casework: Command, desk: Desk
) -> None:
    listed = ("disputes", "list", "--merchant", desk.merchant)
    assert (await casework(*listed)).out == "no dispute stands\n"
    payment = f"{PAYMENT}-{desk.merchant}"
    await desk.put_order(
        payments=[{"payment_id": payment, "amount_minor": 10_800, "currency": "CNY", "rail": "sandbox"}]
    )
    held = await disputed_in_between(desk, payment)
    refused = await desk.open()
    await refused.send_in()
    await refused.until_view(lambda view: view["waiting_for"] == "ops")
    await refused.until_event("return.refund_reported")

    [row] = (await casework(*listed, "--json")).json
    assert {name: row[name] for name in ("merchant", "payment_id", "order_id", "amount_minor", "state")} == {
        "merchant": desk.merchant,
        "payment_id": payment,
        "order_id": "SO-1",
        "amount_minor": 3333,
        "state": "open",
    }
    assert (row["waiting"], row["refused"]) == ([held.refund().id], [refused.handle.id])
    shown = await casework(*listed)
    assert (shown.status, shown.err) == (0, "")
    for said in ("order SO-1", "CNY 33.33", "open since", refused.handle.id, "refused", "refund "):
        assert said in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())

    await lost(desk, held, payment)
    await held.until_event("return.refund_reported", 2)
    [row] = (await casework(*listed, "--json")).json
    assert (row["state"], row["waiting"], row["refused"]) == ("lost", [], [refused.handle.id])

    await dispute(desk, "won", payment_id=payment)
    assert (await casework(*listed)).out == "no dispute stands\n"


async def test_a_dispute_of_a_payment_that_no_case_is_about_keeps_nothing_back_yet(
    casework: Command, desk: Desk
) -> None:
    await desk.put_order()
    await dispute(desk)
    shown = await casework("disputes", "list", "--merchant", desk.merchant)
    assert "nothing yet" in shown.out
    assert "of no order here" in shown.out
    await dispute(desk, "lost")
    assert (await casework("disputes", "list", "--merchant", desk.merchant)).out == "no dispute stands\n"
