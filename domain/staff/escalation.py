"""Whom a ladder tells: the owner of a case, the lead, the head, who is on call; or who stands in for them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from domain.base import Model, Slug, UtcInstant
from domain.staff.directory import Directory
from domain.staff.presence import is_away, local
from domain.staff.roles import LadderRole


class Reader(Model):
    """Who is told, and why it is them; `instead_of` whom the rung means in the first place."""

    member: Slug
    code: Literal["named", "stands_in"]
    reason: str
    instead_of: Slug | None = None


class OnCall(Model):
    """Who is on call for a team: from `since`, before `until`."""

    member: Slug
    since: UtcInstant
    until: UtcInstant
    instead_of: Slug | None = None


class _Candidate(NamedTuple):
    member: str
    rung: LadderRole
    why: str


# Who stands in when nobody of a rung is there: who is on call, then upward, so that somebody hears of it.
_THEN: dict[LadderRole, tuple[LadderRole, ...]] = {
    "agent": ("on_call", "lead", "head"),
    "on_call": ("lead", "head"),
    "lead": ("on_call", "head"),
    "head": ("on_call", "lead"),
}
_NOBODY: dict[LadderRole, str] = {
    "agent": "nobody has the case",
    "on_call": "nobody is on call",
    "lead": "the team has no lead",
    "head": "the desk has no head",
}


def on_call(directory: Directory, team: str, at: datetime) -> OnCall | None:
    """Whose turn it is, or the next of the rota who is not away.

    None without a rota, before its first turn, or when all of it are away. Raises `UnknownTeam`.
    """
    rota = directory.team(team).on_call
    turn = rota.turn(at) if rota else None
    if rota is None or turn is None:
        return None
    order = (turn.member, *rota.next_after(turn.member))
    member = next((name for name in order if not is_away(directory, name, at)), None)
    if member is None:
        return None
    instead_of = None if member == turn.member else turn.member
    return OnCall(member=member, since=turn.since, until=turn.until, instead_of=instead_of)


def resolve(
    directory: Directory, role: LadderRole, *, team: str | None, assignee: str | None, at: datetime
) -> tuple[Reader, ...]:
    """The members whom a rung with this role reaches; nobody: its role's address in the settings is left.

    Who is off shift is told all the same. For who is away the next of the same rung stands in, then who is
    on call, then upward. A team that the staff does not have, such as an old policy's, counts as the owner's.
    """
    at = at.astimezone(UTC)
    home = team if team in directory.teams else _home(directory, assignee)
    order = [
        candidate
        for rung in (role, *_THEN[role])
        for candidate in _candidates(directory, rung, home, assignee, at)
    ]
    found = next((who for who in order if not is_away(directory, who.member, at)), None)
    if found is None:
        return ()
    meant = order[0] if order[0].rung == role else None
    if found == meant:
        return (Reader(member=found.member, code="named", reason=found.why),)
    missing = f"{meant.member} is away" if meant else _NOBODY[role]
    return (
        Reader(
            member=found.member,
            code="stands_in",
            reason=f"{found.why}; {missing}",
            instead_of=meant.member if meant else None,
        ),
    )


def _candidates(
    directory: Directory, rung: LadderRole, team: str | None, assignee: str | None, at: datetime
) -> Iterator[_Candidate]:
    """Who could be told on a rung, first to last, away or not."""
    if rung == "agent" and assignee is not None:
        yield _Candidate(assignee, rung, "has the case")
    if rung == "head":
        for name in directory.with_role("head"):
            yield _Candidate(name, rung, "heads the desk")
    if team is None:
        return
    if rung == "lead":
        for name in directory.teams[team].leads:
            yield _Candidate(name, rung, f"leads {team}")
    if rung == "on_call":
        yield from _on_call_candidates(directory, team, at)


def _on_call_candidates(directory: Directory, team: str, at: datetime) -> Iterator[_Candidate]:
    rota = directory.teams[team].on_call
    turn = rota.turn(at) if rota else None
    if rota is not None and turn is not None:
        why = f"on call for {team} until {local(directory, team, turn.until)}"
        for name in (turn.member, *rota.next_after(turn.member)):
            yield _Candidate(name, "on_call", why)


def _home(directory: Directory, assignee: str | None) -> str | None:
    member = directory.members.get(assignee or "")
    return member.team if member else None
