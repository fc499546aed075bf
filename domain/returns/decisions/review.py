"""Review: an agent's word, questions to the customer, withdrawal (sop R4)."""

from datetime import datetime

from domain.errors import InvalidRequest, WrongStage
from domain.returns import aftercare_events as care
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.amounts import goods_value
from domain.returns.deadlines import ship_back_by
from domain.returns.decisions.staging import require_stage
from domain.returns.state import ReturnState


def decide_review(state: ReturnState, command: ask.Review, now: datetime) -> list[facts.ReturnEvent]:
    """Approve, or refuse with the reason that the customer will read."""
    require_stage(state, "a review", "review")
    if command.approve:
        approved = facts.Approved(note=command.reason, ship_back_by=ship_back_by(state, now))
        return [approved, *_nothing_back(state, command)]
    return [
        facts.Refused(code="refused_by_desk", reason=command.reason or ""),
        facts.Closed(outcome="refused"),
    ]


def _nothing_back(state: ReturnState, command: ask.Review) -> list[facts.ReturnEvent]:
    """A reissue may do without the goods: by the agent's word, without one by the policy's."""
    rules = state.terms.returns.reissue
    if state.kind != "reissue" or rules is None:
        if command.nothing_back:
            raise InvalidRequest("nothing_back: only a reissue can do without the goods")
        return []
    if command.nothing_back is not None:
        return [care.GoodsWaived()] if command.nothing_back else []
    worth = (goods_value(state.bought, state.held), state.bought.currency)
    return [care.GoodsWaived(automatic=True)] if rules.needs_nothing_back(state.reasons, *worth) else []


def decide_request_info(
    state: ReturnState, command: ask.RequestInfo, now: datetime
) -> list[facts.ReturnEvent]:
    """Ask the customer; one question at a time."""
    require_stage(state, "a question to the customer", "review")
    if state.info_requested_at is not None:
        raise WrongStage("the customer was asked already and has not answered", stage=state.stage)
    return [facts.InfoRequested(question=command.question)]


def decide_give_info(state: ReturnState, command: ask.GiveInfo, now: datetime) -> list[facts.ReturnEvent]:
    """The customer's answer to an open question."""
    if state.info_requested_at is None:
        raise WrongStage("nobody asked the customer for anything", stage=state.stage)
    return [facts.InfoGiven(answer=command.answer, attachments=command.attachments)]


def decide_cancel(state: ReturnState, command: ask.Cancel, now: datetime) -> list[facts.ReturnEvent]:
    """Withdraw, as long as the warehouse does not have the goods."""
    require_stage(state, "withdrawing", "review", "ship_back")
    if state.open_advance is not None:
        raise WrongStage("the money went out in advance; send the goods or pay it back", stage=state.stage)
    return [facts.Cancelled(reason=command.reason), facts.Closed(outcome="cancelled")]
