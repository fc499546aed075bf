"""`evolve(state, event)`: how each fact changes an improvement. The only place where its state changes."""

from datetime import datetime
from typing import Any

from domain.cases.folding import Fold
from domain.cases.links import CaseLink
from domain.improvements import events as facts
from domain.improvements.state import ActionState, ImprovementState
from domain.improvements.vocabulary import Stage

Change = dict[str, Any]

FOLD = Fold[ImprovementState](facts.OWN)
_on = FOLD.on


def _to(stage: Stage, **more: Any) -> Change:
    return {"stage": stage, **more}


def _shown_by(state: ImprovementState, cases: list[str]) -> list[CaseLink]:
    """The links with these cases as evidence; what is linked otherwise stays so."""
    new = [case_id for case_id in cases if state.link(case_id) is None]
    return [*state.links, *(CaseLink(case_id=case_id, relation="evidenced_by") for case_id in new)]


@_on(facts.Proposed)
def _proposed(state: ImprovementState, event: facts.Proposed, at: datetime) -> Change:
    found = ("severity", "recurs", "kinds", "words", "wants", "asked_by", "source", "baseline", "language")
    pinned = ("priority", "policy", "policy_hash", "calendar_revision", "terms_hash", "request_hash")
    return _to(
        "proposal",
        **{name: getattr(event, name) for name in (*found, *pinned)},
        team=event.department,
        links=_shown_by(state, event.evidence),
        opened_at=at,
    )


@_on(facts.Declined)
def _declined(state: ImprovementState, event: facts.Declined, at: datetime) -> Change:
    return _to("objection", declined=event.reason, insist_by=event.insist_by)


@_on(facts.Escalated)
def _escalated(state: ImprovementState, event: facts.Escalated, at: datetime) -> Change:
    return _to("ruling", because=event.because, insist_by=None)


@_on(facts.RoundBegun)
def _round_begun(state: ImprovementState, event: facts.RoundBegun, at: datetime) -> Change:
    return _to("actions", round=event.round, because=None, done_at=None, check_at=None)


@_on(facts.ActionAdded)
def _action_added(state: ImprovementState, event: facts.ActionAdded, at: datetime) -> Change:
    added = ActionState(round=state.round, **event.model_dump())
    return {"actions": [*state.actions, added]}


@_on(facts.ActionDone)
def _action_done(state: ImprovementState, event: facts.ActionDone, at: datetime) -> Change:
    return _action(state, event.action, done_at=at, evidence=event.evidence)


@_on(facts.ActionDropped)
def _action_dropped(state: ImprovementState, event: facts.ActionDropped, at: datetime) -> Change:
    return _action(state, event.action, dropped=event.reason)


def _action(state: ImprovementState, number: int, **changes: Any) -> Change:
    changed = [each.model_copy(update=changes) if each.action == number else each for each in state.actions]
    return {"actions": changed}


@_on(facts.Done)
def _done(state: ImprovementState, event: facts.Done, at: datetime) -> Change:
    return _to(
        "observation",
        root_cause=event.root_cause,
        prevention=event.prevention,
        done_at=at,
        check_at=event.check_at,
    )


@_on(facts.CheckDue)
def _check_due(state: ImprovementState, event: facts.CheckDue, at: datetime) -> Change:
    return _to("check")


@_on(facts.Checked)
def _checked(state: ImprovementState, event: facts.Checked, at: datetime) -> Change:
    return {"found": event.found}


@_on(facts.Recurred)
def _recurred(state: ImprovementState, event: facts.Recurred, at: datetime) -> Change:
    return {"links": _shown_by(state, event.cases)}


@_on(facts.Closed)
def _closed(state: ImprovementState, event: facts.Closed, at: datetime) -> Change:
    return _to("closed", outcome=event.outcome, closed_at=at, closed_in=state.stage, insist_by=None)


@_on(facts.Reopened)
def _reopened(state: ImprovementState, event: facts.Reopened, at: datetime) -> Change:
    """The round that follows says where it goes on."""
    return {"outcome": None, "closed_at": None}
