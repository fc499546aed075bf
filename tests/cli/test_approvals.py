"""`approvals` as leads and scripts call it: listed in eighty columns, approved one by one or together."""

import json
from collections.abc import AsyncGenerator

import pytest

from tests.cli.conftest import Command, Said
from tests.starters.test_approvals import asked_for, refund_of
from tests.workflows.desk import Desk
from tests.workflows.staff_desk import roster, staffed

COLUMNS = 80


@pytest.fixture
async def lead(casework: Command, desk: Desk) -> AsyncGenerator[Command]:
    """The command at a desk with a staff."""
    async with staffed(desk, roster()):
        yield casework


def fits(said: Said) -> bool:
    """Whether it printed something that eighty columns can hold."""
    return said.status == 0 and bool(said.out) and all(len(line) <= COLUMNS for line in said.out.splitlines())


async def test_a_lead_lists_looks_and_approves(lead: Command, desk: Desk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    name = refund_of(case)
    page = await lead("approvals", "list", "--merchant", desk.merchant)
    assert fits(page)
    assert name.removeprefix("refund:") in page.out
    assert "33.33" in page.out
    [row] = (await lead("approvals", "list", "--merchant", desk.merchant, "--team", "returns", "--json")).json
    assert (row["refund_id"], row["requested_by"], row["why"]) == (name, "fl-01", ["refund"])
    shown = await lead("approvals", "show", name)
    assert fits(shown)
    assert row["hash"] in shown.out
    assert (await lead("approvals", "show", name.removeprefix("refund:"), "--json")).json["hash"] == row[
        "hash"
    ]

    stale = await lead("approvals", "approve", name, "--hash", "0" * 16, "--by", "sv-01")
    assert (stale.status, stale.err.startswith("casework: approval_stale: ")) == (1, True)
    own = await lead("approvals", "approve", name, "--hash", row["hash"], "--by", "fl-01")
    assert (own.status, own.err.startswith("casework: self_approval: ")) == (1, True)
    done = await lead("approvals", "approve", name, "--hash", row["hash"], "--by", "sv-01")
    assert done.out == f"{name} of CNY 33.33 is approved\n"
    await case.until_stage("confirmation")
    assert (await lead("approvals", "list", "--merchant", desk.merchant)).out == (
        "no refund waits for a second person\n"
    )
    told = (await lead("order", "show", desk.merchant, "SO-1", "--json")).json["timeline"]
    assert [step["said"] for step in told if step["type"].startswith("case.approval")] == [
        "refund 1 waits for a second person: above the limit of refund",
        "refund 1 approved by sv-01",
        "no refund waits for a second person any more",
    ]


async def test_several_are_approved_as_they_were_listed_with_a_result_each(lead: Command, desk: Desk) -> None:
    await desk.put_order()
    mine, other = await asked_for(desk, agent="sv-01"), await asked_for(desk)
    seen = (await lead("approvals", "list", "--merchant", desk.merchant, "--json")).out
    done = await lead("approvals", "approve", "--file", "-", "--by", "sv-01", "--json", text=seen)
    assert done.status == 1
    results = {each["refund_id"]: each.get("state") or each["code"] for each in json.loads(done.out)}
    assert results == {refund_of(mine): "self_approval", refund_of(other): "approved"}
    again = await lead("approvals", "approve", "--file", "-", "--by", "sv-01", text=seen)
    assert "approved" in again.out
    assert all(len(line) <= COLUMNS for line in again.out.splitlines())


async def test_a_refund_is_declined_with_words(lead: Command, desk: Desk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    hash = (await lead("approvals", "show", refund_of(case), "--json")).json["hash"]
    said = ("--hash", hash, "--by", "hd-01", "--reason", "The cup was used.")
    done = await lead("approvals", "decline", refund_of(case), *said, "--json")
    assert (done.json["state"], done.json["words"]) == ("declined", "The cup was used.")
    await case.until_view(lambda view: view["refunds"][0]["state"] == "failed")
    page = await lead("case", "show", case.handle.id)
    assert "declined" in page.out


async def test_what_is_not_said_in_full_is_refused(casework: Command) -> None:
    for words in (
        ["--by", "sv-01"],
        ["refund:m:R-1:1", "--by", "sv-01"],
        ["x", "--file", "-", "--by", "sv-01"],
    ):
        said = await casework("approvals", "approve", *words)
        assert said.status == 2
        assert "name a REFUND with its --hash" in said.err
    unknown = await casework("approvals", "show", "refund:nobody:R-1:1")
    assert (unknown.status, unknown.err.startswith("casework: refund_not_found: ")) == (1, True)
