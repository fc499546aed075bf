"""Open cases as lists and boards show them: any filter, the most urgent first, and how many there are.

The board follows the cases by trigger, in the append's transaction (migration 0034, ADR 28).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from domain.base import Model, UtcInstant
from domain.records import CaseKind, SlaState
from store import sql
from store.pool import Connection, Pool, connection

Q = sql.load("board")
NARROWED = sql.load("narrowed/board")
"""Queries of which only the conditions that are wanted are sent."""

PAGE_ROWS = 50
NOBODY = "?"
"""Whose case it is where the desk is to act and nobody has it."""
ClockView = Literal["overdue", "hour", "running", "paused", "none"]
HOUR = timedelta(hours=1)
PAUSED, NO_CLOCK = datetime(9999, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""What cases are sorted by whose nearest clock stands, and those without one."""

COUNTED = ("kind", "waits", "priority", "tier", "channel", "team", "holder")


class BoardFilter(Model):
    """Which open cases; what is None does not matter. A stage needs its kind."""

    merchant: str | None = None
    kind: CaseKind | None = None
    stage: str | None = None
    waits: str | None = None
    priority: str | None = None
    tier: str | None = None
    channel: str | None = None
    team: str | None = None
    holder: str | None = None
    clock: ClockView | None = None

    def values(self, now: datetime) -> dict[str, Any]:
        """What queries are narrowed by, as of a moment."""
        given = {name: value for name, value in self.model_dump().items() if value is not None}
        match given.pop("clock", None):
            case "overdue":
                return given | {"urgent_before": now}
            case "hour":
                return given | {"urgent_from": now, "urgent_before": now + HOUR}
            case "running":
                return given | {"urgent_from": now, "urgent_before": PAUSED}
            case "paused":
                return given | {"urgent_from": PAUSED, "urgent_before": NO_CLOCK}
            case "none":
                return given | {"urgent_from": NO_CLOCK}
            case _:
                return given


class BoardRow(Model):
    """An open case in a list. `urgent_at` means something while its clock runs, or was missed."""

    case_id: str
    stage: str
    waits: str
    priority: str
    tier: str
    team: str
    holder: str
    urgent_at: UtcInstant
    clock: Literal["running", "paused", "none"]
    metric: str | None
    marks: str
    about: str | None
    refund_minor: int
    currency: str | None
    terms: str

    @property
    def kind(self) -> CaseKind:
        """What kind of case it is."""
        return cast("CaseKind", self.case_id.split(":", 2)[0])

    @property
    def number(self) -> str:
        """The case's number at its merchant."""
        return self.case_id.split(":", 2)[2]

    @property
    def assignee(self) -> str | None:
        """Who works on it."""
        return self.holder if self.holder not in ("", NOBODY) else None


class ClosedRow(Model):
    """A closed case in a list."""

    case_id: str
    kind: CaseKind
    merchant: str
    number: str
    order_id: str | None
    customer_id: str | None
    outcome: str | None
    priority: str
    tier: str
    channel: str
    team: str | None
    assignee: str | None
    about: str | None
    sla_state: SlaState
    refund_minor: int
    currency: str | None
    opened_at: UtcInstant
    closed_at: UtcInstant


class Place(Model):
    """The last row of a page, from which the next one goes on."""

    at: UtcInstant
    case_id: Annotated[str, Field(max_length=200)]


class MoneyWaiting(Model):
    """Refunds of a currency that wait for a second person."""

    currency: str
    refunds: int
    amount_minor: int


class Found(Model):
    """A case that was looked for by a number."""

    case_id: str
    kind: CaseKind
    number: str
    stage: str
    open: bool
    order_id: str | None


Counts = Mapping[tuple[str, str], int]
"""How many open cases by what is counted and its value: `("stage", "return/review")`."""


