"""What happened, in one sentence per event: for timelines and for the answer to "why is it there?"."""

from domain.cases.events import CaseEvent, ClockChanged, NoticeReported
from domain.kinds import KINDS
from domain.records import Recorded
from starters.words import aftercare, claims, complaints, deliveries, improvements, parcels, returns, shared
from starters.words.telling import WORDS

__all__ = [
    "BACKGROUND",
    "aftercare",
    "claims",
    "complaints",
    "deliveries",
    "improvements",
    "parcels",
    "returns",
    "say",
    "shared",
]

BACKGROUND = (ClockChanged.name, NoticeReported.name)
"""Events that do not move a case."""

_PAYLOADS: dict[str, type[CaseEvent]] = {
    name: payload for kind in KINDS.values() for name, payload in kind.fold.payloads.items()
}


def say(record: Recorded, timezone: str) -> str:
    """The event as a sentence without its end; times in the zone."""
    event = _PAYLOADS[record.type].model_validate(record.data)
    return WORDS[type(event)](event, timezone)
