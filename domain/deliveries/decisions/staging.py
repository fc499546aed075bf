"""What several decisions ask of a delivery exception before they decide."""

from datetime import datetime, timedelta

from domain.deliveries.state import DeliveryState, Stage
from domain.errors import InvalidRequest, WrongStage

# Clocks of two organisations never agree to the second; more than this is a wrong time, not drift.
CLOCK_DRIFT = timedelta(minutes=5)

BEFORE_REMEDY: tuple[Stage, ...] = ("identification", "investigation", "choice", "decision")
"""Nothing was granted for what is open now."""


def require_stage(state: DeliveryState, what: str, *stages: Stage) -> None:
    """Refuse `what` outside the stages that allow it, and say where the case is."""
    if state.stage not in stages:
        allowed = " or ".join(stages)
        raise WrongStage(
            f"{what} is possible in {allowed}; {state.case_id} is in {state.stage}", stage=state.stage
        )


def refuse_future(name: str, at: datetime | None, now: datetime) -> None:
    """Refuse a time that cannot have been: a clock somewhere goes wrong."""
    if at is not None and at > now + CLOCK_DRIFT:
        raise InvalidRequest(f"{name}: {at.isoformat()} lies in the future")
