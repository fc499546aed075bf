"""Solution and follow-up: several measures at once, each seen until it has arrived (sop C10, C11)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from domain.complaints import events as facts
from domain.complaints import requests as ask
from domain.complaints import solution_events as solving
from domain.complaints.decisions.intake import taken_by
from domain.complaints.decisions.staging import require_stage
from domain.complaints.feedback import answered
from domain.complaints.record import Improvement, Measure, MeasureKind, MeasureWanted
from domain.complaints.state import ComplaintState
from domain.errors import ApprovalNeeded, InvalidRequest, MeasureRefused, QuantityExceeds
from domain.improvements.decisions.opening import refuse_unknown_department
from domain.policy.complaint_rules import Ceiling
from domain.policy.periods import period_end
from domain.staff.roles import may_as


class NextStep(NamedTuple):
    """What the follow-up needs next; the workflow does it and asks again."""

    what: Literal["start", "decide_anew", "answer", "wait"]
    measure: Measure | None = None


def decide_propose(state: ComplaintState, command: ask.Propose, now: datetime) -> list[facts.ComplaintEvent]:
    """The solution as a whole: refused as a whole when one measure is not possible or not allowed."""
    require_stage(state, "a solution", "solution")
    for wanted in command.measures:
        _check_possible(state, wanted, now)
    _check_ways(state, command)
    _check_ceilings(state, command)
    first = len(state.measures) + 1
    measures = [_measure(state, first + index, wanted, now) for index, wanted in enumerate(command.measures)]
    return [
        *taken_by(state, command.agent),
        solving.Proposed(
            reasons=command.reasons,
            measures=measures,
            approved_by=f"{command.approval.role}:{command.approval.by}" if command.approval else None,
        ),
        *(
            solving.ImprovementAsked(measure=measure.number, improvement=measure.improvement)
            for measure in measures
            if measure.improvement
        ),
    ]


def _check_possible(state: ComplaintState, wanted: MeasureWanted, now: datetime) -> None:
    if wanted.improvement is not None:
        _check_improvement(state, wanted.improvement, now)
    if wanted.kind in ("apology", "improvement"):
        return
    if state.order is None:
        raise MeasureRefused(f"{wanted.kind} needs an order, and {state.case_id} is about none")
    _check_lines(state, wanted)
    if wanted.kind == "voucher" and state.terms.goodwill is None:
        raise MeasureRefused(f"policy {state.terms.policy} gives no vouchers")
    if (wanted.amount_minor or 0) > state.bought.captured_minor:
        raise MeasureRefused(
            f"{wanted.kind}: {wanted.amount_minor} is more than the {state.bought.captured_minor} that was "
            "paid for the order"
        )


def _check_ways(state: ComplaintState, command: ask.Propose) -> None:
    """Another way is for money that did not arrive the way it was paid, and for no more than that."""
    elsewhere = [measure for measure in command.measures if measure.way != "original"]
    promised = _sums(
        [*elsewhere, *(measure for measure in state.counted_measures if measure.way != "original")]
    )
    for wanted in elsewhere:
        missing_minor = sum(
            part.amount_minor - part.settled_minor
            for part in state.refunds
            if part.is_unpaid and part.purpose == wanted.kind and not part.as_voucher
        )
        if promised[wanted.kind] > missing_minor:
            raise MeasureRefused(
                f"{wanted.kind}: {missing_minor} of {state.case_id} failed or came back, so no more goes as "
                f"a {wanted.way}; the rest goes the way it was paid"
            )
        wanted.check_word()


def _check_lines(state: ComplaintState, wanted: MeasureWanted) -> None:
    bought = {line.line: line.quantity for line in state.bought.lines}
    for line in wanted.lines:
        if line.line not in bought:
            raise InvalidRequest(f"measures: order {state.bought.order_id} has no line {line.line}")
        if line.quantity > bought[line.line]:
            raise QuantityExceeds(
                f"measures: {line.quantity} of line {line.line}, {bought[line.line]} bought"
            )


def _check_improvement(state: ComplaintState, wanted: Improvement, now: datetime) -> None:
    refuse_unknown_department(state.terms, wanted.department)
    if wanted.due_at is not None and wanted.due_at <= now:
        raise InvalidRequest("measures: due_at lies in the past; name a moment to come", field="measures")


def _check_ceilings(state: ComplaintState, command: ask.Propose) -> None:
    """What was promised before counts, so that many small sums don't go round the ceiling."""
    rules = state.terms.complaints.money
    lists: dict[MeasureKind, list[Ceiling]] = {
        "refund": rules.refund,
        "compensation": rules.compensation,
        "voucher": rules.voucher,
    }
    promised = _sums([*state.counted_measures, *command.measures])
    for kind, ceilings in lists.items():
        if all(wanted.kind != kind for wanted in command.measures):
            continue
        ceiling = rules.ceiling_minor(ceilings, state.profile.priority, state.bought.currency)
        approval = command.approval
        allowed = approval is not None and may_as(approval.role, "approve", rules.above_needs)
        if promised[kind] > ceiling and not allowed:
            raise ApprovalNeeded(
                f"{kind}: {promised[kind]} is above the {ceiling} that the desk may promise for "
                f"{state.priority}; it needs an `approval` by {' or '.join(rules.above_needs)}",
                ceiling_minor=ceiling,
            )


