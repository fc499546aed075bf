"""Who may ask what of which case: the one place that the HTTP API and the console go by."""

from typing import Any

from pydantic import BaseModel

from domain.access import GRANTED, Identity, Permission, check_asks, check_assigns, check_may, check_sees
from domain.cases.messages import Assign, OpenCase, Retarget
from domain.errors import CaseNotFound
from store.cases import Cases as CaseRows


def check_reads(who: Identity, case_id: str) -> None:
    """Raise unless the caller may read this case."""
    check_may(who, "read")
    check_sees(who, case_id)


def check_knocks(who: Identity) -> None:
    """Raise for who may neither open a case nor have a closed one go on, before what they sent is read."""
    if who.role not in GRANTED["reopen"]:
        check_may(who, "open")


def check_opens(who: Identity, start: OpenCase) -> None:
    """Raise unless the caller may open this case, or have a closed one go on."""
    check_may(who, "open" if start.content is not None else "reopen")
    check_sees(who, start.case_id)
    check_asks(who, start)


def check_turns_to(who: Identity, case_id: str, message: type[BaseModel]) -> None:
    """Raise unless the caller may ask such a thing of the case, whatever it says."""
    check_may(who, permission_of(message))
    check_sees(who, case_id)


async def check_acts(who: Identity, case_id: str, message: BaseModel, rows: CaseRows) -> None:
    """Raise unless the caller may ask this of the case."""
    check_turns_to(who, case_id, type(message))
    check_asks(who, message)
    if isinstance(message, Assign):
        check_assigns(who, message, await _team(rows, case_id))


def permission_of(message: type[BaseModel]) -> Permission:
    """What a request to a case needs."""
    named: dict[Any, Permission] = {Assign: "assign", Retarget: "retarget"}
    return named.get(message, "act")


async def _team(rows: CaseRows, case_id: str) -> str | None:
    """Who has the case; nobody has one that there is not, and the case itself says so."""
    try:
        return (await rows.get(case_id)).team
    except CaseNotFound:
        return None
