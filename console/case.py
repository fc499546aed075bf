"""`/cases/<id>`: where a case is, why, what is next, who owes it, until when, at what cost; and acting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast
from uuid import uuid4

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from console.case_clocks import clocks_of
from console.case_money import money_of
from console.case_papers import evidence_of, letters_of, raw_of
from console.desk import Desk, TheDesk
from console.forms import Field, FormRejected, Problem, Reader, fields_of, understood, with_values
from console.offers import Offer, may_ask, offers_of, said_by
from console.pages import formats_of, show
from console.sign_in import CSRF_FIELD, Person, SignedIn
from console.timeline import days_of, title_of
from domain.base import Slug, Text
from domain.cases.messages import Answer, CaseName
from domain.cases.state import AnyState
from domain.errors import CaseworkError, NotFound
from domain.kinds import kind_of
from domain.personal import masked
from domain.records import Recorded
from domain.returns.state import ReturnState
from starters.gate import check_acts, check_reads
from starters.http.problems import status_of
from starters.sight import Sight
from starters.updates import updates_of
from starters.witness import witness_of
from starters.words import BACKGROUND
from store.case_archive import CaseArchive
from store.cases import Cases as CaseRows

router = APIRouter()
SEE_OTHER, CONFLICT = 303, 409
TABS = ("story", "messages", "evidence", "facts")
REFUSED_FORM = 400

CaseId = Annotated[CaseName, Path(description="`<kind>:<merchant>:<number>`")]
Why = Annotated[Text, Form(min_length=3, max_length=500)]


@dataclass(frozen=True)
class Asked:
    """An offer as a form. `problem`: why it was refused as a whole; `moved`: what happened meanwhile."""

    offer: Offer
    fields: list[Field]
    key: str
    problem: Problem | None = None
    code: str = ""
    moved: tuple[str, ...] = ()


@router.get("/cases/{case_id}")
async def case(
    request: Request,
    case_id: CaseId,
    who: Person,
    desk: TheDesk,
    tab: str = "story",
    done: Slug | None = None,
) -> Response:
    """Everything about one case."""
    check_reads(who, case_id)
    sight = Sight(who, witness_of(request), request)
    return await _page(request, who, desk, case_id, sight, tab=tab, done=done)


@router.post("/cases/{case_id}/look")
async def look(
    request: Request,
    case_id: CaseId,
    who: Person,
    desk: TheDesk,
    why: Why,
    tab: Annotated[str, Form()] = "story",
) -> Response:
    """The same with what is about people, for who sees it masked and says why they need it."""
    check_reads(who, case_id)
    return await _page(request, who, desk, case_id, Sight(who, witness_of(request), request, why), tab=tab)


@router.post("/cases/{case_id}/act/{update}")
async def act(
    request: Request,
    case_id: CaseId,
    update: Slug,
    who: Person,
    desk: TheDesk,
    seq: Annotated[int, Form(ge=0)],
    key: Annotated[Slug, Form()],
) -> Response:
    """Ask something of the case, as the form says it. The same form sent twice is answered once for all.

    A page that is older than the case is not acted on: it is shown anew with what was filled in. What the
    clockwork alone did since makes no page old; the case itself holds the request to what was read here.
    """
    check_reads(who, case_id)
    message = updates_of(kind_of(case_id)).get(update)
    if message is None or not may_ask(who, update, message):
        raise NotFound(f"{update} cannot be asked of {case_id}")
    formats, sight = formats_of(request), Sight(who, witness_of(request), request)
    events, state = await _read(desk, case_id)
    sent = _texts(await request.form())
    offer, fields = Offer(update, message), fields_of(message, _lines(state))
    told = await desk.records.answer(case_id, key)
    moved = [each for each in events if each.seq > seq and each.type not in BACKGROUND]
    if moved and told is None:
        happened = tuple(title_of(each, formats) for each in moved)
        asked = Asked(offer, with_values(fields, sent, {}), key, moved=happened)
        return await _page(request, who, desk, case_id, sight, asked, CONFLICT)
    reader = Reader(formats.words, formats.zone, state.order.currency if state.order else None)
    try:
        asked_for = understood(message, fields, sent, said_by(who, message), reader)
        await check_acts(who, case_id, asked_for, CaseRows(desk.pool))
        answer: Answer = await desk.cases.act(case_id, asked_for, key, [state.seq])
        await desk.records.wait_for(case_id, answer.seq)
    except FormRejected as error:
        asked = Asked(offer, with_values(fields, sent, error.problems), key, error.problems.get(""))
        status = REFUSED_FORM
    except CaseworkError as error:
        asked, status = _refused(offer, with_values(fields, sent, {}), error), status_of(type(error))
    else:
        return RedirectResponse(f"/cases/{case_id}?done={update}", SEE_OTHER)
    return await _page(request, who, desk, case_id, sight, asked, status)


def _refused(offer: Offer, fields: list[Field], error: CaseworkError) -> Asked:
    """The case's own no, next to the field that it names. Another try is another request."""
    problem = Problem(error.message, is_told=True)
    where = error.detail.get("field")
    named = next((each.path for each in fields if each.path == where), None)
    if named is not None:
        fields = with_values(fields, {each.path: each.value for each in fields}, {named: problem})
    return Asked(offer, fields, uuid4().hex, None if named else problem, error.code)


