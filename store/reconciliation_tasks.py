"""Differences between ledger and gateways, written down once each, and what became of them."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from domain.errors import NotFound, WrongStage
from domain.reconciliation import Finding, is_there_still, match
from domain.reconciliation_tasks import Task
from domain.refunds import RefundRow
from store.pool import Connection, Pool, Row, connection, transaction
from store.sql import load

Q = load("reconciliation_tasks")
STATEMENTS = load("statements")

LIST_ROWS = 200


class ReconciliationTasks:
    """The differences; what a refund's workflow may settle is nobody's yet. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def see(self, findings: Sequence[Finding], now: datetime) -> list[Task]:
        """Write what was found down; those that a person closed as they are stay closed and are left out."""
        async with transaction(self._pool) as conn:
            return await see(conn, findings, now)

    async def gone(self, subjects: Collection[str], still: Collection[Finding], now: datetime) -> None:
        """Close what queries found of these refunds, except what was found again."""
        async with connection(self._pool) as conn:
            found = [f"{each.kind} {each.subject}" for each in still]
            await conn.execute(Q["close_gone"], list(subjects), found, now)

    async def hinted(self, task: Task, now: datetime) -> None:
        """Note that the refund's workflow was told."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["hinted"], task.task_id, now)

    async def open_late(self, now: datetime, patience: timedelta, merchant: str | None = None) -> list[Task]:
        """What was still so after the patience becomes somebody's; these are new."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["open_late"], now, now - patience, merchant)
        return [_task(row) for row in rows]

    async def judge_statements_again(self, now: datetime, merchant: str | None = None) -> list[Task]:
        """Close what statements told of and is so no more; the others are still there."""
        async with transaction(self._pool) as conn:
            live = [_task(row) for row in await conn.fetch(Q["live_of_statements"], merchant)]
            return [task for task in live if await _still(conn, task, now)]

    async def list(
        self,
        merchant: str | None = None,
        provider: str | None = None,
        *,
        closed: bool = False,
        limit: int = LIST_ROWS,
    ) -> list[Task]:
        """The tasks, the oldest first; with `closed` also those that are done."""
        async with connection(self._pool) as conn:
            return [_task(row) for row in await conn.fetch(Q["tasks"], merchant, provider, closed, limit)]

    async def get(self, task_id: int) -> Task:
        """One of them; raises `NotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["task"], task_id)
        if row is None:
            raise NotFound(f"there is no task {task_id}")
        return _task(row)

    async def close(self, task_id: int, by: str, words: str, now: datetime) -> Task:
        """A person's word. Raises `NotFound`, and `WrongStage` for one that is closed."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["close"], task_id, now, by, words)
        if row is not None:
            return _task(row)
        done = await self.get(task_id)
        raise WrongStage(f"task {task_id} was closed by {done.closed_by or 'itself'}")

    async def count_open(self, merchant: str | None = None) -> int:
        """How many are somebody's."""
        async with connection(self._pool) as conn:
            return await conn.fetchval(Q["count_open"], merchant)


async def see(conn: Connection, findings: Sequence[Finding], now: datetime) -> list[Task]:
    """The same in somebody's transaction."""
    seen: list[Task] = []
    for found in findings:
        named = (found.kind, found.provider, found.merchant, found.subject, found.source)
        told = (json.dumps(found.facts, ensure_ascii=False), found.mark, found.hint)
        row = await conn.fetchrow(Q["see"], *named, *told, now, found.waits)
        if row is not None:
            seen.append(_task(row))
    return seen


async def rows_named(
    conn: Connection, merchant: str, provider: str, keys: Sequence[str], refs: Sequence[str]
) -> list[RefundRow]:
    """The ledger's rows of these keys or of these numbers of the gateway."""
    rows = await conn.fetch(STATEMENTS["refunds_named"], merchant, provider, keys, refs)
    return [RefundRow.model_validate(dict(row)) for row in rows]


async def _still(conn: Connection, task: Task, now: datetime) -> bool:
    theirs = task.theirs
    keys = [key for key in (task.key, theirs and theirs.key) if key]
    refs = [theirs.ref] if theirs else []
    rows = await rows_named(conn, task.merchant, task.provider, keys, refs)
    row = match(theirs, rows) if theirs else next(iter(rows), None)
    told = await conn.fetchval(STATEMENTS["told"], task.provider, task.merchant, keys, refs)
    there = is_there_still(task.kind, row, theirs, told=told is not None)
    await conn.execute(Q["seen_still" if there else "close_seen"], task.task_id, now)
    return there


def _task(row: Row) -> Task:
    given = dict(row)
    return Task.model_validate({**given, "facts": json.loads(given["facts"])})
