"""The facts of money that goes out before the goods are here. Stored names and versions are for ever."""

from typing import Literal

from domain.base import AmountMinor, Currency, Instant
from domain.returns.events import ReturnEvent

Answer = Literal["paid_back", "written_off"]
AdvanceOutcome = Literal["earned", "paid_back", "written_off", "unpaid"]


class PickedUp(ReturnEvent):
    """The carrier has the parcel; recorded where an advance depends on it."""

    name = "return.picked_up"
    scanned_at: Instant


class Advanced(ReturnEvent):
    """The money goes out before the goods are here; they have to be until `goods_by`."""

    name = "return.advanced"
    amount_minor: AmountMinor
    currency: Currency
    goods_by: Instant


class AdvanceDeclined(ReturnEvent):
    """The money waits for the goods after all: `exposure`, or `too_late`."""

    name = "return.advance_declined"
    reason: Literal["exposure", "too_late"]


class ClawbackDue(ReturnEvent):
    """The goods are not here in time; without them the money is asked back at `ask_at`."""

    name = "return.clawback_due"
    ask_at: Instant


class ClawbackReminded(ReturnEvent):
    """The customer was told again."""

    name = "return.clawback_reminded"
    ask_at: Instant


class ClawbackAsked(ReturnEvent):
    """The customer was asked to pay so much of the advance back."""

    name = "return.clawback_asked"
    amount_minor: AmountMinor
    currency: Currency


class ClawbackAnswered(ReturnEvent):
    """What became of what was asked back, by the word of people or a provider."""

    name = "return.clawback_answered"
    outcome: Answer
    recovered_minor: AmountMinor = 0
    provider_ref: str | None = None
    reason: str


class AdvanceEnded(ReturnEvent):
    """The advance stands in the books with its end: earned by goods that passed, paid back, written off;
    or it could not be paid at all.
    """

    name = "return.advance_ended"
    outcome: AdvanceOutcome
    recovered_minor: AmountMinor = 0


OWN: tuple[type[ReturnEvent], ...] = (
    PickedUp,
    Advanced,
    AdvanceDeclined,
    ClawbackDue,
    ClawbackReminded,
    ClawbackAsked,
    ClawbackAnswered,
    AdvanceEnded,
)
