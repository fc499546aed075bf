"""What others see of a claim: who owes the next step, where it is, what figures need."""

from domain.carrier_claims import messages as ask
from domain.carrier_claims.decisions import next_deadline
from domain.carrier_claims.state import ClaimState

NEXT = {
    "carrier": "the carrier answers or pays",
    "agent": "an agent brings evidence, or appeals",
    "system": "the desk goes on by itself",
}
_BY_STAGE = {
    "opening": "system",
    "filing": "carrier",
    "answer": "carrier",
    "evidence": "agent",
    "denied": "agent",
    "payment": "carrier",
    "booking": "system",
    "withdrawal": "carrier",
}
_ASKS = {"evidence": "give_evidence", "denied": "appeal"}


def headline(state: ClaimState) -> str:
    """What the case is, without its stage."""
    return f"Claim {state.number} against {state.carrier}, order {state.bought.order_id}"


def waiting_for(state: ClaimState) -> str | None:
    """Who owes the next step; None for a closed case."""
    return _BY_STAGE.get(state.stage)


def progress(state: ClaimState) -> ask.Progress:
    """Where the claim is."""
    deadline = next_deadline(state)
    until = deadline[0] if deadline else state.file_by if state.stage == "filing" else None
    return ask.Progress(
        number=state.number,
        order_id=state.bought.order_id,
        carrier=state.carrier,
        tracking_no=state.tracking_no,
        now=state.stage,
        next=_ASKS.get(state.stage),
        until=until,
        claimed_minor=state.claimed_minor,
        accepted_minor=state.accepted_minor,
        paid_minor=state.paid_minor,
        currency=state.bought.currency,
        outcome=state.outcome,
    )


def facets(state: ClaimState) -> dict[str, str]:
    """What figures group by (sop L6)."""
    found = {
        "exception": state.exception,
        "carrier": state.carrier,
        "party": "carrier",
        "reason": state.reason,
        "lane": state.lane,
    }
    return {name: value for name, value in found.items() if value}


def opening_answer(state: ClaimState) -> ask.Opened:
    """What was decided at the opening, of the state right after it."""
    outcome = {"outcome": state.outcome} if state.outcome else {}
    assert state.file_by is not None
    return ask.Opened(
        case_id=state.case_id,
        seq=state.seq,
        stage=state.stage,
        request_hash=state.request_hash,
        file_by=state.file_by,
        **outcome,
    )


def actor_of(command: ask.Command) -> str:
    """`role:id` of whoever sent the request."""
    role = "carrier" if isinstance(command, ask.CarrierReplied) else "staff"
    return f"{role}:{command.by}"
