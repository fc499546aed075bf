"""What the policy decides alone: after a fact it goes on until it needs somebody's word, or time."""

from collections.abc import Sequence
from datetime import datetime

from domain.deliveries import events as facts
from domain.deliveries.amounts import worth_minor
from domain.deliveries.evolve import after
from domain.deliveries.state import DeliveryState
from domain.deliveries.vocabulary import GOODS_REMEDIES, Remedy
from domain.policy.periods import period_end


def go_on(
    state: DeliveryState, events: Sequence[facts.DeliveryEvent], now: datetime
) -> list[facts.DeliveryEvent]:
    """The events, and all that follows from them by the policy."""
    decided, following = list(events), list(events)
    while following:
        state = after(state, following, now)
        following = _next(state, now)
        decided += following
    return decided


def _next(state: DeliveryState, now: datetime) -> list[facts.DeliveryEvent]:
    if state.stage == "remedy":
        return _remedy(state, now)
    if state.stage == "feedback" and state.rule.feedback == "automatic":
        return [facts.FeedbackGiven(automatic=True)]
    return []


def _remedy(state: DeliveryState, now: datetime) -> list[facts.DeliveryEvent]:
    rule = state.rule
    if rule.look_into is not None and not state.looked_into:
        return [facts.InvestigationStarted(until=period_end(rule.look_into, now, state.timezone))]
    if state.chosen is not None:
        return grant_or_refer(state, state.chosen, now)
    remedies = possible_remedies(state, now)
    if not remedies:
        return [facts.Referred(code="nothing_due")]
    if rule.choose_within is None or len(remedies) == 1:
        return grant_or_refer(state, remedies[0], now)
    silent = rule.no_answer_means if rule.no_answer_means in remedies else remedies[0]
    until = period_end(rule.choose_within, now, state.timezone)
    return [facts.Offered(remedies=remedies, choose_by=until, no_answer_means=silent or remedies[0])]


def possible_remedies(state: DeliveryState, now: datetime) -> list[Remedy]:
    """What the rule gives and there is: no compensation of nothing, nothing for goods a second time."""
    return [
        remedy
        for remedy in state.rule.remedies
        if (remedy in GOODS_REMEDIES and state.goods_grant is None)
        or (remedy == "compensate" and worth_minor(state, remedy, now))
    ]


def grant_or_refer(state: DeliveryState, remedy: Remedy, now: datetime) -> list[facts.DeliveryEvent]:
    """Grant it where nobody need look; else a person decides."""
    worth, currency = worth_minor(state, remedy, now), state.bought.currency
    if not state.rule.affords(worth, currency):
        return [facts.Referred(code="above_ceiling", reason=remedy)]
    return [facts.Granted(remedy=remedy, amount_minor=worth, currency=currency, automatic=True)]
