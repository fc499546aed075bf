"""What others see of an improvement: who owes the next step, where it is, what figures need."""

from domain.improvements import messages as ask
from domain.improvements.decisions.check import next_deadline
from domain.improvements.state import ActionState, ImprovementState

NEXT = {
    "department": "the department answers, or acts",
    "requester": "whoever asked insists, or lets it be",
    "head": "the head decides whether it goes on",
    "time": "the figures are watched until the check",
    "system": "the desk goes on by itself",
}
_BY_STAGE = {
    "opening": "system",
    "proposal": "department",
    "objection": "requester",
    "ruling": "head",
    "actions": "department",
    "observation": "time",
    "check": "system",
}
_ASKS = {"proposal": "accept", "objection": "insist", "ruling": "rule", "actions": "done"}


def headline(state: ImprovementState) -> str:
    """What the case is, without its stage; nothing of what anybody wrote."""
    return f"Improvement {state.number} for {state.team}, {state.severity}, {state.recurring.words}"


def waiting_for(state: ImprovementState) -> str | None:
    """Who owes the next step; None for a closed case."""
    return _BY_STAGE.get(state.stage)


def progress(state: ImprovementState) -> ask.Progress:
    """Where the improvement is, for the staff."""
    deadline = next_deadline(state)
    return ask.Progress(
        number=state.number,
        department=state.team or "",
        severity=state.severity,
        recurs=state.recurring,
        now=state.stage,
        next=_ASKS.get(state.stage),
        until=deadline[0] if deadline else None,
        round=state.round,
        actions=[_action(each) for each in state.actions],
        evidence=len(state.evidence),
        baseline=state.baseline,
        tolerated=state.tolerated,
        found=state.found,
        outcome=state.outcome,
    )


def _action(action: ActionState) -> ask.ActionNow:
    return ask.ActionNow(
        state="open" if action.open else "done" if action.done_at else "dropped",
        **action.model_dump(include={"action", "round", "what", "owner", "due_by"}),
    )


def facets(state: ImprovementState) -> dict[str, str]:
    """What figures group improvements by."""
    of_it = {"department": state.team or "", "severity": state.severity, "source": state.source}
    return {**of_it, **state.recurring.given}


def opening_answer(state: ImprovementState) -> ask.Opened:
    """What was decided at the opening, of the state right after it."""
    return ask.Opened(
        case_id=state.case_id,
        seq=state.seq,
        stage=state.stage,
        request_hash=state.request_hash,
        baseline=state.baseline,
        tolerated=state.tolerated,
        **({"outcome": state.outcome} if state.outcome else {}),
    )


def actor_of(command: ask.Command) -> str:
    """`role:id` of whoever sent the request."""
    match command:
        case ask.RuleOnImprovement():
            return f"head:{command.by}"
        case ask.InsistOnImprovement() | ask.WithdrawImprovement():
            return f"staff:{command.by}"
        case _:
            return f"department:{command.by}"
