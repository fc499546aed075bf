"""`/v1/cases/{case_id}/links`: links that show a customer one case, made, listed and revoked."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request

from domain.access import check_may, check_sees
from domain.base import Model
from domain.cases.messages import CaseName
from domain.errors import NotFound
from domain.sla.quantities import Duration, parse_duration
from starters.customer_links import LinkDesk, MadeLink
from starters.http.acting import Key
from starters.http.callers import Caller
from starters.witness import witness_of
from store.customer_links import CustomerLink

NO_CONTENT = 204
router = APIRouter(prefix="/v1/cases/{case_id}/links", tags=["links"])


WANTED_EXAMPLE: Any = {"a week": {"value": {"expires_in": "7d"}}}


class LinkWanted(Model):
    """How long the link is to open the case."""

    expires_in: Duration | None = None
    """Like `7d`; 30 days unless said otherwise, 180 at most."""


class Links(Model):
    """A case's links, the newest first, without their tokens."""

    links: list[CustomerLink]


async def linkable(
    case_id: Annotated[CaseName, Path(description="`<kind>:<merchant>:<number>`")], who: Caller
) -> str:
    """The id of a case to which the caller may let a customer in."""
    check_may(who, "link")
    check_sees(who, case_id)
    return case_id


CaseId = Annotated[str, Depends(linkable)]


def _desk(request: Request) -> LinkDesk:
    desk: LinkDesk = request.app.state.links
    return desk


TheLinks = Annotated[LinkDesk, Depends(_desk)]


@router.post("", status_code=201, summary="Make a link for the case's customer")
async def make_link(
    case_id: CaseId,
    who: Caller,
    request: Request,
    links: TheLinks,
    wanted: Annotated[LinkWanted, Body(openapi_examples=WANTED_EXAMPLE)],
    key: Key,
) -> MadeLink:
    """Its token opens the case's page to whoever has it, and cannot be had again later."""
    life = parse_duration(wanted.expires_in) if wanted.expires_in else None
    made = await links.make(case_id, who.subject, datetime.now(UTC), life=life, request_key=key)
    await witness_of(request).note("link_made", request, who=who, target=case_id)
    return made


@router.get("", summary="A case's links")
async def list_links(case_id: CaseId, links: TheLinks) -> Links:
    """Those that have ended, too."""
    return Links(links=await links.links.of_case(case_id))


@router.delete("/{link_id}", status_code=NO_CONTENT, summary="Revoke a link at once")
async def revoke_link(case_id: CaseId, link_id: str, who: Caller, request: Request, links: TheLinks) -> None:
    """One that has ended stays ended."""
    known = await links.links.get(link_id) if link_id.isascii() else None
    if known is None or known.case_id != case_id:
        raise NotFound(f"{case_id} has no such link")
    await links.links.revoke(link_id, datetime.now(UTC))
    await witness_of(request).note("link_revoked", request, who=who, target=case_id)
