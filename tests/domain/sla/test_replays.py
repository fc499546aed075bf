"""A replay: the contract's own example, times in the metric's zone, and the clocks of a policy."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.sla import Calendar, ClockSpec, Replay, ReplayCase, replay
from tests.domain.sla.stories import metric, spec_of, when

DESK_DAY = ["09:00-18:00"]
EXAMPLE: dict[str, Any] = {
    "calendars": {
        "desk": {
            "timezone": "Asia/Shanghai",
            "week": {
                "mon": ["09:00-12:00", "13:30-18:00"],
                "tue": DESK_DAY,
                "wed": DESK_DAY,
                "thu": DESK_DAY,
                "fri": ["09:00-17:00"],
            },
            "days": {"2026-10-01": [], "2026-10-10": DESK_DAY},
            "valid_through": "2026-12-31",
        },
        "always": {"timezone": "UTC", "week": {"all": ["00:00-24:00"]}},
    },
    "metrics": [
        {
            "name": "first_response",
            "calendar": "desk",
            "target": "4h",
            "start": ["opened"],
            "stop": ["replied"],
            "pause": ["asked_customer"],
            "resume": ["customer_answered"],
            "cancel": ["withdrawn"],
            "reopen": "continue",
            "ladder": [{"at": "75%"}, {"at": "100%"}, {"after": "2h"}],
        }
    ],
    "events": [{"at": "2026-09-30T17:00:00+08:00", "type": "opened"}],
    "as_of": "2026-10-12T00:00:00+08:00",
}
"""contracts §1, word for word."""


def test_the_contracts_example() -> None:
    answer = replay(Replay.model_validate(EXAMPLE)).model_dump(mode="json", exclude_unset=True)
    worked = 1 + 8 + 5 * 9 - 1.5 - 1 + 9  # 30 Sept., 2 Oct., the week from 5 Oct., the make-up Saturday
    assert answer == {
        "metrics": [
            {
                "name": "first_response",
                "instance": 1,
                "state": "running",
                "verdict": "breached",
                "provisional": False,
                "started_at": "2026-09-30T17:00:00+08:00",
                "stopped_at": None,
                "due_at": "2026-10-02T12:00:00+08:00",
                "breached_at": "2026-10-02T12:00:00+08:00",
                "elapsed_seconds": int(worked * 3600),
                "paused_seconds": 0,
                "rungs": [
                    {"rung": "75%", "at": "2026-10-02T11:00:00+08:00"},
                    {"rung": "100%", "at": "2026-10-02T12:00:00+08:00"},
                    {"rung": "2h", "at": "2026-10-02T14:00:00+08:00"},
                ],
            }
        ]
    }


def test_times_are_in_the_zone_of_the_metrics_calendar() -> None:
    berlin = Calendar.model_validate({"timezone": "Europe/Berlin", "week": {"all": ["00:00-24:00"]}})
    asked = Replay(
        calendars={"berlin": berlin},
        metrics=(metric(calendar="berlin", legal="1 day", ladder=[{"at": "50%"}]),),
        events=Replay.model_validate(EXAMPLE).events,
        as_of=when("10-01 09:00"),
    )
    (row,) = replay(asked).model_dump(mode="json", exclude_unset=True)["metrics"]
    assert row["started_at"] == "2026-09-30T11:00:00+02:00"
    assert row["due_at"] == row["target_due_at"] == "2026-09-30T15:00:00+02:00"
    assert row["legal_due_at"] == "2026-10-02T00:00:00+02:00"
    assert row["rungs"] == [{"rung": "50%", "at": "2026-09-30T13:00:00+02:00"}]


def test_a_policy_is_taken_as_of_the_first_event() -> None:
    asked_for: list[tuple[str, ReplayCase, datetime]] = []

    def shipped(policy: str, case: ReplayCase, opened_at: datetime) -> ClockSpec:
        asked_for.append((policy, case, opened_at))
        return spec_of(metric())

    case = ReplayCase(kind="return", tier="key")
    events = [{"at": "2026-11-02T11:00:00+08:00", "type": "replied"}, {"at": "2026-11-02T09:00:00+08:00"}]
    events[1]["type"] = "opened"
    content = {"policy": "standard.yaml", "case": case, "events": events, "as_of": when("11-03 09:00")}
    (row,) = replay(Replay.model_validate(content), shipped).metrics
    assert (row.verdict, row.started_at.tzinfo) == ("met", ZoneInfo("Asia/Shanghai"))
    replay(Replay.model_validate(content | {"events": []}), shipped)
    assert asked_for == [
        ("standard.yaml", case, when("11-02 09:00")),
        ("standard.yaml", case, when("11-03 09:00")),
    ]
