"""`decide(state, command, now)`: what follows from a request, or its refusal. One function per command."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.cases.decisions import refuse_closed
from domain.improvements import messages as ask
from domain.improvements.decisions import actions, answering
from domain.improvements.events import ImprovementEvent
from domain.improvements.state import ImprovementState
from domain.message import Message

Decision = Callable[[ImprovementState, Any, datetime], list[ImprovementEvent]]

DECISIONS: dict[type[Message], Decision] = {
    ask.AcceptImprovement: answering.decide_accept,
    ask.DeclineImprovement: answering.decide_decline,
    ask.InsistOnImprovement: answering.decide_insist,
    ask.RuleOnImprovement: answering.decide_rule,
    ask.WithdrawImprovement: answering.decide_withdraw,
    ask.AddAction: actions.decide_add,
    ask.FinishAction: actions.decide_finish_action,
    ask.DropAction: actions.decide_drop,
    ask.FinishImprovement: actions.decide_finish,
}


def decide(state: ImprovementState, command: ask.Command, now: datetime) -> list[ImprovementEvent]:
    """The events that follow; raises a `Refused` where the case's rules do not allow the command."""
    refuse_closed(state)
    return DECISIONS[type(command)](state, command, now)
