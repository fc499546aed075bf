"""From raw JSON to a typed message, and from a typed refusal to a Temporal failure."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ValidationError

    from activities.failures import as_application_error
    from domain.errors import CaseworkError
    from domain.invalid import invalid_request

M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], raw: Any) -> M:
    """The message, or a failure that names the field and why.

    Messages are decoded here and not by the SDK: a start argument that the SDK cannot decode would fail the
    workflow task for ever, and an update would be refused without saying which field was wrong.
    """
    if isinstance(raw, model):
        return raw
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise as_application_error(invalid_request(error)) from None


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
