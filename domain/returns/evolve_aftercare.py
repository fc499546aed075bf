"""How advice, repair, reissue and appeal change a return; `evolve.py` takes these steps in."""

from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.steps import Step
from domain.returns import aftercare_events as facts
from domain.returns.state import RepairState, ReturnState

Change = dict[str, Any]


def _diagnosed(state: ReturnState, event: facts.Diagnosed, at: datetime) -> Change:
    return {"diagnosis": event.diagnosis}


def _advised(state: ReturnState, event: facts.Advised, at: datetime) -> Change:
    return {"advised": event.recommend}


def _advice_answered(state: ReturnState, event: facts.AdviceAnswered, at: datetime) -> Change:
    return {"advised": None, "kind": event.kind}


def _goods_waived(state: ReturnState, event: facts.GoodsWaived, at: datetime) -> Change:
    """What need not come back counts as passed."""
    lines = {name: line.model_copy(update={"passed": line.quantity}) for name, line in state.lines.items()}
    return {"stage": "settlement", "waived": True, "lines": lines}


def _repair_ordered(state: ReturnState, event: facts.RepairOrdered, at: datetime) -> Change:
    return {"repair": RepairState(attempt=event.attempt, repair_by=event.repair_by)}


def _repaired(state: ReturnState, event: facts.Repaired, at: datetime) -> Change:
    return _repair(state, "repaired")


def _repair_failed(state: ReturnState, event: facts.RepairFailed, at: datetime) -> Change:
    return {**_repair(state, "failed"), "choose_by": event.choose_by}


def _repair(state: ReturnState, now: str) -> Change:
    assert state.repair is not None
    return {"repair": state.repair.model_copy(update={"state": now})}


def _appealed(state: ReturnState, event: facts.Appealed, at: datetime) -> Change:
    return {"appeal": event.reason, "appealed_at": at, "appeals": state.appeals + 1}


STEPS: dict[type[CaseEvent], Step] = {
    facts.Diagnosed: _diagnosed,
    facts.Advised: _advised,
    facts.AdviceAnswered: _advice_answered,
    facts.GoodsWaived: _goods_waived,
    facts.RepairOrdered: _repair_ordered,
    facts.Repaired: _repaired,
    facts.RepairFailed: _repair_failed,
    facts.Appealed: _appealed,
}
