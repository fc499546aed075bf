"""`/figures`: what the desk learns from its cases, as charts with tables, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.desk import Desk, TheDesk
from console.exports import Facts, Form, as_csv, as_xlsx, file_answer
from console.figure_attainment import attained, attainment_tables
from console.figure_causes import party_table, refund_table, repeat_table
from console.figure_cells import Cells, Table
from console.figure_filter import PRESETS, Asked, asked, choices, teams_of
from console.figure_peaks import peak_tables
from console.formats import Formats
from console.pages import formats_of, show
from console.sign_in import Person
from domain.access import check_exports, check_may, may_export
from domain.errors import NotFound
from starters.figures import FigureDesk
from starters.witness import witness_of

router = APIRouter(prefix="/figures")

ALL = "all"
NAMES = ("clocks", "channels", "teams", "days", "hours", "parties", "repeats", "refunds")


@dataclass(frozen=True)
class Gist:
    """A figure above all others, which leads to its table."""

    name: str
    value: str
    table: str


@dataclass(frozen=True)
class Figures:
    """All tables, and what they come to."""

    tables: list[Table]
    gists: list[Gist]
    metrics: Sequence[str]


@router.get("")
async def figures(request: Request, who: Person, desk: TheDesk) -> Response:
    """The filter stands in the address, so that what was seen can be kept and passed on."""
    check_may(who, "read")
    formats = formats_of(request)
    ask = asked(request.query_params, who, formats)
    found = await figures_of(desk, ask, formats)
    return show(
        request,
        "figures.html",
        person=who,
        formats=formats,
        ask=ask,
        presets=PRESETS,
        choices=await choices(desk, ask, found.metrics, formats),
        found=found,
        is_empty=not any(table.rows for table in found.tables),
        exports=may_export(who),
    )


@router.get("/{name}.{form}")
async def export(request: Request, who: Person, desk: TheDesk, name: str, form: str) -> Response:
    """What the page shows, as a file; who took it, and what it was narrowed to, is on record."""
    check_may(who, "read")
    check_exports(who)
    kind = _form(name, form)
    formats = formats_of(request)
    ask = asked(request.query_params, who, formats)
    tables = [table for table in (await figures_of(desk, ask, formats)).tables if name in (ALL, table.name)]
    rows = sum(len(table.rows) for table in tables)
    taken = " ".join([f"rows={rows}", *(f"{key}={value}" for key, value in ask.whole.items())])
    await witness_of(request).note("exported", request, target=f"figures/{name}.{kind}", reason=taken)
    if kind == "csv":
        content = as_csv(tables[0])
    else:
        named = [(formats.words(f"figures.title.{table.name}"), table) for table in tables]
        content = as_xlsx(named, _facts(ask, formats), formats.words("shell.place.figures"))
    return file_answer(content, kind, f"casework-{name}-{ask.first}-{ask.last}")


def _form(name: str, form: str) -> Form:
    """Raises `NotFound` for a file that there is not: all tables together are a workbook."""
    for known in get_args(Form):
        if form == known and (name in NAMES or (name, form) == (ALL, "xlsx")):
            return known
    raise NotFound(f"there is no file of these figures; there are: {', '.join(NAMES)}")


async def figures_of(desk: Desk, ask: Asked, formats: Formats) -> Figures:
    """All tables, narrowed as was asked. Raises `StoreUnavailable`."""
    counted, cells = FigureDesk(desk.pool), Cells(formats, ask)
    kept = await counted.attainment(ask.where, ask.metric)
    peaks = await counted.peaks(ask.where, str(formats.zone))
    parties, complaints = await counted.parties(ask.where), await counted.complaints(ask.where)
    refunds = await counted.refunds(ask.where)
    tables = [
        *attainment_tables(kept, await teams_of(desk, formats), cells),
        *peak_tables(peaks, cells),
        party_table(parties, cells),
        repeat_table(complaints, cells),
        refund_table(refunds, cells),
    ]
    median = refunds.since_opening.median_minutes
    gists = [
        Gist("attainment", attained(kept.total, cells).text, "clocks"),
        Gist("cases", formats.count(peaks.cases), "days"),
        Gist("peaks", formats.count(len(peaks.peaks)), "days"),
        Gist("repeat_rate", cells.share(complaints.repeat_rate).text, "repeats"),
        Gist("median", "—" if median is None else formats.minutes(median), "refunds"),
    ]
    shown = {table.name for table in tables if table.rows}
    return Figures(tables, [gist for gist in gists if gist.table in shown], kept.metrics)


def _facts(ask: Asked, formats: Formats) -> Facts:
    """What a workbook says of itself."""
    t = formats.words
    narrowed = [(t(f"figures.filter.{name}"), value) for name, value in ask.narrowed.items()]
    return [
        (t("figures.period"), f"{formats.local_day(ask.first)} – {formats.local_day(ask.last)}"),
        (t("figures.zone"), str(formats.zone)),
        *narrowed,
        (t("figures.made_at"), formats.whole_moment(formats.now)),
    ]
