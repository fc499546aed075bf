"""What a delivery exception answers to its opening."""

from domain.deliveries.messages import Opened
from domain.deliveries.state import DeliveryState


def opening_answer(state: DeliveryState) -> Opened:
    """What was decided at the opening, of the state right after it."""
    found = {
        "case_id": state.case_id,
        "seq": state.seq,
        "stage": state.stage,
        "outcome": state.outcome,
        "request_hash": state.request_hash,
        "kind": state.kind,
        "party": state.party,
        "remedy": state.grant.remedy if state.grant else None,
        "choose_by": state.choose_by,
    }
    return Opened.model_validate({name: value for name, value in found.items() if value is not None})
