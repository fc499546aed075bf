"""`decide(state, command, now)`: what follows from a request, or its refusal. One function per command."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.errors import CaseClosed
from domain.returns import messages as ask
from domain.returns.decisions import advice, appeal, clawback, inspection, review, settlement, shipping
from domain.returns.events import ReturnEvent
from domain.returns.state import ReturnState

Decision = Callable[[ReturnState, Any, datetime], list[ReturnEvent]]

DECISIONS: dict[type[ask.Message], Decision] = {
    ask.Review: review.decide_review,
    ask.Advise: advice.decide_advise,
    ask.AcceptAdvice: advice.decide_accept_advice,
    ask.RequestInfo: review.decide_request_info,
    ask.GiveInfo: review.decide_give_info,
    ask.Cancel: review.decide_cancel,
    ask.Ship: shipping.decide_ship,
    ask.ResolveParcel: shipping.decide_resolve_parcel,
    ask.Receive: shipping.decide_receive,
    ask.Inspect: inspection.decide_inspect,
    ask.Choose: settlement.decide_choose,
    ask.ResolveClawback: clawback.decide_resolve_clawback,
    ask.Appeal: appeal.decide_appeal,
    ask.RetryRefund: settlement.decide_retry_refund,
    ask.Confirm: settlement.decide_confirm,
}


def decide(state: ReturnState, command: ask.Command, now: datetime) -> list[ReturnEvent]:
    """The events that follow; raises a `Refused` where the case's rules do not allow the command."""
    if not state.open and not isinstance(command, ask.Appeal):
        raise CaseClosed(
            f"{state.case_id} is closed ({state.outcome}); open a new return or reopen this one",
            case_id=state.case_id,
            outcome=state.outcome,
        )
    return DECISIONS[type(command)](state, command, now)
