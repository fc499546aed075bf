"""The stored form of an event's payload, and the digest by which a repeat is known."""

import hashlib
import json
import re

from domain.errors import InvalidRequest
from domain.records import Recorded

_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
# An escaped NUL: an odd number of backslashes before u0000.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def stored_form(event: Recorded) -> tuple[str, bytes]:
    """The payload as canonical JSON, and the SHA-256 of everything that the event says.

    The event's place in the stream is not part of the digest. Raises `InvalidRequest` for what PostgreSQL
    cannot hold: a NUL character, half a surrogate pair, not-a-number.
    """
    head = f"{event.type}\0{event.version}\0{event.at.isoformat()}\0{event.actor}\0"
    try:
        payload = _to_json(event.data)
        digest = hashlib.sha256((head + payload).encode()).digest()
    except ValueError as error:
        raise _unstorable(event, str(error)) from error
    if ("\\u0000" in payload and _NUL.search(payload)) or "\0" in event.actor + event.type:
        raise _unstorable(event, "it holds a NUL character")
    return payload, digest


def _unstorable(event: Recorded, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"event {event.seq} ({event.type}) cannot be stored: {why}; remove it at the entrance"
    )
