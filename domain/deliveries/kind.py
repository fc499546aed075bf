"""Delivery exceptions, as a kind of case."""

from domain.cases.kind import Kind
from domain.cases.relief import GRANT_RELIEF, GrantRelief
from domain.deliveries import events as facts
from domain.deliveries import messages as ask
from domain.deliveries.actors import actor_of
from domain.deliveries.answers import opening_answer
from domain.deliveries.deadlines import decide_due, next_deadline
from domain.deliveries.decisions import decide
from domain.deliveries.evolve import FOLD
from domain.deliveries.notices import notices_of
from domain.deliveries.state import DeliveryState
from domain.deliveries.views import NEXT, facets, headline, progress, waiting_for
from domain.policy.delivery_terms import DeliveryTerms

DELIVERY = Kind(
    name="delivery",
    state=DeliveryState,
    terms=DeliveryTerms,
    fold=FOLD,
    open_message=ask.OpenDelivery,
    commands={
        "identify": ask.Identify,
        "correct_party": ask.CorrectParty,
        "add_evidence": ask.AddEvidence,
        "contacted": ask.Contacted,
        "carrier_answered": ask.CarrierAnswered,
        "scan_cleared": ask.ScanCleared,
        "choose": ask.Choose,
        "decide": ask.Decide,
        "feedback": ask.GiveFeedback,
        "confirm": ask.ConfirmDelivery,
        "object": ask.Object,
        "retry_refund": ask.PayAgain,
        "cancel": ask.CallOff,
        GRANT_RELIEF: GrantRelief,
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
    opening_events=frozenset(
        {
            event.name
            for event in (
                facts.Reported,
                facts.Identified,
                facts.InvestigationStarted,
                facts.Offered,
                facts.Referred,
                facts.Granted,
            )
        }
    ),
    facets=facets,
)
