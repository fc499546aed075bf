"""The staff in the store: teams, members and their addresses, who is away, who has how many cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.base import Model
from domain.calendars import CalendarRules, Snapshot
from domain.errors import NotReady, UnknownMember
from domain.staff.directory import Absence, Directory, Member, Team
from domain.staff.moves import HeldCase
from domain.staff.roster import Roster, StaffContact
from domain.staff.surges import Surge, changed
from store.pool import Connection, Pool, Row, connection, transaction
from store.sql import load

Q = load("staff")

CONTACT_FIELDS = ("name", "email", "language", "timezone")


class Seeded(Model):
    """What a seeding changed, by member."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Staff:
    """Reads and writes the staff. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def seed(self, roster: Roster) -> Seeded:
        """Make the staff what the roster says, whole; absences of those who stay are kept."""
        async with transaction(self._pool) as conn:
            await conn.execute(Q["lock"])
            return await _put(conn, roster)

    async def seed_first(self, roster: Roster) -> bool:
        """Make the staff what the roster says unless there is one already; whether it was done."""
        async with transaction(self._pool) as conn:
            await conn.execute(Q["lock"])
            if await conn.fetchval(Q["has_staff"]):
                return False
            await _put(conn, roster)
        return True

    async def roster(self) -> Roster:
        """The staff as it was seeded. Raises `NotReady` while there is none."""
        async with connection(self._pool) as conn, conn.transaction(isolation="repeatable_read"):
            return await _roster(conn)

    async def directory(self, snapshots: Mapping[str, Snapshot], at: datetime) -> Directory:
        """The staff as it works at a moment, and the absences that are not over then. Raises `NotReady`."""
        async with connection(self._pool) as conn, conn.transaction(isolation="repeatable_read"):
            roster = await _roster(conn)
            rows = await conn.fetch(Q["absences"], at)
        return roster.in_force(at).directory(snapshots, (Absence.model_validate(dict(row)) for row in rows))

    async def member(self, member: str, at: datetime) -> tuple[Member, str] | None:
        """A member as they work at a moment, with their name; None for who is none."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["member"], member)
        if row is None:
            return None
        usual = {member: Member.model_validate_json(row["body"])}
        surges = [Surge.model_validate_json(body) for body in row["surges"]]
        then = next((changed(usual, surge.members) for surge in surges if surge.holds(at)), usual)
        return then[member], row["name"] or member

    async def contact(self, member: str) -> StaffContact | None:
        """How a member is reached; None for who has no address, or is no member any more."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["contact"], member)
        return _contact(row) if row else None

    async def lead(self, team: str, at: datetime) -> StaffContact | None:
        """How the first of a team's leads who has an address and is not away at a moment is reached."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["lead"], team, at)
        return _contact(row) if row else None

    async def mark_away(self, absence: Absence) -> None:
        """Keep an absence; the same begin again changes its end. Raises `UnknownMember`."""
        async with connection(self._pool) as conn:
            found = await conn.fetchval(Q["put_absence"], absence.member, absence.since, absence.until)
        if found is None:
            raise _unknown(absence.member)

    async def mark_back(self, member: str, at: datetime) -> int:
        """End what a member is away for at that moment; how many absences that were.

        Raises `UnknownMember`.
        """
        async with connection(self._pool) as conn:
            if not await conn.fetchval(Q["is_member"], member):
                raise _unknown(member)
            return await conn.fetchval(Q["end_absences"], member, at)

    async def loads(self) -> dict[str, int]:
        """Open cases by who has them; who has none is not in it."""
        async with connection(self._pool) as conn:
            return {row["assignee"]: row["cases"] for row in await conn.fetch(Q["loads"])}

    async def queues(self) -> dict[str, int]:
        """Open cases that nobody has yet, by team."""
        async with connection(self._pool) as conn:
            return {row["team"]: row["cases"] for row in await conn.fetch(Q["queues"])}

    async def held_by(self, member: str) -> list[HeldCase]:
        """The open cases that a member has, the most urgent first."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["held_by"], member)
        return [HeldCase.model_validate(dict(row)) for row in rows]

    async def queue_of(self, team: str, kinds: Sequence[str]) -> list[HeldCase]:
        """What waits for somebody of a team: its own cases, and those of these kinds that have no team."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["queue"], team, list(kinds))
        return [HeldCase.model_validate(dict(row)) for row in rows]


async def _put(conn: Connection, roster: Roster) -> Seeded:
    members = sorted(roster.members)
    await conn.execute(Q["put_shifts"], *_bodies(roster.shifts))
    await conn.execute(Q["put_surges"], *_bodies(roster.surges))
    removed = await conn.fetch(Q["drop_members"], members)
    await conn.execute(Q["put_teams"], *_bodies(roster.teams))
    written = await conn.fetch(Q["put_members"], *_member_columns(roster, members))
    return Seeded(
        added=tuple(sorted(row["member"] for row in written if row["is_new"])),
        changed=tuple(sorted(row["member"] for row in written if not row["is_new"])),
        removed=tuple(sorted(row["member"] for row in removed)),
    )


async def _roster(conn: Connection) -> Roster:
    tables = ("shifts", "teams", "members", "surges")
    shifts, teams, members, surges = [await conn.fetch(Q[name]) for name in tables]
    if not members:
        raise NotReady("there is no staff yet: write it down and run `./casework staff seed FILE`")
    return Roster(
        shifts={row["shift"]: CalendarRules.model_validate_json(row["body"]) for row in shifts},
        teams={row["team"]: Team.model_validate_json(row["body"]) for row in teams},
        members={row["member"]: Member.model_validate_json(row["body"]) for row in members},
        contacts={row["member"]: _contact(row) for row in members if row["email"] is not None},
        surges={row["surge"]: Surge.model_validate_json(row["body"]) for row in surges},
    )


def _contact(row: Row) -> StaffContact:
    return StaffContact.model_validate({field: row[field] for field in CONTACT_FIELDS})


def _unknown(member: str) -> UnknownMember:
    return UnknownMember(f"the staff has no member {member}", member=member)


def _bodies(named: Mapping[str, Model]) -> tuple[list[str], list[str]]:
    return list(named), [_body(each) for each in named.values()]


def _body(each: Model) -> str:
    return each.model_dump_json(exclude_defaults=True)


def _member_columns(roster: Roster, members: list[str]) -> tuple[list[Any], ...]:
    contacts = [roster.contacts.get(name) for name in members]
    reached = [[contact and getattr(contact, field) for contact in contacts] for field in CONTACT_FIELDS]
    teams = [roster.members[name].team for name in members]
    return members, teams, [_body(roster.members[name]) for name in members], *reached
