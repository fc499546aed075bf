"""What all statements have in common: bytes to text, rows to cells, cells to amounts and times, exactly."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal

from domain.base import AMOUNT_MAX_MINOR
from domain.currencies import as_minor
from domain.errors import StatementInvalid
from domain.reconciliation import Theirs

PACKED = {b"PK": "zip", b"\x1f\x8b": "gzip"}
AMOUNT = re.compile(r"[+-]?\d{1,16}(\.\d{1,8})?", re.ASCII)
CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M")
"""The second and third are what a spreadsheet makes of the first."""
LONGEST_SHOWN = 40


def invalid(row: int | None, column: str | None, why: str) -> StatementInvalid:
    """What is wrong, where, and what to do."""
    where = ", ".join(
        part for part in (row and f"row {row}", column and f"column {column}") if isinstance(part, str)
    )
    return StatementInvalid(f"{where}: {why}" if where else why, row=row, column=column)


def decoded(content: bytes, encodings: Sequence[str]) -> str:
    """The text of the file; raises `StatementInvalid` where it is none."""
    for start, kind in PACKED.items():
        if content.startswith(start):
            raise StatementInvalid(f"this is a {kind} file: unpack it, and give the CSV file in it")
    if not content.strip():
        raise StatementInvalid("the file is empty: download the statement again")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise StatementInvalid(
        f"the file is not text in {' or '.join(encodings)}: download it again, and do not save it with a "
        "spreadsheet"
    )


@dataclass(frozen=True)
class Content:
    """What a file has: its refunds, and the accounts that it says it is of, each with its first row."""

    lines: list[Theirs]
    accounts: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Row:
    """A row of the file, by the names of its head; `number` is that of the file's line, from 1."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell; empty where the file has no such column."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """The cell, that must not be empty."""
        if not (text := self.text(column)):
            raise invalid(self.number, column, "is empty; download the statement again")
        return text

    def currency(self, column: str) -> str:
        """An ISO 4217 code."""
        text = self.needed(column)
        if CURRENCY.fullmatch(text) is None:
            raise self.wrong(column, "is no currency")
        return text.upper()

    def amount(self, column: str, currency: str) -> int:
        """Minor units with their sign, exactly."""
        text = self.needed(column)
        if AMOUNT.fullmatch(text) is None:
            raise self.wrong(column, "is no amount like 12.90")
        try:
            minor = as_minor(Decimal(text), currency)
        except ValueError as error:
            raise self.wrong(column, f"is no amount of {currency}: {error}") from None
        return self._bounded(column, minor)

    def minor(self, column: str) -> int:
        """An amount that is told in minor units."""
        text = self.needed(column)
        if not text.isascii() or not text.isdecimal():
            raise self.wrong(column, "is no whole number of minor units")
        return self._bounded(column, int(text))

    def time(self, column: str, zone: tzinfo) -> datetime:
        """A moment that is told by the clocks of the zone."""
        text = self.needed(column)
        for form in TIMES:
            try:
                return datetime.strptime(text, form).replace(tzinfo=zone)
            except ValueError:
                continue
        raise self.wrong(column, "is no time like 2026-11-20 10:00:00")

    def wrong(self, column: str, why: str) -> StatementInvalid:
        """The error about a cell; it quotes the cell, so only of columns without personal data."""
        text = self.text(column)
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
        return invalid(self.number, column, f"`{shown}` {why}; download the statement again")

    def _bounded(self, column: str, minor: int) -> int:
        if minor == 0 or abs(minor) > AMOUNT_MAX_MINOR:
            raise self.wrong(column, "is no amount of money that moved")
        return minor


def csv_rows(text: str, before: int = 0) -> Iterable[tuple[int, list[str]]]:
    """The rows of plain CSV with the line on which each ends, after so many; empty lines are left out."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        for cells in reader:
            if cells:
                yield before + reader.line_num, cells
    except csv.Error as error:
        raise invalid(
            before + reader.line_num, None, f"is no CSV ({error}); download the statement again"
        ) from None


def headed(number: int, head: Sequence[str], cells: Sequence[str], *, strip: str | None = None) -> Row:
    """The cells under their heads."""
    if len(cells) != len(head):
        why = f"has {len(cells)} cells and the head {len(head)}; download the statement again"
        raise invalid(number, None, why)
    return Row(number, {name: cell.strip(strip) for name, cell in zip(head, cells, strict=True)})


def check_head(number: int, head: Sequence[str], needed: Iterable[str], what: str) -> None:
    """Whether the file is of the kind that is read here."""
    missing = [name for name in needed if name not in head]
    if missing:
        raise invalid(number, missing[0], f"is missing: this is no {what}, or it was exported without it")


def once(row: Row, seen: dict[tuple[str, ...], int], *names: str) -> None:
    """A row may not stand in a file twice."""
    if (first := seen.setdefault(names, row.number)) != row.number:
        raise invalid(row.number, None, f"tells the same as row {first}; download the statement again")
