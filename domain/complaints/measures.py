"""The case that a measure opens: goods that go back, or something to be improved (sop C10, C16)."""

from domain.cases.links import Cause
from domain.cases.messages import OpenCase
from domain.complaints.record import Measure
from domain.complaints.state import ComplaintState
from domain.grading import Severity
from domain.improvements.findings import Finding, Recurring, WantedAction
from domain.improvements.messages import OpenImprovement
from domain.orders import RequestedLine, ReturnRequest
from domain.returns.messages import Application, OpenReturn

UNGRADED: Severity = "minor"
"""As the policy's matrix is read backwards: what nobody graded yet has the middle priority."""


def linked_start(state: ComplaintState, measure: Measure) -> OpenCase:
    """The start argument; the same measure always opens the same case."""
    return linked_improvement(state, measure) if measure.improvement else linked_return(state, measure)


def linked_return(state: ComplaintState, measure: Measure) -> OpenReturn:
    """The goods go back."""
    lines = [
        RequestedLine(line=line.line, quantity=line.quantity, reason=line.reason) for line in measure.lines
    ]
    request = ReturnRequest.model_validate({"kind": measure.kind, "proof_of_purchase": True, "lines": lines})
    return OpenReturn(
        merchant=state.merchant,
        number=state.linked_number(measure),
        cause=Cause(case_id=state.case_id),
        application=Application.model_validate(
            {
                "order_id": state.bought.order_id,
                "customer_id": state.customer_id,
                "channel": state.channel,
                "language": state.language,
                "priority": state.priority,
                "policy": state.policy_asked,
                "request": request,
            }
        ),
    )


def linked_improvement(state: ComplaintState, measure: Measure) -> OpenImprovement:
    """The finding, for the department that is to change it; complaints like this one are counted."""
    asked, found = measure.improvement, state.finding
    assert asked is not None
    assert found is not None
    return OpenImprovement(
        merchant=state.merchant,
        number=state.linked_number(measure),
        cause=Cause(case_id=state.case_id),
        improvement=Finding(
            department=asked.department,
            severity=state.severity or UNGRADED,
            recurs=Recurring(
                category=state.category,
                party=found.party,
                root_cause=found.root_cause,
                carrier=found.carrier,
            ),
            kinds=["complaint"],
            words=found.words,
            wants=WantedAction(what=asked.action, due_by=asked.due_at),
            by=state.assignee or state.owner or "desk",
            language=state.language,
            policy=state.policy_asked,
        ),
    )
