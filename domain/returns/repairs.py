"""Repairs: ordered, tried again, given up; and until when (sop R8)."""

from datetime import datetime
from typing import Literal

from domain.policy.aftercare_rules import RepairRules
from domain.policy.periods import period_end
from domain.returns import aftercare_events as facts
from domain.returns.events import ReturnEvent
from domain.returns.state import ReturnState

RepairStep = Literal["order_repair", "repair", "return_repaired"]
WorkshopSays = Literal["repaired", "failed", "impossible"]


def next_step(state: ReturnState) -> RepairStep | None:
    """What the repair needs next; None for a case without one, or whose repair is over."""
    if state.kind != "repair" or state.refund_instead or not state.passed:
        return None
    if state.repair is None or state.repair.state == "failed":
        return "order_repair"
    steps: dict[str, RepairStep] = {"ordered": "repair", "repaired": "return_repaired"}
    return steps.get(state.repair.state)


def has_failed(state: ReturnState) -> bool:
    """Whether the customer has to choose something else than the repair."""
    return state.kind == "repair" and state.repair is not None and state.repair.state == "failed"


def decide_order(state: ReturnState, now: datetime) -> list[ReturnEvent]:
    """Ask the workshop, again after a failure; the time is one for all attempts."""
    earlier = state.repair
    if earlier is not None:
        return [facts.RepairOrdered(attempt=earlier.attempt + 1, repair_by=earlier.repair_by)]
    repair_by = period_end(rules(state).within, now, state.bought.timezone)
    return [facts.RepairOrdered(attempt=1, repair_by=repair_by)]


def decide_outcome(
    state: ReturnState, said: WorkshopSays, reason: str, choose_by: datetime
) -> list[ReturnEvent]:
    """What the workshop made of it; after the last attempt the customer chooses until `choose_by`."""
    assert state.repair is not None
    if said == "repaired":
        return [facts.Repaired(attempt=state.repair.attempt)]
    is_last = said == "impossible" or state.repair.attempt >= rules(state).attempts
    return [facts.RepairFailed(reason=reason, choose_by=choose_by if is_last else None)]


def deadline(state: ReturnState) -> tuple[datetime, str] | None:
    """When the workshop's time is over."""
    if state.repair is None or state.repair.state != "ordered":
        return None
    return state.repair.repair_by, "end of the time for the repair"


def decide_overdue(choose_by: datetime) -> list[ReturnEvent]:
    """The customer need not wait for the workshop any longer."""
    return [facts.RepairFailed(reason="overdue", choose_by=choose_by)]


def rules(state: ReturnState) -> RepairRules:
    """The policy's word on repairs; only asked for where it offers them."""
    found = state.terms.returns.repair
    assert found is not None
    return found
