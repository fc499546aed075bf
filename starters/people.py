"""People at the doors: their sign-in provider says who they are, the desk's staff what they do."""

from datetime import datetime

from domain.access import Claims, PersonIdentity, role_of_staff
from domain.errors import Forbidden
from store.staff import Staff


class People:
    """Tells what somebody is to us. The claim of a role counts only for who is not on the staff."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    async def identify(self, said: Claims, now: datetime) -> PersonIdentity:
        """The person. Raises `Forbidden` for who has nothing to do here, `StoreUnavailable`."""
        found = await self._staff.member(said.subject, now)
        if found is not None:
            member, name = found
            return PersonIdentity(
                subject=said.subject,
                name=name,
                role=role_of_staff(member.roles),
                team=member.team,
                roles=member.roles,
                merchant=said.merchant,
            )
        if said.role is None:
            raise Forbidden(f"{said.subject} is not of the staff, and the sign-in provider names no role")
        return PersonIdentity(subject=said.subject, name=said.name, role=said.role, merchant=said.merchant)
