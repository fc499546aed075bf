"""What is written down of a complaint: demand, goods, evidence, finding, measures (sop C2, C8, C10)."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from domain.base import AmountMinor, Currency, Instant, Model, Quantity, Slug, SomeMinor, Text
from domain.goodwill import Purpose
from domain.orders import Reason
from domain.records import CaseKind
from domain.refund_ways import A_WORD_IS_FOR_ANOTHER_WAY, ByWay, Way
from domain.schema_rules import UNIQUE, any_of, both, given, one_of, some, told_by, when, without

Party = Literal["customer", "merchant", "carrier"]
"""Who is asked in an investigation."""
ResponsibleParty = Literal["merchant", "carrier", "platform", "staff", "customer", "third_party", "nobody"]
Want = Literal["refund", "exchange", "compensation", "apology", "improvement"]
MeasureKind = Literal["refund", "compensation", "voucher", "return", "exchange", "apology", "improvement"]
MeasureStatus = Literal["to_start", "under_way", "done", "failed"]

ShortText = Annotated[Text, Field(min_length=1, max_length=200)]
LongText = Annotated[Text, Field(min_length=1, max_length=2000)]


class Attachment(Model):
    """A file by reference; the hash proves later that it is still the same one."""

    ref: ShortText
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Demand(Model):
    """What the customer wants, and how much money where they say so (sop C2)."""

    model_config = told_by(one_of(given("amount_minor", "currency"), without("amount_minor", "currency")))

    wants: list[Want] = Field(min_length=1, json_schema_extra=UNIQUE)
    amount_minor: AmountMinor | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if len(set(self.wants)) < len(self.wants):
            raise ValueError("`wants` names something twice")
        if (self.amount_minor is None) != (self.currency is None):
            raise ValueError("an amount needs its currency, and a currency its amount")
        return self


class ComplainedLine(Model):
    """Units of an order line."""

    line: Slug
    quantity: Quantity


class ReturnedLine(ComplainedLine):
    """Units of an order line that are to go back, and why."""

    reason: Reason = "quality"


class Statement(Model):
    """A question to one of the parties, and whether it was answered."""

    number: int
    party: Party
    answered: bool = False


class Evidence(Attachment):
    """A file of the investigation, and what it shows."""

    shows: ShortText


class Finding(Model):
    """What the investigation came to."""

    party: ResponsibleParty
    root_cause: Slug
    recurring: bool = False
    words: LongText
    carrier: Slug | None = None
    """Which carrier, where it is one's doing."""


class Improvement(Model):
    """What a department is to change, until when (sop C16)."""

    department: Slug
    action: LongText
    due_at: Instant | None = None
    """Without a time the policy's."""


_MONEY, _GOODS, _PAID = (
    ("refund", "compensation", "voucher"),
    ("return", "exchange"),
    ("refund", "compensation"),
)
_NEEDS_OF_KINDS = (
    when("kind", _MONEY, both(given("amount_minor"), without("lines", "improvement"))),
    when("kind", _GOODS, both(some("lines"), without("amount_minor", "improvement"))),
    when("kind", ["improvement"], both(given("improvement"), without("amount_minor", "lines"))),
    when("kind", ["apology"], without("amount_minor", "lines", "improvement")),
    any_of({"properties": {"kind": {"enum": [*_PAID]}}}, {"properties": {"way": {"const": "original"}}}),
    A_WORD_IS_FOR_ANOTHER_WAY,
)


class MeasureWanted(ByWay):
    """One of the measures that a solution is made of (sop C10).

    A `refund` is paid out of what was captured, a `compensation` and a `voucher` out of budgets of their own;
    of money that did not arrive the `way` may be another one, with the customer's word. `return` and
    `exchange` open a case of their own; an `apology` is said in the written answer; an `improvement` goes to
    a department as a case that nobody here waits for.
    """

    model_config = told_by(*_NEEDS_OF_KINDS)

    kind: MeasureKind
    amount_minor: SomeMinor | None = None
    lines: list[ReturnedLine] = []
    improvement: Improvement | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needs = {
            "refund": "amount_minor",
            "compensation": "amount_minor",
            "voucher": "amount_minor",
            "return": "lines",
            "exchange": "lines",
            "improvement": "improvement",
        }
        given = {name for name in ("amount_minor", "lines", "improvement") if getattr(self, name)}
        needed = {needs[self.kind]} if self.kind in needs else set[str]()
        if missing := needed - given:
            raise ValueError(f"{self.kind} needs `{missing.pop()}`")
        if surplus := given - needed:
            raise ValueError(f"{self.kind} has no `{surplus.pop()}`")
        if self.way != "original" and self.kind not in ("refund", "compensation"):
            raise ValueError(f"{self.kind} has no `way`")
        return self


class Measure(Model):
    """A measure that was decided on; `status` comes from the case that it belongs to."""

    number: int
    kind: MeasureKind
    amount_minor: int | None = None
    lines: list[ReturnedLine] = []
    improvement: Improvement | None = None
    way: Way = "original"
    customer_says: str | None = None
    round: int = 1
    refund_seq: int | None = None
    refused_code: str | None = None
    """Why the linked case could not be opened."""
    given_up: bool = False
    """It failed, and the desk decided anew."""

    @property
    def is_money(self) -> bool:
        """Whether it is paid, or given as a voucher, through the ledger."""
        return self.kind in get_args(Purpose)

    @property
    def purpose(self) -> Purpose:
        """What its money is for."""
        return self.kind if self.kind in ("compensation", "voucher") else "refund"

    @property
    def opens(self) -> CaseKind | None:
        """The kind of the case that it is, where it is one of its own."""
        if self.kind in ("return", "exchange"):
            return "return"
        return "improvement" if self.kind == "improvement" else None
