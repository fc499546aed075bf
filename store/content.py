"""The stored form of an event's payload, and the digest by which a repeat is known."""

import hashlib
import json
import re

from domain.errors import InvalidRequest
from domain.records import Recorded

_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
# An escaped NUL: an odd number of backslashes before u0000.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def payload_json(event: Recorded) -> str:
    """The payload as canonical JSON.

    Raises `InvalidRequest` for what PostgreSQL cannot hold: a NUL character, half a surrogate pair,
    not-a-number.
    """
    try:
        text = _to_json(event.data)
        (text + event.actor + event.type).encode()
    except ValueError as error:
        raise _unstorable(event, str(error)) from error
    if _NUL.search(text) or "\0" in event.actor + event.type:
        raise _unstorable(event, "it holds a NUL character")
    return text


def content_hash(event: Recorded, payload: str) -> bytes:
    """SHA-256 over everything that the event says; its place in the stream is not part of it."""
    head = f"{event.type}\0{event.version}\0{event.at.isoformat()}\0{event.actor}\0"
    return hashlib.sha256((head + payload).encode()).digest()


def _unstorable(event: Recorded, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"event {event.seq} ({event.type}) cannot be stored: {why}; remove it at the entrance"
    )
