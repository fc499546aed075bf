"""What several decisions ask of a complaint before they decide."""

from domain.complaints.state import ComplaintState, Stage
from domain.errors import ChildrenOpen, WrongStage


def require_stage(state: ComplaintState, what: str, *stages: Stage) -> None:
    """Refuse `what` outside the stages that allow it, and say where the case is."""
    if state.stage not in stages:
        allowed = " or ".join(stages)
        raise WrongStage(
            f"{what} is possible in {allowed}; {state.case_id} is in {state.stage}", stage=state.stage
        )


def refuse_open_children(state: ComplaintState) -> None:
    """Refuse to close while something that the complaint started goes on: it would end unseen (sop C11)."""
    cases = [link.case_id for link in state.open_children]
    refunds = [f"refund {part.seq}" for part in state.refunds if part.state in ("started", "held")]
    if under_way := [*cases, *refunds]:
        raise ChildrenOpen(
            f"{state.case_id} cannot be closed: {', '.join(under_way)} must end first", under_way=under_way
        )
