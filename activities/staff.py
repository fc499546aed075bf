"""Asks the staff: whom a rung tells, who gets a case, whether somebody may (docs/staff.md)."""

from datetime import datetime

from temporalio import activity

from activities.failures import typed_failures
from domain.base import Model, Slug, UtcInstant
from domain.errors import NotReady
from domain.staff.directory import Directory
from domain.staff.ladder import Climbed, Given, OwnerWanted, RungFired, climb, find_owner
from domain.staff.roles import Action, LadderRole, check_as
from store.policy_library import PolicyLibrary
from store.staff import Staff


class Word(Model):
    """Somebody says, as a lead or the head, what is theirs to say."""

    by: Slug
    role: LadderRole
    action: Action
    at: UtcInstant


class StaffActivities:
    """Reads only. While no staff was seeded, nobody is named: roles keep their addresses."""

    def __init__(self, staff: Staff, library: PolicyLibrary) -> None:
        self._staff = staff
        self._library = library

    @activity.defn
    @typed_failures
    async def climb_rung(self, fired: RungFired) -> Climbed:
        """Who hears of it, by rota, absences and stands-in; and who gets the case, where the rung says so."""
        directory = await self._directory(fired.at)
        if directory is None:
            return Climbed()
        load = await self._staff.loads() if fired.reassign == "team" else {}
        return climb(directory, fired, load)

    @activity.defn
    @typed_failures
    async def find_owner(self, wanted: OwnerWanted) -> Given | None:
        """Who of the team gets a case, by skill, language, shift and load; None: its queue has it."""
        directory = await self._directory(wanted.at)
        return find_owner(directory, wanted, await self._staff.loads()) if directory else None

    @activity.defn
    @typed_failures
    async def check_word(self, word: Word) -> None:
        """Raises `forbidden` or `unknown_member` where the staff knows that it is not theirs to say."""
        directory = await self._directory(word.at)
        if directory is not None:
            check_as(directory.member(word.by).roles, word.role, word.action)

    async def _directory(self, at: datetime) -> Directory | None:
        try:
            return await self._staff.directory(self._library.snapshots, at)
        except NotReady:
            return None
