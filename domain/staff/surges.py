"""Other shifts, turns and capacities for a while: how the staff works through a peak (sop E1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self, TypeVar

from pydantic import Field, model_validator

from domain.base import Instant, Model, Slug
from domain.staff.directory import Slugs
from domain.staff.rota import Rota

M = TypeVar("M", bound=Model)


class TeamInSurge(Model):
    """What is otherwise for a team; what is not said stays."""

    hours: Slug | None = None
    leads: Slugs | None = None
    on_call: Rota | None = None


class MemberInSurge(Model):
    """What is otherwise for a member: who helps another team out, for more hours, with more cases."""

    team: Slug | None = None
    capacity: int | None = Field(default=None, strict=True, ge=0)
    shifts: Slugs | None = None


class Surge(Model):
    """A peak: from `since`, before `until`."""

    since: Instant
    until: Instant
    teams: dict[Slug, TeamInSurge] = {}
    members: dict[Slug, MemberInSurge] = {}

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.until <= self.since:
            raise ValueError("`until` must be later than `since`")
        return self

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.since <= at < self.until

    def overlaps(self, other: Self) -> bool:
        """Whether both are in force at some moment."""
        return self.since < other.until and other.since < self.until


def changed(usual: Mapping[str, M], surge: Mapping[str, Model]) -> dict[str, M]:
    """The entries as they are in a surge; a name that there is not changes nothing."""
    return {name: each.model_copy(update=_said(surge.get(name))) for name, each in usual.items()}


def _said(change: Model | None) -> dict[str, object]:
    return {name: value for name, value in change or () if value is not None}
