"""How webhooks are read once they are believed, and how their headers tell a signed time."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import InvalidRequest, WebhookForged, WebhookStale

M = TypeVar("M", bound=BaseModel)

SKEW = timedelta(minutes=5)
"""How far a signed time may be from ours, either way."""


def read_signed(model: type[M], content: bytes | str | dict[str, object]) -> M:
    """Genuine content as the model, whatever else is in it. Raises `InvalidRequest` without quoting it."""
    try:
        if isinstance(content, dict):
            return model.model_validate(content, extra="ignore")
        return model.model_validate_json(content, extra="ignore")
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "body"
        raise InvalidRequest(f"the webhook is genuine and cannot be read: {where}", field=where) from None


def unix_time(text: str | int) -> datetime:
    """A signed count of seconds since 1970. Raises `WebhookForged` for what is none."""
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise WebhookForged from None


def check_fresh(signed_at: datetime, now: datetime, age_max: timedelta = SKEW) -> None:
    """Raise `WebhookStale` for a signed time that is long ago, or ahead of our clock."""
    if not -SKEW <= now - signed_at <= age_max:
        raise WebhookStale
