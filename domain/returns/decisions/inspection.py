"""Inspection per line and quantity: pass, fail, short, wrong item (sop R5)."""

from datetime import datetime

from domain.errors import InvalidRequest, QuantityExceeds
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.decisions.staging import require_stage
from domain.returns.state import ReturnState


def decide_inspect(state: ReturnState, command: ask.Inspect, now: datetime) -> list[facts.ReturnEvent]:
    """Take the inspector's count; it accounts for every unit of every line, and for no other."""
    require_stage(state, "an inspection", "inspection")
    found = {line.line: line for line in command.lines}
    if len(found) < len(command.lines):
        raise InvalidRequest("lines: a line is named twice")
    for name in found.keys() - state.lines.keys():
        raise InvalidRequest(f"lines: line {name} is not part of this return")
    for name, line in state.lines.items():
        if name not in found:
            raise InvalidRequest(f"lines: line {name} is missing; an inspection covers all lines at once")
        _check_counts(name, found[name], line.quantity, line.received)
    usual = state.terms.returns.failed_goods
    return [
        facts.Inspected(
            lines=[
                facts.InspectedUnits.model_validate(
                    {**line.model_dump(), "disposition": line.disposition or usual}
                )
                for line in command.lines
            ]
        )
    ]


def _check_counts(name: str, found: ask.InspectedLine, expected: int, received: int) -> None:
    if found.quantity != expected:
        raise QuantityExceeds(
            f"line {name}: passed, failed, short and wrong_item add up to {found.quantity}, not to {expected}"
        )
    if found.quantity - found.short > received:
        raise QuantityExceeds(
            f"line {name}: {found.quantity - found.short} units inspected, {received} received; "
            "count the others as short or receive them first"
        )
