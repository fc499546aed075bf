"""From raw JSON to a typed message, and from a typed refusal to a Temporal failure."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ValidationError

    from activities.failures import as_application_error
    from domain.errors import CaseworkError, InvalidRequest
    from domain.invalid import invalid_request

M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], raw: Any) -> M:
    """The message, or a failure that names the field and why.

    Messages are decoded here and not by the SDK: a start argument that the SDK cannot decode would fail the
    workflow task for ever, and an update would be refused without saying which field was wrong.
    """
    if isinstance(raw, model):
        return raw
    if isinstance(raw, RawValue):
        raw = _decoded(raw)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise as_application_error(invalid_request(error)) from None


def _decoded(raw: RawValue) -> Any:
    """The JSON of a start argument; None where there is no argument."""
    if not raw.payload.metadata:
        return None
    try:
        return workflow.payload_converter().from_payload(raw.payload)
    except Exception:  # noqa: BLE001 - whatever a decoder makes of it, it is the caller's mistake
        raise refusal(InvalidRequest("the start argument is not readable; send one JSON object")) from None


def refusal(error: CaseworkError) -> ApplicationError:
    """The failure that a caller sees for a typed error."""
    return as_application_error(error)


@contextmanager
def refusing() -> Generator[None]:
    """Lets the domain's typed errors leave as refusals; as plain errors they would fail the workflow task."""
    try:
        yield
    except CaseworkError as error:
        raise refusal(error) from None


NOTHING = RawValue(Payload())
"""The start argument of a workflow that was started without one; read by `parse`."""


def update_id() -> str:
    """The id of the update that is being handled: its caller's idempotency key."""
    update = workflow.current_update_info()
    assert update is not None
    return update.id
