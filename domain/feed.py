"""An event as others get it: CloudEvents 1.0 in JSON, the same in the feed, the stream and webhooks."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from domain.base import Model, UtcInstant
from domain.event_types import EVENT_PAYLOADS
from domain.records import Recorded

SOURCE = "/casework"
SEQUENCE_DIGITS = 10
_FAMILY = re.compile(r"([a-z]+)\.\*")

Position = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""A place in the feed, as a word that callers pass back unread. As text, a later place is greater."""


class CloudEvent(Model):
    """The attributes that CloudEvents asks for; `source` and `id` together are those of one event alone."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: UtcInstant
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, JsonValue]


class FeedEvent(CloudEvent):
    """A recorded event; `data` is its payload, `type` its stored name, `subject` its stream.

    Sorted by `position`, events of a subject are in order. One whose `sequence` was there before replaces
    that one and all of the subject's that came after it.
    """

    sequence: Annotated[str, Field(pattern=rf"^[0-9]{{{SEQUENCE_DIGITS}}}$")]
    """Its number in its stream, from 1 without gaps; with zeros before it, to be compared as text."""
    position: Position
    dataversion: Annotated[int, Field(ge=1)]
    """The version of the payload."""
    actor: str
    superseded: Literal[True] | None = None
    """Something else has taken its place by now; what has comes later, if anything has."""


def feed_event(
    stream: str,
    event: Recorded,
    *,
    id: str,
    position: Position,
    data: dict[str, JsonValue],
    is_superseded: bool,
) -> FeedEvent:
    """A recorded event for others; `data` is as much of its payload as they may see."""
    return FeedEvent(
        id=id,
        source=f"{SOURCE}/{merchant_of(stream)}",
        type=event.type,
        subject=stream,
        time=event.at,
        data=data,
        sequence=f"{event.seq:0{SEQUENCE_DIGITS}d}",
        position=position,
        dataversion=event.version,
        actor=event.actor,
        superseded=True if is_superseded else None,
    )


def merchant_of(stream: str) -> str:
    """Whose stream it is: every stream's id is `<kind>:<merchant>:…`."""
    return stream.split(":", 2)[1]


def _is_known(pattern: str) -> str:
    family = _FAMILY.fullmatch(pattern)
    if family is None:
        known = pattern in EVENT_PAYLOADS
    else:
        known = any(name.startswith(f"{family[1]}.") for name in EVENT_PAYLOADS)
    if not known:
        raise ValueError(f"there are no events {pattern[:80]}; write one's name, or like `return.*`")
    return pattern


EventPattern = Annotated[str, AfterValidator(_is_known)]
"""The name of an event, or `return.*` for all whose names begin so."""


def is_wanted(patterns: tuple[str, ...], name: str) -> bool:
    """Whether one of the patterns names the event; without any, all are wanted."""
    return not patterns or name in patterns or f"{name.partition('.')[0]}.*" in patterns
