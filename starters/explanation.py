"""Why every deadline of a case is what it is: the clocks', and those that the policy gives the customer."""

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.base import Instant, Model
from domain.cases.state import AnyState
from domain.kinds import kind_of
from domain.returns.deadlines import next_deadline
from domain.returns.state import ReturnState
from starters.clock_reasons import ClockReason, clock_reasons
from starters.moments import moment


class DeadlineReason(Model):
    """A deadline that time alone enforces."""

    name: str
    at: Instant
    why: str


class Explanation(Model):
    """All deadlines of a case with their reasons."""

    case_id: str
    timezone: str
    policy: str
    policy_hash: str
    calendar_revision: str
    deadlines: list[DeadlineReason]
    clocks: list[ClockReason]


def explain_case(state: AnyState, as_of: datetime) -> Explanation:
    """From the policy that is pinned to the case and the events that its clocks heard."""
    return Explanation(
        case_id=state.case_id,
        timezone=state.timezone,
        policy=state.policy,
        policy_hash=state.policy_hash,
        calendar_revision=state.calendar_revision,
        deadlines=_deadlines(state),
        clocks=clock_reasons(state.clocks, state.clock_spec, as_of),
    )


def _deadlines(state: AnyState) -> list[DeadlineReason]:
    if isinstance(state, ReturnState):
        return _of_return(state)
    found = kind_of(state.case_id).next_deadline(state) if state.open else None
    if found is None:
        return []
    at = found[0].astimezone(ZoneInfo(state.timezone))
    return [DeadlineReason(name=found[1], at=at, why="the policy's time; then the case goes on by itself")]


def _of_return(state: ReturnState) -> list[DeadlineReason]:
    rules, zone = state.terms.returns, state.bought.timezone
    exchange = rules.exchange
    silence = next_deadline(state) if state.stage == "confirmation" else None
    settled = moment(state.settled_at, zone) if state.settled_at else ""
    found = [
        ("send the goods", state.ship_back_by, f"{_period(rules.ship_back.within)} after the approval"),
        (
            "choose",
            state.choose_by,
            f"{_period(exchange.choose_within)} after it was out of stock; then {exchange.no_answer_means}",
        ),
        (
            "wait for stock",
            state.wait_until,
            f"{_period(exchange.wait_at_most)} after the choice; then refund",
        ),
        (
            "object",
            silence[0] if silence else None,
            f"{_period(rules.confirm_within)} after the settlement at {settled}; then silence confirms",
        ),
    ]
    return [
        DeadlineReason(name=name, at=at.astimezone(ZoneInfo(zone)), why=why) for name, at, why in found if at
    ]


def _period(text: str) -> str:
    """`7 days` are whole local days, `72h` real time."""
    return f"{text}, to the end of the last day," if " " in text else text
