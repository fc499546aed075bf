"""Opening and reopening: record, identify where the scans agree, go on by the policy (sop L5)."""

from datetime import datetime

from domain.cases.messages import Reopen
from domain.deliveries import events as facts
from domain.deliveries.decisions.policy_way import go_on
from domain.deliveries.decisions.staging import refuse_future
from domain.deliveries.messages import ExceptionReport
from domain.deliveries.opening import Prepared
from domain.deliveries.state import DeliveryState
from domain.deliveries.vocabulary import UNDELIVERED
from domain.errors import OrderNotFound, QuantityExceeds, Refused, WrongStage
from domain.orders import Order
from domain.parcels.vocabulary import Party, party_of
from domain.policy.delivery_terms import DeliveryTerms
from domain.records import UnitRange


def affected(report: ExceptionReport, bought: dict[str, int]) -> dict[str, int]:
    """Units by line that a report is about: those that it names, or all that were bought."""
    return {line.line: line.quantity for line in report.lines} or bought


def check_report(report: ExceptionReport, order: Order, terms: DeliveryTerms, now: datetime) -> None:
    """What can be said of a report before any units are claimed for it."""
    if order.customer_id != report.customer_id:
        raise OrderNotFound(f"customer and order do not belong together: {report.order_id}")
    if not terms.deliveries.opens(report.kind):
        raise Refused(f"the policy {terms.policy} opens no case for {report.kind}")
    refuse_future("raised_at", report.raised_at, now)
    refuse_future("shipped_at", report.shipped_at, now)


def decide_open(
    blank: DeliveryState, report: ExceptionReport, prepared: Prepared, request_hash: str, now: datetime
) -> list[facts.DeliveryEvent]:
    """The report as a fact, and what the policy does about it at once."""
    order = prepared.order
    check_report(report, order, prepared.terms, now)
    wanted = affected(report, {line.line: line.quantity for line in order.lines})
    for line, quantity in wanted.items():
        if sum(part.count for part in prepared.units.get(line, [])) < quantity:
            raise QuantityExceeds(f"line {line}: {quantity} units are not free: other cases hold them")
    reported = facts.Reported(
        order=order,
        **report.model_dump(
            include={
                "kind",
                "carrier",
                "tracking_no",
                "reported_by",
                "channel",
                "language",
                "priority",
                "reason",
                "raised_at",
                "shipped_at",
                "promised_by",
                "origin",
                "destination",
                "evidence",
                "words",
            }
        ),
        policy_asked=report.policy,
        policy=prepared.terms.policy,
        policy_hash=prepared.terms.policy_hash,
        calendar_revision=prepared.terms.calendar_revision,
        terms_hash=prepared.terms_hash,
        request_hash=request_hash,
        lines=[
            facts.ReportedLine(line=line, quantity=quantity, units=prepared.units[line])
            for line, quantity in wanted.items()
        ],
        last_status=prepared.last_status,
    )
    if contradicted(report, prepared.last_status):
        return [reported]
    party = responsible(prepared, report)
    identified = facts.Identified(kind=report.kind, party=party, reason=report.reason, automatic=True)
    return go_on(blank, [reported, identified], now)


def responsible(prepared: Prepared, report: ExceptionReport) -> Party:
    """Who answers for it: by the reason's prefix, else as the policy says of such exceptions."""
    rule = prepared.terms.deliveries.rule(report.kind, prepared.order.customer_tier)
    by_reason = party_of(report.reason)
    return rule.party if by_reason == "unknown" else by_reason


def contradicted(report: ExceptionReport, last_status: str | None) -> bool:
    """Whether the carrier's scans speak against a customer's word, so that a person has to look."""
    if report.reported_by != "customer":
        return False
    is_delivered = last_status == "delivered"
    return is_delivered if report.kind in UNDELIVERED else not is_delivered


def stays_as_it_is(state: DeliveryState, reopen: Reopen) -> bool:
    """Whether a new run only takes the case up: it was never closed, or hears again of a refund."""
    return state.open or reopen.reason in ("refund_reported", "linked_reported")


def decide_reopen(
    state: DeliveryState, reopen: Reopen, units: dict[str, list[UnitRange]], now: datetime
) -> list[facts.DeliveryEvent]:
    """A person decides anew; what was made up for before stays."""
    if stays_as_it_is(state, reopen):
        return []
    if reopen.reason == "late_parcel":
        raise WrongStage("a delivery exception takes no parcels in; reopen it by_ops", stage=state.stage)
    for line, quantity in state.lines.items():
        if sum(part.count for part in units.get(line, [])) < quantity:
            raise QuantityExceeds(f"line {line}: other cases hold its units by now")
    return [facts.Reopened(reason=reopen.reason, units=units)]
