"""What is said about a window of extreme weather: announced, moved, asked for (docs/deliveries.md)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Instant, Model, Slug
from domain.cases.relief import GrantRelief
from domain.message import Message
from domain.regions import Region

EVERYBODY = "all"
"""In a window's id, where no merchant is named."""


class AnnounceWeather(Message):
    """The only argument of `WeatherRelief`: a region, a span, and the carriers that it strikes.

    No `merchant`: everybody's parcels. No `carriers`: all of them. The same once more changes nothing.
    """

    name: Slug
    merchant: Slug | None = None
    region: Region
    reason: Slug
    since: Instant
    until: Instant
    carriers: Annotated[list[Slug], Field(max_length=20)] = []
    by: Slug
    policy: Slug = "standard"

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.since >= self.until:
            raise ValueError("`until` must be later than `since`")
        return self

    @property
    def window_id(self) -> str:
        """The workflow id and the window's name in the store."""
        return f"weather:{self.merchant or EVERYBODY}:{self.name}"


class MoveWeather(Message):
    """The window lasts longer, or is over earlier."""

    by: Slug
    until: Instant


class Window(Model):
    """A window as it is by now: until when, which other carriers are proposed, and what it touches."""

    window_id: str
    region: Region
    reason: str
    since: Instant
    until: Instant
    carriers: list[str] = []
    proposals: list[str] = []
    ended_at: Instant | None = None
    parcels: int = 0
    """Cases of parcels on their way that it touches, or has touched."""
    clocks: int = 0
    """Clocks of theirs that rest while it lasts."""


def relief_for(window: Window, by: str, *, tell: bool) -> GrantRelief:
    """What a case that it touches is told."""
    _, _, name = window.window_id.split(":", 2)
    return GrantRelief(
        by=by,
        window=name,
        region=window.region,
        reason=window.reason,
        until=window.until,
        carriers=window.proposals,
        tell=tell,
    )
