"""Tables as files for spreadsheets: CSV and XLSX, in which no text is ever a formula."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Literal, cast

import xlsxwriter
from starlette.responses import Response
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from console.figure_cells import Cell, Table
from console.formats import SHARE

Form = Literal["csv", "xlsx"]
MEDIA: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MARK = "\ufeff"
"""The byte order mark by which spreadsheets know that a CSV is UTF-8."""
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
NAME_MAX, WIDTH_MAX = 31, 60
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
"""What the name of a sheet may not have."""

Facts = Sequence[tuple[str, str]]
"""What a file says of itself: what it was narrowed to, and when it was made."""


def as_csv(table: Table) -> bytes:
    """A table as its readers see it; figures without the thousands' separators."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write([guarded(column) for column in table.columns])
    for row in table.rows:
        write([_plain(cell) for cell in row])
    return (MARK + out.getvalue()).encode()


def as_xlsx(tables: Sequence[tuple[str, Table]], facts: Facts, title: str) -> bytes:
    """A workbook: what it was narrowed to, and a sheet for each named table."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with cast("Any", xlsxwriter.Workbook(out, options)) as book:
        book.set_properties({"title": title})
        head, share = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": SHARE})
        about = book.add_worksheet(_sheet_name(title))
        for at, (name, value) in enumerate(facts):
            about.write_string(at, 0, guarded(name))
            about.write_string(at, 1, guarded(value))
        about.autofit(WIDTH_MAX * 7)
        for name, table in tables:
            _write(book.add_worksheet(_sheet_name(name)), table, head, share)
    return out.getvalue()


def file_answer(content: bytes, form: Form, name: str) -> Response:
    """A file to keep. `name` is of our own making, in ASCII."""
    answer = Response(content, media_type=MEDIA[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def guarded(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets the sign that tells it otherwise."""
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def _plain(cell: Cell) -> str | int:
    if isinstance(cell.value, int) and not cell.is_share:
        return cell.value
    return guarded(cell.text)


def _write(sheet: Worksheet, table: Table, head: Format, share: Format) -> None:
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, guarded(column), head)
    for line, row in enumerate(table.rows, 1):
        for at, cell in enumerate(row):
            if isinstance(cell.value, int | float):
                sheet.write_number(line, at, cell.value, share if cell.is_share else None)
            else:
                sheet.write_string(line, at, guarded(cell.text))
    sheet.freeze_panes(1, 1)
    sheet.autofit(WIDTH_MAX * 7)


def _sheet_name(name: str) -> str:
    return name.translate(NOT_IN_NAMES)[:NAME_MAX]
