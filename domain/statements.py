"""A gateway's daily statement, read: its day, its refunds, and what is counted on which day. Pure."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal, get_args

from domain.base import Model
from domain.reconciliation import Theirs
from domain.refunds import RefundRow

Rail = Literal["stripe", "wechat", "alipay", "sandbox"]
RAILS: tuple[Rail, ...] = get_args(Rail)

_CHINA = timezone(timedelta(hours=8))
ZONES: dict[Rail, tzinfo] = {"stripe": UTC, "wechat": _CHINA, "alipay": _CHINA, "sandbox": UTC}
"""Whose days a statement is of; WeChat Pay and Alipay tell times without an offset, in China's."""


class Statement(Model):
    """A file that was read as a whole. `digest` is of its bytes: the same file is taken once."""

    rail: Rail
    merchant: str
    day: date
    digest: str
    lines: list[Theirs]
    accounts: dict[str, int] = {}
    """The accounts that the file says it is of, each with its first row; none where it names no account."""


def days_of(row: RefundRow, rail: Rail) -> list[date]:
    """The days on which the gateway may have counted it: from the first try to when we learned of its end.

    Near midnight that are two: it has to be on one of them.
    """
    first = _day(row.first_sent_at or row.state_since, rail)
    last = max(first, _day(row.state_since, rail))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def must_be_told(row: RefundRow, rail: Rail, days: Collection[date]) -> bool:
    """Whether the statements of these days must have it: they are all that can."""
    return row.state == "settled" and all(day in days for day in days_of(row, rail))


def _day(at: datetime, rail: Rail) -> date:
    return at.astimezone(ZONES[rail]).date()