def _sums(measures: Iterable[Measure | MeasureWanted]) -> Counter[MeasureKind]:
    sums: Counter[MeasureKind] = Counter()
    for measure in measures:
        sums[measure.kind] += measure.amount_minor or 0
    return sums


def _measure(state: ComplaintState, number: int, wanted: MeasureWanted, now: datetime) -> Measure:
    return Measure(
        number=number,
        kind=wanted.kind,
        amount_minor=wanted.amount_minor,
        lines=wanted.lines,
        improvement=_with_due(state, wanted.improvement, now) if wanted.improvement else None,
        way=wanted.way,
        customer_says=wanted.customer_says,
        round=state.round,
    )


def _with_due(state: ComplaintState, wanted: Improvement, now: datetime) -> Improvement:
    due_at = wanted.due_at or period_end(state.terms.complaints.improve_within, now, state.timezone)
    return wanted.model_copy(update={"due_at": due_at})


def next_step(state: ComplaintState) -> NextStep:
    """A measure to start, one that came to nothing, the written answer, or nothing but waiting."""
    by_status = {state.status(measure): measure for measure in reversed(state.followed_measures)}
    if "to_start" in by_status:
        return NextStep("start", by_status["to_start"])
    if "failed" in by_status:
        return NextStep("decide_anew")
    return NextStep("wait") if "under_way" in by_status else NextStep("answer")


def decide_payment(state: ComplaintState, measure: Measure) -> list[facts.ComplaintEvent]:
    """Put a measure's money on its way, under the next number of this case."""
    assert measure.amount_minor is not None
    return [
        solving.RefundStarted(
            measure=measure.number,
            refund_seq=len(state.refunds) + 1,
            amount_minor=measure.amount_minor,
            currency=state.bought.currency,
            purpose=measure.purpose,
            requested_by=state.money_asked_by,
            way=measure.way,
            customer_says=measure.customer_says,
        )
    ]


def decide_measures_failed(state: ComplaintState) -> list[facts.ComplaintEvent]:
    """What came to nothing goes back to the desk; what goes on or has arrived stays."""
    failed = [measure.number for measure in state.followed_measures if state.status(measure) == "failed"]
    return [solving.MeasuresFailed(measures=failed)]


def decide_answer(state: ComplaintState) -> list[facts.ComplaintEvent]:
    """All has arrived: the written answer, with which the customer is asked (sop C13)."""
    return [answered(state)]
