"""What every model in the house shares: frozen, closed to unknown fields, instants with an offset."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

_NUMBER = re.compile(r"\s*[+-]?[0-9]*\.?[0-9]*([eE][+-]?[0-9]+)?\s*")


def _no_timestamp(value: object) -> object:
    if isinstance(value, str) and ":" in value:  # no number has a colon: most are let pass without a search
        return value
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError(f"{value} must be a time like 2026-11-11T00:03:00+08:00, not a count of seconds")
    return value


def _to_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Instant = Annotated[AwareDatetime, BeforeValidator(_no_timestamp)]
"""A moment: ISO 8601 with an offset in JSON, never naive, never a Unix timestamp."""

UtcInstant = Annotated[Instant, AfterValidator(_to_utc)]
"""A moment that is stored: whatever its offset was, it is kept in UTC."""

AMOUNT_MAX_MINOR = 10**15
"""More than any order is worth, and little enough that thousands of such amounts add up inside a bigint."""

AmountMinor = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX_MINOR)]
"""Money in the currency's minor unit (fen, pence); never a fraction, never negative, never a bool."""

SomeMinor = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MAX_MINOR)]
"""Money that moves: as `AmountMinor`, and not nothing."""

Quantity = Annotated[int, Field(strict=True, ge=1)]

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""A name that may stand in a workflow id: no colon, no space, no personal data."""


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("has a NUL or half a surrogate pair; send plain text")
    return text


Text = Annotated[str, AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\x00]*$"})]
"""What somebody wrote, without what the store cannot take: a fact that it cannot take would stop a case."""


class Model(BaseModel):
    """A value: immutable, and an unknown field is an error rather than a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")
