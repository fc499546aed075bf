"""Relief from extreme weather: while a window lasts a case's clocks rest, and its customer knows (sop L7).

For every kind that follows parcels: its state is `Relieved`, its facts subclass the two below, and it takes
the update `grant_relief`. The case ends its own relief, so that no clock rests for ever if nobody calls.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.base import Instant, Model, Slug, UtcInstant
from domain.cases.events import CaseEvent
from domain.message import Message
from domain.regions import Region

GRANT_RELIEF = "grant_relief"
"""The update's name."""


class GrantRelief(Message):
    """A window of extreme weather touches the parcel.

    Once more with another `until` moves the end; one that has passed ends the relief. `tell`: whether it is
    this case that tells the customer of the window.
    """

    by: Slug
    window: Slug
    region: Region
    reason: Slug
    until: Instant
    carriers: list[Slug] = []
    """Carriers that are proposed instead."""
    tell: bool = True


class Relief(Model):
    """A window that the case rests for."""

    window: str
    until: UtcInstant


class Relieved(Model):
    """The part of a state that knows of windows."""

    reliefs: list[Relief] = []
    windows_told: list[str] = []


class ReliefGrantedFact(CaseEvent):
    """The clocks rest until the window's end; the same window again: its end was moved."""

    window: str
    region: str
    reason: str
    until: Instant
    carriers: list[str] = []
    tell: bool = False
    """Whether the customer hears of it: once for each window."""


class ReliefEndedFact(CaseEvent):
    """No window touches the parcel any more; the clocks go on."""

    windows: list[str]


def decide_relief(
    state: Relieved,
    command: GrantRelief,
    now: datetime,
    granted: type[ReliefGrantedFact],
    ended: type[ReliefEndedFact],
) -> Sequence[CaseEvent]:
    """What a window's word changes: nothing when it is known already."""
    known = next((relief for relief in state.reliefs if relief.window == command.window), None)
    if (known is None and command.until <= now) or (known is not None and known.until == command.until):
        return []
    others = [relief for relief in state.reliefs if relief.window != command.window and relief.until > now]
    if command.until <= now and not others:
        return [ended(windows=[relief.window for relief in state.reliefs])]
    return [
        granted(
            window=command.window,
            region=command.region,
            reason=command.reason,
            until=command.until,
            carriers=command.carriers,
            tell=command.tell and command.window not in state.windows_told,
        )
    ]


def relief_deadline(state: Relieved) -> tuple[datetime, str] | None:
    """When the last window ends; None for a case that has no relief."""
    ends = [relief.until for relief in state.reliefs]
    return (max(ends), "end of the extreme weather") if ends else None


def relief_due(state: Relieved, now: datetime, ended: type[ReliefEndedFact]) -> Sequence[CaseEvent]:
    """The end of the relief, once the last window has ended."""
    due = relief_deadline(state)
    if due is None or due[0] > now:
        return []
    return [ended(windows=[relief.window for relief in state.reliefs])]


def relief_granted(state: Relieved, event: ReliefGrantedFact, at: datetime) -> dict[str, Any]:
    """Step of a kind's relief."""
    del at
    others = [relief for relief in state.reliefs if relief.window != event.window]
    told = [event.window] if event.tell else []
    return {
        "reliefs": [*others, Relief(window=event.window, until=event.until)],
        "windows_told": [*state.windows_told, *told],
    }


def relief_ended(state: Relieved, event: ReliefEndedFact, at: datetime) -> dict[str, Any]:
    """Step of a kind's relief that is over."""
    del state, event, at
    return {"reliefs": []}
