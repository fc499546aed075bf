"""What a return answers: to an update, to the opening, and to who asks for the whole state."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from domain.digests import digest
from domain.returns.messages import Answer, Opened
from domain.returns.state import ReturnState
from domain.returns.views import clock_rows, waiting_for


def answer_to(state: ReturnState, request: BaseModel) -> Answer:
    """The answer to a request that was just applied; what is not known is left unset."""
    more = {"outcome": state.outcome} if state.outcome else {}
    return Answer(
        case_id=state.case_id,
        seq=state.seq,
        stage=state.stage,
        request_hash=digest(request),
        **more,
    )


def opening_answer(state: ReturnState) -> Opened:
    """What was decided at the opening, of the state right after it."""
    found = {
        "case_id": state.case_id,
        "seq": state.seq,
        "stage": state.stage,
        "outcome": state.outcome,
        "request_hash": state.request_hash,
        "decision": state.decision,
        "code": state.code,
        "refund_minor": state.preview_minor,
        "currency": state.bought.currency,
        "ship_back_by": state.ship_back_by,
    }
    return Opened.model_validate({name: value for name, value in found.items() if value is not None})


def whole(state: ReturnState, as_of: datetime) -> dict[str, Any]:
    """The whole state as JSON, for staff and systems; without the pinned policy, which its hash names."""
    return {
        **state.model_dump(mode="json", exclude={"terms", "clocks"}, exclude_none=True),
        "waiting_for": waiting_for(state),
        "clocks": [row.model_dump(mode="json", exclude_none=True) for row in clock_rows(state, as_of)],
    }
