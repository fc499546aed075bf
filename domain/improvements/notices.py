"""Which fact of an improvement tells whom (sop C16): the department, and the staff of its clocks."""

from datetime import datetime
from typing import Any

from domain.cases.folding import Fact
from domain.cases.readings import clock_rows
from domain.cases.telling import notices, team_notice
from domain.improvements import events as facts
from domain.improvements.state import ImprovementState
from domain.notices import Notice


def notices_of(state: ImprovementState, fact: Fact, now: datetime) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it. No customer hears of an improvement."""
    match fact.event:
        case facts.Proposed():
            return team_notice(state, fact, now, "improvement_proposed", _about(state, "acceptance", now))
        case facts.RoundBegun(round=begun) if begun > 1:
            return team_notice(state, fact, now, "improvement_round", _about(state, "completion", now))
        case _:
            return notices(state, fact, now, {})


def _about(state: ImprovementState, clock: str, now: datetime) -> dict[str, Any]:
    """What recurs, how grave it is, and until when the clock that has just begun asks for something."""
    until = [row.due_at for row in clock_rows(state, now) if row.name == clock]
    return {
        "severity": state.severity,
        "recurs": state.recurring.words,
        "until": until[-1] if until else None,
    }
