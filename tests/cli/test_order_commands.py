"""`order show` and `case link` as people and scripts call them, over real servers."""

from tests.cli.conftest import Command
from tests.workflows.case import Case
from tests.workflows.desk import Desk


async def two_returns(desk: Desk) -> tuple[Case, Case]:
    """A return that was paid, and another of the same order that is on its way."""
    await desk.put_order()
    first, second = await desk.open(), await desk.open()
    await first.send_in()
    await first.until_stage("confirmation")
    await first.act("confirm")
    await first.result()
    await second.until_stage("ship_back")
    return first, second


async def link(casework: Command, case: Case, other: Case, relation: str, **more: str) -> int:
    """Link two cases by the command and wait until the store knows; gives the event's number."""
    said = await casework("case", "link", case.handle.id, other.handle.id, "--relation", relation, "--json")
    seq = said.json["seq"]
    await desk_knows(case, seq)
    return seq


async def desk_knows(case: Case, seq: int) -> None:
    """Wait until the store has the event."""
    await case.desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= $2", case.handle.id, seq)


async def test_an_order_shows_all_its_cases_their_links_and_its_money(casework: Command, desk: Desk) -> None:
    first, second = await two_returns(desk)
    await link(casework, second, first, "follows")
    report = (await casework("order", "show", desk.merchant, "SO-1", "--json")).json
    assert report["money"] == {
        "currency": "CNY",
        "captured_minor": 10_800,
        "reserved_minor": 0,
        "settled_minor": 3333,
        "recovered_minor": 0,
        "left_minor": 7467,
    }
    assert [(case["case_id"], case.get("parent"), case.get("relation")) for case in report["cases"]] == [
        (first.handle.id, None, None),
        (second.handle.id, first.handle.id, "followed_by"),
    ]
    ats = [step["at"] for step in report["timeline"]]
    assert ats == sorted(ats)
    assert {step["case_id"] for step in report["timeline"]} == {first.handle.id, second.handle.id}
    assert not [step for step in report["timeline"] if step["type"].startswith(("clock.", "notice."))]
    shown = await casework("order", "show", desk.merchant, "SO-1")
    assert f"└ followed by {second.handle.id}: ship back" in shown.out
    assert "left" in shown.out
    assert "CNY 74.67" in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


async def test_an_order_that_no_case_is_about_is_said_so(casework: Command, desk: Desk) -> None:
    said = await casework("order", "show", desk.merchant, "SO-9")
    assert (said.status, said.err) == (
        1,
        f"casework: order_not_found: no case is about order SO-9 of {desk.merchant}\n",
    )


async def test_a_link_that_would_make_a_ring_is_refused_and_leaves_no_event(
    casework: Command, desk: Desk
) -> None:
    await desk.put_order()
    cause, result = await desk.open(), await desk.open()
    seq = await link(casework, result, cause, "caused_by")
    await cause.until_event("case.linked")
    for case, other, relation in ((cause, result, "caused_by"), (cause, cause, "follows")):
        said = await casework("case", "link", case.handle.id, other.handle.id, "--relation", relation)
        assert said.status == 1
        assert said.err.startswith("casework: link_refused: ")
    assert [event["type"] for event in await cause.events()].count("case.linked") == 1
    assert (await result.events())[-1]["seq"] >= seq
    unknown = await casework(
        "case", "link", cause.handle.id, f"{desk.merchant}:nobody", "--relation", "started"
    )
    assert "case_not_found" in unknown.err
