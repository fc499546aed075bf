"""`POST /v1/<kind>s…`: cases are opened and acted on; an address per request, made from the kinds."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from pydantic import BaseModel

from domain.access import Identity
from domain.base import Slug
from domain.cases.kind import Kind
from domain.cases.messages import Answer, OpenCase
from domain.kinds import KINDS
from starters.client import Cases
from starters.gate import check_acts, check_knocks, check_opens, check_turns_to
from starters.http.callers import Caller
from starters.http.door_errors import KeyMissing
from starters.http.etags import etag_of, expected_seqs
from starters.http.intake import ACCEPTED, IntakeStatus, TheIntaking, accepted
from starters.http.reading import records_of
from starters.updates import updates_of
from store.cases import Cases as CaseRows
from store.intakes import Intake

PLURALS = {"delivery": "deliveries"}


def _key(description: str) -> Any:
    return Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description=description,
    )


Key = Annotated[str, _key("Yours; sent again, it is answered as the first time and not done again.")]
OpeningKey = Annotated[str | None, _key("Only a reopening needs it; a new case is known by its number.")]
Expected = Annotated[Sequence[int] | None, Depends(expected_seqs)]
MerchantPath = Annotated[Slug, Path()]
NumberPath = Annotated[Slug, Path()]


def plural(kind: str) -> str:
    """The kind as an address says it."""
    return PLURALS.get(kind, f"{kind}s")


def address_of(update: str) -> str:
    """An update's name as an address says it."""
    return update.replace("_", "-")


def router_of(kind: Kind[Any]) -> APIRouter:
    """Open, and every update of the kind."""
    router = APIRouter(prefix=f"/v1/{plural(kind.name)}", tags=[plural(kind.name)])
    router.add_api_route(
        "",
        _opening(kind),
        methods=["POST"],
        status_code=201,
        response_model=kind.opened,
        response_model_exclude_none=True,
        operation_id=f"open_{kind.name}",
        summary=f"Open a {kind.name}",
        responses={ACCEPTED: {"model": IntakeStatus, "description": "Kept; `Location` follows it"}},
    )
    for name, message in updates_of(kind).items():
        router.add_api_route(
            f"/{{merchant}}/{{number}}/{address_of(name)}",
            _acting(kind, message),
            methods=["POST"],
            response_model=Answer,
            response_model_exclude_none=True,
            operation_id=f"{kind.name}_{name}",
            summary=" ".join((message.__doc__ or name).split("\n\n")[0].split()),
        )
    return router


def all_routers() -> list[APIRouter]:
    """Of every kind of case."""
    return [router_of(kind) for kind in KINDS.values()]


async def opener(who: Caller) -> Identity:
    """Who may open cases at all; others are told so before their body is looked at."""
    check_knocks(who)
    return who


Opener = Annotated[Identity, Depends(opener)]


def _opening(kind: Kind[Any]) -> Any:
    async def open_case(
        who: Opener,
        request: Request,
        response: Response,
        intaking: TheIntaking,
        start: Annotated[Any, Body()],
        key: OpeningKey = None,
    ) -> Any:
        """The same number with the same content gets the first answer.

        Where Temporal does not answer, the opening is kept and started later: 202, and `Location` says where
        to ask what became of it.
        """
        assert isinstance(start, OpenCase)
        check_opens(who, start)
        if start.content is None and key is None:
            raise KeyMissing("a reopening needs a header Idempotency-Key of your own")
        if start.content is None:
            opened = await _cases(request).open(start, key)
        else:
            opened = await intaking.open(start)
        if isinstance(opened, Intake):
            return accepted(opened)
        response.headers["Location"] = f"/v1/cases/{start.case_id}"
        return opened

    open_case.__annotations__["start"] = kind.open_message
    return open_case


def _acting(kind: Kind[Any], message: type[BaseModel]) -> Any:
    async def turned_to(merchant: MerchantPath, number: NumberPath, who: Caller) -> str:
        case_id = f"{kind.name}:{merchant}:{number}"
        check_turns_to(who, case_id, message)
        return case_id

    async def act(
        case_id: Annotated[str, Depends(turned_to)],
        who: Caller,
        request: Request,
        response: Response,
        asked: Annotated[Any, Body()],
        key: Key,
        expected: Expected,
    ) -> Answer:
        await check_acts(who, case_id, asked, CaseRows(records_of(request).pool))
        answer = await _cases(request).act(case_id, asked, key, expected)
        response.headers["ETag"] = etag_of(answer.seq)
        return answer

    act.__annotations__["asked"] = message
    act.__doc__ = message.__doc__
    return act


def _cases(request: Request) -> Cases:
    cases: Cases = request.app.state.cases
    return cases
