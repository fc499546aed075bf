"""Returns, as a kind of case."""

from domain.cases.kind import Kind
from domain.policy.pinned import ReturnTerms
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.actors import actor_of
from domain.returns.answers import opening_answer
from domain.returns.deadlines import decide_due, next_deadline
from domain.returns.decisions import decide
from domain.returns.evolve import FOLD
from domain.returns.notices import notices_of
from domain.returns.state import ReturnState
from domain.returns.views import NEXT, headline, progress, waiting_for

RETURN = Kind(
    name="return",
    state=ReturnState,
    terms=ReturnTerms,
    fold=FOLD,
    open_message=ask.OpenReturn,
    commands={
        "review": ask.Review,
        "advise": ask.Advise,
        "accept_advice": ask.AcceptAdvice,
        "request_info": ask.RequestInfo,
        "give_info": ask.GiveInfo,
        "ship": ask.Ship,
        "receive": ask.Receive,
        "resolve_parcel": ask.ResolveParcel,
        "inspect": ask.Inspect,
        "choose": ask.Choose,
        "retry_refund": ask.RetryRefund,
        "resolve_clawback": ask.ResolveClawback,
        "appeal": ask.Appeal,
        "confirm": ask.Confirm,
        "cancel": ask.Cancel,
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
        {facts.Applied.name, facts.Approved.name, facts.Refused.name, facts.Closed.name}
    ),
)
