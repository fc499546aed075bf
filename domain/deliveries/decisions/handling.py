"""Handling: what it is, what the carrier says, what the customer gets, a scan that ends it all (sop L5)."""

from datetime import datetime

from domain.deliveries import events as facts
from domain.deliveries import messages as ask
from domain.deliveries.amounts import delay_compensation_minor, left_minor, worth_minor
from domain.deliveries.decisions.policy_way import go_on
from domain.deliveries.decisions.staging import BEFORE_REMEDY, refuse_future, require_stage
from domain.deliveries.state import DeliveryState
from domain.deliveries.vocabulary import DISPUTED, GOODS_REMEDIES, UNDELIVERED
from domain.errors import InvalidRequest, OverCap, Refused, WrongStage
from domain.parcels.vocabulary import SILENCES, party_of
from domain.policy.periods import period_end


def decide_identify(state: DeliveryState, command: ask.Identify, now: datetime) -> list[facts.DeliveryEvent]:
    """A person or the watch says what it is; the policy goes on from there."""
    require_stage(state, "identifying", *BEFORE_REMEDY)
    rules = state.terms.deliveries
    if not rules.opens(command.kind):
        raise Refused(f"the policy {state.policy} handles no {command.kind}")
    by_reason = party_of(command.reason)
    party = rules.rule(command.kind, state.tier).party if by_reason == "unknown" else by_reason
    identified = facts.Identified(kind=command.kind, party=party, reason=command.reason)
    return go_on(state, [identified], now)


def decide_correct_party(
    state: DeliveryState, command: ask.CorrectParty, now: datetime
) -> list[facts.DeliveryEvent]:
    """Another party answers for it; a claim against the carrier follows, or is withdrawn."""
    del now
    if command.party == state.party:
        return []
    return [facts.PartyCorrected(party=command.party, reason=command.reason)]


def decide_add_evidence(
    state: DeliveryState, command: ask.AddEvidence, now: datetime
) -> list[facts.DeliveryEvent]:
    """What is not known yet."""
    del now
    new = [each for each in command.evidence if each not in state.evidence]
    return [facts.EvidenceAdded(evidence=new)] if new else []


def decide_contacted(
    state: DeliveryState, command: ask.Contacted, now: datetime
) -> list[facts.DeliveryEvent]:
    """A person told the customer; that they know already changes nothing."""
    del now
    return [] if state.told_at else [facts.CustomerTold(how=command.how)]


def decide_carrier_answered(
    state: DeliveryState, command: ask.CarrierAnswered, now: datetime
) -> list[facts.DeliveryEvent]:
    """At fault: the customer is made up for. Not at fault: a person weighs the proof."""
    require_stage(state, "the carrier's answer", "investigation")
    answered = facts.CarrierAnswered(
        at_fault=command.at_fault, reason=command.reason, evidence=command.evidence
    )
    if command.at_fault:
        return go_on(state, [answered], now)
    return [answered, facts.Referred(code="carrier_denies", reason=command.reason)]


def decide_choose(state: DeliveryState, command: ask.Choose, now: datetime) -> list[facts.DeliveryEvent]:
    """The customer's choice among what was offered; who waits for the stock may change their mind."""
    require_stage(state, "a choice", "choice", "settlement")
    may_change = state.wait_until is not None and command.remedy == "refund"
    if state.choose_by is None and not may_change:
        raise WrongStage("nothing was offered, so there is nothing to choose", stage=state.stage)
    if state.choose_by is not None and command.remedy not in state.options:
        raise Refused(f"{command.remedy} was not offered; there is: {', '.join(state.options)}")
    return chosen(state, command.remedy, now)


def chosen(
    state: DeliveryState, remedy: ask.Remedy, now: datetime, *, automatic: bool = False
) -> list[facts.DeliveryEvent]:
    """The choice as a fact, and what follows."""
    waits = state.stage == "settlement" and remedy == "redeliver"
    until = period_end(state.terms.deliveries.stock.wait_at_most, now, state.timezone) if waits else None
    return go_on(state, [facts.Chosen(remedy=remedy, automatic=automatic, wait_until=until)], now)


def decide_decide(state: DeliveryState, command: ask.Decide, now: datetime) -> list[facts.DeliveryEvent]:
    """A person's word, within what they may give and what the order still has."""
    require_stage(state, "a decision", *BEFORE_REMEDY)
    if command.remedy is None:
        return [facts.Declined(reason=command.reason)]
    if command.remedy in GOODS_REMEDIES and state.goods_grant is not None:
        raise Refused(f"these units were made up for already ({state.goods_grant.remedy})")
    amount = worth_minor(state, command.remedy, now)
    if command.remedy == "compensate":
        amount = amount if command.amount_minor is None else command.amount_minor
        _check_goodwill(state, amount, command.amount_minor)
    return [
        facts.Granted(
            remedy=command.remedy,
            amount_minor=amount,
            currency=state.bought.currency,
            reason=command.reason,
        )
    ]


def _check_goodwill(state: DeliveryState, amount: int, given: int | None) -> None:
    if amount == 0:
        raise InvalidRequest("amount_minor: the policy gives nothing for this delay; say how much")
    ceiling = state.terms.deliveries.goodwill_up_to_minor.get(state.bought.currency, 0)
    if given is not None and given > ceiling:
        raise Refused(f"a person may give {ceiling} at most, not {given}; ask a lead to change the policy")
    if amount > (left := left_minor(state)):
        raise OverCap(f"the order has {left} left to give back, not {amount}", left_minor=left)


def decide_scan_cleared(
    state: DeliveryState, command: ask.ScanCleared, now: datetime
) -> list[facts.DeliveryEvent]:
    """A scan ends the exception: without a remedy under way the case closes, and a delay is made up for.

    What was paid or ordered by then stays with the customer, who has had the trouble.
    """
    refuse_future("scanned_at", command.scanned_at, now)
    if state.shipped_at is not None and command.scanned_at < state.shipped_at:
        raise InvalidRequest("scanned_at: the scan lies before the parcel was shipped")
    ended_by = UNDELIVERED + DISPUTED if command.status == "delivered" else SILENCES
    if state.kind not in ended_by:
        raise Refused(f"a parcel that is {command.status} does not end {state.kind}")
    if state.cleared_at is not None:
        return []
    cleared = facts.Cleared(status=command.status, scanned_at=command.scanned_at)
    if state.stage not in BEFORE_REMEDY:
        return [cleared]
    due = delay_compensation_minor(state, command.scanned_at) if command.status == "delivered" else 0
    if not due or "compensate" not in state.rule.remedies:
        return [cleared, facts.Closed(outcome=state.outcome_so_far if state.grants else "cleared")]
    currency = state.bought.currency
    if not state.rule.affords(due, currency):
        return [cleared, facts.Referred(code="above_ceiling", reason="compensate")]
    return [
        cleared,
        facts.Granted(remedy="compensate", amount_minor=due, currency=currency, automatic=True),
    ]
