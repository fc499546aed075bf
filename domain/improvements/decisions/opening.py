"""Opening: the finding as a fact, for a department that exists; taking a closed improvement up again."""

from domain.cases.messages import Reopen
from domain.errors import UnknownTeam, WrongStage
from domain.improvements import events as facts
from domain.improvements.messages import OpenImprovement
from domain.improvements.opening import Prepared
from domain.improvements.state import ImprovementState
from domain.policy.pinned import PinnedPolicy


def refuse_unknown_department(terms: PinnedPolicy, department: str) -> None:
    """Raise `UnknownTeam` for a department that the policy does not name."""
    if department not in terms.teams:
        known = ", ".join(terms.teams) or "none"
        raise UnknownTeam(f"there is no team {department}; the policy has {known}", team=department)


def decide_open(
    start: OpenImprovement, prepared: Prepared, request_hash: str
) -> list[facts.ImprovementEvent]:
    """The finding goes to its department (sop C16). The case that asks is its cause, and no evidence."""
    finding, terms = start.improvement, prepared.terms
    assert finding is not None
    refuse_unknown_department(terms, finding.department)
    found = ("department", "severity", "recurs", "kinds", "words", "wants", "language", "priority")
    cause = start.cause.case_id if start.cause else None
    return [
        facts.Proposed(
            **{name: getattr(finding, name) for name in found},
            evidence=[case_id for case_id in finding.evidence if case_id != cause],
            asked_by=finding.by,
            source=start.source,
            baseline=prepared.baseline,
            policy=terms.policy,
            policy_hash=terms.policy_hash,
            calendar_revision=terms.calendar_revision,
            terms_hash=prepared.terms_hash,
            request_hash=request_hash,
        )
    ]


def decide_reopen(state: ImprovementState, reopen: Reopen) -> list[facts.ImprovementEvent]:
    """A new round for what was done and recurs; what nobody took on is proposed anew."""
    if state.open or reopen.reason == "linked_reported":
        return []
    if state.outcome not in ("effective", "not_effective"):
        raise WrongStage(f"{state.case_id} was {state.outcome}; open a new improvement", stage=state.stage)
    return [facts.Reopened(reason=reopen.reason), facts.RoundBegun(round=state.round + 1)]
