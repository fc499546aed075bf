"""What goes beside a request in Temporal's headers: its outside id, and what its sender has seen."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter

T = TypeVar("T")
Headers = Mapping[str, Payload]

REQUEST_ID_HEADER = "casework-request-id"
EXPECTED_SEQS_HEADER = "casework-expected-seqs"

REQUEST_ID: ContextVar[str | None] = ContextVar("casework_request_id", default=None)
"""The outside request that causes what is done now."""
EXPECTED_SEQS: ContextVar[Sequence[int] | None] = ContextVar("casework_expected_seqs", default=None)
"""The case must not have gone on: one of these is its last event. None: wherever it is by now."""


@contextmanager
def caused_by(request_id: str | None) -> Generator[None]:
    """What is done and logged in the block is on account of this request, or of none."""
    with _being(REQUEST_ID, request_id):
        yield


@contextmanager
def expecting(seqs: Sequence[int] | None) -> Generator[None]:
    """What is asked of a case in the block holds only for the case as its sender has seen it."""
    with _being(EXPECTED_SEQS, seqs):
        yield


def with_request_id(headers: Headers) -> Headers:
    """The headers, and the id of the request that is being worked on, if one is."""
    return _with(headers, REQUEST_ID_HEADER, REQUEST_ID.get())


def with_expected_seqs(headers: Headers) -> Headers:
    """The headers, and what the sender has seen of the case, if that matters to them."""
    return _with(headers, EXPECTED_SEQS_HEADER, EXPECTED_SEQS.get())


def request_id_in(headers: Headers) -> str | None:
    """The id that came with these headers."""
    return _in(headers, REQUEST_ID_HEADER, str, None)


def expected_seqs_in(headers: Headers) -> Sequence[int] | None:
    """What the sender has seen of the case. What cannot be read matches no case."""
    return _in(headers, EXPECTED_SEQS_HEADER, list[int], [])


@contextmanager
def _being(variable: ContextVar[Any], value: object) -> Generator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def _with(headers: Headers, name: str, value: object) -> Headers:
    return headers if value is None else {**headers, name: PayloadConverter.default.to_payload(value)}


def _in(headers: Headers, name: str, kind: type[T], unreadable: T | None) -> T | None:
    """Anybody may send headers, so that anything may be there."""
    payload = headers.get(name)
    if payload is None:
        return None
    try:
        return PayloadConverter.default.from_payload(payload, kind)
    except Exception:  # noqa: BLE001 - whatever a decoder makes of it, it is none of ours
        return unreadable
