"""`decide(state, command, now)`: what follows from a request or from time, or its refusal (sop L6)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.carrier_claims import events as facts
from domain.carrier_claims import messages as ask
from domain.carrier_claims.opening import Prepared
from domain.carrier_claims.requests import ClaimReply
from domain.carrier_claims.state import ClaimState, Stage
from domain.cases.decisions import refuse_closed
from domain.cases.messages import Reopen
from domain.deliveries.decisions.staging import refuse_future
from domain.errors import CurrencyMismatch, InvalidRequest, OrderNotFound, Refused, WrongStage
from domain.message import Message
from domain.policy.periods import period_end

ANSWERED_IN: tuple[Stage, ...] = ("filing", "answer", "evidence", "denied", "payment")
"""Where a carrier's answer is taken; it may be quicker than our own knowledge that it has the claim."""


def decide_open(
    claim: ask.ClaimRequest, prepared: Prepared, request_hash: str, now: datetime
) -> list[facts.ClaimEvent]:
    """The claim as a fact; one that comes after the carrier's time is closed at once."""
    order, terms = prepared.order, prepared.terms
    if order.customer_id != claim.customer_id:
        raise OrderNotFound(f"customer and order do not belong together: {claim.order_id}")
    if claim.currency != order.currency:
        raise CurrencyMismatch(f"order {order.order_id} was paid in {order.currency}, not {claim.currency}")
    if claim.amount_minor > order.captured_minor:
        raise Refused(f"a claim over {claim.amount_minor} exceeds the order's {order.captured_minor}")
    refuse_future("shipped_at", claim.shipped_at, now)
    within = terms.carrier_claims.terms_of(claim.carrier).file_within
    file_by = period_end(within, claim.shipped_at, order.timezone)
    opened = facts.Opened(
        order=order,
        **claim.model_dump(
            include={
                "exception",
                "carrier",
                "tracking_no",
                "amount_minor",
                "currency",
                "reason",
                "lane",
                "evidence",
                "priority",
            }
        ),
        file_by=file_by,
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=prepared.terms_hash,
        request_hash=request_hash,
    )
    if now >= file_by:
        return [opened, facts.Expired(), facts.Closed(outcome="expired")]
    return [opened, facts.WindowOpened(shipped_at=claim.shipped_at)]


def decide_seen(state: ClaimState, reply: ClaimReply, now: datetime) -> list[facts.ClaimEvent]:
    """What we saw at the carrier, as its own word; who grants more than was claimed grants what was."""
    amount = reply.amount_minor if reply.state in ("accepted", "paid") else None
    if reply.state == "accepted" and amount is not None:
        amount = min(amount, state.claimed_minor)
    at = _said_at(reply, now)
    given = {"state": reply.state, "amount_minor": amount, "reason": reply.reason, "at": at}
    return decide(state, ask.CarrierReplied.model_validate({"by": state.carrier, **given}), now)


def decide_withdrawal_heard(reply: ClaimReply | None, now: datetime) -> list[facts.ClaimEvent]:
    """The carrier takes the withdrawal, or has paid before it came: then that money is booked."""
    if reply is None or reply.state != "paid" or reply.amount_minor is None:
        return [facts.Closed(outcome="withdrawn")]
    return [facts.Paid(amount_minor=reply.amount_minor, paid_at=_said_at(reply, now))]


def _said_at(reply: ClaimReply, now: datetime) -> datetime:
    """The carrier's clock may run ahead of ours."""
    return min(reply.at, now)


def decide_filed(revision: int, carrier_ref: str) -> list[facts.ClaimEvent]:
    """The carrier has it."""
    return [facts.Filed(revision=revision, carrier_ref=carrier_ref)]


def decide_filing_refused(reason: str) -> list[facts.ClaimEvent]:
    """The carrier takes no such claim; too late is too late."""
    outcome: facts.Outcome = "expired" if reason == TOO_LATE else "refused"
    over = [facts.Expired()] if outcome == "expired" else []
    return [facts.FilingRefused(reason=reason), *over, facts.Closed(outcome=outcome)]


TOO_LATE = "claim_too_late"
"""How a carrier says that its time to claim is over."""


def _prove(state: ClaimState, command: ask.ProveClaim, now: datetime) -> list[facts.ClaimEvent]:
    _require(state, "evidence", "answer", "evidence")
    new = [each for each in command.evidence if each not in state.evidence]
    if not new and state.stage == "evidence":
        raise Refused("the carrier has this evidence already; it asks for more")
    return [facts.EvidenceGiven(evidence=new)] if new else []


