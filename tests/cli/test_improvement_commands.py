"""`casework improvement …` over the whole desk: proposed, tracked by department, acted on, explained."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from tests.cli.conftest import Command, Said
from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.improvement_desk import start_of

COLUMNS = 80


def fits(said: Said) -> bool:
    """Whether it printed something that eighty columns can hold."""
    return (
        said.status == 0
        and bool(said.out)
        and all(cell_len(line) <= COLUMNS for line in said.out.split("\n"))
    )


def start(desk: Desk, number: str = "I-1", **given: Any) -> str:
    """The start argument as a file has it."""
    return json.dumps(start_of(desk, number, **given))


async def test_an_improvement_goes_from_finding_to_effect_by_command(casework: Command, desk: Desk) -> None:
    name = f"{desk.merchant}:I-1"
    opened = await casework("improvement", "open", "-", text=start(desk))
    assert fits(opened)
    assert f"improvement:{name}: now in proposal" in opened.out
    assert "came up 0 times in as long before; 0 would be tolerated after" in opened.out
    again = (await casework("improvement", "open", "-", "--json", text=start(desk))).json
    assert (again["stage"], again["baseline"], again["tolerated"]) == ("proposal", 0, 0)

    for verb, *more in (
        ("decline", "--reason", "the carrier is to blame"),
        ("insist", "--reason", "we chose the carrier"),
        ("rule", "--reason", "it costs us customers", "--go-on"),
        ("add-action", "--what", "ask them", "--owner", "lg-02"),
        ("add-action", "--what", "a second carrier", "--due-by", "2999-01-01T00:00:00Z"),
    ):
        assert "is now in" in (await casework("improvement", verb, name, "--by", "x1", *more)).out
    dropped = await casework("improvement", "drop-action", name, "1", "--by", "x1", "--reason", "they know")
    assert dropped.status == 0
    ticked = await casework("improvement", "action-done", name, "2", "--by", "x1", "--evidence", "a contract")
    assert ticked.status == 0
    shown = await casework("improvement", "show", name)
    assert fits(shown)
    for words in (
        "major, for logistics",
        "category logistics, carrier swift",
        "0 before",
        "dropped",
        "lg-02",
    ):
        assert words in shown.out
    finished = ("--root-cause", "one carrier only", "--prevention", "two per region")
    answer = (await casework("improvement", "done", name, "--by", "x1", *finished, "--json")).json
    assert answer["stage"] == "observation"
    progress = (await casework("improvement", "show", name, "--json")).json
    assert [each["state"] for each in progress["actions"]] == ["dropped", "done"]

    case = Case(desk, desk.client.get_workflow_handle(f"improvement:{name}"), "I-1")
    await case.pass_time(days=31)
    assert (await case.result())["outcome"] == "effective"
    timeline = await casework("case", "events", f"improvement:{name}")
    assert fits(timeline)
    for words in ("declined: the carrier is to blame", "root cause: one carrier only", "closed: effective"):
        assert words in " ".join(timeline.out.split())
    told = await casework("case", "show", f"improvement:{name}")
    assert fits(told)
    assert "closed: effective" in told.out
    shown = await casework("improvement", "show", name)
    assert "0 tolerated; 0 came up again" in shown.out


async def test_what_is_overdue_is_listed_first_and_by_department(casework: Command, desk: Desk) -> None:
    mine = ("improvement", "list", "--merchant", desk.merchant)
    assert (await casework(*mine)).out == "no improvement\n"
    for number, department in (("I-1", "logistics"), ("I-2", "quality"), ("I-3", "logistics")):
        await casework("improvement", "open", "-", text=start(desk, number, department=department))
    late = Case(desk, desk.client.get_workflow_handle(f"improvement:{desk.merchant}:I-3"), "I-3")
    await late.pass_time(days=7)
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND sla_state = 'breached'", late.handle.id)
    withdrawn = await casework(
        "improvement", "withdraw", f"{desk.merchant}:I-2", "--by", "da-01", "--reason", "a wrong figure"
    )
    assert "closed: withdrawn" in withdrawn.out
    await desk.until(
        "SELECT 1 FROM cases WHERE case_id = $1 AND NOT open", f"improvement:{desk.merchant}:I-2"
    )

    async def numbers(*more: str) -> list[str]:
        found = (await casework(*mine, *more, "--json")).json["improvements"]
        return [each["case"]["number"] for each in found]

    assert await numbers() == ["I-3", "I-1", "I-2"]
    assert await numbers("--overdue") == ["I-3"]
    assert await numbers("--department", "quality") == ["I-2"]
    assert await numbers("--department", "quality", "--overdue") == []
    assert await numbers("--open") == ["I-3", "I-1"]
    assert await numbers("--closed") == ["I-2"]
    assert (await casework(*mine, "--limit", "1", "--json")).json["more"] is True
    listed = await casework(*mine, "--limit", "2")
    assert fits(listed)
    assert "acceptance overdue" in " ".join(listed.out.split())
    assert "there are more" in listed.out


async def test_an_action_past_its_own_day_is_listed_as_overdue(casework: Command, desk: Desk) -> None:
    await casework("improvement", "open", "-", text=start(desk))
    name = f"{desk.merchant}:I-1"
    await casework("improvement", "accept", name, "--by", "lg-01")
    due = datetime.now(UTC) + timedelta(seconds=20)
    asked = ("--what", "ask them", "--due-by", due.isoformat())
    assert (await casework("improvement", "add-action", name, "--by", "lg-01", *asked)).status == 0
    await desk.until("SELECT 1 WHERE clock_timestamp() > $1", due)
    listed = await casework("improvement", "list", "--merchant", desk.merchant, "--overdue")
    assert fits(listed)
    assert "action 1 overdue since" in " ".join(listed.out.split())


async def test_each_command_explains_itself_and_what_it_says_works(casework: Command, desk: Desk) -> None:
    name = f"{desk.merchant}:I-1"
    said = await casework("improvement", "open", "-", "--explain", text=start(desk))
    assert "--type Improvement" in said.out
    assert (await casework.paste(said.out)).status == 0
    said = await casework("improvement", "accept", name, "--by", "lg-01", "--note", "ok", "--explain")
    assert (await casework.paste(said.out)).status == 0
    said = await casework(
        "improvement", "act", name, "withdraw", "-", "--explain", text='{"by":"x","reason":"y"}'
    )
    assert f"--workflow-id improvement:{name}" in said.out
    said = await casework("improvement", "show", name, "--explain")
    assert '"now":"actions"' in (await casework.paste(said.out)).out.replace(" ", "")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("accept", "m:nobody", "--by", "x"), 1, "case_not_found"),
        (("show", "a b"), 2, "no case id"),
        (("act", "m:I-1", "sing"), 2, "there is no such update; there is: accept"),
        (("act", "m:I-1", "accept"), 2, "by: Field required"),
        (("add-action", "m:I-1", "--by", "x", "--what", "y", "--due-by", "soon"), 2, "offset"),
    ],
)
async def test_what_cannot_be_done_is_one_line(
    casework: Command, desk: Desk, words: tuple[str, ...], status: int, said: str
) -> None:
    answer = await casework("improvement", *words)
    assert (answer.status, answer.out) == (status, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
