"""What the summary is made of: models without rules."""

from domain.base import Instant, Model
from domain.notice_kinds import Channel
from domain.records import CaseKind


class ClockCount(Model):
    """How a promise was kept. `warned`: met, but only after a warning. `other`: cancelled or running."""

    metric: str
    met: int
    warned: int
    breached: int
    other: int
    attainment_percent: float | None
    """Met ÷ (met + breached), rounded down; None before any verdict."""


class KindCount(Model):
    """The cases of a kind: how they ended, and how their clocks were kept."""

    kind: CaseKind
    cases: int
    open: int
    outcomes: dict[str, int]
    clocks: list[ClockCount]


class Money(Model):
    """Refunds in minor units, by our ledger and by the gateway's journal."""

    currency: str
    refunds: int
    ledger_minor: int
    journal_minor: int
    differences: list[str]
    """Keys of refunds of which the two say different things."""


class CarrierMoney(Model):
    """What carriers paid for parcels, by our books and by their claims desks."""

    claims: int
    booked_minor: int
    paid_minor: int
    differences: list[str]
    """Keys of claims of which the two say different things."""


class Notices(Model):
    """What customers were told. `fell_back`: reached by a later channel, because one before said no."""

    by_channel: dict[Channel, int]
    fell_back: int
    undeliverable: int
    handed_over_again: int
    """Repeats after a crash, which the receiver recognised by their id and dropped."""
    unaccounted: list[str]
    """Notices that our log says arrived and the inboxes do not have, or the other way round."""


class Surge(Model):
    """The surge policy: when it was in force, and how what it was asked to hold was kept."""

    policy: str
    since: Instant
    until: Instant
    kinds: list[KindCount]
    """Cases that are held to it, and their clocks."""


class StormCount(Model):
    """The storm: which parcels' customers were told of it how often."""

    region: str
    until: Instant
    proposals: list[str]
    spared: int
    """Parcels whose clocks rested."""
    told: int
    """Parcels whose customers were told."""


class Waiting(Model):
    """A case that has not ended."""

    case_id: str
    stage: str
    waiting_for: str | None


class Check(Model):
    """Something that must hold, and whether it does."""

    name: str
    holds: bool
    detail: str
