"""What a return answers to its opening."""

from domain.returns.messages import Opened
from domain.returns.state import ReturnState


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
