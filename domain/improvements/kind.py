"""Improvements, as a kind of case."""

from domain.cases.events import Linked
from domain.cases.kind import Kind
from domain.improvements import events as facts
from domain.improvements import messages as ask
from domain.improvements.decisions import decide
from domain.improvements.decisions.check import decide_due, next_deadline
from domain.improvements.evolve import FOLD
from domain.improvements.notices import notices_of
from domain.improvements.state import ImprovementState
from domain.improvements.views import (
    NEXT,
    actor_of,
    facets,
    headline,
    opening_answer,
    progress,
    waiting_for,
)
from domain.policy.improvement_terms import ImprovementTerms

IMPROVEMENT = Kind(
    name="improvement",
    state=ImprovementState,
    terms=ImprovementTerms,
    fold=FOLD,
    open_message=ask.OpenImprovement,
    commands={
        "accept": ask.AcceptImprovement,
        "decline": ask.DeclineImprovement,
        "insist": ask.InsistOnImprovement,
        "rule": ask.RuleOnImprovement,
        "add_action": ask.AddAction,
        "action_done": ask.FinishAction,
        "drop_action": ask.DropAction,
        "done": ask.FinishImprovement,
        "withdraw": ask.WithdrawImprovement,
    },
    decide=decide,
    decide_due=decide_due,
    actor_of=actor_of,
    next_deadline=next_deadline,
    waiting_for=waiting_for,
    next_steps=NEXT,
    headline=headline,
    progress=progress,
    progress_model=ask.Progress,
    notices_of=notices_of,
    opening_answer=opening_answer,
    opened=ask.Opened,
    opening_events=frozenset({facts.Proposed.name, Linked.name}),
    facets=facets,
)
