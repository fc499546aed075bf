"""Advice: consult, diagnose, recommend return, exchange, repair or reissue (sop R8)."""

from datetime import datetime

from domain.errors import WrongStage
from domain.returns import aftercare_events as facts
from domain.returns import messages as ask
from domain.returns.decisions.staging import require_stage
from domain.returns.events import ReturnEvent
from domain.returns.offers import refuse_unoffered
from domain.returns.state import ReturnState


def decide_advise(state: ReturnState, command: ask.Advise, now: datetime) -> list[ReturnEvent]:
    """The diagnosis; and the recommendation, where the customer applied for something else."""
    require_stage(state, "advice", "review")
    diagnosed = facts.Diagnosed(diagnosis=command.diagnosis)
    if command.recommend == state.kind:
        return [diagnosed]
    refuse_unoffered(command.recommend, state.reasons, state.terms.returns, "recommend")
    return [diagnosed, facts.Advised(recommend=command.recommend)]


def decide_accept_advice(state: ReturnState, command: ask.AcceptAdvice, now: datetime) -> list[ReturnEvent]:
    """The customer's word: what the case is about from now on."""
    if state.advised is None:
        raise WrongStage("no advice waits for the customer's word", stage=state.stage)
    return [facts.AdviceAnswered(kind=state.advised if command.accept else state.kind)]
