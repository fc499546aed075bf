"""What the workflow hands to the store: recorded events, the case's summary, and the batch of both."""

from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from domain.base import Model, UtcInstant

CaseKind = Literal["return", "complaint", "delivery", "shipment", "claim", "improvement", "refund"]
SlaState = Literal["none", "ok", "warned", "breached", "paused"]


class Recorded(Model):
    """One fact in a stream. `type` and `version` are for ever; `data` is the payload's JSON."""

    seq: int
    type: str
    version: int = 1
    at: UtcInstant
    actor: str
    data: dict[str, JsonValue]


class UnitRange(Model):
    """Units first…last (both included, from 1) of an order line."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many units the range holds."""
        return self.last - self.first + 1


class CaseSummary(Model):
    """A row of the `cases` read model, made by the case itself from its state."""

    case_id: str
    kind: CaseKind
    merchant: str
    number: str
    order_id: str | None = None
    customer_id: str | None = None
    stage: str
    open: bool
    outcome: str | None = None
    waiting_for: str | None = None
    waiting_since: UtcInstant | None = None
    priority: str
    tier: str
    channel: str
    language: str
    policy: str
    policy_hash: str
    calendar_revision: str
    opened_at: UtcInstant
    closed_at: UtcInstant | None = None
    last_seq: int
    last_event_at: UtcInstant
    sla_state: SlaState = "none"
    due_metric: str | None = None
    due_at: UtcInstant | None = None
    next_instant_at: UtcInstant | None = None
    refund_minor: int = 0
    currency: str | None = None
    clocks: list[dict[str, JsonValue]] = []
    team: str | None = None
    assignee: str | None = None
    facets: dict[str, str] = {}
    """What figures group the case by: category, carrier, responsible party and the like."""
    links: list[dict[str, str]] = []
    """The cases that belong to it: `case_id`, and what each is to this one."""


class Batch(Model):
    """The unit of recording: consecutive events of one stream and what follows from them.

    `summary` replaces the stream's read-model row; `held` is what the case still holds of its order,
    line to unit ranges, and replaces its claims. Both None for streams that have none (a refund).
    `previous` is the event before the first as its writer knows it: a batch goes on with that one alone. Only
    one that `replaces` takes the place of others: its writer is known to be the one that counts, and tells
    all that it told. `answers` are what requests were answered, by their keys. `run_id`, which a reset keeps,
    and `emitted_at` (the run's own clock) tell a late copy of such a telling; else they are for people.
    """

    case_id: str
    first_seq: int
    events: list[Recorded]
    summary: CaseSummary | None = None
    held: dict[str, list[UnitRange]] | None = None
    answers: dict[str, dict[str, JsonValue]] = {}
    previous: Recorded | None = None
    replaces: bool = False
    run_id: UUID | None = None
    emitted_at: UtcInstant | None = None
