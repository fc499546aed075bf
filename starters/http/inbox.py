"""`/v1/inbox…`: which webhooks of carriers, shops and warehouses came, and dead letters applied again."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import Field

from domain.access import Identity, check_may
from domain.base import Model, Slug, Text
from domain.cases.messages import CaseName
from domain.errors import NotFound
from domain.inbox import InboxState
from providers.sources import Source
from starters.http.callers import Caller
from starters.inbox import Applying
from starters.replaying import replay
from starters.witness import witness_of
from store.inbox import Inbox, InboxEntry, InboxFilter

MOST_ROWS, PAGE_ROWS = 200, 50

router = APIRouter(prefix="/v1/inbox", tags=["inbox"])


class InboxPage(Model):
    """Some webhooks, the latest first; `next` is the `before` of the next page, none after the last."""

    entries: list[InboxEntry]
    next: int | None = None


REPLAY_EXAMPLE: Any = {"late": {"value": {"reason": "The case was opened late; the warehouse's word holds."}}}


class Replay(Model):
    """Why a dead letter is applied again; the audit log keeps it."""

    reason: Annotated[Text, Field(min_length=3, max_length=500)]


async def operator(who: Caller) -> Identity:
    """Who may look into the inbox; others are told so before anything else is looked at."""
    check_may(who, "replay")
    return who


Operator = Annotated[Identity, Depends(operator)]


def inbox_of(request: Request) -> Inbox:
    """The process's."""
    inbox: Inbox = request.app.state.inbox
    return inbox


TheInbox = Annotated[Inbox, Depends(inbox_of)]


async def visible(entry: int, who: Operator, inbox: TheInbox) -> InboxEntry:
    """A webhook that the caller may see: of another merchant's there is none."""
    found = await inbox.get(entry)
    if who.merchant not in (None, found.merchant):
        raise NotFound(f"there is no webhook {entry}")
    return found


Visible = Annotated[InboxEntry, Depends(visible)]


@router.get("", summary="Webhooks that were kept, the latest first", response_model_exclude_none=True)
async def list_inbox(
    who: Operator,
    inbox: TheInbox,
    state: InboxState | None = None,
    source: Source | None = None,
    merchant: Slug | None = None,
    about: Annotated[CaseName | None, Query(description="The case that they are about.")] = None,
    before: Annotated[int | None, Query(ge=1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = PAGE_ROWS,
) -> InboxPage:
    """`state=dead` are the dead letters. Bodies are never shown."""
    if who.merchant is not None and merchant not in (None, who.merchant):
        return InboxPage(entries=[])
    where = InboxFilter(state=state, source=source, merchant=who.merchant or merchant, about=about)
    found = await inbox.page(where, limit, before)
    return InboxPage(entries=found, next=found[-1].entry if len(found) == limit else None)


@router.get("/{entry}", summary="A webhook that was kept", response_model_exclude_none=True)
async def get_entry(entry: Visible) -> InboxEntry:
    """Where it is, and why."""
    return entry


@router.post("/{entry}/replay", summary="Have a dead letter applied again", response_model_exclude_none=True)
async def replay_entry(
    entry: Visible,
    asked: Annotated[Replay, Body(openapi_examples=REPLAY_EXAMPLE)],
    request: Request,
    inbox: TheInbox,
) -> InboxEntry:
    """Under its own key, so that what was done after all is not done twice; others are left as they are."""

    async def note() -> None:
        await witness_of(request).note("replayed", request, target=entry.target, reason=asked.reason)

    again = await replay(inbox, entry, note)
    applying: Applying = request.app.state.applying
    applying.wake()
    return again
