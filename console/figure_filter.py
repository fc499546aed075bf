"""What the figures are narrowed to: read from an address, written to one, and as a store's filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from urllib.parse import urlencode

from pydantic import ValidationError

from console.desk import Desk
from console.formats import Formats
from console.lists import Choice
from domain.access import Identity
from domain.errors import InvalidRequest
from domain.figures import NO_TEAM, FigureFilter
from domain.kinds import KINDS
from domain.orders import IntakeChannel

PRESETS = {"today": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
"""Days that end with today, by the name that addresses have for them."""
PRESET = "30d"
FILTERS = ("kind", "channel", "team", "metric")
CHANNELS: tuple[str, ...] = get_args(IntakeChannel)
FIRST_YEAR, LAST_YEAR = 2000, 2200
MOST_DAYS = 731
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Days of the reader's zone, the last one included, and what else is asked for."""

    first: date
    last: date
    where: FigureFilter
    preset: str | None
    metric: str | None = None

    @property
    def narrowed(self) -> dict[str, str]:
        """What is asked for beside the days; what does not matter is left out."""
        narrowed = {
            "kind": self.where.kinds[0] if self.where.kinds else None,
            "channel": self.where.channel,
            "team": self.where.team,
            "metric": self.metric,
        }
        return {name: value for name, value in narrowed.items() if value}

    @property
    def whole(self) -> dict[str, str]:
        """With the very days, so that it says the same tomorrow."""
        return {"since": self.first.isoformat(), "until": self.last.isoformat(), **self.narrowed}

    @property
    def given(self) -> dict[str, str]:
        """As an address has it, which goes on with the days where it names a preset."""
        return {"period": self.preset, **self.narrowed} if self.preset else self.whole

    def address(self, path: str = "/figures", **other: str | int | None) -> str:
        """The address of a page that is narrowed so, and further or otherwise."""
        given = self.given | other
        if "since" in other or "until" in other:
            given.pop("period", None)
        elif other.get("period"):
            given = {name: value for name, value in given.items() if name not in ("since", "until")}
        return (
            f"{path}?{urlencode({name: value for name, value in given.items() if value not in (None, '')})}"
        )


def asked(query: Mapping[str, str], who: Identity, formats: Formats) -> Asked:
    """What an address asks for; only ever of the reader's own merchant. Raises `InvalidRequest`."""
    first, last, preset = _days(query, formats.now.astimezone(formats.zone).date())
    kind, channel = query.get("kind") or None, query.get("channel") or None
    if kind not in (None, *KINDS):
        raise InvalidRequest("kind: there is no such value", field="kind")
    if channel not in (None, *CHANNELS):
        raise InvalidRequest("channel: there is no such value", field="channel")
    try:
        where = FigureFilter(
            merchant=who.merchant,
            kinds=[kind] if kind else None,
            since=_midnight(first, formats),
            until=_midnight(last + DAY, formats),
            channel=channel,
            team=query.get("team") or None,
        )
        metric = FigureFilter(channel=query.get("metric") or None).channel
    except ValidationError:
        raise InvalidRequest("team, metric: that is no name") from None
    return Asked(first, last, where, preset, metric)


def _days(query: Mapping[str, str], today: date) -> tuple[date, date, str | None]:
    """The first and the last day, and the preset if they are one's. Days that are written down come first."""
    if query.get("since") or query.get("until"):
        last = _day(query, "until") or today
        first = _day(query, "since") or last - timedelta(days=PRESETS[PRESET] - 1)
        if first > last:
            raise InvalidRequest("since: the period ends before it begins", field="since")
        if (last - first).days >= MOST_DAYS:
            raise InvalidRequest(f"since: a period has at most {MOST_DAYS} days", field="since")
        return first, last, None
    preset = query.get("period") or PRESET
    if preset not in PRESETS:
        raise InvalidRequest("period: there is no such value", field="period")
    return today - timedelta(days=PRESETS[preset] - 1), today, preset


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{name}: write a day like 2026-11-20", field=name) from None
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise InvalidRequest(f"{name}: that is too far away", field=name)
    return day


def _midnight(day: date, formats: Formats) -> datetime:
    return datetime.combine(day, time(), formats.zone).astimezone(UTC)


async def choices(
    desk: Desk, ask: Asked, metrics: Sequence[str], formats: Formats
) -> dict[str, list[Choice]]:
    """What each filter offers, in the reader's words; of clocks those that there are."""
    t = formats.words
    offered = {
        "kind": {name: t.name("value.kind", name) for name in KINDS},
        "channel": {name: t.name("value.channel", name) for name in CHANNELS},
        "team": {**await teams_of(desk, formats), NO_TEAM: t("figures.no_team")},
        "metric": {name: t.name("value.metric", name) for name in metrics},
    }
    return {
        name: [Choice(value, words, ask.given.get(name) == value) for value, words in values.items()]
        for name, values in offered.items()
    }


async def teams_of(desk: Desk, formats: Formats) -> dict[str, str]:
    """What the teams are called."""
    directory = await desk.directory(formats.now)
    language = formats.words.language
    return {
        name: team.title.get(language, name) for name, team in (directory.teams if directory else {}).items()
    }
