"""Complaints, as a kind of case."""

from domain.cases.events import Linked
from domain.cases.kind import Kind
from domain.complaints import events as facts
from domain.complaints import messages, requests
from domain.complaints.actors import actor_of
from domain.complaints.deadlines import decide_due, next_deadline
from domain.complaints.decisions import decide
from domain.complaints.evolve import FOLD
from domain.complaints.notices import notices_of
from domain.complaints.state import ComplaintState
from domain.complaints.views import NEXT, facets, headline, opening_answer, progress, waiting_for
from domain.policy.pinned import ComplaintTerms

COMPLAINT = Kind(
    name="complaint",
    state=ComplaintState,
    terms=ComplaintTerms,
    fold=FOLD,
    open_message=messages.OpenComplaint,
    commands={
        "acknowledge": requests.Acknowledge,
        "classify": requests.Classify,
        "grade": requests.Grade,
        "transfer": requests.Transfer,
        "take": requests.Take,
        "hand_over": requests.HandOver,
        "review": requests.Review,
        "request_info": requests.RequestInfo,
        "give_info": requests.GiveInfo,
        "ask_party": requests.AskParty,
        "give_statement": requests.GiveStatement,
        "add_evidence": requests.AddEvidence,
        "finding": requests.RecordFinding,
        "update_customer": requests.UpdateCustomer,
        "propose": requests.Propose,
        "confirm": requests.ConfirmSolution,
        "decide_final": requests.DecideFinal,
        "withdraw": requests.WithdrawComplaint,
    },
    decide=decide,
    decide_due=decide_due,
    actor_of=actor_of,
    next_deadline=next_deadline,
    waiting_for=waiting_for,
    next_steps=NEXT,
    headline=headline,
    progress=progress,
    progress_model=messages.ComplaintProgress,
    notices_of=notices_of,
    opening_answer=opening_answer,
    opened=messages.Opened,
    opening_events=frozenset({facts.Opened.name, facts.Dispatched.name, Linked.name}),
    facets=facets,
)
