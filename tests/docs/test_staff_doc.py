"""The staff's page says who may do what as the program decides it, and names every code."""

from typing import get_args

from domain.staff.assignment import AssignmentCode
from domain.staff.roles import ACTIONS, MAY, STAFF_ROLES
from tests.docs.documents import read, rows

TEXT = read("docs/staff.md")


def names_in(cell: str) -> list[str]:
    """What stands in backticks."""
    return cell.split("`")[1::2]


def test_the_table_of_actions_is_the_one_that_decides() -> None:
    shown = {name: cells[1] for cells in rows(TEXT, 2) for name in names_in(cells[0]) if name in ACTIONS}
    told = {
        action: "everybody"
        if set(roles) == set(STAFF_ROLES)
        else ", ".join(role.replace("_", " ") for role in roles)
        for action, roles in MAY.items()
    }
    assert shown == told


def test_every_code_of_nobody_is_explained() -> None:
    explained = {name for cells in rows(TEXT, 2) for name in names_in(cells[0])}
    assert set(get_args(AssignmentCode)) - explained == {"assigned"}