def _replied(state: ClaimState, command: ask.CarrierReplied, now: datetime) -> list[facts.ClaimEvent]:
    """The carrier's answer; the same once more changes nothing."""
    refuse_future("at", command.at, now)
    if state.stage == "booking" and command.state == "paid":
        return []
    _require(state, "the carrier's answer", *ANSWERED_IN)
    match command.state:
        case "evidence_wanted":
            return _wanted(state, command, now)
        case "accepted":
            return _accepted(state, command)
        case "denied":
            return _denied(state, command, now)
        case _:
            assert command.amount_minor is not None
            return [facts.Paid(amount_minor=command.amount_minor, paid_at=command.at or now)]


def _wanted(state: ClaimState, command: ask.CarrierReplied, now: datetime) -> list[facts.ClaimEvent]:
    if state.stage == "evidence":
        return []
    _require(state, "a question for evidence", "answer")
    until = period_end(state.terms.carrier_claims.evidence_within, now, state.timezone)
    return [facts.EvidenceWanted(until=until, reason=command.reason)]


def _accepted(state: ClaimState, command: ask.CarrierReplied) -> list[facts.ClaimEvent]:
    assert command.amount_minor is not None
    if command.amount_minor > state.claimed_minor:
        raise InvalidRequest(f"amount_minor: {state.claimed_minor} were claimed, not {command.amount_minor}")
    same = state.accepted_minor == command.amount_minor
    return [] if same else [facts.Accepted(amount_minor=command.amount_minor)]


def _denied(state: ClaimState, command: ask.CarrierReplied, now: datetime) -> list[facts.ClaimEvent]:
    if state.stage == "denied":
        return []
    within = state.carrier_terms.appeal_within
    if within is None or state.appeal is not None:
        return [facts.Denied(reason=command.reason), facts.Closed(outcome="denied")]
    return [facts.Denied(reason=command.reason, appeal_by=period_end(within, now, state.timezone))]


def _appeal(state: ClaimState, command: ask.AppealClaim, now: datetime) -> list[facts.ClaimEvent]:
    """Once: a second denial closes the claim."""
    del now
    _require(state, "an appeal", "denied")
    return [facts.Appealed(reason=command.reason, evidence=command.evidence)]


def _withdraw(state: ClaimState, command: ask.WithdrawClaim, now: datetime) -> list[facts.ClaimEvent]:
    """What was accepted or paid is not given back by itself; what is being filed is withdrawn afterwards."""
    del now
    if state.stage == "withdrawal":
        return []
    _require(state, "withdrawing", *ANSWERED_IN)
    return [facts.Withdrawn(reason=command.reason)]


DECISIONS: dict[type[Message], Callable[[ClaimState, Any, datetime], list[facts.ClaimEvent]]] = {
    ask.ProveClaim: _prove,
    ask.CarrierReplied: _replied,
    ask.AppealClaim: _appeal,
    ask.WithdrawClaim: _withdraw,
}


def decide(state: ClaimState, command: ask.Command, now: datetime) -> list[facts.ClaimEvent]:
    """The events that follow; raises a `Refused` where the case's rules do not allow the command."""
    refuse_closed(state)
    return DECISIONS[type(command)](state, command, now)


def next_deadline(state: ClaimState) -> tuple[datetime, str] | None:
    """When time alone changes the claim next: evidence that was not brought, an appeal that nobody made."""
    if state.stage == "evidence" and state.evidence_until is not None:
        return state.evidence_until, "evidence for the carrier"
    if state.stage == "denied" and state.appeal_by is not None:
        return state.appeal_by, "the appeal"
    return None


def decide_due(state: ClaimState, now: datetime) -> list[facts.ClaimEvent]:
    """What follows from the deadline that has come; nothing when it was looked at too early."""
    due = next_deadline(state)
    if due is None or due[0] > now:
        return []
    if state.stage == "denied":
        return [facts.Closed(outcome="denied")]
    return [facts.Expired(), facts.Closed(outcome="expired")]


def decide_reopen(state: ClaimState, reopen: Reopen) -> list[facts.ClaimEvent]:
    """Wait for the carrier once more; what was paid or withdrawn is over."""
    if state.open or reopen.reason == "linked_reported":
        return []
    if state.outcome not in ("denied", "refused", "expired"):
        raise WrongStage(f"{state.case_id} was {state.outcome}; open a new claim instead", stage=state.stage)
    return [facts.Reopened(reason=reopen.reason)]


def _require(state: ClaimState, what: str, *stages: Stage) -> None:
    if state.stage not in stages:
        allowed = " or ".join(stages)
        raise WrongStage(
            f"{what} is possible in {allowed}; {state.case_id} is in {state.stage}", stage=state.stage
        )
