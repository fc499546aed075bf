"""Open cases are held to other terms: what that would move, then case by case by the update `retarget`."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from domain.base import Model
from domain.cases.events import Retargeted
from domain.cases.messages import Retarget
from domain.cases.readings import clock_rows
from domain.cases.retargeting import moves, profile_facts
from domain.cases.state import AnyState
from domain.digests import digest
from domain.errors import CaseClosed, CaseworkError
from domain.kinds import kind_of
from domain.policy import Policy
from domain.policy.pinned import PinnedPolicy
from domain.policy.profiles import profile_of
from domain.simulation import VerdictChange
from starters.client import Cases
from starters.requests import message
from store.case_archive import CaseArchive
from store.policy_library import PolicyLibrary

AT_ONCE = 8

Result = Literal["planned", "retargeted", "unchanged", "refused"]
OTHER_FILES = "the workers have other files than this command: the terms are not the ones that were expected"


class CaseRetarget(Model):
    """What became, or would become, of one case; `moves` is as this command's files say it."""

    case_id: str
    result: Result
    policy: str | None = None
    policy_hash: str | None = None
    calendar_revision: str | None = None
    terms_hash: str | None = None
    seq: int | None = None
    moves: list[VerdictChange] = []
    code: str | None = None
    message: str | None = None


class Wanted(NamedTuple):
    """Which policy cases are to be held to; without one, each to the version of its own that it has.

    `only_provisional` leaves out cases all of whose deadlines are certain already.
    """

    by: str
    reason: str
    policy: Policy | None = None
    only_provisional: bool = False


class _Plan(NamedTuple):
    state: AnyState
    terms: PinnedPolicy
    key: str
    request: Retarget


class Retargeting:
    """Plans from the store and from policies as this machine has them; the workers pin from theirs."""

    def __init__(self, cases: Cases, library: PolicyLibrary) -> None:
        self._cases = cases
        self._library = library
        self._archive = CaseArchive(cases.records.pool)
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self, case_ids: Iterable[str], wanted: Wanted, *, preview: bool) -> list[CaseRetarget]:
        """One row per case, in order; a case that is refused stops no other."""
        found = await asyncio.gather(*(self._one(case_id, wanted, preview) for case_id in case_ids))
        return [row for row in found if row is not None]

    async def _one(self, case_id: str, wanted: Wanted, preview: bool) -> CaseRetarget | None:
        async with self._free:
            try:
                now = datetime.now(UTC)
                plan = await self._plan(case_id, wanted, now)
                if wanted.only_provisional and not is_provisional(plan.state, now):
                    return None
                row = _row(plan, now)
                return row if preview or row.result == "unchanged" else await self._send(plan, row)
            except CaseworkError as error:
                return CaseRetarget(case_id=case_id, result="refused", code=error.code, message=error.message)

    async def _plan(self, case_id: str, wanted: Wanted, now: datetime) -> _Plan:
        records = await self._cases.events(case_id)
        state = await self._archive.folded(case_id, records)
        assert state.opened_at is not None
        if not state.open:
            raise CaseClosed(f"{case_id} is closed ({state.outcome})", case_id=case_id)
        policy = wanted.policy or await self._archive.policy(state.policy_hash)
        kind = kind_of(case_id)
        profile = profile_of(kind.name, *profile_facts(state))
        terms = policy.pin(kind.terms, profile, state.opened_at, self._library.snapshots)
        request = message(
            Retarget,
            by=wanted.by,
            policy=policy.name,
            version=None if wanted.policy else policy.hash,
            reason=wanted.reason,
        )
        before = sum(record.type == Retargeted.name for record in records)
        # Sent again after a crash it is the same request; after other terms in between it is a new one.
        key = f"retarget-{before + 1}-{digest(terms)}-{digest(request)}"
        return _Plan(state, terms, key, request)

    async def _send(self, plan: _Plan, row: CaseRetarget) -> CaseRetarget:
        answer = await self._cases.act(row.case_id, plan.request, plan.key)
        result: Result = "unchanged" if answer.terms_hash == plan.state.terms_hash else "retargeted"
        note = {} if answer.terms_hash == row.terms_hash else {"message": OTHER_FILES}
        news = {"result": result, "seq": answer.seq, "terms_hash": answer.terms_hash, **note}
        return row.model_copy(update=news)


def is_provisional(state: AnyState, now: datetime) -> bool:
    """Whether some clock that still counts rests on days that were not published."""
    return any(row.provisional and row.state in ("running", "paused") for row in clock_rows(state, now))


def refused(rows: Sequence[CaseRetarget]) -> bool:
    """Whether some case was refused, or is held to something else than was meant."""
    return any(row.result == "refused" or row.message for row in rows)


def _row(plan: _Plan, now: datetime) -> CaseRetarget:
    state, terms = plan.state, plan.terms
    terms_hash, zone = digest(terms), ZoneInfo(state.timezone)
    return CaseRetarget(
        case_id=state.case_id,
        result="unchanged" if terms_hash == state.terms_hash else "planned",
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=terms_hash,
        moves=[_in_zone(move, zone) for move in moves(state, terms, now)],
    )


def _in_zone(move: VerdictChange, zone: ZoneInfo) -> VerdictChange:
    before, after = (at and at.astimezone(zone) for at in (move.due_before, move.due_after))
    return move.model_copy(update={"due_before": before, "due_after": after})
