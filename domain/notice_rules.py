"""Which notices a policy sends, by which channels and when: never in quiet hours unless urgent (sop L3)."""

from datetime import UTC, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from domain.base import Model, Quantity
from domain.notice_kinds import Channel, NoticeFacts, NoticeKind
from domain.notices import Notice, notice_id
from domain.orders import Language


class QuietHours(Model):
    """Local times between which nobody is disturbed; they may span midnight."""

    start: time
    end: time

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start == self.end:
            raise ValueError("quiet hours need two different times; leave them out for none")
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("quiet hours are local times without an offset")
        return self


class Route(Model):
    """Kinds of notices that go the same way; `by`: the channels in the order in which they are tried."""

    by: tuple[Channel, ...]
    kinds: tuple[NoticeKind, ...]


class NoticeRules(Model):
    """What a policy says about notices. A kind that `send` does not name is not sent."""

    send: tuple[Route, ...] = ()
    quiet_hours: QuietHours | None = None
    urgent: tuple[NoticeKind, ...] = ()
    """Kinds that do not wait for the end of the quiet hours."""
    attempts_per_channel: Quantity = 3

    @model_validator(mode="after")
    def _one_way_for_each_kind(self) -> Self:
        kinds = [kind for route in self.send for kind in route.kinds]
        if twice := {kind for kind in kinds if kinds.count(kind) > 1}:
            raise ValueError(f"send: {', '.join(sorted(twice))} is there twice; give each kind one way")
        return self

    def channels(self, kind: NoticeKind) -> tuple[Channel, ...]:
        """The channels for a kind, first to last; none: it is not sent."""
        return next((route.by for route in self.send if kind in route.kinds), ())


def send_at(now: datetime, quiet_hours: QuietHours | None, timezone: str) -> datetime:
    """When a notice of `now` may go out: at once, or at the end of the reader's quiet hours; in UTC.

    Where the clocks are set back over the end of the quiet hours, its next occurrence counts; where they skip
    it, it counts by the offset before.
    """
    if quiet_hours is None:
        return now.astimezone(UTC)
    start, end = quiet_hours.start, quiet_hours.end
    local = now.astimezone(ZoneInfo(timezone))
    at = local.time()
    if start < end:
        is_quiet, days = start <= at < end, 0
    else:
        is_quiet, days = at >= start or at < end, int(at >= start)
    if not is_quiet:
        return now.astimezone(UTC)
    ends = datetime.combine(local.date() + timedelta(days=days), end, local.tzinfo)
    ends_at = ends.astimezone(UTC)
    return ends_at if ends_at > now else ends.replace(fold=1).astimezone(UTC)


def compose(
    kind: NoticeKind,
    facts: NoticeFacts,
    *,
    rules: NoticeRules,
    now: datetime,
    case_id: str,
    merchant: str,
    seq: int,
    language: Language,
    timezone: str,
    customer_id: str | None = None,
    role: str | None = None,
    member: str | None = None,
    team: str | None = None,
) -> Notice | None:
    """The notice that event `seq` calls for, to the customer or a role; None if the policy sends none.

    `member` is who has the role at that moment, where that is known; `team` whose lead is meant.

    `timezone` is the reader's. Raises `ValidationError` for facts that the kind lacks or cannot use.
    """
    channels = rules.channels(kind)
    if not channels:
        return None
    out_at = send_at(now, None if kind in rules.urgent else rules.quiet_hours, timezone)
    return Notice(
        notice_id=notice_id(case_id, kind, seq, role, member),
        case_id=case_id,
        merchant=merchant,
        customer_id=customer_id,
        role=role,
        member=member,
        team=team,
        kind=kind,
        language=language,
        facts=facts,
        channels=channels,
        attempts_per_channel=rules.attempts_per_channel,
        not_before=out_at if out_at > now else None,
    )
