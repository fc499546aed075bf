"""`GET /v1/cases/{case_id}/intake`: what became of an opening that was answered with 202."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from starlette.requests import Request
from starlette.responses import JSONResponse

from domain.base import Model, UtcInstant
from domain.cases.messages import CaseName
from domain.errors import CaseNotFound
from starters.http.problems import RETRY_AFTER_SECONDS
from starters.http.reading import CaseId, Records
from starters.intake import Intaking
from store.intakes import Intake, Intakes, IntakeState

ACCEPTED = 202

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class IntakeStatus(Model):
    """`kept`: safe, and started as soon as Temporal answers. `refused`: as `code` and `detail` say."""

    case_id: CaseName
    state: IntakeState
    received_at: UtcInstant | None = None
    code: str | None = None
    detail: str | None = None


def intaking_of(request: Request) -> Intaking:
    """The process's."""
    intaking: Intaking = request.app.state.intaking
    return intaking


TheIntaking = Annotated[Intaking, Depends(intaking_of)]


def accepted(intake: Intake) -> Response:
    """The opening is safe, and where to ask what became of it."""
    headers = {
        "Location": f"/v1/cases/{intake.case_id}/intake",
        "Retry-After": str(RETRY_AFTER_SECONDS),
    }
    said = _status(intake).model_dump(mode="json", exclude_none=True)
    return JSONResponse(said, ACCEPTED, headers)


@router.get(
    "/{case_id}/intake",
    summary="What became of its opening",
    operation_id="get_intake",
    response_model_exclude_none=True,
)
async def get_intake(case_id: CaseId, records: Records, response: Response) -> IntakeStatus:
    """Also of one that was opened at once."""
    intake = await Intakes(records.pool).get(case_id)
    if await records.first_answer(case_id) is not None:
        received_at = intake.received_at if intake else None
        return IntakeStatus(case_id=case_id, state="opened", received_at=received_at)
    if intake is None:
        raise CaseNotFound(f"there is no case {case_id}", case_id=case_id)
    if intake.state == "kept":
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return _status(intake)


def _status(intake: Intake) -> IntakeStatus:
    return IntakeStatus.model_validate(intake.model_dump(include=set(IntakeStatus.model_fields)))
