"""Statements of refunds as the gateways give them: a file is read as a whole, or refused with the place."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

from domain.errors import StatementInvalid
from domain.reconciliation import Theirs
from domain.statements import ZONES, Rail, Statement
from providers.statements.alipay import read_alipay
from providers.statements.reading import Content, decoded, invalid
from providers.statements.sandbox import read_sandbox
from providers.statements.stripe import read_stripe
from providers.statements.wechat import read_wechat

__all__ = ["MAX_BYTES", "read_statement"]

MAX_BYTES = 64 * 1024 * 1024
"""A day of some hundred thousand refunds; more is not a day's statement."""

_READERS: dict[Rail, tuple[tuple[str, ...], Callable[[str], Content]]] = {
    "stripe": (("utf-8-sig",), read_stripe),
    "wechat": (("utf-8-sig",), read_wechat),
    # Alipay writes GBK; some tools that unpack it write UTF-8.
    "alipay": (("utf-8-sig", "gb18030"), read_alipay),
    "sandbox": (("utf-8-sig",), read_sandbox),
}


def read_statement(content: bytes, rail: Rail, merchant: str, day: date | None = None) -> Statement:
    """The whole file, or `StatementInvalid` with row, column and what to do.

    Without `day` it is that of the lines; a line of another day is refused.
    """
    if len(content) > MAX_BYTES:
        raise StatementInvalid(f"the file has more than {MAX_BYTES} bytes; take the statement of one day")
    encodings, read = _READERS[rail]
    found = read(decoded(content, encodings))
    return Statement(
        rail=rail,
        merchant=merchant,
        day=_day_of(found.lines, rail, day),
        digest=hashlib.sha256(content).hexdigest(),
        lines=_once(found.lines),
        accounts=found.accounts,
    )


def _day_of(lines: Sequence[Theirs], rail: Rail, day: date | None) -> date:
    for line in lines:
        assert line.at is not None
        told = line.at.astimezone(ZONES[rail]).date()
        if told != (day := day or told):
            raise invalid(line.row, None, f"is of {told}, not of {day}; take the statement of one day")
    if day is None:
        raise StatementInvalid("the statement has no refund, so it does not say its day; name it with --day")
    return day


def _once(lines: Sequence[Theirs]) -> list[Theirs]:
    """A row per refund: one that was paid and failed on the same day has failed."""
    ends: dict[str, Theirs] = {}
    for line in lines:
        if line.ref not in ends or line.state == "failed":
            ends[line.ref] = line
    return list(ends.values())
