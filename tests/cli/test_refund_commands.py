"""`retry-refund` as people call it: money once more, or a voucher with the customer's word."""

import json

from tests.cli.conftest import Command
from tests.starters.conftest import noon_zone
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import Desk
from tests.workflows.test_refund_ways import WORD, account_closed, failed, vouchers

WHY = ("--by", "lead", "--reason", "The card is closed.")


async def test_a_voucher_is_given_by_command_and_shown(casework: Command, desk: Desk) -> None:
    case = await failed(desk)
    retry = ("return", "retry-refund", f"{desk.merchant}:{case.number}", *WHY, "--way", "voucher")
    without = await casework(*retry)
    assert (without.status, without.out) == (1, "")
    assert "customer_word_missing" in without.err
    assert "ask them" in without.err
    done = (await casework(*retry, "--customer-says", WORD, "--key", "k1", "--json")).json
    assert (done["stage"], done["key"]) == ("settlement", "k1")
    await case.until_stage("confirmation")
    assert await vouchers(desk) == [(desk.key(case, 2), "SO-1", 3333)]

    shown = await casework("case", "show", case.handle.id)
    assert f"CNY 33.33 as a voucher ({WORD}): settled" in " ".join(shown.out.split())
    [_, second] = (await casework("case", "show", case.handle.id, "--json")).json["refunds"]
    assert (second["way"], second["customer_says"], second["provider"]) == ("voucher", WORD, "voucher")
    happened = " ".join((await casework("case", "events", case.handle.id)).out.split())
    assert f"refund 2 of CNY 33.33 as a voucher (the customer agreed: {WORD}) is on its way" in happened
    books = (await casework("ledger", "check", "--merchant", desk.merchant, "--json")).json
    assert books["currencies"][0]["settled_as_vouchers_minor"] == 3333


async def test_a_delivery_is_paid_again_by_what_explain_prints(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_delivery(desk)
    await case.act("choose", remedy="refund")
    await account_closed(desk, case)
    told = await casework("delivery", "retry-refund", case.handle.id, *WHY, "--key", "k1", "--explain")
    assert "voucher" not in told.out
    pasted = await casework.paste(told.out.strip() + " --output json")
    assert json.loads(pasted.out)["result"]["stage"] == "settlement"
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10_800
