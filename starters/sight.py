"""What somebody sees of cases: all of it, noted in the audit log, or without what is about people."""

from typing import Any

from pydantic import BaseModel, JsonValue
from starlette.requests import Request

from domain.access import MASKED, Identity
from domain.event_types import EVENT_PAYLOADS
from domain.kinds import kind_of
from domain.personal import Document, masked
from domain.records import CaseSummary, Recorded
from starters.witness import Witness


class Sight:
    """One request's. `why`: the reason for which somebody of a masked role asks to see one case as it is.

    Every method notes what it shows before it does. Raises `StoreUnavailable`.
    """

    def __init__(self, who: Identity, witness: Witness, request: Request, why: str | None = None) -> None:
        self._who = who
        self._witness = witness
        self._request = request
        self._why = why
        self._clear: bool | None = None

    async def is_clear(self, target: str | None = None) -> bool:
        """Whether personal data is shown; the note of it is kept by then, once per request."""
        if self._clear is None:
            self._clear = await self._open(target)
        return self._clear

    async def _open(self, target: str | None) -> bool:
        who, request = self._who, self._request
        if who.role in MASKED and self._why is None:
            return False
        kind = "unmasked" if who.role in MASKED else "read"
        await self._witness.note(kind, request, who=who, target=target, reason=self._why)
        return True

    async def rows(self, rows: list[CaseSummary]) -> list[CaseSummary]:
        """Rows of a list."""
        return rows if await self.is_clear() else [_row(row) for row in rows]

    async def row(self, row: CaseSummary) -> CaseSummary:
        """A case's row."""
        return row if await self.is_clear(row.case_id) else _row(row)

    async def state(self, case_id: str, view: Document) -> dict[str, Any]:
        """A case's whole state."""
        return await self._document(case_id, view, kind_of(case_id).state)

    async def progress(self, case_id: str, view: Document) -> dict[str, Any]:
        """What its customer sees."""
        return await self._document(case_id, view, kind_of(case_id).progress_model)

    async def events(self, case_id: str, events: list[Recorded]) -> list[Recorded]:
        """Its facts."""
        if await self.is_clear(case_id):
            return events
        return [event.model_copy(update={"data": data_masked(event)}) for event in events]

    async def _document(self, case_id: str, view: Document, model: type[BaseModel]) -> dict[str, Any]:
        return dict(view) if await self.is_clear(case_id) else masked(view, model)


def data_masked(event: Recorded) -> dict[str, JsonValue]:
    """A fact's payload without what is about people, of a case or of any other stream."""
    payload = EVENT_PAYLOADS.get(event.type)
    return masked(event.data, *([payload] if payload else []))


def _row(row: CaseSummary) -> CaseSummary:
    return CaseSummary.model_validate(masked(row.model_dump(mode="json"), CaseSummary))
