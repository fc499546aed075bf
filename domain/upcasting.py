"""Old payloads in today's shape: stored events never change, what reads them does."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from domain.errors import UnsupportedSchema
from domain.records import Recorded

Payload = dict[str, JsonValue]
Upcasters = Mapping[tuple[str, int], Callable[[Payload], Payload]]
"""(event type, version) to what makes the payload of the next version out of it."""

UPCASTERS: Upcasters = {}
"""The house's upcasters. A changed payload gets the next version and an entry here; entries stay for ever."""


def current_version(event_type: str, upcasters: Upcasters = UPCASTERS) -> int:
    """The version of an event type that this program writes; 1 for a type that never changed."""
    version = 1
    while (event_type, version) in upcasters:
        version += 1
    return version


def upcast(event: Recorded, upcasters: Upcasters = UPCASTERS) -> Recorded:
    """The event in today's version.

    Raises `UnsupportedSchema` for a version that this program does not know yet.
    """
    current = current_version(event.type, upcasters)
    if event.version > current:
        raise UnsupportedSchema(
            f"event {event.seq} is {event.type} version {event.version}, and this program knows version "
            f"{current} at most; read it with the program that wrote it or a newer one"
        )
    if event.version == current:
        return event
    data = event.data
    for version in range(event.version, current):
        data = upcasters[event.type, version](data)
    return event.model_copy(update={"version": current, "data": data})
