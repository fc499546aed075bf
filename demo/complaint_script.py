"""The complaints of the day: two on every channel, made up, fixed, told here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from demo.day import MERCHANT, BookedOrder
from demo.script import drawn
from domain.grading import ComplaintCategory, Severity, Urgency
from domain.orders import IntakeChannel, Language

ComplaintTurn = Literal[
    "apology",  # a word is enough
    "compensation",  # money for the trouble
    "refund",  # money back, the goods stay with the customer
    "not_valid",  # rejected with a reason, which the customer accepts
    "question",  # the customer is asked for more first
    "passed_on",  # the first team passes it on to the right one
    "withdrawn",  # the customer takes it back
    "twice_around",  # an apology does not satisfy the customer; it is evaluated again, and confirmed then
]


@dataclass(frozen=True)
class Draft:
    """A row of the table: on which channel, what about, how bad, how it goes, when it comes (seconds)."""

    channel: IntakeChannel
    category: ComplaintCategory
    severity: Severity
    urgency: Urgency
    turn: ComplaintTurn
    after: float


# Those of the seconds 16.8 to 23.2 come in the peak, when complaints about the quality of goods have 24 s.
TABLE: tuple[Draft, ...] = (
    Draft("app", "product_quality", "major", "soon", "twice_around", 1.0),
    Draft("web", "payment", "major", "immediate", "refund", 2.5),
    Draft("phone", "staff_attitude", "minor", "soon", "apology", 4.0),
    Draft("chat", "logistics", "minor", "normal", "compensation", 5.5),
    Draft("email", "product_quality", "major", "normal", "question", 7.0),
    Draft("order_button", "returns", "minor", "normal", "not_valid", 8.5),
    Draft("social", "privacy", "critical", "immediate", "apology", 10.0),
    Draft("forum", "platform_rules", "minor", "normal", "withdrawn", 11.5),
    Draft("app", "other_service", "minor", "soon", "passed_on", 13.5),
    Draft("web", "product_quality", "minor", "soon", "compensation", 17.4),
    Draft("phone", "product_quality", "major", "immediate", "refund", 18.2),
    Draft("chat", "product_quality", "minor", "normal", "apology", 19.0),
    Draft("email", "logistics", "major", "soon", "compensation", 19.8),
    Draft("order_button", "product_quality", "major", "soon", "refund", 20.6),
    Draft("social", "payment", "minor", "soon", "not_valid", 21.4),
    Draft("forum", "product_quality", "minor", "normal", "apology", 24.0),
)


@dataclass(frozen=True)
class ComplaintPlay(Draft):
    """One complaint with all that the demo knows of it."""

    number: str
    order: BookedOrder
    language: Language

    @property
    def case_id(self) -> str:
        """Its case."""
        return f"complaint:{MERCHANT}:{self.number}"

    @property
    def agent(self) -> str:
        """Who works on it."""
        return drawn(self.number, "agent", ("a31", "a32"))

    @property
    def is_answered_late(self) -> bool:
        """Whether nobody is free at once."""
        return drawn(self.number, "haste", (False, False, False, False, True))


def complaint_plays(
    orders: Sequence[BookedOrder], taken: Collection[str], languages: Mapping[str, Language]
) -> list[ComplaintPlay]:
    """Each about an order of its own: the newest that nothing else of the day is about."""
    free = sorted((o for o in orders if o.order_id not in taken), key=lambda o: o.ordered_at, reverse=True)
    return [
        ComplaintPlay(
            **vars(draft), number=f"C-{index:02}", order=order, language=languages[order.customer_id]
        )
        for index, (draft, order) in enumerate(zip(TABLE, free, strict=False), start=1)
    ]
