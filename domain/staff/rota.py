"""Whose turn it is to be on call: turns of whole days, handed over at a local time."""

from datetime import UTC, datetime, time
from itertools import pairwise
from typing import Annotated, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from domain.base import Model, Slug, UtcInstant
from domain.sla.hours import local_instant
from domain.sla.quantities import Day
from domain.sla.spec import TimeZoneName

_EVER, _FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Turn(NamedTuple):
    """Whose turn it is: from `since`, before `until`."""

    member: str
    since: datetime
    until: datetime


class Swap(Model):
    """Somebody takes another's turn, or some of it."""

    member: Slug
    since: UtcInstant
    until: UtcInstant

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.until <= self.since:
            raise ValueError("`until` must be later than `since`")
        return self


class Rota(Model):
    """Members take turns of `turn_days`; the first begins at the hand-over of the day `starts`.

    Hand-over is by the local clock, so a turn over a clock change is an hour shorter or longer. A hand-over
    that the clock jumps over is at the jump; one that comes twice is the first time.
    """

    timezone: TimeZoneName
    starts: Day
    handover: time
    turn_days: Annotated[int, Field(strict=True, ge=1, le=366)]
    members: Annotated[tuple[Slug, ...], Field(min_length=1)]
    swaps: tuple[Swap, ...] = ()

    @model_validator(mode="after")
    def _handover_is_a_local_minute(self) -> Self:
        if self.handover.tzinfo or self.handover.second or self.handover.microsecond:
            raise ValueError('`handover` is a local time like "09:00"')
        return self

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        for early, late in pairwise(sorted(self.swaps, key=lambda swap: swap.since)):
            if late.since < early.until:
                raise ValueError(f"swaps: {early.member} and {late.member} take the same hours")
        return self

    def turn(self, at: datetime) -> Turn | None:
        """Whose turn it is at a moment; None before the first one."""
        at = at.astimezone(UTC)
        swap = next((swap for swap in self.swaps if swap.since <= at < swap.until), None)
        if swap is not None:
            return Turn(swap.member, swap.since, swap.until)
        number = self._number(at)
        if number < 0:
            return None
        since = max((s.until for s in self.swaps if s.until <= at), default=_EVER)
        until = min((s.since for s in self.swaps if s.since > at), default=_FOREVER)
        holder = self.members[number % len(self.members)]
        return Turn(holder, max(self._handover(number), since), min(self._handover(number + 1), until))

    def next_after(self, member: str) -> tuple[str, ...]:
        """Who stands in for a member, first to last: the others in the order of their turns."""
        if member not in self.members:
            return tuple(dict.fromkeys(self.members))
        place = self.members.index(member) + 1
        others = (name for name in self.members[place:] + self.members[:place] if name != member)
        return tuple(dict.fromkeys(others))

    def _number(self, at: datetime) -> int:
        """How many turns were handed over before; negative before the first."""
        days = at.astimezone(ZoneInfo(self.timezone)).toordinal() - self.starts.toordinal()
        number = days // self.turn_days - 1
        while at >= self._handover(number + 1):
            number += 1
        return number

    def _handover(self, number: int) -> datetime:
        day = self.starts.toordinal() + number * self.turn_days
        return local_instant(ZoneInfo(self.timezone), day, self.handover.hour * 60 + self.handover.minute)
