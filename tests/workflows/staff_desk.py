"""A small staff for workflow tests, at work at any hour, so that a test does not depend on when it runs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from domain.staff.roster import Roster
from store.staff import Staff
from tests.workflows.case import Case
from tests.workflows.desk import Desk

_TITLE = {"zh-CN": "组", "en": "Team"}
_ROTA = {"timezone": "Asia/Shanghai", "starts": "2026-01-05", "handover": "09:00", "turn_days": 7}
_ALWAYS = {"timezone": "Asia/Shanghai", "week": {"all": ["00:00-24:00"]}}


def member(role: str, team: str | None = None, **more: Any) -> dict[str, Any]:
    """Somebody who speaks both languages of the desk."""
    shifts = {} if team else {"shifts": ["always"]}
    return {"team": team, "roles": [role], "languages": ["zh-CN", "en"], **shifts, **more}


def roster(**changes: Any) -> Roster:
    """Two teams that know who is on call, and one of every role (sop A3)."""
    members = {
        "fl-01": member("front_line", "returns", capacity=20),
        "sl-01": member("second_line", "returns", capacity=5),
        "cs-01": member("complaint_specialist", "quality", capacity=10),
        "cs-02": member("complaint_specialist", "quality", capacity=5),
        "sv-01": member("supervisor", "returns"),
        "sv-02": member("supervisor", "quality"),
        "tr-01": member("trainer"),
        "da-01": member("data_analyst"),
        "hd-01": member("head"),
    }
    teams = {
        "returns": _team({"return": []}, ["sv-01"], ["sl-01"]),
        "quality": _team({"complaint": ["product_quality"]}, ["sv-02", "sv-01"], ["cs-01"]),
    }
    contacts = {name: {"name": name, "email": f"{name}@desk.example", "language": "en"} for name in members}
    content = {"shifts": {"always": _ALWAYS}, "teams": teams, "members": members, "contacts": contacts}
    return Roster.model_validate({**content, **changes})


def rota(*members: str) -> dict[str, Any]:
    """Turns of a week."""
    return {**_ROTA, "members": members}


def _team(handles: dict[str, list[str]], leads: list[str], on_call: list[str]) -> dict[str, Any]:
    return {
        "title": _TITLE,
        "hours": "always",
        "handles": handles,
        "leads": leads,
        "on_call": rota(*on_call),
    }


@asynccontextmanager
async def staffed(desk: Desk, staff: Roster) -> AsyncGenerator[Staff]:
    """The desk with a staff, and without one again for the tests that come after."""
    store = Staff(desk.pool)
    # Cases that earlier tests have left open are nobody's burden here.
    await desk.pool.execute("UPDATE cases SET assignee = NULL WHERE merchant <> $1", desk.merchant)
    await store.seed(staff)
    try:
        yield store
    finally:
        await desk.pool.execute("TRUNCATE staff_members, staff_teams, staff_shifts, staff_surges CASCADE")


async def told(case: Case, clock: str, rung: str, *readers: str) -> None:
    """A rung tells these, `role:member` each, and nobody else."""
    row = await case.desk.until(
        "SELECT seq FROM events WHERE case_id = $1 AND type = 'clock.changed' AND superseded_at IS NULL "
        "AND data->>'metric' = $2 AND data->>'rung' = $3",
        case.handle.id,
        clock,
        rung,
    )
    found = "SELECT notice_id FROM notices WHERE notice_id LIKE $1 AND state = 'sent'"
    name = f"{case.handle.id}:clock_%:{row['seq']}:%"
    count = f"SELECT 1 FROM (SELECT count(*) AS n FROM ({found}) AS sent) AS counted WHERE n >= $2"
    await case.desk.until(count, name, len(readers))
    rows = await case.desk.pool.fetch(found, name)
    assert sorted(row["notice_id"].split(":", 5)[5] for row in rows) == sorted(readers)


async def owners(case: Case) -> list[tuple[str, str | None, str]]:
    """To whom the case was given: by which actor, to whom, why."""
    return [
        (event["actor"], event["data"].get("assignee"), event["data"]["reason"])
        for event in await case.events()
        if event["type"] == "case.assigned"
    ]
