"""Puts into the audit log what happens at a door: refusals, readings of personal data, comings and goings."""

import re
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.routing import Route

from activities.request_headers import REQUEST_ID
from domain.access import AnothersCase, Identity
from domain.errors import CaseworkError, StoreUnavailable
from store.audit import AuditEntry, AuditKind, AuditLog, Door

REFUSED = (401, 403)
_TARGET = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


class Witness:
    """Notes for one door. What is seen is noted before it is shown: where that fails, nothing is shown."""

    def __init__(self, log: AuditLog, door: Door) -> None:
        self._log = log
        self._door: Door = door

    async def note(
        self,
        kind: AuditKind,
        request: Request,
        *,
        who: Identity | None = None,
        target: str | None = None,
        code: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Keep that it happened. Raises `StoreUnavailable`."""
        known = who or getattr(request.state, "who", None)
        entry = AuditEntry(
            at=datetime.now(UTC),
            kind=kind,
            door=self._door,
            subject=known.subject if known else None,
            role=known.role if known else None,
            merchant=known.merchant if known else None,
            action=action_of(request),
            target=target or target_of(request),
            code=code,
            reason=reason,
            request_id=REQUEST_ID.get(),
        )
        await self._log.add(entry)

    async def refusal(self, request: Request, error: CaseworkError, status: int) -> None:
        """Keep that somebody was refused. A log that is away makes no refusal undone."""
        if status not in REFUSED and not isinstance(error, AnothersCase):
            return
        try:
            await self.note("refused", request, code=error.code)
        except StoreUnavailable:
            structlog.get_logger().error("a refusal is not in the audit log", code=error.code)


def action_of(request: Request) -> str:
    """What is asked for, as the address's pattern: no id, no word of a query gets into it."""
    route = request.scope.get("route")
    return f"{request.method} {route.path if isinstance(route, Route) else '?'}"


def target_of(request: Request) -> str | None:
    """The case that the address names, if it does; what could not be one may be anything, and is left out."""
    named = request.path_params
    parts = [str(named[name]) for name in ("case_id", "merchant", "number") if name in named]
    target = ":".join(parts)
    return target if _TARGET.fullmatch(target) else None


def witness_of(request: Request) -> Witness:
    """The process's."""
    witness: Witness = request.app.state.witness
    return witness
