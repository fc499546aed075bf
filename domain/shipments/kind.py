"""Watches over parcels, as a kind of case."""

from domain.cases.kind import Kind
from domain.cases.relief import GRANT_RELIEF, GrantRelief
from domain.policy.parcel_terms import ShipmentTerms
from domain.shipments import events as facts
from domain.shipments import messages as ask
from domain.shipments.decisions import actor_of, decide, decide_due, next_deadline
from domain.shipments.evolve import FOLD
from domain.shipments.notices import notices_of
from domain.shipments.state import ShipmentState
from domain.shipments.views import NEXT, facets, headline, opening_answer, progress, waiting_for

SHIPMENT = Kind(
    name="shipment",
    state=ShipmentState,
    terms=ShipmentTerms,
    fold=FOLD,
    open_message=ask.OpenShipment,
    commands={"promise": ask.Promise, "stop_watching": ask.StopWatching, GRANT_RELIEF: GrantRelief},
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
    opening_events=frozenset({facts.Opened.name}),
    facets=facets,
)
