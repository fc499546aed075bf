"""Acting on several cases: a preview with effects and refusals per row, one word, and a result per row."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from console.approvals import decide_all, seen_of
from console.desk import Desk, TheDesk
from console.formats import Formats
from console.languages import local_path
from console.pages import formats_of, show
from console.sign_in import Person, SignedIn
from domain.access import check_assigns, check_may, check_sees
from domain.base import Slug
from domain.cases.messages import Assign, Nudge, Words
from domain.digests import digest
from domain.errors import CaseworkError, Forbidden, InvalidRequest
from domain.refunds import DecideRefund
from domain.staff.presence import presence_of
from domain.staff.roles import may
from starters.approvals import Seen
from starters.case_ids import parse_case_id
from starters.gate import permission_of
from store.approvals import Waiting
from store.board import Board, BoardRow

router = APIRouter(prefix="/bulk")

Action = Literal["assign", "nudge", "approve"]
MESSAGES: dict[Action, type[BaseModel]] = {"assign": Assign, "nudge": Nudge, "approve": DecideRefund}
MOST_ROWS = 200
AT_ONCE = 8

CaseIds = Annotated[list[str], Form()]


@dataclass(frozen=True)
class Planned:
    """What would become of a row: an effect, or why nothing. `seen` binds an approval to what was shown."""

    case_id: str
    effect: str = ""
    refusal: str = ""
    seen: Seen | None = None


Plan = Callable[[BoardRow], Planned]
"""What an action makes of an open case."""


@dataclass(frozen=True)
class Done:
    """What became of a row."""

    case_id: str
    code: str = ""
    detail: str = ""


@router.post("/preview")
async def preview(
    request: Request,
    who: Person,
    desk: TheDesk,
    action: Annotated[Action, Form()],
    case_id: CaseIds = [],  # noqa: B006 - FastAPI takes it as "none given"
    assignee: Annotated[Slug | None, Form()] = None,
    back: Annotated[str, Form()] = "/work",
) -> Response:
    """Nothing is done yet."""
    formats = formats_of(request)
    _check(who, action, case_id)
    rows = {row.case_id: row for row in await Board(desk.pool).rows(case_id)}
    plan = await PLANS[action](desk, who, formats, assignee)
    closed = formats.words("bulk.not_open")
    plans = [plan(rows[each]) if each in rows else Planned(each, refusal=closed) for each in case_id]
    return show(
        request,
        "bulk_preview.html",
        person=who,
        formats=formats,
        action=action,
        plans=plans,
        going=[plan for plan in plans if plan.effect],
        assignee=assignee,
        batch=uuid4().hex,
        back=local_path(back),
    )


@router.post("/do")
async def do(
    request: Request,
    who: Person,
    desk: TheDesk,
    action: Annotated[Action, Form()],
    batch: Annotated[Slug, Form()],
    case_id: CaseIds = [],  # noqa: B006
    refund: Annotated[list[str], Form()] = [],  # noqa: B006
    assignee: Annotated[Slug | None, Form()] = None,
    reason: Annotated[Words | None, Form()] = None,
    back: Annotated[str, Form()] = "/work",
) -> Response:
    """Each row by itself; the same preview sent again does nothing twice."""
    _check(who, action, case_id)
    if action == "approve":
        done = await _approve(desk, who, refund, reason)
    elif action == "assign":
        asked = Assign(by=who.subject, assignee=assignee, reason=reason or f"by {who.subject}")
        done = await _assign(desk, who, case_id, asked, batch)
    else:
        done = await _each(case_id, lambda each: desk.cases.act(each, Nudge(), f"bulk-{batch}"))
    return show(
        request,
        "bulk_done.html",
        person=who,
        action=action,
        done=done,
        made=sum(1 for each in done if not each.code),
        back=local_path(back),
    )


def _check(who: SignedIn, action: Action, case_ids: Sequence[str]) -> None:
    check_may(who, permission_of(MESSAGES[action]))
    if not case_ids:
        raise InvalidRequest("select at least one row", field="case_id")
    if len(case_ids) > MOST_ROWS:
        raise InvalidRequest(f"select at most {MOST_ROWS} rows at a time", field="case_id")
    for each in case_ids:
        parse_case_id(each)
        check_sees(who, each)


async def _plan_assign(desk: Desk, who: SignedIn, formats: Formats, assignee: str | None) -> Plan:
    t, whom = formats.words, assignee or formats.words("cases.queue")
    note = await _presence(desk, formats, assignee)
    asked = Assign(by=who.subject, assignee=assignee, reason="-")

    def plan(row: BoardRow) -> Planned:
        try:
            check_assigns(who, asked, row.team or None)
        except Forbidden:
            return Planned(row.case_id, refusal=t("bulk.not_yours"))
        if row.assignee == assignee:
            return Planned(row.case_id, refusal=t("bulk.has_it", whom=whom))
        effect = t("bulk.will_assign", was=row.assignee or t("cases.nobody"), whom=whom)
        return Planned(row.case_id, effect=f"{effect} {note}".strip())

    return plan


async def _presence(desk: Desk, formats: Formats, assignee: str | None) -> str:
    """A warning where somebody is not there. Raises `UnknownMember`."""
    directory = await desk.directory(formats.now)
    if assignee is None or directory is None:
        return ""
    directory.member(assignee)
    state = presence_of(directory, assignee, formats.now).state
    return formats.words(f"bulk.presence.{state}")


async def _plan_nudge(desk: Desk, who: SignedIn, formats: Formats, assignee: str | None) -> Plan:
    del desk, who, assignee
    return lambda row: Planned(row.case_id, effect=formats.words("bulk.will_nudge"))


async def _plan_approve(desk: Desk, who: SignedIn, formats: Formats, assignee: str | None) -> Plan:
    del assignee
    waiting = {each.case_id: each for each in await desk.approvals.waiting(who.merchant)}
    allowed = may(who.roles, "approve")
    return lambda row: _approval(row, waiting.get(row.case_id), who, formats, allowed=allowed)


def _approval(
    row: BoardRow, asked: Waiting | None, who: SignedIn, formats: Formats, *, allowed: bool
) -> Planned:
    t = formats.words
    if asked is None:
        return Planned(row.case_id, refusal=t("bulk.nothing_to_approve"))
    if not allowed:
        return Planned(row.case_id, refusal=t("bulk.not_an_approver"))
    if who.subject in asked.hands:
        return Planned(row.case_id, refusal=t("bulk.own_hand"))
    effect = t("bulk.will_pay", amount=formats.money(asked.amount_minor, asked.currency))
    return Planned(row.case_id, effect=effect, seen=Seen(refund_id=asked.refund_id, hash=asked.hash))


PLANS = {"assign": _plan_assign, "nudge": _plan_nudge, "approve": _plan_approve}


async def _each(case_ids: Sequence[str], act: Callable[[str], Awaitable[object]]) -> list[Done]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> Done:
        async with turns:
            try:
                await act(case_id)
            except CaseworkError as error:
                return Done(case_id, error.code, error.message)
        return Done(case_id)

    return await asyncio.gather(*(one(each) for each in dict.fromkeys(case_ids)))


async def _assign(
    desk: Desk, who: SignedIn, case_ids: Sequence[str], asked: Assign, batch: str
) -> list[Done]:
    teams = {row.case_id: row.team for row in await Board(desk.pool).rows(case_ids)}
    key = f"bulk-{batch}-{digest(asked)[:16]}"

    async def assign(case_id: str) -> None:
        check_assigns(who, asked, teams.get(case_id) or None)
        await desk.cases.act(case_id, asked, key)

    return await _each(case_ids, assign)


async def _approve(desk: Desk, who: SignedIn, refunds: Sequence[str], reason: str | None) -> list[Done]:
    """`refunds`: each with the hash of what was shown, so that nothing else is approved."""
    decided = await decide_all(desk, who, "approve", seen_of(refunds), reason)
    return [Done(each.refund_id, each.code or "", each.message or "") for each in decided]
