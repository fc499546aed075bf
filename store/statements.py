"""Statements that were taken, and what differs from the ledger; moves no money and writes into no stream."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from domain.base import Model
from domain.errors import StatementOfAnother
from domain.reconciliation import Finding, compare, match, unknown_to_us
from domain.reconciliation_tasks import Task
from domain.refunds import RefundRow
from domain.statements import ZONES, Statement, must_be_told
from store.pool import Connection, Pool, transaction
from store.reconciliation_tasks import rows_named, see
from store.sql import load

Q = load("statements")


class Taken(Model):
    """What came of a statement. `again`: the very file was taken before, so nothing was done."""

    rail: str
    merchant: str
    day: date
    refunds: int
    again: bool = False
    found: list[Task] = []
    """Differences, without those that a person closed as they are."""


class Statements:
    """The gateways' files. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, statement: Statement, now: datetime, *, sure: bool = False) -> Taken:
        """Compare it with the ledger, once per file and in one transaction.

        A newer file of the same day stands in the place of the older one. Unless it is `sure` that the file
        is this merchant's, something in it must be known of them; raises `StatementOfAnother`.
        """
        rail, merchant, day = statement.rail, statement.merchant, statement.day
        taken = Taken(rail=rail, merchant=merchant, day=day, refunds=len(statement.lines))
        async with transaction(self._pool) as conn:
            await conn.execute(Q["lock_statements"], rail, merchant)
            if await conn.fetchrow(Q["is_taken"], rail, merchant, day, statement.digest):
                return taken.model_copy(update={"again": True})
            if not sure:
                await _check_known(conn, statement)
            await self._keep(conn, statement, now)
            findings = [*await _of_lines(conn, statement), *await _untold(conn, statement)]
            return taken.model_copy(update={"found": await see(conn, findings, now)})

    async def _keep(self, conn: Connection, statement: Statement, now: datetime) -> None:
        rail, merchant, day = statement.rail, statement.merchant, statement.day
        await conn.execute(Q["forget_day"], rail, merchant, day)
        number = await conn.fetchval(Q["take"], rail, merchant, day, statement.digest, now)
        await conn.copy_records_to_table(
            "reconciliation_lines",
            columns=("statement_id", "ref", "key"),
            records=[(number, line.ref, line.key) for line in statement.lines],
        )


async def _check_known(conn: Connection, statement: Statement) -> None:
    """A file of which no line is about a refund or a payment of the merchant's is somebody else's."""
    if not statement.lines:
        return
    rail, merchant, lines = statement.rail, statement.merchant, statement.lines
    keys, refs = [line.key for line in lines if line.key], [line.ref for line in lines]
    payments = [line.payment_id for line in lines if line.payment_id]
    if not await conn.fetchval(Q["knows_any"], merchant, rail, keys, refs, payments):
        raise StatementOfAnother(
            f"nothing in it is known of {merchant}: see that merchant and file are right; "
            "if they are, take it anyway"
        )


async def _of_lines(conn: Connection, statement: Statement) -> list[Finding]:
    """What the lines say otherwise than the ledger."""
    rail, merchant, lines = statement.rail, statement.merchant, statement.lines
    keys, refs = [line.key for line in lines if line.key], [line.ref for line in lines]
    rows = await rows_named(conn, merchant, rail, keys, refs)
    by_key = {row.key: row for row in rows}
    by_ref = {row.provider_ref: row for row in rows}
    findings: list[Finding | None] = []
    for line in lines:
        near = [row for row in (by_key.get(line.key or ""), by_ref.get(line.ref)) if row is not None]
        row = match(line, near)
        if row is None:
            findings.append(unknown_to_us(line, rail, merchant))
        else:
            findings.append(compare(row, line, "statement"))
    return [found for found in findings if found is not None]


async def _untold(conn: Connection, statement: Statement) -> list[Finding]:
    """Settled refunds that are on none of the statements that could have them."""
    rail, merchant = statement.rail, statement.merchant
    begin = datetime.combine(statement.day, time(), ZONES[rail])
    rows = [
        RefundRow.model_validate(dict(row))
        for row in await conn.fetch(Q["counted_about"], merchant, rail, begin, begin + timedelta(days=1))
    ]
    days = [row["day"] for row in await conn.fetch(Q["days_taken"], rail, merchant)]
    due = [row for row in rows if must_be_told(row, rail, days)]
    told = await _told(conn, rail, merchant, due)
    missing = [row for row in due if row.key not in told and row.provider_ref not in told]
    return [found for row in missing if (found := compare(row, None, "statement")) is not None]


async def _told(conn: Connection, rail: str, merchant: str, rows: Sequence[RefundRow]) -> set[str]:
    keys, refs = [row.key for row in rows], [row.provider_ref for row in rows if row.provider_ref]
    found = await conn.fetch(Q["told"], rail, merchant, keys, refs)
    return {name for row in found for name in (row["key"], row["ref"]) if name}
