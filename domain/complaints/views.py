"""What others see of a complaint: who owes the next step, the customer's way, what figures group it by."""

from datetime import datetime

from domain.cases.readings import clock_rows, known_at, nearest_clock
from domain.complaints.deadlines import next_deadline
from domain.complaints.messages import ComplaintProgress, ComplaintStep, Opened
from domain.complaints.state import ComplaintState, Stage

NEXT = {
    "desk": "somebody classifies the complaint",
    "team": "somebody of the team takes it",
    "agent": "whoever works on it goes on",
    "customer": "the customer answers",
    "party": "a statement comes in",
    "measures": "what was promised arrives",
    "lead": "a lead decides",
    "approver": "a second person approves a refund or declines it",
    "ops": "somebody looks into a refund",
    "system": "the desk goes on by itself",
}

STEPS: tuple[tuple[str, tuple[Stage, ...]], ...] = (
    ("received", ("opening", "intake")),
    ("review", ("review",)),
    ("investigation", ("investigation",)),
    ("solution", ("solution", "follow_up")),
    ("confirmation", ("confirmation", "decision")),
)
STAGES: tuple[Stage, ...] = tuple(stage for _, stages in STEPS for stage in stages)


def headline(state: ComplaintState) -> str:
    """What the case is, without its stage; nothing that the customer wrote."""
    of_order = f" of order {state.order.order_id}" if state.order else ""
    category = f", {state.category.replace('_', ' ')}" if state.category else ""
    return f"Complaint {state.number}{of_order}{category}, {state.priority}"


def waiting_for(state: ComplaintState) -> str | None:
    """Who owes the next step; None for a closed case."""
    match state.stage:
        case "opening":
            return "system"
        case "closed":
            return None
        case "confirmation":
            return "customer"
        case "decision":
            return "lead"
        case "follow_up":
            return _waiting_for_measures(state)
        case _:
            return _waiting_for_work(state)


def _waiting_for_measures(state: ComplaintState) -> str:
    if state.awaits_approval:
        return "approver"
    return "ops" if any(part.state == "held" for part in state.refunds) else "measures"


def _waiting_for_work(state: ComplaintState) -> str:
    if state.waits_for_info:
        return "customer"
    if state.stage == "intake":
        return "desk"
    if state.taken_at is None:
        return "team"
    is_asking = state.stage == "investigation" and any(not each.answered for each in state.statements)
    return "party" if is_asking else "agent"


def progress(state: ComplaintState) -> ComplaintProgress:
    """The customer's view: five steps, what is next, until when; nothing of our inner life."""
    reached = STAGES.index(state.stage if state.stage != "closed" else state.closed_in or "intake")
    return ComplaintProgress(
        number=state.number,
        order_id=state.order.order_id if state.order else None,
        steps=[_step(state, name, stages, reached) for name, stages in STEPS],
        now=state.stage,
        next=_customer_next(state),
        until=_customer_until(state),
        updates=state.updates,
        outcome=state.outcome,
    )


def _step(state: ComplaintState, name: str, stages: tuple[Stage, ...], reached: int) -> ComplaintStep:
    first, last = STAGES.index(stages[0]), STAGES.index(stages[-1])
    if last < reached or (not state.open and first <= reached):
        status = "done"
    elif first <= reached:
        status = "current"
    else:
        status = "open" if state.open else "skipped"
    return ComplaintStep.model_validate({"step": name, "state": status})


def _customer_next(state: ComplaintState) -> str | None:
    """What the customer can do, as the name of the request; None when it is on us."""
    if not state.open:
        return None
    if state.waits_for_info:
        return "give_info"
    return "confirm" if state.stage == "confirmation" else None


def _customer_until(state: ComplaintState) -> datetime | None:
    """Until when it is their turn, or by when they hear from us."""
    if deadline := next_deadline(state):
        return deadline[0]
    # A question to them has no limit: the clocks are the desk's.
    is_ours = state.open and not state.waits_for_info
    nearest = nearest_clock(clock_rows(state, known_at(state))) if is_ours else None
    return nearest.due_at if nearest else None


def facets(state: ComplaintState) -> dict[str, str]:
    """What figures group complaints by (sop C15)."""
    found = state.finding
    values = {
        "category": state.category,
        "severity": state.severity,
        "urgency": state.urgency,
        "source": state.source,
        "party": found.party if found else None,
        "root_cause": found.root_cause if found else None,
        "carrier": found.carrier if found else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def opening_answer(state: ComplaintState) -> Opened:
    """What was decided at the opening, of the state right after it."""
    found = {
        "case_id": state.case_id,
        "seq": state.seq,
        "stage": state.stage,
        "request_hash": state.request_hash,
        "priority": state.priority,
        "team": state.team,
    }
    return Opened.model_validate({name: value for name, value in found.items() if value is not None})
