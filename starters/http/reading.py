"""`GET /v1/cases…`: what is recorded of cases; an `ETag` is the number of a case's last event."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from domain.access import check_may
from domain.base import Model, Slug, Text, UtcInstant
from domain.cases.messages import CaseName
from domain.errors import CaseNotFound
from domain.records import CaseKind, CaseSummary, Recorded, SlaState
from starters.case_records import CaseRecords
from starters.explanation import Explanation, explain_case
from starters.gate import check_reads
from starters.http.callers import Caller
from starters.http.cursors import from_word, to_word
from starters.http.etags import etag_of, matches
from starters.sight import Sight
from starters.witness import witness_of
from store.cases import PAGE_ROWS, CaseCursor, CaseFilter
from store.cases import Cases as CaseRows

MOST_ROWS = 500
NOT_MODIFIED = 304

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class Page(Model):
    """Some cases, the most urgent first; `next` is the `cursor` of the next page, none after the last."""

    cases: list[CaseSummary]
    next: str | None = None


class Events(Model):
    """Facts of a case in order."""

    case_id: str
    events: list[Recorded]


def records_of(request: Request) -> CaseRecords:
    """The store's records of cases."""
    records: CaseRecords = request.app.state.records
    return records


Records = Annotated[CaseRecords, Depends(records_of)]
Seq = Annotated[
    int | None, Query(ge=1, description="Wait until this event is stored: the `seq` of an answer.")
]


Why = Annotated[
    Text | None,
    Query(
        min_length=3,
        max_length=500,
        description="Why the case's personal data is needed, for who sees it masked. The audit log keeps it.",
    ),
]


async def readable(
    case_id: Annotated[CaseName, Path(description="`<kind>:<merchant>:<number>`")],
    who: Caller,
    records: Records,
    seq: Seq = None,
) -> str:
    """The id of a case that the caller may see, recorded as far as was asked for."""
    check_reads(who, case_id)
    if seq is not None:
        await records.wait_for(case_id, seq)
    return case_id


CaseId = Annotated[str, Depends(readable)]


def sight_of(request: Request, who: Caller, why: Why = None) -> Sight:
    """What the caller sees."""
    return Sight(who, witness_of(request), request, why)


TheSight = Annotated[Sight, Depends(sight_of)]


@router.get("", summary="Cases by any filter, the most urgent first")
async def list_cases(
    request: Request,
    who: Caller,
    records: Records,
    merchant: Slug | None = None,
    kind: CaseKind | None = None,
    stage: Text | None = None,
    sla_state: SlaState | None = None,
    open: bool | None = None,
    order_id: Text | None = None,
    customer_id: Text | None = None,
    due_before: UtcInstant | None = None,
    policy: Text | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = PAGE_ROWS,
    cursor: str | None = None,
) -> Page:
    """Who acts for one merchant sees that one's, whatever the filter says."""
    check_may(who, "read")
    if who.merchant is not None and merchant not in (None, who.merchant):
        await witness_of(request).note("refused", request, code=CaseNotFound.code)
        return Page(cases=[])
    where = CaseFilter(
        merchant=who.merchant or merchant,
        kind=kind,
        stage=stage,
        sla_state=sla_state,
        open=open,
        order_id=order_id,
        customer_id=customer_id,
        due_before=due_before,
        policy=policy,
    )
    page = await CaseRows(records.pool).page(
        where, from_word(CaseCursor, cursor, "cursor") if cursor else None, limit
    )
    rows = await Sight(who, witness_of(request), request).rows(page.cases)
    return Page(cases=rows, next=to_word(page.next) if page.next else None)


@router.get("/{case_id}", summary="The whole state of a case", responses={304: {"description": "Unchanged"}})
async def get_case(
    case_id: CaseId,
    records: Records,
    sight: TheSight,
    response: Response,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Any:
    """As recorded: what its last event left."""
    view = await records.view(case_id)
    etag = etag_of(view["seq"])
    if matches(if_none_match, etag):
        return Response(status_code=NOT_MODIFIED, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return await sight.state(case_id, view)


@router.get("/{case_id}/summary", summary="Its row in lists")
async def get_summary(case_id: CaseId, records: Records, sight: TheSight) -> CaseSummary:
    """Stage, deadlines, who has it."""
    return await sight.row(await CaseRows(records.pool).get(case_id))


@router.get("/{case_id}/progress", summary="What the customer may see")
async def get_progress(case_id: CaseId, records: Records, sight: TheSight) -> Any:
    """The kind's own model, as the query `progress` gives it."""
    shown = (await records.progress(case_id)).model_dump(mode="json", exclude_none=True)
    return await sight.progress(case_id, shown)


@router.get("/{case_id}/events", summary="Its facts in order")
async def get_events(
    case_id: CaseId,
    records: Records,
    sight: TheSight,
    after: Annotated[int, Query(ge=0, description="A `seq`.")] = 0,
) -> Events:
    """Those after an event; to follow a case, ask again with the last `seq`."""
    return Events(case_id=case_id, events=await sight.events(case_id, await records.events(case_id, after)))


@router.get("/{case_id}/clocks", summary="Why every deadline is what it is")
async def get_clocks(case_id: CaseId, records: Records) -> Explanation:
    """Promise, what moved it, and the arithmetic."""
    state = await records.state(case_id)
    return explain_case(state, datetime.now(UTC))
