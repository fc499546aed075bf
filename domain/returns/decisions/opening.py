"""Opening: judge the application by rule, and decide at once what needs no person (sop R1, R2, R4)."""

from datetime import datetime

from domain.base import Slug
from domain.errors import OrderNotFound, QuantityExceeds, WrongStage
from domain.orders import Reason
from domain.records import UnitRange
from domain.returns import aftercare_events as care
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.amounts import lowest_free
from domain.returns.deadlines import ship_back_by
from domain.returns.eligibility import LineVerdict, Verdict, judge
from domain.returns.evolve import reopened_lines
from domain.returns.opening import Prepared
from domain.returns.state import ReturnState, Stage
from domain.sla import parse_duration

# Where a reopened case goes on, by the outcome that it was closed with.
REOPENED_IN: dict[str, Stage] = {
    "expired": "ship_back",
    "parcel_lost": "ship_back",
    "goods_failed": "inspection",
    "refunded": "settlement",
    "exchanged": "settlement",
    "refunded_and_exchanged": "settlement",
    "repaired": "settlement",
    "reissued": "settlement",
    "clawed_back": "ship_back",
    "written_off": "ship_back",
}


def decide_open(
    application: ask.Application, prepared: Prepared, request_hash: str, now: datetime
) -> list[facts.ReturnEvent]:
    """The application as a fact, and the review's result where the policy needs no person."""
    order, terms = prepared.order, prepared.terms
    if order.customer_id != application.customer_id:
        raise OrderNotFound(f"customer and order do not belong together: {application.order_id}")
    verdict = judge(
        order,
        application.request,
        now,
        terms.returns,
        terms.clocks.calendars,
        taken=_taken(prepared),
        language=application.language,
        channel=application.channel,
    )
    applied = facts.Applied(
        kind=application.request.kind,
        order=order,
        channel=application.channel,
        language=application.language,
        priority=application.priority,
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=prepared.terms_hash,
        request_hash=request_hash,
        decision=verdict.decision,
        lines=[_line(line) for line in verdict.lines],
        goods_minor=verdict.refund.goods_minor,
        outbound_freight_minor=verdict.refund.outbound_freight_minor,
        currency=order.currency,
        return_freight_payer=verdict.return_freight_payer,
        apply_by=verdict.deadlines.apply_by,
    )
    return [applied, *_at_once(verdict), *_nothing_back(application, verdict, prepared)]


def _taken(prepared: Prepared) -> dict[Slug, list[UnitRange]]:
    """Units that this case may not have: all of a line but those that it could claim."""
    taken: dict[Slug, list[UnitRange]] = {}
    for line in prepared.order.lines:
        claimed = prepared.claims.get(line.line)
        if claimed is not None:
            taken[line.line] = lowest_free(line.quantity, claimed.units, line.quantity)
    return taken


def _line(line: LineVerdict) -> facts.AppliedLine:
    return facts.AppliedLine(
        line=line.line,
        quantity=line.quantity,
        reason=line.reason,
        decision=line.decision,
        code=line.code,
        units=line.units,
        part=line.part,
    )


def _nothing_back(
    application: ask.Application, verdict: Verdict, prepared: Prepared
) -> list[facts.ReturnEvent]:
    """A reissue that was accepted at once may do without the goods at once."""
    rules = prepared.terms.returns.reissue
    if application.request.kind != "reissue" or verdict.decision != "accept" or rules is None:
        return []
    reasons: list[Reason] = [line.reason for line in verdict.lines if line.decision == "accept"]
    worth = (verdict.refund.goods_minor, verdict.refund.currency)
    return [care.GoodsWaived(automatic=True)] if rules.needs_nothing_back(reasons, *worth) else []


def _at_once(verdict: Verdict) -> list[facts.ReturnEvent]:
    if verdict.decision == "accept":
        assert verdict.deadlines.ship_back_by is not None
        return [facts.Approved(automatic=True, ship_back_by=verdict.deadlines.ship_back_by)]
    if verdict.decision == "refuse":
        first = verdict.lines[0]
        return [facts.Refused(code=first.code, reason=first.message), facts.Closed(outcome="refused")]
    return []


def decide_reopen(
    state: ReturnState, reopen: ask.Reopen, units: dict[str, list[UnitRange]], now: datetime
) -> list[facts.ReturnEvent]:
    """Let a closed case go on where its outcome left it, with time anew to send the goods."""
    if stays_as_it_is(state, reopen):
        return []
    stage = check_reopen(state, reopen, now)
    for line in reopened_lines(state).values():
        if sum(part.count for part in units.get(line.line, [])) < line.quantity:
            raise QuantityExceeds(f"line {line.line}: other returns hold its units by now")
    until = ship_back_by(state, now) if stage == "ship_back" else None
    return [facts.Reopened(reason=reopen.reason, stage=stage, units=units, ship_back_by=until)]


def stays_as_it_is(state: ReturnState, reopen: ask.Reopen) -> bool:
    """Whether a new run only takes the case up.

    It was never closed, or hears again of a refund, or takes an appeal: that alone decides nothing again.
    """
    return state.open or reopen.reason in ("refund_reported", "appeal")


def check_reopen(state: ReturnState, reopen: ask.Reopen, now: datetime) -> Stage:
    """The stage in which a closed case goes on; raises `WrongStage` where it may not.

    To be asked before units are claimed for it. A late parcel is taken in only while the policy allows it.
    """
    stage = _reopened_in(state, reopen)
    if stage is None:
        raise WrongStage(f"{state.case_id} was {state.outcome}; open a new return instead", stage=state.stage)
    if reopen.reason == "late_parcel":
        _check_late(state, now)
    return stage


def _reopened_in(state: ReturnState, reopen: ask.Reopen) -> Stage | None:
    """Where it goes on; a refusal is taken back only because of a complaint, as far as the policy lets it."""
    rules = state.terms.returns.appeal
    if reopen.reason == "complaint":
        if rules is None or state.outcome not in rules.reopens:
            return None
        if state.outcome == "refused":
            return "review"
    return state.closed_in if state.outcome == "cancelled" else REOPENED_IN.get(state.outcome or "")


def _check_late(state: ReturnState, now: datetime) -> None:
    assert state.closed_at is not None
    within = state.terms.returns.ship_back.accept_late_within
    if within is None or now > state.closed_at + parse_duration(within):
        raise WrongStage("the parcel came too late to be taken in; send it back", stage=state.stage)
