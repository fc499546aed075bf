"""A small staff for tests: two teams, two shifts in Shanghai, one team in London."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime
from typing import Any

from domain.staff.directory import Absence, Directory
from domain.staff.roster import Roster

MONDAY = "2026-11-16T{}:00+08:00"
TITLE = {"zh-CN": "组", "en": "Team"}
ROSTER: dict[str, Any] = {
    "shifts": {
        "early": {"timezone": "Asia/Shanghai", "week": {"all": ["08:00-16:00"]}},
        "late": {"timezone": "Asia/Shanghai", "week": {"all": ["14:00-22:00"]}},
        "both": {"timezone": "Asia/Shanghai", "week": {"all": ["08:00-22:00"]}},
        "london": {"timezone": "Europe/London", "week": {"all": ["09:00-17:00"], "sun": []}},
    },
    "teams": {
        "quality": {
            "title": TITLE,
            "hours": "both",
            "handles": {"return": [], "complaint": ["returns", "payment"]},
            "leads": ["lead-1", "lead-2"],
            "on_call": {
                "timezone": "Asia/Shanghai",
                "starts": "2026-11-02",
                "handover": "09:00",
                "turn_days": 7,
                "members": ["a", "b", "c"],
            },
        },
        "returns": {"title": TITLE, "hours": "london"},
    },
    "members": {
        "head-1": {"roles": ["head"], "languages": ["en"], "shifts": ["both"]},
        "lead-1": {"team": "quality", "roles": ["supervisor"], "languages": ["zh-CN"]},
        "lead-2": {"team": "quality", "roles": ["supervisor"], "languages": ["zh-CN"]},
        "a": {
            "team": "quality",
            "roles": ["front_line"],
            "languages": ["zh-CN"],
            "capacity": 10,
            "shifts": ["early"],
        },
        "b": {
            "team": "quality",
            "roles": ["front_line"],
            "languages": ["zh-CN", "en"],
            "capacity": 20,
            "shifts": ["early"],
        },
        "c": {
            "team": "quality",
            "roles": ["second_line"],
            "languages": ["zh-CN", "en"],
            "skills": ["refunds", "electronics"],
            "capacity": 5,
            "shifts": ["late"],
        },
        "w": {"team": "returns", "roles": ["front_line"], "languages": ["en"], "capacity": 10},
    },
}


def moment(text: str) -> datetime:
    """`10:00` is on a Monday in Shanghai; anything longer is a whole time."""
    return datetime.fromisoformat(MONDAY.format(text) if len(text) == 5 else text)


def away(member: str, since: str = "00:00", until: str | None = None) -> Absence:
    return Absence(member=member, since=moment(since), until=moment(until) if until else None)


def content(**changes: Any) -> dict[str, Any]:
    """The roster with entries replaced; `teams__quality__leads` is one of a team's; None takes it away."""
    found = deepcopy(ROSTER)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = found
        for part in parents:
            place = place[part]
        if value is None:
            del place[last]
        else:
            place[last] = deepcopy(value)
    return found


def staff(*absent: str | Absence, **changes: Any) -> Directory:
    """The staff, with members who are away."""
    absences: Iterable[Absence] = (away(each) if isinstance(each, str) else each for each in absent)
    return Roster.model_validate(content(**changes)).directory({}, absences)
