"""Webhooks of carriers, shops and warehouses: what each asks for, and what becomes of one that fails."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from domain.base import Model, Slug, UtcInstant
from domain.cases.messages import CaseName
from domain.errors import ANSWERS, CaseworkError, NotFound
from domain.returns.messages import Inspect, Receive
from domain.shipments.messages import Carrier, OpenShipment, TrackingNo, watch_of

InboxState = Literal["waiting", "applied", "ignored", "dead"]
"""`dead`: a dead letter, which a person looks at and has applied again."""
Place = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class LookAtParcel(Model):
    """A carrier has news of a parcel: its watch is to look. A hint; nothing is lost with it but time."""

    merchant: Slug
    carrier: Carrier
    tracking_no: TrackingNo

    @property
    def about(self) -> str:
        """The watch's id, whether there is one or not."""
        return watch_of(self.merchant, self.carrier, self.tracking_no)


class WatchParcel(Model):
    """A shop has dispatched a parcel that is to be watched."""

    start: OpenShipment

    @property
    def about(self) -> str:
        """The watch's id."""
        return self.start.case_id


class AskReturn(Model):
    """A warehouse has taken a return in, or looked at its goods.

    `place`: which of the warehouse's words on this case it is, from 1 on; None where it does not count them.
    """

    case_id: CaseName
    place: Place | None = None
    request: Receive | Inspect

    @property
    def about(self) -> str:
        """The return's id."""
        return self.case_id


Wish = LookAtParcel | WatchParcel | AskReturn


class Told(Model):
    """What a webhook says. `wish` None: nothing that anybody here has a use for."""

    type: str
    occurred_at: UtcInstant | None = None
    wish: Wish | None = None


class Patience(Model):
    """For how long what?

    `pause` before the second try, doubled up to `pause_max`; `tries_max` tries. `unknown_for`: a parcel that
    nobody watches may still be announced. `gap_for`: a place before this one may still come. `kept_for`: so
    long a repeat of what is done is known.
    """

    tries_max: int = Field(ge=1)
    pause: timedelta
    pause_max: timedelta
    unknown_for: timedelta
    gap_for: timedelta
    kept_for: timedelta


class Verdict(NamedTuple):
    """Where a webhook that was not applied is now; `try_at` while it waits."""

    state: InboxState
    try_at: datetime | None = None


def judge(
    error: CaseworkError, *, is_hint: bool, tries: int, since: datetime, now: datetime, patience: Patience
) -> Verdict:
    """What becomes of a webhook after this error, at its `tries`-th try; it waits since `since`.

    An answer stays the same however often one asks. A hint is no letter: it never troubles a person.
    """
    if is_hint and isinstance(error, NotFound):
        is_over = now - since >= patience.unknown_for
    else:
        is_over = isinstance(error, ANSWERS)
    if is_over or tries >= patience.tries_max:
        return Verdict("ignored" if is_hint else "dead")
    return Verdict("waiting", now + pause_after(tries, patience))


def pause_after(tries: int, patience: Patience) -> timedelta:
    """How long to wait after so many tries."""
    pause = patience.pause
    for _ in range(1, tries):
        if pause >= patience.pause_max:
            break
        pause *= 2
    return min(pause, patience.pause_max)