def _texts(form: Any) -> Mapping[str, str]:
    return {
        name: value
        for name, value in cast("list[tuple[str, Any]]", form.multi_items())
        if isinstance(value, str) and name != CSRF_FIELD
    }


async def _read(desk: Desk, case_id: str) -> tuple[list[Recorded], AnyState]:
    events = await desk.records.events(case_id)
    return events, await CaseArchive(desk.pool).folded(case_id, events)


def _lines(state: AnyState) -> tuple[str, ...]:
    if isinstance(state, ReturnState) and state.lines:
        return tuple(state.lines)
    return tuple(line.line for line in state.order.lines) if state.order else ()


async def _page(
    request: Request,
    who: SignedIn,
    desk: Desk,
    case_id: str,
    sight: Sight,
    asked: Asked | None = None,
    status: int = 200,
    *,
    tab: str = "story",
    done: str | None = None,
) -> Response:
    formats = formats_of(request)
    events, state = await _read(desk, case_id)
    is_clear = await sight.is_clear(case_id)
    seen = await sight.events(case_id, events)
    money = await money_of(desk.pool, state)
    moved = [event for event in seen if event.type not in BACKGROUND and not event.type.endswith(".closed")]
    return show(
        request,
        "case.html",
        status,
        person=who,
        formats=formats,
        case=state,
        kind=kind_of(case_id),
        is_clear=is_clear,
        customer=_customer(state, is_clear=is_clear),
        last=moved[-1] if moved else None,
        title_of=title_of,
        tab=tab if tab in TABS else TABS[0],
        tabs=TABS,
        days=days_of(seen, formats, money.currency),
        clocks=clocks_of(state, formats),
        money=money,
        letters=await letters_of(desk.pool, case_id, events),
        evidence=evidence_of(seen),
        facts=raw_of(seen),
        forms=_forms(state, who, asked),
        done=done if done in updates_of(kind_of(case_id)) else None,
        temporal_url=_temporal_url(desk, who, case_id),
    )


def _forms(state: AnyState, who: SignedIn, asked: Asked | None) -> list[Asked]:
    """What is offered, with the one that was sent and refused in its place, or before all others."""
    offers = offers_of(state, who)
    forms = [
        Asked(offer, fields_of(offer.message, _lines(state)), uuid4().hex)
        if asked is None or asked.offer.update != offer.update
        else Asked(offer, asked.fields, asked.key, asked.problem, asked.code, asked.moved)
        for offer in offers
    ]
    is_lost = asked is not None and asked.offer.update not in [offer.update for offer in offers]
    return [asked, *forms] if asked is not None and is_lost else forms


def _customer(state: AnyState, *, is_clear: bool) -> dict[str, Any]:
    """Who it is for, as this reader sees it."""
    known: dict[str, Any] = {"customer_id": state.customer_id}
    return known if is_clear or not state.customer_id else masked(known, type(state))


def _temporal_url(desk: Desk, who: SignedIn, case_id: str) -> str | None:
    at = desk.settings.temporal_ui_url
    if at is None or who.role not in ("ops", "lead"):
        return None
    return f"{at.rstrip('/')}/namespaces/{desk.cases.client.namespace}/workflows/{case_id}"
