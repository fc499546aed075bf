"""`/work`: what is broken, what will break within the hour, who waits, what to sign; then the list."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console.desk import Desk, TheDesk
from console.formats import Formats
from console.lists import COUNTED_MOST, address, listed
from console.pages import formats_of, show
from console.sign_in import Person
from domain.access import check_may
from store.board import NOBODY, Board, BoardFilter, MoneyWaiting

router = APIRouter()
SEE_OTHER = 303


@dataclass(frozen=True)
class Tile:
    """A count that is a link."""

    name: str
    tone: str
    count: str
    address: str
    amounts: tuple[str, ...] = ()


@router.get("/")
async def first_page(who: Person) -> Response:
    """Work comes first."""
    del who
    return RedirectResponse("/work", SEE_OTHER)


@router.get("/work")
async def work(request: Request, who: Person, desk: TheDesk) -> Response:
    """Five counts, and the open cases, the most urgent first."""
    check_may(who, "read")
    formats = formats_of(request)
    where = BoardFilter(merchant=who.merchant)
    return show(
        request,
        "work.html",
        person=who,
        formats=formats,
        tiles=await tiles(desk, who.merchant, formats),
        listed=await listed(desk, where, formats, None),
        where=where,
        address=address,
    )


async def tiles(desk: Desk, merchant: str | None, formats: Formats) -> list[Tile]:
    """The five counts."""
    board = Board(desk.pool)
    counts = await board.counts(merchant, ("holder", "waits"))

    async def by_clock(where: BoardFilter, tone: str) -> Tile:
        found = await board.count(where, formats.now, COUNTED_MOST + 1)
        number = formats.count(min(found, COUNTED_MOST)) + ("+" if found > COUNTED_MOST else "")
        assert where.clock is not None
        return Tile(where.clock, tone if found else "slate", number, address("/cases", where))

    def by_count(name: str, dim: str, value: str, tone: str) -> Tile:
        number = counts.get((dim, value), 0)
        where = BoardFilter.model_validate({"merchant": merchant, dim: value})
        return Tile(name, tone if number else "slate", formats.count(number), address("/cases", where))

    return [
        await by_clock(BoardFilter(merchant=merchant, clock="overdue"), "red"),
        await by_clock(BoardFilter(merchant=merchant, clock="hour"), "amber"),
        by_count("unassigned", "holder", NOBODY, "ink"),
        by_count("customer", "waits", "customer", "slate"),
        _to_approve(await board.money_waiting(merchant), formats),
    ]


def _to_approve(waiting: list[MoneyWaiting], formats: Formats) -> Tile:
    number = sum(each.refunds for each in waiting)
    return Tile(
        "approve",
        "ink" if number else "slate",
        formats.count(number),
        "/approvals",
        tuple(formats.money(each.amount_minor, each.currency) for each in waiting),
    )
