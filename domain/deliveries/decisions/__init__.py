"""`decide(state, command, now)`: what follows from a request, or its refusal. One function per command."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from domain.cases.decisions import refuse_closed
from domain.cases.events import CaseEvent
from domain.cases.relief import decide_relief
from domain.deliveries import events as facts
from domain.deliveries import messages as ask
from domain.deliveries.decisions import closing, handling, settlement
from domain.deliveries.state import DeliveryState
from domain.message import Message

Decision = Callable[[DeliveryState, Any, datetime], Sequence[CaseEvent]]


def _relief(state: DeliveryState, command: ask.GrantRelief, now: datetime) -> Sequence[CaseEvent]:
    return decide_relief(state, command, now, facts.ReliefGranted, facts.ReliefEnded)


DECISIONS: dict[type[Message], Decision] = {
    ask.Identify: handling.decide_identify,
    ask.CorrectParty: handling.decide_correct_party,
    ask.AddEvidence: handling.decide_add_evidence,
    ask.Contacted: handling.decide_contacted,
    ask.CarrierAnswered: handling.decide_carrier_answered,
    ask.ScanCleared: handling.decide_scan_cleared,
    ask.Choose: handling.decide_choose,
    ask.Decide: handling.decide_decide,
    ask.GiveFeedback: closing.decide_feedback,
    ask.ConfirmDelivery: closing.decide_confirm,
    ask.Object: closing.decide_object,
    ask.CallOff: closing.decide_call_off,
    ask.PayAgain: settlement.decide_pay_again,
    ask.GrantRelief: _relief,
}


def decide(state: DeliveryState, command: ask.Command, now: datetime) -> Sequence[CaseEvent]:
    """The events that follow; raises a `Refused` where the case's rules do not allow the command."""
    refuse_closed(state)
    return DECISIONS[type(command)](state, command, now)
