"""What may happen to an improvement next, by the dice: words of department and head, actions, figures."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from domain.cases.events import CaseEvent
from domain.cases.messages import Reopen
from domain.improvements import messages as ask
from domain.improvements.decisions import decide
from domain.improvements.decisions.check import decide_checked
from domain.improvements.decisions.opening import decide_open, decide_reopen
from domain.improvements.kind import IMPROVEMENT
from domain.improvements.opening import Prepared, Recurrence
from domain.improvements.state import ImprovementState
from tests.domain.clock_stories import Driver, Opening
from tests.domain.improvements.given import (
    ACCEPT,
    ADD,
    DECLINE,
    FINISH,
    GO_ON,
    INSIST,
    STOP,
    WITHDRAW,
    finding,
    terms,
)
from tests.domain.returns.given import OPENED_AT

TERMS = {severity: terms(severity) for severity in ("critical", "major", "minor")}


def _begin(dice: Random) -> Opening:
    severity = dice.choice(sorted(TERMS))
    start = ask.OpenImprovement(merchant="m1", number="I-1", improvement=finding(severity=severity))
    prepared = Prepared(terms=TERMS[severity], terms_hash="t", baseline=20)
    return Opening(OPENED_AT, TERMS[severity], decide_open(start, prepared, "h"))


def _next(state: ImprovementState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    if not state.open:
        return decide_reopen(state, Reopen(reason="by_ops", by="ops"))
    if state.stage == "check":
        return decide_checked(state, Recurrence(found=dice.choice((0, 40)), cases=["complaint:m1:C-9"]))
    return decide(state, dice.choice(_requests(state, dice)), now)


def _requests(state: ImprovementState, dice: Random) -> list[ask.Command]:
    by_stage: dict[str, list[ask.Command]] = {
        "proposal": [ACCEPT, ACCEPT, DECLINE],
        "objection": [INSIST, ACCEPT],
        "ruling": [GO_ON, GO_ON, STOP],
        "actions": [ADD, FINISH, *_on_actions(state)],
        "observation": [FINISH],
    }
    return by_stage[state.stage] + ([WITHDRAW] if dice.random() < 0.05 else [])


def _on_actions(state: ImprovementState) -> list[ask.Command]:
    still = [each.action for each in state.actions if each.open]
    finished = [ask.FinishAction(by="l", action=number, evidence="x") for number in still]
    return [*finished, *finished, *(ask.DropAction(by="l", action=number, reason="x") for number in still)]


IMPROVEMENTS = Driver(kind=IMPROVEMENT, case_id="improvement:m1:I-1", begin=_begin, next=_next)
