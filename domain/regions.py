"""Regions and lanes: where a parcel comes from and goes to, without anybody's address."""

from typing import Annotated

from pydantic import Field

Region = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""A country or a part of one, as ISO 3166 codes it: `CN`, `CN-33`."""


def lane(origin: str | None, destination: str | None) -> str | None:
    """From where to where, as in `CN-44>CN-33`; None while either is unknown."""
    return f"{origin}>{destination}" if origin and destination else None
