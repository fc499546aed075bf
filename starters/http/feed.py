"""`GET /v1/events`: what happened to all cases, in one order; page after page, or as a stream."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from domain.access import Identity, check_may
from domain.base import Model, Slug
from domain.errors import Forbidden
from domain.feed import EventPattern, FeedEvent, Position
from starters.feed_events import event_for_others
from starters.http.callers import Caller
from starters.http.cursors import to_checkpoint
from starters.http.reading import TheSight, records_of
from starters.http.streaming import Stream, streams_of
from store.feed import PAGE_ENTRIES, START, Checkpoint, Feed, FeedFilter

NOW = "now"

router = APIRouter(prefix="/v1/events", tags=["events"])


class EventPage(Model):
    """Events in the order of the feed. `next` is the `after` of the page that follows, if `more` at once."""

    events: list[FeedEvent]
    next: Position
    more: bool


def feed_of(request: Request) -> Feed:
    """The feed of all streams."""
    return Feed(records_of(request).pool)


TheFeed = Annotated[Feed, Depends(feed_of)]


async def wanted(
    who: Caller,
    merchant: Annotated[Slug | None, Query(description="Those of one merchant alone.")] = None,
    type: Annotated[
        list[EventPattern] | None,
        Query(description="Events of this name, or like `return.*`; may be repeated."),
    ] = None,
) -> FeedFilter:
    """What the caller asks for, of what they may see."""
    check_may(who, "read")
    check_merchant(who, merchant)
    return FeedFilter(merchant=who.merchant or merchant, types=tuple(type or ()))


Wanted = Annotated[FeedFilter, Depends(wanted)]


def check_merchant(who: Identity, merchant: str | None) -> None:
    """Raise `Forbidden` for who names a merchant that is not theirs."""
    if who.merchant is not None and merchant not in (None, who.merchant):
        raise Forbidden(
            f"{who.subject} sees the events of {who.merchant} alone", action="read", field="merchant"
        )


async def place(feed: Feed, word: str | None, field: str, otherwise: Checkpoint | None) -> Checkpoint:
    """The place that a word names, or the end of the feed. Raises `InvalidRequest` for what no page gave."""
    end = await feed.horizon()
    if word is None:
        return end if otherwise is None else otherwise
    return end if word == NOW else to_checkpoint(word, field, end)


@router.get("", summary="What happened to all cases, in order", response_model_exclude_none=True)
async def get_events(
    where: Wanted,
    feed: TheFeed,
    sight: TheSight,
    after: Annotated[
        str | None,
        Query(description="The `next` of the page before, or `now`; without it, from the beginning."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ENTRIES)] = PAGE_ENTRIES,
) -> EventPage:
    """CloudEvents 1.0. None is skipped, however late it is committed; none comes twice."""
    page = await feed.page(await place(feed, after, "after", START), where, limit)
    # Who was shown nothing has read nothing: a reader that waits for news leaves no trace in the audit log.
    is_clear = bool(page.entries) and await sight.is_clear()
    events = [event_for_others(entry, is_clear=is_clear) for entry in page.entries]
    return EventPage(events=events, next=page.next.word, more=page.more)


# Its schema would be no OpenAPI 3.1; the AsyncAPI document describes it.
@router.get("/stream", include_in_schema=False)
async def stream_events(
    request: Request,
    who: Caller,
    where: Wanted,
    feed: TheFeed,
    sight: TheSight,
    after: str | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Events as they come. `Last-Event-ID` goes before `after`; without both, from now on."""
    word, field = (last_event_id, "Last-Event-ID") if last_event_id else (after, "after")
    begin = await place(feed, word, field, None)
    streams = streams_of(request)
    streams.check_free()
    stream = Stream(request, who, feed, where, is_clear=await sight.is_clear())
    return StreamingResponse(
        streams.counted(stream.text(begin)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
