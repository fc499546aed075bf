"""`decide(state, command, now)`: what follows from a request, or its refusal. One function per command."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.cases.decisions import refuse_closed
from domain.complaints import requests as ask
from domain.complaints.decisions import ending, intake, investigation, solution
from domain.complaints.events import ComplaintEvent
from domain.complaints.state import ComplaintState
from domain.message import Message

Decision = Callable[[ComplaintState, Any, datetime], list[ComplaintEvent]]

DECISIONS: dict[type[Message], Decision] = {
    ask.Acknowledge: intake.decide_acknowledge,
    ask.Classify: intake.decide_classify,
    ask.Grade: intake.decide_grade,
    ask.Transfer: intake.decide_transfer,
    ask.Take: intake.decide_take,
    ask.HandOver: intake.decide_hand_over,
    ask.Review: investigation.decide_review,
    ask.RequestInfo: investigation.decide_request_info,
    ask.GiveInfo: investigation.decide_give_info,
    ask.AskParty: investigation.decide_ask_party,
    ask.GiveStatement: investigation.decide_give_statement,
    ask.AddEvidence: investigation.decide_add_evidence,
    ask.RecordFinding: investigation.decide_record_finding,
    ask.UpdateCustomer: investigation.decide_update_customer,
    ask.Propose: solution.decide_propose,
    ask.ConfirmSolution: ending.decide_confirm,
    ask.DecideFinal: ending.decide_final,
    ask.WithdrawComplaint: ending.decide_withdraw,
}


def decide(state: ComplaintState, command: ask.Command, now: datetime) -> list[ComplaintEvent]:
    """The events that follow; raises a `Refused` where the case's rules do not allow the command."""
    refuse_closed(state)
    return DECISIONS[type(command)](state, command, now)
