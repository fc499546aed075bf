"""The story of a case by days: what happened, by whom, with what; what the clockwork did is folded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from console.formats import Formats
from domain.cases.events import ClockChanged, NoticeReported
from domain.personal import MASK
from domain.records import Recorded
from starters.words import BACKGROUND

HIDDEN = frozenset(
    {
        *("order", "policy_hash", "terms_hash", "request_hash", "calendar_revision", "policy_asked", "hash"),
        *("sha256", "answer_sha256", "notice_id", "tell", "instance", "units", "language", "timezone"),
        *("schema_version", "label_url", "url", "currency", "scans", "rung", "metric", "change"),
    }
)
"""Fields that a story does without: they are in the raw facts."""
NAMES = frozenset(
    {
        *("agent", "approved_by", "asked_by", "assignee", "carrier", "department", "edited_by"),
        *("from_owner", "from_team", "owner", "policy", "requested_by", "root_cause", "taken_in_by", "team"),
        *("to", "to_team", "warehouse"),
    }
)
"""Fields whose values are names: a team that is called `quality` is not the reason of that name."""
TOPICS = {
    "by": "value.waits",
    "relation": "value.relation",
    "stage": "value.stage",
    "channel": "value.channel",
}
"""Where the words for a field's values are; for others they are those of forms, `choice`."""
TOLD_ELSEWHERE = {
    NoticeReported.name: frozenset({"kind", "channel", "state"}),
    ClockChanged.name: frozenset({"reassign"}),
}


@dataclass(frozen=True)
class Detail:
    """Something that a step says: `name` in the reader's words."""

    name: str
    text: str


@dataclass(frozen=True)
class Step:
    """One fact."""

    seq: int
    at: datetime
    title: str
    who: str
    by: str
    details: list[Detail]
    tone: str = ""


@dataclass
class Turn:
    """Steps that stand together; `is_folded` where the clockwork alone did them."""

    is_folded: bool
    steps: list[Step] = field(default_factory=list[Step])


@dataclass(frozen=True)
class Day:
    """The turns of a day."""

    at: datetime
    turns: list[Turn]


def days_of(events: Sequence[Recorded], formats: Formats, currency: str | None) -> list[Day]:
    """The story, the latest day first, and in each day what came last first."""
    newest = sorted(events, key=lambda event: (event.at, event.seq), reverse=True)
    local = groupby(newest, key=lambda event: event.at.astimezone(formats.zone).date())
    return [_day(list(of_day), formats, currency) for _, of_day in local]


def _day(events: Sequence[Recorded], formats: Formats, currency: str | None) -> Day:
    turns: list[Turn] = []
    for is_folded, several in groupby(events, key=lambda event: event.type in BACKGROUND):
        turns.append(Turn(is_folded, [_step(each, formats, currency) for each in several]))
    return Day(events[0].at, turns)


def _step(event: Recorded, formats: Formats, currency: str | None) -> Step:
    role, _, subject = event.actor.partition(":")
    hidden = HIDDEN | TOLD_ELSEWHERE.get(event.type, frozenset())
    money = str(event.data.get("currency") or currency or "") or None
    shown = {
        name: value
        for name, value in event.data.items()
        if name not in hidden and (name, value) not in (("by", subject), ("agent", subject))
    }
    return Step(
        seq=event.seq,
        at=event.at,
        title=title_of(event, formats),
        who=formats.words.name("actor", role),
        by=subject,
        details=[Detail(*each) for each in details_of(shown, formats, money)],
        tone="red" if event.data.get("change") == "breached" else "",
    )


def title_of(event: Recorded, formats: Formats) -> str:
    """What a fact is, in a few words."""
    t, data = formats.words, event.data
    title = t.name("fact", event.type)
    if event.type == ClockChanged.name:
        metric = t.name("value.metric", str(data.get("metric")))
        change = t.name("value.change", str(data.get("change")))
        return f"{title} · {metric} · {change}{f' ({rung})' if (rung := data.get('rung')) else ''}"
    if event.type == NoticeReported.name:
        kind = t.name("notice", str(data.get("kind")))
        way = t.name("value.channel", str(data["channel"])) if data.get("channel") else t("case.unreached")
        return f"{title} · {kind} · {way}"
    return title


def details_of(data: Mapping[str, Any], formats: Formats, currency: str | None) -> Iterator[tuple[str, str]]:
    """What of a payload can be said in a line each."""
    for name, value in data.items():
        text = told(name, value, formats, currency)
        if text and name not in HIDDEN:
            yield formats.words.name("field", name), text


def told(name: str, value: Any, formats: Formats, currency: str | None) -> str:
    """A value in the reader's words; nothing where there is nothing to tell."""
    t = formats.words
    if value is None or value in ("", [], {}):
        return ""
    if value == MASK:
        return MASK
    if isinstance(value, bool):
        return t("case.yes") if value else t("case.no")
    if isinstance(value, int):
        return formats.money(value, currency) if name.endswith("_minor") and currency else str(value)
    if isinstance(value, list):
        several = cast("list[Any]", value)
        return ", ".join(filter(None, (told(name, each, formats, currency) for each in several)))
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return " · ".join(f"{key} {text}" for key, text in details_of(inner, formats, currency))
    moment = _moment(str(value))
    if moment:
        return formats.moment(moment)
    return str(value) if name in NAMES else t.name_or(f"{TOPICS.get(name, 'choice')}.{value}", str(value))


def _moment(text: str) -> datetime | None:
    if len(text) < len("2026-11-27T00:00Z") or text[10:11] != "T":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
