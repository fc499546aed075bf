"""Given who is away, when a ladder tells a role, then the member who hears of it, and why it is them."""

import pytest

from domain.errors import UnknownTeam
from domain.staff.escalation import Reader, on_call, resolve
from domain.staff.roles import LadderRole
from tests.domain.staff.desk import away, moment, staff

UNTIL = "until 2026-11-23 09:00 +08:00"

# Absent, role, assignee; then member, instead of whom, why. On that Monday at 10:00 c is on call for quality.
TOLD: list[tuple[list[str], LadderRole, str | None, str, str | None, str]] = [
    ([], "agent", "a", "a", None, "has the case"),
    ([], "lead", "a", "lead-1", None, "leads quality"),
    ([], "head", "a", "head-1", None, "heads the desk"),
    ([], "on_call", "a", "c", None, f"on call for quality {UNTIL}"),
    ([], "agent", None, "c", None, f"on call for quality {UNTIL}; nobody has the case"),
    (["a"], "agent", "a", "c", "a", f"on call for quality {UNTIL}; a is away"),
    ([], "agent", "gone", "c", "gone", f"on call for quality {UNTIL}; gone is away"),
    (["c"], "on_call", "a", "a", "c", f"on call for quality {UNTIL}; c is away"),
    (["a", "b", "c"], "on_call", "a", "lead-1", "c", "leads quality; c is away"),
    (["a", "b", "c"], "agent", "a", "lead-1", "a", "leads quality; a is away"),
    (["lead-1"], "lead", "a", "lead-2", "lead-1", "leads quality; lead-1 is away"),
    (["lead-1", "lead-2"], "lead", "a", "c", "lead-1", f"on call for quality {UNTIL}; lead-1 is away"),
    (["lead-1", "lead-2", "a", "b", "c"], "lead", "a", "head-1", "lead-1", "heads the desk; lead-1 is away"),
    (["head-1"], "head", "a", "c", "head-1", f"on call for quality {UNTIL}; head-1 is away"),
]


@pytest.mark.parametrize(("absent", "role", "assignee", "member", "instead_of", "reason"), TOLD)
def test_who_is_told(
    absent: list[str],
    role: LadderRole,
    assignee: str | None,
    member: str,
    instead_of: str | None,
    reason: str,
) -> None:
    [reader] = resolve(staff(*absent), role, team="quality", assignee=assignee, at=moment("10:00"))
    code = "stands_in" if ";" in reason else "named"
    assert reader == Reader(member=member, code=code, reason=reason, instead_of=instead_of)


def test_when_all_are_away_nobody_is_left() -> None:
    everybody = staff("a", "b", "c", "lead-1", "lead-2", "head-1")
    assert resolve(everybody, "agent", team="quality", assignee="a", at=moment("10:00")) == ()


def test_who_is_off_shift_is_told_all_the_same() -> None:
    [reader] = resolve(staff(), "agent", team="quality", assignee="a", at=moment("23:00"))
    assert (reader.member, reader.code) == ("a", "named")


@pytest.mark.parametrize("team", [None, "dissolved"])
def test_without_a_team_the_owners_team_counts(team: str | None) -> None:
    [reader] = resolve(staff(), "lead", team=team, assignee="a", at=moment("10:00"))
    assert reader.member == "lead-1"


def test_without_team_and_owner_the_head_hears_of_it() -> None:
    [reader] = resolve(staff(), "lead", team=None, assignee=None, at=moment("10:00"))
    assert (reader.member, reader.reason) == ("head-1", "heads the desk; the team has no lead")


def test_a_team_without_rota_has_nobody_on_call() -> None:
    assert on_call(staff(), "returns", moment("10:00")) is None
    [reader] = resolve(staff(), "on_call", team="returns", assignee=None, at=moment("10:00"))
    assert (reader.member, reader.reason) == ("head-1", "heads the desk; nobody is on call")


def test_before_the_first_turn_nobody_is_on_call() -> None:
    before = moment("2026-11-02T08:59:59+08:00")
    assert on_call(staff(), "quality", before) is None
    [reader] = resolve(staff(), "on_call", team="quality", assignee=None, at=before)
    assert reader.member == "lead-1"


def test_on_call_says_from_when_until_when_and_instead_of_whom() -> None:
    found = on_call(staff(away("c", "10:00", "12:00")), "quality", moment("11:00"))
    assert found is not None
    assert (found.member, found.instead_of) == ("a", "c")
    assert (found.since, found.until) == (moment("09:00"), moment("2026-11-23T09:00:00+08:00"))
    back = on_call(staff(away("c", "10:00", "12:00")), "quality", moment("12:00"))
    assert back is not None
    assert (back.member, back.instead_of) == ("c", None)


def test_nobody_is_on_call_when_the_whole_rota_is_away() -> None:
    assert on_call(staff("a", "b", "c"), "quality", moment("10:00")) is None


def test_on_call_for_no_team_is_refused() -> None:
    with pytest.raises(UnknownTeam):
        on_call(staff(), "north", moment("10:00"))
