"""What commands share that only read the store: the connection, and how times and durations are written."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from domain.base import Instant
from domain.errors import InvalidRequest
from domain.sla.quantities import parse_duration
from starters.cli.rules import shipped_policies
from starters.settings import Settings
from store.pool import Pool, create_pool

R = TypeVar("R")
_instant = TypeAdapter[datetime](Instant)


def in_store(work: Callable[[Pool], Awaitable[R]]) -> R:
    """Run one piece of work that needs only the store."""

    async def run() -> R:
        dsn = Settings().required_database_url()
        pool = await create_pool(dsn, application_name="casework-cli", max_size=2)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def instant(text: str | None) -> datetime | None:
    """A time from an option; raises `InvalidRequest`."""
    try:
        return _instant.validate_python(text) if text else None
    except ValidationError:
        raise InvalidRequest(
            f"{text}: write a time with its offset, like 2026-11-20T10:00:00+08:00"
        ) from None


def desk_timezone() -> str:
    """The zone in which the desk works: that of the standard policy."""
    policy = shipped_policies().load("standard")
    return policy.calendars[policy.returns.window.calendar].timezone


def period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Both ends of a period; raises `InvalidRequest` for one that ends before it begins."""
    begin, end = instant(since), instant(until)
    if begin and end and end <= begin:
        raise InvalidRequest(f"--until {until} is not after --since {since}")
    return begin, end


def duration(text: str) -> timedelta:
    """A length of time like `30d`; raises `InvalidRequest`."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
