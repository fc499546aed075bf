"""What others see of a return: the customer's four stages, the read model's row, the page for Temporal UI."""

from datetime import datetime

from domain.records import CaseSummary, SlaState
from domain.returns.deadlines import next_deadline
from domain.returns.messages import Progress, ProgressStep
from domain.returns.state import ReturnState, Stage
from domain.sla import ClockRow, next_clock, rows

STEPS: tuple[tuple[str, tuple[Stage, ...]], ...] = (
    ("review", ("opening", "review")),
    ("ship_back", ("ship_back",)),
    ("inspection", ("inspection",)),
    ("refund_or_exchange", ("settlement", "confirmation")),
)
STAGES: tuple[Stage, ...] = tuple(stage for _, stages in STEPS for stage in stages)


def waiting_for(state: ReturnState) -> str | None:
    """Who owes the next step; None for a closed case."""
    match state.stage:
        case "opening":
            return "system"
        case "review":
            return "customer" if state.info_requested_at else "agent"
        case "ship_back":
            return _waiting_for_parcel(state)
        case "inspection":
            return "warehouse"
        case "settlement":
            return _waiting_for_settlement(state)
        case "confirmation":
            return "customer"
        case _:
            return None


def _waiting_for_parcel(state: ReturnState) -> str:
    parcel = state.parcel
    if parcel is None or parcel.shipped_at is None:
        return "customer"
    if parcel.missing_since is not None:
        return "agent"
    return "warehouse" if parcel.delivered_at else "carrier"


def _waiting_for_settlement(state: ReturnState) -> str:
    if state.choose_by is not None:
        return "customer"
    if state.wait_until is not None:
        return "stock"
    refund = state.open_refund
    return "ops" if refund is not None and refund.state != "started" else "payment"


def clock_rows(state: ReturnState, as_of: datetime) -> tuple[ClockRow, ...]:
    """The case's clocks, one row per metric and instance."""
    return rows(state.clocks, state.terms.clocks, as_of)


def sla_state(clocks: tuple[ClockRow, ...]) -> SlaState:
    """The worst of the clocks; a cured breach stays a breach."""
    if not clocks:
        return "none"
    if any(row.verdict == "breached" for row in clocks):
        return "breached"
    running = [row for row in clocks if row.state in ("running", "paused")]
    if any(row.rungs for row in running):
        return "warned"
    return "paused" if running and all(row.state == "paused" for row in running) else "ok"


def summarise(state: ReturnState) -> CaseSummary:
    """The read model's row. It says the same whenever it is made from the same events."""
    order = state.bought
    assert state.opened_at is not None
    assert state.last_event_at is not None
    clocks = clock_rows(state, known_at(state))
    nearest = _nearest(clocks) if state.open else None
    due = next_due(state)
    return CaseSummary(
        case_id=state.case_id,
        kind="return",
        merchant=state.merchant,
        number=state.number,
        order_id=order.order_id,
        customer_id=order.customer_id,
        stage=state.stage,
        open=state.open,
        outcome=state.outcome,
        waiting_for=waiting_for(state),
        waiting_since=state.stage_since if state.open else None,
        priority=state.priority,
        tier=order.customer_tier,
        channel=state.channel,
        language=state.language,
        policy=state.policy,
        policy_hash=state.policy_hash,
        calendar_revision=state.calendar_revision,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        last_seq=state.seq,
        last_event_at=state.last_event_at,
        sla_state=sla_state(clocks),
        due_metric=nearest.name if nearest else None,
        due_at=nearest.due_at if nearest else None,
        next_instant_at=due[0] if due else None,
        refund_minor=state.refunded_minor,
        currency=order.currency,
        clocks=[row.model_dump(mode="json", exclude_none=True) for row in clocks],
    )


def known_at(state: ReturnState) -> datetime:
    """The moment that the facts so far speak of: the last one, or the last clock change that was told."""
    assert state.last_event_at is not None
    return max(state.last_event_at, state.clocks.told_at or state.last_event_at)


def _nearest(clocks: tuple[ClockRow, ...]) -> ClockRow | None:
    pending = [row for row in clocks if row.state == "running" and row.verdict == "pending"]
    return min(pending, key=lambda row: row.due_at) if pending else None


def next_due(state: ReturnState) -> tuple[datetime, str] | None:
    """The earliest instant that the case must not miss, and what it is."""
    if not state.open or state.stage == "opening":
        return None
    moments = [moment for moment in (_next_instant(state), next_deadline(state)) if moment]
    return min(moments) if moments else None


def _next_instant(state: ReturnState) -> tuple[datetime, str] | None:
    upcoming = next_clock(state.clocks, state.terms.clocks, known_at(state))
    return (upcoming[0], f"{upcoming[1]} clock") if upcoming else None


def progress(state: ReturnState) -> Progress:
    """The customer's view (sop R6): four stages, what is next, until when; nothing of our inner life."""
    reached = STAGES.index(state.closed_in or "review") if not state.open else STAGES.index(state.stage)
    done = state.outcome not in (None, "refused", "cancelled", "expired", "goods_failed")
    return Progress(
        number=state.number,
        order_id=state.bought.order_id,
        kind=state.kind,
        steps=[_step(state, name, stages, reached, done) for name, stages in STEPS],
        now=state.stage if state.open else "closed",
        next=_customer_next(state),
        until=_customer_until(state),
        outcome=state.outcome,
    )


def _customer_until(state: ReturnState) -> datetime | None:
    """Until when it is their turn, or by when they hear from us."""
    if state.stage == "ship_back" and waiting_for(state) == "customer":
        return state.ship_back_by
    if waiting_for(state) == "customer" and (deadline := next_deadline(state)):
        return deadline[0]
    nearest = _nearest(clock_rows(state, known_at(state))) if state.open else None
    return nearest.due_at if nearest else None


def _step(state: ReturnState, name: str, stages: tuple[Stage, ...], reached: int, done: bool) -> ProgressStep:
    first, last = STAGES.index(stages[0]), STAGES.index(stages[-1])
    if last < reached or (not state.open and (done or last == reached)):
        status = "done"
    elif first <= reached:
        status = "current"
    else:
        status = "open" if state.open else "skipped"
    return ProgressStep.model_validate({"step": name, "state": status})


def _customer_next(state: ReturnState) -> str | None:
    """What the customer can do, as the name of the request; None when it is on us."""
    if state.stage == "review" and state.info_requested_at is not None:
        return "give_info"
    if state.stage == "ship_back" and _waiting_for_parcel(state) == "customer":
        return "ship"
    if state.stage == "settlement" and state.choose_by is not None:
        return "choose"
    return "confirm" if state.stage == "confirmation" else None
