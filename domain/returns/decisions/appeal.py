"""Appeal: the customer does not accept what was decided; a complaint looks into it (sop C7, R4, R5)."""

from datetime import datetime

from domain.errors import WrongStage
from domain.policy.periods import period_end
from domain.returns import aftercare_events as facts
from domain.returns import messages as ask
from domain.returns.events import ReturnEvent
from domain.returns.state import ReturnState


def decide_appeal(state: ReturnState, command: ask.Appeal, now: datetime) -> list[ReturnEvent]:
    """Take the appeal, of an open return or a closed one; the same words again change nothing."""
    if state.appeal == command.reason:
        return []
    if state.appeal is not None:
        raise WrongStage("an appeal is being looked into; its complaint takes more", stage=state.stage)
    if not _was_refused(state):
        raise WrongStage("nothing was refused, so there is nothing to appeal against", stage=state.stage)
    _check_time(state, now)
    return [facts.Appealed(reason=command.reason)]


def takes_appeal(state: ReturnState, now: datetime) -> bool:
    """Whether the customer may appeal at this moment."""
    try:
        return state.appeal is None and bool(decide_appeal(state, ask.Appeal(reason="-"), now))
    except WrongStage:
        return False


def _was_refused(state: ReturnState) -> bool:
    """The application or a line of it, or goods that did not pass."""
    return bool(state.refused_lines) or any(line.rejected for line in state.lines.values())


def _check_time(state: ReturnState, now: datetime) -> None:
    rules = state.terms.returns.appeal
    if rules is None:
        raise WrongStage("this policy takes no appeals; make a complaint instead", stage=state.stage)
    timezone = state.bought.timezone
    if state.closed_at is not None and now >= period_end(rules.within, state.closed_at, timezone):
        raise WrongStage("the time to appeal is over; make a complaint instead", stage=state.stage)
