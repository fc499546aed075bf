"""`/cases`: open cases by any filter, in pages; closed ones; and what somebody looks for by a number."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.desk import TheDesk
from console.lists import address, choices, filter_of, listed, place_of
from console.pages import formats_of, show
from console.sign_in import Person
from domain.access import check_may
from domain.errors import InvalidRequest
from starters.http.cursors import to_word
from store.board import Board

router = APIRouter()
SEARCH_MAX = 200


@router.get("/cases")
async def cases(request: Request, who: Person, desk: TheDesk, after: str = "", q: str = "") -> Response:
    """The filters stand in the address, so that a list can be kept and passed on."""
    check_may(who, "read")
    if q.strip():
        return await _found(request, who, desk, q.strip())
    formats = formats_of(request)
    where = filter_of(request.query_params, who)
    return show(
        request,
        "cases.html",
        person=who,
        formats=formats,
        where=where,
        choices=await choices(desk, where, formats),
        listed=await listed(desk, where, formats, place_of(after)),
        after=after,
        address=address,
    )


@router.get("/cases/closed")
async def closed(request: Request, who: Person, desk: TheDesk, after: str = "") -> Response:
    """Closed cases, the latest first."""
    check_may(who, "read")
    formats = formats_of(request)
    where = filter_of(request.query_params, who)
    rows, following = await Board(desk.pool).closed(where, place_of(after))
    return show(
        request,
        "closed.html",
        person=who,
        formats=formats,
        where=where,
        choices=await choices(desk, where, formats),
        rows=rows,
        next=following and to_word(following),
        address=address,
    )


async def _found(request: Request, who: Person, desk: TheDesk, text: str) -> Response:
    if len(text) > SEARCH_MAX or not text.isprintable():
        raise InvalidRequest("q: that is no number of a case, an order or a customer", field="q")
    found = await Board(desk.pool).find(text, who.merchant)
    return show(request, "found.html", person=who, found=found, text=text)
