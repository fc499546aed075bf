"""What a case answers to an update."""

from pydantic import BaseModel

from domain.cases.messages import Answer, Retarget
from domain.cases.state import AnyState
from domain.digests import digest


def answer_to(state: AnyState, request: BaseModel) -> Answer:
    """The answer to a request that was just applied; what is not known is left unset."""
    more = {"outcome": state.outcome} if state.outcome else {}
    if isinstance(request, Retarget):
        more["terms_hash"] = state.terms_hash
    return Answer(
        case_id=state.case_id,
        seq=state.seq,
        stage=state.stage,
        request_hash=digest(request),
        **more,
    )
