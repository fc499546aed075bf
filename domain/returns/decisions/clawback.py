"""What became of money that was asked back, by the word of people or a provider."""

from datetime import datetime

from domain.errors import InvalidRequest, WrongStage
from domain.returns import advance_events as facts
from domain.returns import messages as ask
from domain.returns.decisions.settlement import owed_minor
from domain.returns.decisions.staging import require_stage
from domain.returns.events import Closed, ReturnEvent
from domain.returns.state import ReturnState


def decide_resolve_clawback(
    state: ReturnState, command: ask.ResolveClawback, now: datetime
) -> list[ReturnEvent]:
    """Paid back or written off; a customer may also pay before anybody asks."""
    require_stage(state, "a word on an advance", "ship_back", "settlement")
    advance = state.open_advance
    if advance is None or advance.answer is not None:
        raise WrongStage("no money in advance is open", stage=state.stage)
    if state.open_refund is not None:
        raise WrongStage("the advance itself has not been paid yet", stage=state.stage)
    if state.stage == "settlement" and owed_minor(state) >= 0:
        raise WrongStage("the goods are worth what was paid, so nothing is owed", stage=state.stage)
    asked_minor = advance.asked_minor or advance.amount_minor
    paid_minor = asked_minor if command.amount_minor is None else command.amount_minor
    if paid_minor > asked_minor:
        raise InvalidRequest(f"amount_minor: {paid_minor} came back, but {asked_minor} are open")
    return [
        facts.ClawbackAnswered(
            outcome=command.outcome,
            recovered_minor=paid_minor if command.outcome == "paid_back" else 0,
            provider_ref=command.provider_ref,
            reason=command.reason,
        )
    ]


def decide_after_end(state: ReturnState, ended: facts.AdvanceEnded) -> list[ReturnEvent]:
    """What the advance's end brings about: where the goods never came, the case is over with it."""
    if state.stage != "ship_back" or ended.outcome not in ("paid_back", "written_off"):
        return [ended]
    return [ended, Closed(outcome="clawed_back" if ended.outcome == "paid_back" else "written_off")]
