"""What the store knows of cases: facts, state, first answer; to be read, waited for and followed."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from domain.cases.events import ClockChanged
from domain.cases.messages import Answer, Opened
from domain.cases.state import AnyState
from domain.cases.views import whole
from domain.errors import CaseNotFound, NoAnswer
from domain.kinds import kind_of
from domain.records import Recorded
from store.case_archive import CaseArchive
from store.pool import Pool
from store.streams import Streams

WAIT_PATIENCE_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.01
PAUSE_GROWTH = 1.5
LONGEST_PAUSE_SECONDS = 0.5

OPENING_ACTORS = ("customer", "watch", "agent", "policy", "clock")
"""Who records an opening; what comes in the same instant by somebody else is no part of it."""


class CaseRecords:
    """Reads by case id. All calls raise `StoreUnavailable`, those on one case `CaseNotFound`."""

    def __init__(self, pool: Pool, wait_seconds: float = WAIT_PATIENCE_SECONDS) -> None:
        self.pool = pool
        self._wait_seconds = wait_seconds
        self._streams = Streams(pool)
        self._archive = CaseArchive(pool)

    async def events(self, case_id: str, after_seq: int = 0) -> list[Recorded]:
        """The facts of a case in order."""
        records = await self._streams.read(case_id)
        if not records:
            raise CaseNotFound(f"there is no case {case_id}", case_id=case_id)
        return [record for record in records if record.seq > after_seq]

    async def state(self, case_id: str) -> AnyState:
        """The case as its facts tell it."""
        return await self._archive.folded(case_id, await self.events(case_id))

    async def progress(self, case_id: str) -> Any:
        """The customer's view, the kind's own model."""
        return kind_of(case_id).progress(await self.state(case_id))

    async def view(self, case_id: str) -> dict[str, Any]:
        """The whole state, as the query `case` gives it."""
        return whole(kind_of(case_id), await self.state(case_id), datetime.now(UTC))

    async def first_answer(self, case_id: str) -> Opened | None:
        """What the opening answered, from its facts; None for a case that the store does not know."""
        records = await self._streams.read(case_id)
        if not records:
            return None
        kind = kind_of(case_id)
        events = kind.opening_events | {ClockChanged.name}
        opening = takewhile(lambda record: _is_of_opening(record, records[0], events), records)
        return kind.opening_answer(await self._archive.folded(case_id, list(opening)))

    async def answer(self, case_id: str, key: str) -> Answer | None:
        """What the case answered to a request with this key; None to one that is not recorded."""
        found = await self._streams.answer(case_id, key)
        return found and Answer.model_validate(found)

    async def wait_for(self, case_id: str, seq: int) -> None:
        """Wait until the event with this number is stored. Raises `NoAnswer` when patience ends."""
        pause = FIRST_PAUSE_SECONDS
        try:
            async with asyncio.timeout(self._wait_seconds):
                while await self._streams.last_seq(case_id) < seq:
                    await asyncio.sleep(pause)
                    pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
        except TimeoutError:
            raise NoAnswer(f"{case_id}: event {seq} is not stored yet; the case goes on, ask again") from None

    async def follow(self, case_id: str, after_seq: int = 0) -> AsyncIterator[Recorded]:
        """The facts as they come, until the case is closed and stays so."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            found = await self.events(case_id, after_seq)
            for record in found:
                after_seq = record.seq
                yield record
            if not found and not (await self.state(case_id)).open:
                return
            pause = FIRST_PAUSE_SECONDS if found else min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)


def _is_of_opening(record: Recorded, first: Recorded, events: Collection[str]) -> bool:
    """The first fact is; what follows in the same instant, by somebody else, is no part of it.

    A case that counts from an earlier receipt says in its first fact when it was written down.
    """
    written_at = datetime.fromisoformat(str(first.data.get("recorded_at", first.at)))
    if record.seq == first.seq:
        return True
    return record.type in events and record.at <= written_at and record.actor in OPENING_ACTORS
