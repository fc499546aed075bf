"""What ends delivery exceptions and what makes up for them; their kinds and parties are `domain.parcels`'."""

from typing import Annotated, Literal

from pydantic import Field

from domain.parcels.vocabulary import SILENCES, ExceptionKind

UNDELIVERED: tuple[ExceptionKind, ...] = (*SILENCES, "late", "loss", "attempt_failed", "returning")
"""Ended at the latest when the parcel is delivered."""

DISPUTED: tuple[ExceptionKind, ...] = ("signed_not_received", "wrong_delivery")
"""The carrier calls them delivered; ended when the customer has the parcel after all."""

Remedy = Literal["redeliver", "refund", "compensate"]
GOODS_REMEDIES: tuple[Remedy, ...] = ("redeliver", "refund")
"""They make up for the goods themselves, so that each unit gets one of them once."""

TrackingNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{4,40}$")]
