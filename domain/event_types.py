"""All events that streams hold, by their stored names, with what each of them says."""

from collections.abc import Mapping

from domain.cases.events import CaseEvent
from domain.kinds import KINDS
from domain.refund_events import REFUND_EVENTS

EVENT_PAYLOADS: Mapping[str, type[CaseEvent]] = {
    **{name: payload for kind in KINDS.values() for name, payload in kind.fold.payloads.items()},
    **{payload.name: payload for payload in REFUND_EVENTS},
}
