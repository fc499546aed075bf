"""One notice to one reader, its name, and what became of it."""

from typing import Literal, Self

from pydantic import model_validator

from domain.base import Model, Quantity, Slug, UtcInstant
from domain.notice_kinds import FACTS, STAFF_NOTICES, Channel, NoticeFacts, NoticeKind
from domain.orders import Language


class Notice(Model):
    """One thing to tell one reader, once: either a customer, or a role of the staff."""

    notice_id: str
    case_id: str
    merchant: Slug
    customer_id: Slug | None = None
    role: Slug | None = None
    member: Slug | None = None
    """Whom of the staff, by id; without one, or without an address of theirs, the role's address has it."""
    team: Slug | None = None
    """Whose lead it is for: the first with an address who is there; without one the role's address has it."""
    kind: NoticeKind
    language: Language
    facts: NoticeFacts
    channels: tuple[Channel, ...]
    """In the order in which they are tried."""
    attempts_per_channel: Quantity = 3
    """How often a channel that does not answer is tried before the next one."""
    not_before: UtcInstant | None = None
    """The end of the quiet hours that it is held for."""

    @property
    def number(self) -> str:
        """The case's number, as the customer knows it."""
        return self.case_id.rpartition(":")[2]

    @model_validator(mode="after")
    def _has_one_reader(self) -> Self:
        is_staff = self.kind in STAFF_NOTICES
        if (self.role is not None) != is_staff or (self.customer_id is None) != is_staff:
            raise ValueError(
                f"{self.kind} goes to a {'`role`' if is_staff else '`customer_id`'} and nobody else"
            )
        for name in ("member", "team"):
            if getattr(self, name) is not None and not is_staff:
                raise ValueError(f"{self.kind} goes to the customer, not to a `{name}` of the staff")
        return self

    @model_validator(mode="after")
    def _has_its_facts(self) -> Self:
        names = FACTS[self.kind]
        given = {name for name, value in self.facts if value is not None}
        if missing := names.needs - given:
            raise ValueError(f"{self.kind} needs the facts {', '.join(sorted(missing))}")
        if surplus := given - names.needs - names.may_have:
            raise ValueError(f"{self.kind} says nothing about {', '.join(sorted(surplus))}")
        if ("amount_minor" in given) != ("currency" in given):
            raise ValueError("an amount needs its currency, and a currency its amount")
        return self


class Attempt(Model):
    """How one channel answered, and how often it answered so."""

    channel: Channel
    outcome: Literal["sent", "refused", "unavailable"]
    times: Quantity = 1


class NoticeResult(Model):
    """What became of a notice. `undeliverable`: no channel of the policy reaches this reader."""

    channel: Channel | None = None
    state: Literal["sent", "undeliverable"]
    tried: list[Attempt] = []


class NoticeRecord(Model):
    """A row of the notice log: what was done so far, so that nothing is sent again (no personal data)."""

    notice_id: str
    case_id: str
    kind: NoticeKind
    state: Literal["pending", "sent", "undeliverable"] = "pending"
    channel: Channel | None = None
    provider_ref: str | None = None
    attempts: list[Attempt] = []

    @property
    def result(self) -> NoticeResult | None:
        """What became of it; None while that is open."""
        if self.state == "pending":
            return None
        return NoticeResult(channel=self.channel, state=self.state, tried=self.attempts)

    def times(self, channel: Channel, outcome: str) -> int:
        """How often a channel answered so."""
        return sum(a.times for a in self.attempts if (a.channel, a.outcome) == (channel, outcome))

    def with_attempt(
        self,
        channel: Channel,
        outcome: Literal["sent", "refused", "unavailable"],
        provider_ref: str | None = None,
    ) -> Self:
        """The record after one more answer; one `sent` settles it."""
        attempt = Attempt(channel=channel, outcome=outcome, times=self.times(channel, outcome) + 1)
        others = [a for a in self.attempts if (a.channel, a.outcome) != (channel, outcome)]
        changes: dict[str, object] = {"attempts": [*others, attempt]}
        if outcome == "sent":
            changes |= {"state": "sent", "channel": channel, "provider_ref": provider_ref}
        return self.model_copy(update=changes)


def notice_id(
    case_id: str, kind: NoticeKind, seq: int, role: str | None = None, member: str | None = None
) -> str:
    """The notice's name for ever: the same event of a case always gives the same one. No personal data."""
    return ":".join([case_id, kind, str(seq), *(part for part in (role, member) if part)])
