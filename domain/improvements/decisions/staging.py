"""What several decisions ask first."""

from domain.errors import WrongStage
from domain.improvements.state import ImprovementState
from domain.improvements.vocabulary import Stage


def require(state: ImprovementState, what: str, stage: Stage) -> None:
    """Raise `WrongStage` outside of the stage."""
    if state.stage != stage:
        raise WrongStage(
            f"{what} is possible in {stage}; {state.case_id} is in {state.stage}", stage=state.stage
        )
