"""A refund above a limit is paid by a second person's word and nobody else's, once, and as they saw it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from domain.approvals import Approval
from domain.errors import (
    AlreadyDecided,
    ApprovalNotAsked,
    ApprovalStale,
    CaseworkError,
    Forbidden,
    InvalidRequest,
    RefundNotFound,
    SelfApproval,
    UnknownMember,
    UnknownTeam,
)
from starters.approvals import ApprovalDesk, Seen
from starters.staff import StaffDesk
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.refunds import ledger_row, until_ledger
from tests.workflows.staff_desk import member, roster, staffed

WARY: dict[str, Any] = {"policy": "wary", "lines": FAULTY}


@pytest.fixture
async def approvals(desk: Desk) -> AsyncGenerator[ApprovalDesk]:
    """The queue under test, at a desk where `fl-01` is only an agent, and the inspector leads a team."""
    members = roster().model_dump(mode="json", exclude_defaults=True)["members"]
    staff = roster(
        members={**members, "in-01": member("supervisor", "returns"), "ld-01": member("supervisor")}
    )
    async with staffed(desk, staff):
        yield ApprovalDesk(desk.client, desk.pool, StaffDesk(desk.pool, {}))


async def asked_for(desk: Desk, agent: str = "fl-01", inspector: str = "in-01", **application: Any) -> Case:
    """A return whose 33.33 are above the limit: reviewed, received, inspected, and waiting."""
    case = await desk.open(**{**WARY, **application})
    await case.act("review", agent=agent, approve=True)
    await case.until_event("return.label_made")
    await case.receive()
    await case.act("inspect", inspector=inspector, lines=[{"line": "1", "passed": 1}])
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND approval = 'asked'", case.handle.id)
    await case.until_event("case.approval_asked")
    return case


def refund_of(case: Case, seq: int = 1) -> str:
    return f"refund:{case.desk.merchant}:{case.number}:{seq}"


async def everything(case: Case) -> tuple[Any, ...]:
    """All that a word which is refused must leave alone."""
    row = await ledger_row(case)
    budget = await case.desk.pool.fetchrow(
        "SELECT * FROM order_budgets WHERE merchant = $1", case.desk.merchant
    )
    facts = await case.desk.pool.fetchval(
        "SELECT count(*) FROM events WHERE case_id LIKE $1", f"refund:{case.desk.merchant}:%"
    )
    return row, dict(budget or {}), facts, await case.desk.movements()


async def stream(case: Case, seq: int = 1) -> list[tuple[int, str, str, dict[str, Any]]]:
    rows = await case.desk.pool.fetch(
        "SELECT seq, type, actor, data::text FROM events WHERE case_id = $1 ORDER BY seq",
        refund_of(case, seq),
    )
    return [(row["seq"], row["type"], row["actor"], json.loads(row["data"])) for row in rows]


async def test_what_is_above_a_limit_is_paid_after_a_second_person_said_yes(
    desk: Desk, approvals: ApprovalDesk
) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    await case.until_view(lambda view: view["waiting_for"] == "approver")
    assert (await ledger_row(case)).state == "intent"
    assert await desk.movements() == []
    assert (await case.clock("refund_approval"))["state"] == "running"

    [waiting] = await approvals.waiting(desk.merchant)
    assert (waiting.refund_id, waiting.amount_minor, waiting.why) == (refund_of(case), 3333, ("refund",))
    assert (waiting.requested_by, waiting.edited_by) == ("fl-01", "in-01")
    assert waiting.due_at is not None

    done = await approvals.approve(waiting.refund_id, by="sv-01", hash=waiting.hash)
    assert (done.state, done.decided_by) == ("approved", "sv-01")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert [(seq, name, actor) for seq, name, actor, _ in await stream(case)] == [
        (1, "refund.requested", "system"),
        (2, "refund.approval_asked", "system"),
        (3, "refund.approved", "staff:sv-01"),
        (4, "refund.settled", "system"),
    ]
    facts = [name for _, name, _, data in await stream(case) if data.get("hash") == waiting.hash]
    assert facts == ["refund.approval_asked", "refund.approved"]
    assert (await case.clock("refund_approval"))["verdict"] == "met"
    assert await approvals.waiting(desk.merchant) == []


async def test_what_is_below_every_limit_waits_for_nobody(desk: Desk, approvals: ApprovalDesk) -> None:
    await desk.put_order(
        lines=[{"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 3, "paid_minor": 8999}]
    )
    case = await desk.open(policy="wary")
    await case.send_in()
    await case.until_stage("confirmation")
    assert (await ledger_row(case)).approval is None
    with pytest.raises(ApprovalNotAsked):
        await approvals.show(refund_of(case))
    with pytest.raises(ApprovalNotAsked):
        await approvals.approve(refund_of(case), by="sv-01", hash="0" * 16)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("fl-01", SelfApproval),
        ("in-01", SelfApproval),
        ("sl-01", Forbidden),
        ("da-01", Forbidden),
        ("ops", UnknownMember),
        ("not a name", InvalidRequest),
    ],
)
async def test_whose_word_it_is_not_changes_nothing(
    desk: Desk, approvals: ApprovalDesk, by: str, code: type[CaseworkError]
) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    before = await everything(case)
    hash = (await approvals.show(refund_of(case))).hash
    with pytest.raises(code) as refusal:
        await approvals.approve(refund_of(case), by=by, hash=hash)
    assert refusal.type is code
    assert await everything(case) == before


async def test_without_a_staff_nobody_approves(desk: Desk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    approvals = ApprovalDesk(desk.client, desk.pool)
    hash = (await approvals.show(refund_of(case))).hash
    with pytest.raises(Forbidden, match="no staff yet"):
        await approvals.approve(refund_of(case), by="sv-01", hash=hash)


async def test_what_was_not_seen_so_is_not_approved(desk: Desk, approvals: ApprovalDesk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    before = await everything(case)
    with pytest.raises(ApprovalStale):
        await approvals.approve(refund_of(case), by="sv-01", hash="0123456789abcdef")
    with pytest.raises(InvalidRequest, match="hash"):
        await approvals.approve(refund_of(case), by="sv-01", hash="33.33")
    with pytest.raises(InvalidRequest, match="reason"):
        await approvals.decline(refund_of(case), by="sv-01", hash="0123456789abcdef", reason="")
    with pytest.raises(RefundNotFound):
        await approvals.approve(f"refund:{desk.merchant}:none:1", by="sv-01", hash="0123456789abcdef")
    with pytest.raises(RefundNotFound):
        await approvals.show(f"refund:{desk.merchant}:none:1")
    assert await everything(case) == before


async def test_a_second_word_is_refused_and_the_same_word_again_is_answered(
    desk: Desk, approvals: ApprovalDesk
) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    name, hash = refund_of(case), (await approvals.show(refund_of(case))).hash
    first = await approvals.approve(name, by="sv-01", hash=hash, key="k1")
    await case.until_stage("confirmation")
    before = await everything(case)
    assert await approvals.approve(name, by="sv-01", hash=hash, key="k1") == first
    for word in (
        approvals.approve(name, by="hd-01", hash=hash),
        approvals.approve(name, by="sv-01", hash=hash, key="k2"),
        approvals.decline(name, by="sv-02", hash=hash, reason="too much"),
    ):
        with pytest.raises(AlreadyDecided) as refusal:
            await word
        assert refusal.value.detail["by"] == "sv-01"
    assert await everything(case) == before


async def test_of_two_words_at_once_one_is_taken(desk: Desk, approvals: ApprovalDesk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    name, hash = refund_of(case), (await approvals.show(refund_of(case))).hash
    words = await asyncio.gather(
        approvals.approve(name, by="sv-01", hash=hash),
        approvals.decline(name, by="hd-01", hash=hash, reason="too much"),
        approvals.approve(name, by="sv-02", hash=hash),
        return_exceptions=True,
    )
    taken = [word for word in words if isinstance(word, Approval)]
    refused = [word for word in words if isinstance(word, AlreadyDecided)]
    assert (len(taken), len(refused)) == (1, 2)
    await case.until_event("case.approvals_done")


async def test_a_no_frees_the_money_and_a_changed_amount_is_another_question(
    desk: Desk, approvals: ApprovalDesk
) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    first = await approvals.show(refund_of(case))
    done = await approvals.decline(first.refund_id, by="sv-01", hash=first.hash, reason="The cup was used.")
    assert done.state == "declined"
    view = await case.until_view(lambda view: view["refunds"][0]["state"] == "failed")
    assert (view["refunds"][0]["reason"], view["waiting_for"]) == ("declined", "ops")
    row = await ledger_row(case)
    assert (row.state, row.reason, row.approval) == ("failed", "declined", "declined")
    budget = await desk.pool.fetchrow("SELECT * FROM order_budgets WHERE merchant = $1", desk.merchant)
    assert budget is not None
    assert (budget["reserved_minor"], budget["settled_minor"]) == (0, 0)
    [answered] = [event for event in await case.events() if event["type"] == "case.approval_answered"]
    assert answered["data"] == {
        "refund_seq": 1,
        "verdict": "declined",
        "by": "sv-01",
        "words": "The cup was used.",
    }
    assert [name for _, name, _, _ in await stream(case)] == [
        "refund.requested",
        "refund.approval_asked",
        "refund.declined",
        "refund.failed",
    ]

    with pytest.raises(Exception, match="more than the 3333"):
        await case.act("retry_refund", by="sl-01", reason="as agreed", amount_minor=3334)
    await case.act("retry_refund", by="sl-01", reason="as agreed", amount_minor=3100)
    await case.until_view(lambda view: len(view["refunds"]) == 2 and view["refunds"][1].get("approval"))
    second = await approvals.show(refund_of(case, 2))
    assert (second.amount_minor, second.requested_by, second.edited_by) == (3100, "sl-01", "sl-01")
    with pytest.raises(ApprovalStale):
        await approvals.approve(second.refund_id, by="sv-01", hash=first.hash)
    with pytest.raises(AlreadyDecided):
        await approvals.approve(first.refund_id, by="hd-01", hash=first.hash)
    await approvals.approve(second.refund_id, by="sv-01", hash=second.hash)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3100


async def test_who_asked_may_take_it_back_without_a_role(desk: Desk, approvals: ApprovalDesk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    asked = await approvals.show(refund_of(case))
    with pytest.raises(Forbidden):
        await approvals.decline(asked.refund_id, by="sl-01", hash=asked.hash, reason="not mine")
    done = await approvals.decline(asked.refund_id, by="fl-01", hash=asked.hash, reason="a mistake of mine")
    assert (done.state, done.decided_by) == ("declined", "fl-01")
    await case.until_view(lambda view: view["refunds"][0]["state"] == "failed")


async def test_small_refunds_of_an_order_add_up(desk: Desk, approvals: ApprovalDesk) -> None:
    """Each below 30.00; the third goes beyond the order's 60.00, whoever asks."""
    await desk.put_order(
        lines=[{"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 3, "paid_minor": 7500}]
    )
    for _ in range(2):
        case = await desk.open(policy="wary")
        await case.send_in()
        await case.until_stage("confirmation")
    third = await desk.open(policy="wary")
    await third.send_in()
    await third.until_view(lambda view: view["waiting_for"] == "approver")
    asked = await approvals.show(refund_of(third))
    assert (asked.why, asked.requested_by) == (("order",), None)
    await approvals.approve(asked.refund_id, by="sv-01", hash=asked.hash)
    await third.until_stage("confirmation")
    assert await desk.books_agree() == 7500


async def test_small_refunds_of_one_agent_add_up_over_a_day_and_orders(
    desk: Desk, approvals: ApprovalDesk
) -> None:
    """25.00 each by one agent: the third is beyond the 50.00 of a day; another agent's is not."""
    cases: list[Case] = []
    for number, agent in enumerate(["fl-01", "fl-01", "fl-01", "sl-01"]):
        order = f"SO-{number}"
        line = {"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 1, "paid_minor": 2500}
        await desk.put_order(order, lines=[line], freight_paid_minor=0)
        case = await desk.open(**WARY, order_id=order)
        await case.act("review", agent=agent, approve=True)
        await case.until_event("return.label_made")
        await case.receive()
        await case.inspect()
        await case.until_view(lambda view: view["waiting_for"] in ("approver", "customer"))
        cases.append(case)
    whys = [(await ledger_row(case)).approval for case in cases]
    assert whys == [None, None, "asked", None]
    assert (await approvals.show(refund_of(cases[2]))).why == ("requester_day",)


async def test_several_at_once_have_a_result_each(desk: Desk, approvals: ApprovalDesk) -> None:
    await desk.put_order()
    mine, others = await asked_for(desk, agent="sv-01"), await asked_for(desk)
    seen = [Seen(refund_id=each.refund_id, hash=each.hash) for each in await approvals.waiting(desk.merchant)]
    assert {each.refund_id for each in seen} == {refund_of(mine), refund_of(others)}
    none = Seen(refund_id=f"refund:{desk.merchant}:none:1", hash="0" * 16)
    done = {each.refund_id: each for each in await approvals.approve_all([*seen, none], by="sv-01")}
    assert done[refund_of(mine)].code == "self_approval"
    assert done[refund_of(others)].state == "approved"
    assert done[none.refund_id].code == "refund_not_found"
    await until_ledger(others, "settled")
    assert (await ledger_row(mine)).approval == "asked"


async def test_the_queue_is_by_merchant_and_team(desk: Desk, approvals: ApprovalDesk) -> None:
    await desk.put_order()
    case = await asked_for(desk)
    assert [each.case_id for each in await approvals.waiting(desk.merchant, "returns")] == [case.handle.id]
    assert await approvals.waiting(desk.merchant, "quality") == []
    assert await approvals.waiting("nobody") == []
    await case.act("assign", by="sv-01", team="quality", reason="a question of quality")
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND team = 'quality'", case.handle.id)
    [row] = await approvals.waiting(desk.merchant, "quality")
    assert (row.case_id, row.team) == (case.handle.id, "quality")
    with pytest.raises(UnknownTeam):
        await approvals.waiting(desk.merchant, "nobody")
