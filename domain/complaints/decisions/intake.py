"""Intake: first answer, class, grade, team, transfers, owner (sop C3–C6)."""

from datetime import datetime

from domain.cases.messages import Assign
from domain.complaints import events as facts
from domain.complaints import requests as ask
from domain.complaints.decisions.staging import require_stage
from domain.complaints.state import ComplaintState, Stage
from domain.errors import TransferLimit, UnknownTeam, WrongStage

AT_WORK: tuple[Stage, ...] = ("review", "investigation", "solution", "follow_up", "confirmation", "decision")
"""The stages in which a team has the complaint."""


def decide_acknowledge(
    state: ComplaintState, command: ask.Acknowledge, now: datetime
) -> list[facts.ComplaintEvent]:
    """The first answer by a person; there is one first answer."""
    if state.acknowledged_at is not None:
        raise WrongStage(f"{state.case_id} was acknowledged already", stage=state.stage)
    return [facts.Acknowledged(agent=command.agent)]


def decide_classify(
    state: ComplaintState, command: ask.Classify, now: datetime
) -> list[facts.ComplaintEvent]:
    """What it is about; the first class sends it to the team that the policy names."""
    classified = facts.Classified(category=command.category, reason=command.reason)
    if state.stage != "intake":
        return [classified]
    return [classified, facts.Dispatched(team=state.terms.complaints.dispatch.teams[command.category])]


def decide_grade(state: ComplaintState, command: ask.Grade, now: datetime) -> list[facts.ComplaintEvent]:
    """The grade and the priority that the policy gives it."""
    return [
        facts.Graded(
            severity=command.severity,
            urgency=command.urgency,
            priority=state.terms.complaints.grading.priority(command.severity, command.urgency),
            reason=command.reason,
        )
    ]


def decide_transfer(
    state: ComplaintState, command: ask.Transfer, now: datetime
) -> list[facts.ComplaintEvent]:
    """Pass it on, as often as the policy allows: nobody passes the buck for ever."""
    require_stage(state, "a transfer", *AT_WORK)
    assert state.team is not None
    _check_team(state, command.to_team)
    limit = state.terms.complaints.dispatch.transfers_at_most
    if state.transfers >= limit:
        raise TransferLimit(
            f"{state.case_id} was passed on {state.transfers} times, and the policy allows {limit}; "
            f"{state.team} keeps it",
            transfers=state.transfers,
        )
    return [
        facts.Transferred(
            from_team=state.team, team=command.to_team, transfer=state.transfers + 1, reason=command.reason
        )
    ]


def _check_team(state: ComplaintState, team: str) -> None:
    known = state.terms.teams or tuple(dict.fromkeys(state.terms.complaints.dispatch.teams.values()))
    if team not in known:
        raise UnknownTeam(f"there is no team {team}; the policy has {', '.join(known)}", team=team)
    if team == state.team:
        raise WrongStage(f"{team} has {state.case_id} already", stage=state.stage)


def decide_take(state: ComplaintState, command: ask.Take, now: datetime) -> list[facts.ComplaintEvent]:
    """Somebody of the team works on it; a colleague may take it over later."""
    require_stage(state, "taking it", *AT_WORK)
    if state.taken_at is not None and state.assignee == command.agent:
        raise WrongStage(f"{command.agent} has taken {state.case_id} already", stage=state.stage)
    return [facts.Taken(agent=command.agent)]


def taken_by(state: ComplaintState, agent: str) -> list[facts.ComplaintEvent]:
    """Whoever does the team's work has taken it."""
    return [] if state.taken_at is not None else [facts.Taken(agent=agent)]


def decide_hand_over(
    state: ComplaintState, command: ask.HandOver, now: datetime
) -> list[facts.ComplaintEvent]:
    """The owner changes only so, and by name."""
    if state.owner is None:
        raise WrongStage(f"nobody owns {state.case_id} yet: acknowledge or take it", stage=state.stage)
    if state.owner == command.to:
        raise WrongStage(f"{command.to} owns {state.case_id} already", stage=state.stage)
    return [facts.HandedOver(from_owner=state.owner, owner=command.to, reason=command.reason)]


def refuse_hidden_transfer(state: ComplaintState, assign: Assign) -> None:
    """An assignment within the team is one; to another team it is a transfer, which is counted and timed."""
    if assign.team is not None and assign.team != state.team:
        raise WrongStage(
            f"{state.case_id} is with {state.team or 'no team yet'}; to give it to another team, "
            "send `transfer`",
            stage=state.stage,
        )
