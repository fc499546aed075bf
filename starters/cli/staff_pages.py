"""The pages that `casework staff …` prints for people, in the time zone of the desk."""

from collections.abc import Iterable, Sequence

from domain.staff.escalation import Reader
from domain.staff.moves import MovePlan, QueuePlan
from starters.cli.tables import print_table
from starters.moments import moment
from starters.staff import MemberNow, Moved, TeamLoad, TeamOnCall


def print_members(members: Iterable[MemberNow], timezone: str) -> None:
    """A row per member."""
    print_table(
        ("member", "team", "roles", "speaks", "knows", "now"),
        (
            (
                each.member,
                each.team or "",
                ", ".join(_words(role) for role in each.roles),
                ", ".join(each.languages),
                ", ".join(each.skills),
                _presence(each, timezone),
            )
            for each in members
        ),
    )


def print_on_call(teams: Iterable[TeamOnCall], timezone: str) -> None:
    """A row per team."""
    print_table(
        ("team", "on call", "until", "told, and why"),
        (
            (
                each.team,
                each.on_call.member if each.on_call else "",
                moment(each.on_call.until, timezone) if each.on_call else "",
                f"{each.told.member}: {each.told.reason}" if each.told else "nobody",
            )
            for each in teams
        ),
    )


def print_load(teams: Iterable[TeamLoad], timezone: str) -> None:
    """A row per member who takes cases, under each team with what waits."""
    rows: list[tuple[str, ...]] = []
    for team in teams:
        has = sum(member.cases for member in team.members)
        rows.append((team.team, "", f"{has} + {team.waiting} waiting", ""))
        rows += [
            ("", each.member, f"{each.cases} of {each.capacity}", _presence(each, timezone))
            for each in team.members
        ]
    print_table(("team", "member", "open cases", "now"), rows)


def print_plan(plan: MovePlan, timezone: str) -> None:
    """Which cases must move and to whom, and which can wait."""
    absence = plan.absence
    until = f"until {moment(absence.until, timezone)}" if absence.until else "until they are back"
    print(f"{absence.member} is away from {moment(absence.since, timezone)} {until}")
    if not plan.moves and not plan.stays:
        print("no open case")
        return
    rows = [
        (each.case_id, each.assignee or f"queue of {each.team or 'nobody'}", each.reason + _tell(each.tell))
        for each in plan.moves
    ]
    rows += [(each.case_id, "stays", each.reason) for each in plan.stays]
    print_table(("case", "to", "why"), rows)


def print_queue(plan: QueuePlan) -> None:
    """Who would get what waits, and what goes on waiting."""
    if not plan.moves and not plan.stays:
        print(f"nothing waits for somebody of {plan.team}")
        return
    rows = [(each.case_id, each.assignee or "", each.reason) for each in plan.moves]
    rows += [(each.case_id, "waits", each.reason) for each in plan.stays]
    print_table(("case", "to", "why"), rows)


def print_moved(moved: Sequence[Moved], done: str = "moved") -> None:
    """What became of the moves."""
    print(f"{done} {sum(each.moved for each in moved)} of {len(moved)}")
    failed = [(each.case_id, each.code or "", each.message or "") for each in moved if not each.moved]
    if failed:
        print_table((f"not {done}", "code", "why"), failed)


def _presence(member: MemberNow, timezone: str) -> str:
    words = _words(member.presence)
    if member.presence == "on_shift":
        return words
    return f"{words}, back {moment(member.back_at, timezone)}" if member.back_at else words


def _tell(readers: Sequence[Reader]) -> str:
    return "".join(f"; tell {each.member}" for each in readers)


def _words(name: str) -> str:
    return name.replace("_", " ")
