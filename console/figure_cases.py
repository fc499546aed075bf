"""`/figures/cases`: the cases that a figure counts, each a step from its events."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from console.desk import TheDesk
from console.figure_cells import CASES
from console.figure_filter import FILTERS, Asked, asked, teams_of
from console.formats import Formats
from console.lists import place_of
from console.pages import formats_of, show
from console.sign_in import Person
from domain.access import check_may
from domain.base import Model, Slug
from domain.errors import InvalidRequest
from domain.figures import ANSWERED_FOR, BROUGHT, NO_TEAM
from domain.lead_times import RefundEnd
from starters.figures import FigureDesk
from starters.http.cursors import to_word
from store.figures import Behind, Verdict

router = APIRouter()

AMONG = {"brought": BROUGHT, "answered_for": ANSWERED_FOR}
"""Of which kinds a figure is while none is named."""
MOST_MINUTES = 10**6
Value = Slug | Literal["?"]
Minutes = Annotated[int, Field(ge=0, le=MOST_MINUTES)]


class Counted(Model):
    """What a figure counts beside what the page is narrowed to, as its address says."""

    among: Literal["brought", "answered_for"] | None = None
    verdict: Verdict | None = None
    party: Value | None = None
    category: Value | None = None
    repeats: bool = False
    refund: RefundEnd | None = None
    paid_over: Minutes | None = None
    paid_within: Minutes | None = None
    weekday: Annotated[int, Field(ge=0, le=6)] | None = None
    hour: Annotated[int, Field(ge=0, le=23)] | None = None


@router.get(CASES)
async def cases(request: Request, who: Person, desk: TheDesk, after: str = "") -> Response:
    """The latest first. What is listed is what was counted, unless cases have gone on meanwhile."""
    check_may(who, "read")
    formats = formats_of(request)
    ask, counted = asked(request.query_params, who, formats), counted_of(request.query_params)
    where = ask.where
    if counted.among and not where.kinds:
        where = where.model_copy(update={"kinds": list(AMONG[counted.among])})
    rows, following = await FigureDesk(desk.pool).cases(
        where,
        _behind(ask, counted),
        place_of(after),
        zone=str(formats.zone),
        weekday=counted.weekday,
        hour=counted.hour,
    )
    given = counted.model_dump(exclude_defaults=True)
    return show(
        request,
        "figure_cases.html",
        person=who,
        formats=formats,
        ask=ask,
        rows=rows,
        narrowed=[*_narrowed(ask, formats), *_told(counted, formats)],
        teams=await teams_of(desk, formats),
        next=following and ask.address(CASES, **given, after=to_word(following)),
    )


def counted_of(query: Mapping[str, str]) -> Counted:
    """Raises `InvalidRequest` for what no figure counts."""
    given = {name: query[name] for name in Counted.model_fields if query.get(name)}
    try:
        return Counted.model_validate(given)
    except ValidationError as error:
        where = str(error.errors()[0]["loc"][0])
        raise InvalidRequest(f"{where}: there is no such value", field=where) from None


def _behind(ask: Asked, counted: Counted) -> Behind:
    return Behind(
        metric=ask.metric,
        repeats=True if counted.repeats else None,
        **counted.model_dump(exclude={"among", "repeats", "weekday", "hour"}),
    )


def _narrowed(ask: Asked, formats: Formats) -> Iterator[str]:
    """What the page is narrowed to, in words."""
    t = formats.words
    for name in FILTERS:
        if value := ask.given.get(name):
            yield t("figures.no_team") if value == NO_TEAM else t.name(f"value.{name}", value)


def _told(counted: Counted, formats: Formats) -> Iterator[str]:
    """What the figure counts of it, in words."""
    t = formats.words
    if counted.verdict:
        yield t(f"figures.verdict.{counted.verdict}")
    for name, topic in (("party", "choice"), ("category", "value.about")):
        if value := getattr(counted, name):
            named = t("figures.unknown") if value == NO_TEAM else t.name(topic, value)
            yield t(f"figures.{name}", **{name: named})
    if counted.repeats:
        yield t("figures.repeats")
    yield from _when(counted, formats)


def _when(counted: Counted, formats: Formats) -> Iterator[str]:
    t = formats.words
    if counted.weekday is not None:
        yield formats.weekday(counted.weekday, whole=True)
    if counted.hour is not None:
        yield t("figures.hour_of", hour=f"{counted.hour:02d}:00")
    if counted.refund and counted.refund != "paid":
        yield t(f"figures.refund.{counted.refund}")
    elif counted.refund:
        yield formats.band("figures.refund_paid", counted.paid_over, counted.paid_within)
