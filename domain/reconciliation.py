"""What a gateway tells of a refund against what the ledger has: the differences. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from pydantic import JsonValue

from domain.base import Currency, Model, SomeMinor, UtcInstant
from domain.provider_news import ProviderState
from domain.refunds import OPEN_STATES, RefundRow, RefundState

FindingKind = Literal[
    "unknown_to_us",
    "unknown_to_them",
    "amount_differs",
    "currency_differs",
    "state_differs",
    "behind",
    "stopped",
    "overdue",
]
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)

Source = Literal["query", "statement"]


class Theirs(Model):
    """The gateway's word on a refund: an answer, or a line of a statement.

    Without amount and currency it is what was asked for: an adapter takes no other answer. `row` is the place
    in the statement's file.
    """

    ref: str
    key: str | None = None
    amount_minor: SomeMinor | None = None
    currency: Currency | None = None
    state: ProviderState
    at: UtcInstant | None = None
    row: int | None = None
    payment_id: str | None = None
    """The payment, by the name that the shop gave it; the gateway's own at Stripe."""


class Finding(Model):
    """A difference. `subject`: the refund's key, or the gateway's own number of one that we do not know.

    With `hint` the refund's own workflow can settle it, as the only writer of its stream.
    """

    kind: FindingKind
    source: Source
    provider: str
    merchant: str
    subject: str
    ours: RefundRow | None = None
    theirs: Theirs | None = None
    hint: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is looked at again before it is anybody's task.

        Its workflow may settle it; and one answer against the ledger's end may be a gateway's lapse.
        """
        return self.hint or (self.source == "query" and self.kind in ("unknown_to_them", "state_differs"))

    @property
    def mark(self) -> str:
        """What a person's word on it holds for: both sides' amounts, states and numbers."""
        ours, theirs = self.ours, self.theirs
        return " / ".join(
            (
                f"{ours.state} {ours.amount_minor} {ours.currency}" if ours else "-",
                f"{theirs.state} {theirs.amount_minor} {theirs.currency} {theirs.ref}" if theirs else "-",
            )
        )

    @property
    def facts(self) -> dict[str, JsonValue]:
        """Both sides, as a person compares them; without customers and without words."""
        told: dict[str, JsonValue] = {"ours": None, "theirs": None}
        if self.ours is not None:
            told["ours"] = self.ours.model_dump(mode="json", include=_OURS, exclude_none=True)
        if self.theirs is not None:
            told["theirs"] = self.theirs.model_dump(mode="json", exclude_none=True)
        return told


_OURS = {
    "refund_id",
    "key",
    "case_id",
    "order_id",
    "amount_minor",
    "currency",
    "payment_id",
    "state",
    "state_since",
    "first_sent_at",
    "attempts",
    "provider_ref",
    "last_error",
}


def compare(ours: RefundRow, theirs: Theirs | None, source: Source = "query") -> Finding | None:
    """The difference between a refund and the gateway's word on it; None for its word: it knows of none."""
    if theirs is None:
        return _found("unknown_to_them", ours, source=source) if ours.state == "settled" else None
    if theirs.currency not in (None, ours.currency):
        return _found("currency_differs", ours, theirs, source=source)
    if theirs.amount_minor not in (None, ours.amount_minor):
        return _found("amount_differs", ours, theirs, source=source)
    if ours.provider_ref not in (None, theirs.ref) and ours.state in ("settled", "returned"):
        return _second_payment(ours, theirs, source)
    kind, hint = _by_state(ours.state, theirs.state, source)
    return None if kind is None else _found(kind, ours, theirs, hint=hint, source=source)


def unknown_to_us(theirs: Theirs, provider: str, merchant: str) -> Finding | None:
    """A refund of a statement that no row is about; one that came to nothing moved no money."""
    if theirs.state == "failed":
        return None
    return Finding(
        kind="unknown_to_us",
        source="statement",
        provider=provider,
        merchant=merchant,
        subject=theirs.ref,
        theirs=theirs,
    )


def stopped(ours: RefundRow) -> Finding:
    """A refund that is on its way, and whose workflow does not run."""
    return _found("stopped", ours, hint=True)


def overdue(ours: RefundRow, now: datetime, after: timedelta) -> Finding | None:
    """A refund that is on its way for too long; one that waits for a second person has a clock of its own."""
    since = ours.first_sent_at or ours.reserved_at or ours.state_since
    if ours.state not in OPEN_STATES or ours.approval == "asked" or now - since < after:
        return None
    return _found("overdue", ours)


def match(theirs: Theirs, rows: Sequence[RefundRow]) -> RefundRow | None:
    """The row that a line of a statement is about: by our key, else by the gateway's number."""
    by_key = (row for row in rows if row.key == theirs.key)
    return next(by_key, None) or next((row for row in rows if row.provider_ref == theirs.ref), None)


def is_there_still(kind: FindingKind, row: RefundRow | None, theirs: Theirs | None, *, told: bool) -> bool:
    """Whether a statement's difference holds, as the ledger is by now; `told`: a statement has the row."""
    if theirs is None:
        return row is not None and row.state == "settled" and not told
    if row is None:
        return True
    found = compare(row, theirs, "statement")
    return found is not None and found.kind == kind


def _by_state(ours: RefundState, theirs: ProviderState, source: Source) -> tuple[FindingKind | None, bool]:
    """What differs, and whether the refund's workflow can settle it.

    A statement tells what was so on its day: what came later is no difference.
    """
    if ours in OPEN_STATES:
        return ("behind", True) if theirs in ("settled", "failed") else (None, False)
    later = {"settled": ("pending",), "failed": ("pending",), "returned": ("pending", "settled")}
    if source == "statement" and theirs in later[ours]:
        return None, False
    agree = {"settled": ("settled",), "failed": ("failed",), "returned": ("failed", "stuck")}
    if theirs in agree[ours]:
        return None, False
    # Money that came back later is taken down by the refund's own workflow.
    return "state_differs", ours == "settled" and theirs in ("failed", "stuck")


def _second_payment(ours: RefundRow, theirs: Theirs, source: Source) -> Finding | None:
    """Another payment under the key of one that was paid: this one nobody knows of."""
    if theirs.state == "failed":
        return None
    found = _found("unknown_to_us", ours, theirs, source=source)
    return found.model_copy(update={"subject": theirs.ref})


def _found(
    kind: FindingKind,
    ours: RefundRow,
    theirs: Theirs | None = None,
    *,
    hint: bool = False,
    source: Source = "query",
) -> Finding:
    return Finding(
        kind=kind,
        source=source,
        provider=ours.provider,
        merchant=ours.merchant,
        subject=ours.key,
        ours=ours,
        theirs=theirs,
        hint=hint,
    )
