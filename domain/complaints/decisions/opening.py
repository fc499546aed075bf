"""Opening: the record, its priority and team, the cases that it belongs to (sop C1, C2)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.cases.events import CaseEvent, Linked
from domain.cases.links import Cause, Relation
from domain.complaints import events as facts
from domain.complaints.messages import Complaint
from domain.complaints.opening import AboutCase, AlikeCase, Prepared
from domain.complaints.state import ComplaintState
from domain.errors import InvalidRequest, OrderNotFound, QuantityExceeds
from domain.orders import Order
from domain.policy.complaint_rules import ComplaintRules
from domain.sla import parse_duration

# Clocks of two organisations never agree to the second; more than this is a wrong time, not drift.
CLOCK_DRIFT = timedelta(minutes=5)


def decide_open(
    complaint: Complaint, prepared: Prepared, request_hash: str, now: datetime
) -> list[facts.ComplaintEvent]:
    """The complaint as a fact, and its team where the class was given."""
    order, terms = prepared.order, prepared.terms
    received_at = _received_at(complaint, terms.complaints, now)
    _check_order(complaint, order)
    opened = facts.Opened(
        **complaint.model_dump(
            include={"customer_id", "occurred_at", "content", "channel", "taken_in_by", "source"}
            | {"regulator_reference", "language", "category", "severity", "urgency"}
        ),
        order=order,
        goods=complaint.goods,
        demand=complaint.demand,
        transcript=complaint.transcript,
        attachments=complaint.attachments,
        received_at=received_at,
        recorded_at=now if received_at < now else None,
        timezone=order.timezone if order else complaint.timezone or "",
        priority=terms.complaints.grading.priority(complaint.severity, complaint.urgency),
        policy_asked=complaint.policy,
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=prepared.terms_hash,
        request_hash=request_hash,
    )
    team = terms.complaints.dispatch.teams.get(complaint.category) if complaint.category else None
    return [opened, *([facts.Dispatched(team=team)] if team else [])]


def _received_at(complaint: Complaint, rules: ComplaintRules, now: datetime) -> datetime:
    received_at = complaint.received_at or now
    if received_at > now + CLOCK_DRIFT or complaint.occurred_at > now + CLOCK_DRIFT:
        raise InvalidRequest("received_at, occurred_at: a complaint cannot come from the future")
    if received_at < now - parse_duration(rules.received_within):
        raise InvalidRequest(
            f"received_at: {received_at.isoformat()} lies more than {rules.received_within} back"
        )
    return min(received_at, now)


def _check_order(complaint: Complaint, order: Order | None) -> None:
    if order is None:
        return
    if order.customer_id != complaint.customer_id:
        raise OrderNotFound(f"customer and order do not belong together: {complaint.order_id}")
    bought = {line.line: line.quantity for line in order.lines}
    for line in complaint.goods:
        if line.line not in bought:
            raise InvalidRequest(f"goods: order {order.order_id} has no line {line.line}")
        if line.quantity > bought[line.line]:
            raise QuantityExceeds(f"goods: {line.quantity} of line {line.line}, {bought[line.line]} bought")


def links_alike(alike: Iterable[AlikeCase]) -> list[CaseEvent]:
    """The newest complaint like this one that is open, and the newest that is closed: both stay."""
    relations: dict[bool, Relation] = {True: "duplicate_of", False: "repeats"}
    newest: dict[bool, AlikeCase] = {}
    for case in alike:
        newest.setdefault(case.open, case)
    return [Linked(case_id=case.case_id, relation=relations[case.open]) for case in newest.values()]


def may_reopen(about: AboutCase, rules: ComplaintRules, now: datetime) -> bool:
    """Whether the policy lets a closed case go on because of a complaint about it."""
    if about.open or about.closed_at is None:
        return False
    age = now - about.closed_at
    return any(
        about.outcome in rule.outcomes and age <= parse_duration(rule.within) for rule in rules.reopens
    )


def links_caused(cause: Cause | None) -> list[CaseEvent]:
    """The case that opened the complaint."""
    return [Linked(case_id=cause.case_id, relation=cause.relation)] if cause else []


def links_about(state: ComplaintState, about: AboutCase | None, *, reopened: bool) -> list[CaseEvent]:
    """What it is about: a case that goes on, or that stays closed and is followed."""
    if about is None or state.link(about.case_id) is not None:
        return []
    return [Linked(case_id=about.case_id, relation="about" if about.open or reopened else "follows")]


def decide_reopen(state: ComplaintState, reason: str) -> list[facts.ComplaintEvent]:
    """Look into a closed complaint again; what is still open, or only hears of a refund, stays as it is."""
    if state.open or reason == "refund_reported":
        return []
    return [facts.Reopened(reason=reason, round=state.round + 1)]
