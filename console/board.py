"""`/board`: open cases of a kind in columns by stage, the most urgent first in each."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.desk import TheDesk
from console.lists import Line, filter_of, lines, stages_of
from console.lists import address as address_of
from console.pages import formats_of, show
from console.sign_in import Person
from domain.access import check_may
from domain.kinds import KINDS
from store.board import Board, BoardFilter

router = APIRouter()
CARDS = 20
"""So many stand in a column; the rest is a link away."""


@dataclass(frozen=True)
class Column:
    """A stage with its most urgent cases."""

    stage: str
    cases: int
    cards: list[Line]
    address: str


@router.get("/board")
async def board(request: Request, who: Person, desk: TheDesk) -> Response:
    """Of one kind; returns, unless another is named."""
    check_may(who, "read")
    formats = formats_of(request)
    named = filter_of(request.query_params, who)
    kind, reads = named.kind or "return", Board(desk.pool)
    counts = await reads.counts(who.merchant, ("kind", "stage"))
    columns: list[Column] = []
    for stage in stages_of(kind):
        where = BoardFilter(merchant=who.merchant, kind=kind, stage=stage)
        rows, _ = await reads.page(where, formats.now, limit=CARDS)
        cards = await lines(desk, rows, formats)
        number = counts.get(("stage", f"{kind}/{stage}"), 0)
        columns.append(Column(stage, number, cards, address_of("/cases", where)))
    return show(
        request,
        "board.html",
        person=who,
        formats=formats,
        kind=kind,
        kinds=[(name, counts.get(("kind", name), 0)) for name in KINDS],
        columns=columns,
    )
