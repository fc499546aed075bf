"""Given a peak, when somebody looks into it, then shifts, turns and capacities are those of the peak."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.invalid import where_and_why
from domain.staff.assignment import Wanted, assign
from domain.staff.escalation import on_call, resolve
from domain.staff.roster import Roster
from tests.domain.staff.desk import ROSTER, content, moment

BEFORE, DURING = moment("10:00"), moment("2026-11-21T10:00:00+08:00")
PEAK: dict[str, Any] = {
    "since": "2026-11-20T00:00:00+08:00",
    "until": "2026-11-23T00:00:00+08:00",
    "teams": {
        "quality": {
            "leads": ["lead-2"],
            "on_call": {**ROSTER["teams"]["quality"]["on_call"], "turn_days": 1, "members": ["w", "b"]},
        }
    },
    "members": {"a": {"shifts": ["late"]}, "w": {"team": "quality", "capacity": 30, "shifts": ["both"]}},
}


def peak(**changes: Any) -> Roster:
    return Roster.model_validate(content(surges={"peak": {**PEAK, **changes}}))


def test_outside_of_the_peak_all_is_as_usual() -> None:
    roster = peak()
    for at in (BEFORE, moment("2026-11-23T00:00:00+08:00")):
        assert roster.in_force(at).directory({}) == Roster.model_validate(content()).directory({})


def test_in_the_peak_more_people_work_other_shifts() -> None:
    usual, then = (peak().in_force(at).directory({}) for at in (BEFORE, DURING))
    wanted = Wanted(team="quality", language="en")
    busy = {"b": 15}
    assert assign(usual, wanted, busy, DURING).member == "b"
    found = assign(then, wanted, busy, DURING)
    assert (found.member, found.reason) == (
        "w",
        "on shift, speaks en, has 0 of 30 cases, the lowest load of 2 in quality",
    )
    assert then.members["a"].shifts == ("late",)
    assert then.members["a"].capacity == 10, "what the peak says nothing about stays"


def test_in_the_peak_others_are_on_call_and_lead() -> None:
    then = peak().in_force(DURING).directory({})
    call = on_call(then, "quality", DURING)
    assert call is not None
    assert (call.member, (call.until - call.since).days) == ("b", 1)
    [lead] = resolve(then, "lead", team="quality", assignee=None, at=DURING)
    assert lead.member == "lead-2"


SECOND = {"since": PEAK["since"], "until": PEAK["until"]}
MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"until": PEAK["since"]}, "surges.peak", "`until` must be later than `since`"),
    ({"teams": {"north": {}}}, "surges.peak.teams", "there is no team north"),
    ({"members": {"x": {}}}, "surges.peak.members", "there is no member x"),
    (
        {"teams": {"quality": {"hours": "night"}}},
        "surges.peak.teams.quality.hours",
        "there is no shift night",
    ),
    (
        {"teams": {"quality": {"leads": ["a"]}}},
        "surges.peak.teams.quality.leads.0",
        "a is neither supervisor",
    ),
    ({"members": {"a": {"team": "north"}}}, "surges.peak.members.a.team", "there is no team north"),
    ({"members": {"head-1": {"capacity": 1}}}, "surges.peak.members.head-1.capacity", "who is in no team"),
]


@pytest.mark.parametrize(("changes", "where", "why"), MISTAKES)
def test_what_does_not_fit_together_then_is_refused(changes: dict[str, Any], where: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        peak(**changes)
    place, message = where_and_why(refused.value)
    assert place == where
    assert why in message


def test_two_peaks_at_once_are_refused_and_two_in_turn_are_not() -> None:
    later = {"since": PEAK["until"], "until": "2026-11-24T00:00:00+08:00"}
    Roster.model_validate(content(surges={"peak": PEAK, "sale": later}))
    with pytest.raises(ValidationError, match="peak is in force at the same time"):
        Roster.model_validate(content(surges={"sale": SECOND, "peak": PEAK}))