class Board:
    """Reads the board. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self, where: BoardFilter, now: datetime, after: Place | None = None, limit: int = PAGE_ROWS
    ) -> tuple[list[BoardRow], Place | None]:
        """The rows of a page, and where the next one begins; None after the last."""
        given = where.values(now) | _after(after) | {"limit": limit + 1}
        found = await self._fetch("page", "narrow_", given)
        rows = [BoardRow.model_validate(dict(row)) for row in found[:limit]]
        last = rows[-1] if len(found) > limit else None
        return rows, Place(at=last.urgent_at, case_id=last.case_id) if last else None

    async def closed(
        self, where: BoardFilter, after: Place | None = None, limit: int = PAGE_ROWS
    ) -> tuple[list[ClosedRow], Place | None]:
        """Closed cases, the latest first; clock, stage and whom they wait for say nothing of them."""
        narrowed = where.model_dump(exclude_none=True, exclude={"clock", "stage", "waits"})
        given = narrowed | _after(after) | {"limit": limit + 1}
        found = await self._fetch("closed", "closed_narrow_", given)
        rows = [ClosedRow.model_validate(dict(row)) for row in found[:limit]]
        last = rows[-1] if len(found) > limit else None
        return rows, Place(at=last.closed_at, case_id=last.case_id) if last else None

    async def rows(self, case_ids: Sequence[str]) -> list[BoardRow]:
        """Those of these cases that are open."""
        async with connection(self._pool) as conn:
            found = await conn.fetch(Q["rows"], list(case_ids))
        return [BoardRow.model_validate(dict(row)) for row in found]

    async def count(self, where: BoardFilter, now: datetime, limit: int) -> int:
        """How many there are, counted no further than to `limit`."""
        found = await self._fetch("count", "narrow_", where.values(now) | {"limit": limit})
        return found[0]["count"]

    async def counts(self, merchant: str | None, dims: Sequence[str]) -> Counts:
        """How many open cases have each value, exact and without looking at any case."""
        async with connection(self._pool) as conn:
            found = await conn.fetch(Q["counts"], merchant or "", list(dims))
        return {(row["dim"], row["value"]): row["cases"] for row in found}

    async def total(self, where: BoardFilter) -> int | None:
        """How many there are by the counts alone; None where nobody has counted just that."""
        known = counted_as(where)
        return counted(where, await self.counts(where.merchant, known[:1])) if known else None

    async def money_waiting(self, merchant: str | None) -> list[MoneyWaiting]:
        """Refunds that wait for a second person, by currency."""
        async with connection(self._pool) as conn:
            found = await conn.fetch(Q["money_waiting"], merchant)
        return [MoneyWaiting.model_validate(dict(row)) for row in found]

    async def find(self, text: str, merchant: str | None, limit: int = PAGE_ROWS) -> list[Found]:
        """Cases whose id or number this is, or whose order's or customer's."""
        async with connection(self._pool) as conn:
            found = await conn.fetch(Q["find"], text, merchant, limit)
        return [Found.model_validate(dict(row)) for row in found]

    async def fold_counts(self) -> None:
        """Add up what connections counted that are gone, so that there are few rows to add."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["fold_counts"])

    async def _fetch(self, query: str, prefix: str, given: Mapping[str, Any]) -> list[Any]:
        text, names = narrowed(query, prefix, sorted(given))
        async with connection(self._pool) as conn:
            return await conn.fetch(text, *(given[name] for name in names))


async def count_again(conn: Connection) -> None:
    """Remove what no open case stands behind, and count the rest; who appends waits until commit."""
    await conn.execute(Q["hold_board"])
    for query in ("remove_strays", "forget_counts", "count_again"):
        await conn.execute(Q[query])


class Miscounted(Model):
    """A value of which the counts tell another number than the board has rows. `merchant` '': all."""

    merchant: str
    dim: str
    value: str
    told: int
    rows: int


async def strays(conn: Connection) -> list[str]:
    """The open cases that the board does not show as they are, and what it shows that is none."""
    return [row["case_id"] for row in await conn.fetch(Q["strays"])]


async def miscounted(conn: Connection) -> list[Miscounted]:
    """What the counts tell otherwise than the board."""
    return [Miscounted.model_validate(dict(row)) for row in await conn.fetch(Q["miscounted"])]


def counted_as(where: BoardFilter) -> tuple[str, str] | None:
    """The value under which just these cases are counted."""
    given = where.model_dump(exclude_none=True, exclude={"merchant"})
    match sorted(given):
        case []:
            return "all", ""
        case ["kind", "stage"]:
            return "stage", f"{where.kind}/{where.stage}"
        case [name] if name in COUNTED:
            return name, given[name]
        case _:
            return None


def counted(where: BoardFilter, counts: Counts) -> int | None:
    """How many there are by these counts alone; None where nobody has counted just that."""
    known = counted_as(where)
    return counts.get(known, 0) if known else None


def _after(place: Place | None) -> dict[str, Any]:
    return {} if place is None else {"after_at": place.at, "after_id": place.case_id}


def narrowed(query: str, prefix: str, given: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A query with a condition for each thing that is given, and the order of its values."""
    known = (prefix + name if prefix + name in NARROWED else f"narrow_{name}" for name in _conditions(given))
    return sql.narrowed("board", query, tuple(known))


def _conditions(given: Sequence[str]) -> list[str]:
    named = [name for name in given if name not in ("limit", "after_at", "after_id")]
    return [*named, "after"] if "after_id" in given else named
