"""An open case is held to other terms: recorded, answered once, kept over runs, rebuilds and the end."""

from typing import Any

from domain.cases.events import Retargeted
from domain.cases.readings import clock_rows
from domain.cases.replaying import clock_replay
from domain.sla import replay
from starters.bookkeeping import compare_books, make_again
from starters.case_records import CaseRecords
from store.case_archive import CaseArchive
from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.test_continue_as_new import chatter, is_gapless, runs

TO_HURRIED = {"by": "lead-1", "policy": "hurried", "reason": "the peak is over"}


async def reviewed(desk: Desk, **application: Any) -> Case:
    """A return that waits for its review."""
    await desk.put_order()
    return await desk.open(lines=FAULTY, **application)


async def retargets(case: Case) -> list[dict[str, Any]]:
    """What is recorded of other terms."""
    return [event for event in await case.events() if event["type"] == Retargeted.name]


async def until_stored(case: Case, seq: int) -> None:
    """Wait until the store has the event that an answer named.

    A report of a notice, which may come after it, is stored with whatever comes next.
    """
    await CaseRecords(case.desk.pool).wait_for(case.handle.id, seq)


async def is_as_replayed(case: Case) -> bool:
    """Whether the case's clocks are those of its stored events under its last terms."""
    records = CaseRecords(case.desk.pool)
    state, now = await records.state(case.handle.id), await case.now()
    asked = clock_replay(state, await records.events(case.handle.id), now)
    found = clock_rows(state, now)
    return bool(found) and replay(asked).metrics == found


async def found_by_verify(desk: Desk) -> list[str]:
    """What the books tell differently."""
    return [finding.subject for finding in await compare_books(desk.pool, None)]


async def test_a_case_goes_on_under_another_policy_and_says_so(desk: Desk) -> None:
    case = await reviewed(desk)
    before = {row["name"]: row["due_at"] for row in (await case.view())["clocks"]}
    answer = await case.act("retarget", **TO_HURRIED)
    view = await case.view()
    assert (view["policy"], view["terms_hash"]) == ("hurried", answer["terms_hash"])
    assert {row["name"]: row["due_at"] for row in view["clocks"]} != before
    await until_stored(case, answer["seq"])
    [recorded] = await retargets(case)
    assert recorded["actor"] == "staff:lead-1"
    assert recorded["data"]["reason"] == "the peak is over"
    assert ("resolution", "retargeted") in await case.rungs()
    assert await is_as_replayed(case)
    row = await case.until_stage("review")
    assert (row["policy"], row["policy_hash"]) == ("hurried", recorded["data"]["policy_hash"])


async def test_the_same_terms_are_answered_and_not_recorded_again(desk: Desk) -> None:
    case = await reviewed(desk)
    first = await case.act("retarget", **TO_HURRIED)
    again = await case.act("retarget", **TO_HURRIED)
    assert again["seq"] == first["seq"]
    assert again["terms_hash"] == first["terms_hash"]
    await until_stored(case, again["seq"])
    assert len(await retargets(case)) == 1
    back = await case.act("retarget", by="lead-1", policy="awake", reason="a mistake")
    assert back["terms_hash"] != first["terms_hash"]
    await until_stored(case, back["seq"])
    assert [each["data"]["policy"] for each in await retargets(case)] == ["hurried", "awake"]
    assert await is_as_replayed(case)


async def test_a_version_that_the_file_no_longer_has_can_be_wanted(desk: Desk) -> None:
    case = await reviewed(desk)
    begun = (await case.view())["policy_hash"]
    await case.act("retarget", **TO_HURRIED)
    answer = await case.act("retarget", by="lead-1", policy="awake", version=begun, reason="as it was")
    assert (await case.view())["policy_hash"] == begun
    with refused("unknown_policy"):
        await case.act("retarget", by="lead-1", policy="awake", version="0" * 64, reason="as it was")
    assert (await case.view())["terms_hash"] == answer["terms_hash"]


async def test_what_cannot_be_is_refused_and_leaves_no_event(desk: Desk) -> None:
    case = await reviewed(desk)
    seq = (await case.view())["seq"]
    with refused("unknown_policy", "there is no policy nowhere"):
        await case.act("retarget", by="lead-1", policy="nowhere", reason="?")
    with refused("invalid_request", "reason"):
        await case.act("retarget", by="lead-1", policy="hurried")
    with refused("invalid_request", "version"):
        await case.act("retarget", **TO_HURRIED, version="abc")
    assert (await case.view())["seq"] == seq
    await case.act("cancel")
    with refused("case_closed"):
        await case.act("retarget", "late", **TO_HURRIED)
    assert await retargets(case) == []


async def test_a_retargeted_case_goes_on_in_new_runs(forgetful_desk: Desk) -> None:
    case = await reviewed(forgetful_desk)
    answer = await case.act("retarget", "once", **TO_HURRIED)
    await chatter(case, 6)
    last = await case.act("assign", by="lead-1", team="returns", reason="theirs")
    await until_stored(case, last["seq"])
    assert len(await runs(case)) > 1
    assert await case.act("retarget", "once", **TO_HURRIED) == answer
    view = await case.view()
    assert (view["policy"], view["terms_hash"]) == ("hurried", answer["terms_hash"])
    assert len(await retargets(case)) == 1
    assert await is_gapless(case)
    assert await is_as_replayed(case)


async def test_a_retargeted_case_is_reopened_under_its_last_terms(desk: Desk) -> None:
    case = await reviewed(desk)
    answer = await case.act("retarget", **TO_HURRIED)
    await case.act("cancel")
    await case.result()
    reopened = await desk.reopen(case, "by_ops")
    view = await case.view()
    assert (view["policy"], view["terms_hash"]) == ("hurried", answer["terms_hash"])
    await until_stored(case, reopened["seq"])
    assert await is_as_replayed(case)


async def test_books_with_a_retargeted_case_agree_and_are_made_again(desk: Desk) -> None:
    case = await reviewed(desk)
    answer = await case.act("retarget", **TO_HURRIED)
    await until_stored(case, answer["seq"])
    assert case.handle.id not in await found_by_verify(desk)
    await desk.pool.execute("UPDATE cases SET policy = 'awake' WHERE case_id = $1", case.handle.id)
    assert case.handle.id in await found_by_verify(desk)
    await make_again(desk.pool)
    assert case.handle.id not in await found_by_verify(desk)
    archive = CaseArchive(desk.pool)
    assert (await archive.state(case.handle.id)).terms_hash == answer["terms_hash"]
