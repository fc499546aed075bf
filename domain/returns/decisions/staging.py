"""What several decisions ask of a case before they decide."""

from domain.errors import WrongStage
from domain.returns.state import ReturnState, Stage


def require_stage(state: ReturnState, what: str, *stages: Stage) -> None:
    """Refuse `what` outside the stages that allow it, and say where the case is."""
    if state.stage not in stages:
        allowed = " or ".join(stages)
        raise WrongStage(
            f"{what} is possible in {allowed}; {state.case_id} is in {state.stage}", stage=state.stage
        )
