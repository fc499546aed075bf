"""Given shifts and absences, whether somebody is there, and if not, when they are."""

import pytest

from domain.staff.directory import Absence
from domain.staff.presence import PresenceState, next_on_shift, presence_of
from tests.domain.staff.desk import away, moment, staff

TOMORROW = "2026-11-17T08:00:00+08:00"
MORNING = [away("a", "09:00", "10:00"), away("a", "10:00", "12:00"), away("b", "00:00")]

CASES: list[tuple[list[Absence], str, PresenceState, str | None]] = [
    ([], "08:00", "on_shift", None),
    ([], "15:59", "on_shift", None),
    ([], "16:00", "off_shift", TOMORROW),
    ([], "07:00", "off_shift", "08:00"),
    ([away("a", "07:00", "09:00")], "08:00", "away", "09:00"),
    ([away("a", "07:00", "07:30")], "07:00", "away", "08:00"),
    (MORNING, "09:00", "away", "12:00"),
    (MORNING, "12:00", "on_shift", None),
    ([away("a", "09:00", "17:00")], "10:00", "away", TOMORROW),
    ([away("a", "09:00")], "10:00", "away", None),
    ([away("a", "09:00", "10:00"), away("a", "09:30")], "09:00", "away", None),
    ([away("a", "09:00")], "08:59", "on_shift", None),
]


@pytest.mark.parametrize(("absences", "at", "state", "back_at"), CASES)
def test_presence(absences: list[Absence], at: str, state: PresenceState, back_at: str | None) -> None:
    found = presence_of(staff(*absences), "a", moment(at))
    assert found == (state, moment(back_at) if back_at else None)


def test_of_two_shifts_the_one_that_begins_first_counts() -> None:
    double = staff(members__a__shifts=["late", "early"])
    assert next_on_shift(double, "a", moment("23:00")) == moment(TOMORROW)
