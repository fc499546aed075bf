"""Which message goes to which update of `ReturnCase`: the one table for client, command line and docs."""

from collections.abc import Mapping

from domain.returns import messages as ask

UPDATES: Mapping[str, type[ask.Command]] = {
    "review": ask.Review,
    "request_info": ask.RequestInfo,
    "give_info": ask.GiveInfo,
    "ship": ask.Ship,
    "receive": ask.Receive,
    "resolve_parcel": ask.ResolveParcel,
    "inspect": ask.Inspect,
    "choose": ask.Choose,
    "retry_refund": ask.RetryRefund,
    "confirm": ask.Confirm,
    "cancel": ask.Cancel,
}
"""Update name to message. `open` is not here: it goes with the start (`starters/opening.py`)."""

NAMES: Mapping[type[ask.Command], str] = {message: name for name, message in UPDATES.items()}
