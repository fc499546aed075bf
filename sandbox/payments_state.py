"""What the payment gateway remembers: captures, refunds, idempotency keys and every movement of money."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.base import Instant, Model, SomeMinor
from sandbox.http import Refusal, not_found
from sandbox.journal import Journal
from sandbox.payment_messages import (
    Capture,
    Dialect,
    Dispute,
    GatewaySettings,
    Movement,
    Refund,
    RefundRequest,
)

End = Literal["settled", "failed"]


class Captured(Capture):
    """Money came in for an order."""

    entry: Literal["captured"] = "captured"


class Accepted(Refund):
    """A refund was taken on. `due_at` None: it waits for a command. `will_fail`: it ends badly."""

    entry: Literal["accepted"] = "accepted"
    due_at: Instant | None
    will_fail: bool = False


class Ended(Model):
    """A refund settled, or failed, even after it had settled; the amount is repeated for whoever audits."""

    entry: End
    at: Instant
    ref: str
    key: str
    amount_minor: SomeMinor
    currency: str
    reason: str | None = None


class Pruned(Model):
    """The gateway forgot a key."""

    entry: Literal["pruned"] = "pruned"
    merchant: str
    key: str


class Disputed(Dispute):
    """The bank of whoever paid asks for the money, or has decided."""

    entry: Literal["disputed"] = "disputed"
    merchant: str
    payment_id: str


class Forgotten(Model):
    """The gateway has no trace of a refund any more; only tests plant this."""

    entry: Literal["forgotten"] = "forgotten"
    ref: str


class Amended(Model):
    """The gateway's record of a refund is over another amount; only tests plant this."""

    entry: Literal["amended"] = "amended"
    ref: str
    amount_minor: SomeMinor


Entry = Captured | Accepted | Ended | Pruned | Disputed | Forgotten | Amended
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Payments:
    """The gateway's memory, rebuilt from its journal; nothing is answered before it is on disk."""

    def __init__(self, journal: Journal[Entry], order_capture: Callable[[str, str], Capture | None]) -> None:
        self.settings = GatewaySettings()
        self.movements: list[Movement] = []
        self.refunds: dict[str, Refund] = {}
        self.told: Callable[[Refund, datetime], None] = lambda _, __: None
        self.told_dispute: Callable[[Capture, Dispute], None] = lambda _, __: None
        """Hears of each refund that comes to an end, and when."""
        self._journal = journal
        self._order_capture = order_capture
        self._captures: dict[tuple[str, str], Capture] = {}
        self._disputes: dict[tuple[str, str], Dispute] = {}
        self._keys: dict[tuple[str, str], Refund] = {}
        self._pending: dict[str, Accepted] = {}
        self._taken = 0
        self._of_order: dict[tuple[str, str], list[str]] = {}
        self._of_key: dict[tuple[str, str], list[str]] = {}
        for entry in journal.replay():
            self._apply(entry)

    def capture(self, capture: Capture) -> None:
        """Money came in for an order; stands above what the shop says of it."""
        self._record(Captured(**capture.model_dump()))

    def captured(self, merchant: str, order_id: str) -> Capture | None:
        """What came in for an order, or by a payment."""
        key = (merchant, order_id)
        return self._captures.get(key) or self._order_capture(*key)

    def of_payment(self, merchant: str, order_id: str, now: datetime) -> list[Refund]:
        """All refunds of an order or a payment, the first first."""
        self.settle_due(now)
        return [self.refunds[ref] for ref in self._of_order.get((merchant, order_id), [])]

    def refund(
        self,
        merchant: str,
        request: RefundRequest,
        now: datetime,
        *,
        will_fail: bool = False,
        keys_are_kept: bool = False,
        dialect: Dialect = "sandbox",
    ) -> Refund:
        """Pay back, or answer as before if the key is remembered; raises `Refusal`."""
        self.settle_due(now)
        first = self._keys.get((merchant, request.key))
        window = timedelta(seconds=self.settings.key_window_seconds)
        if first and (keys_are_kept or now - first.accepted_at < window):
            return self._repeat(first, request)
        self._check_money(merchant, request)
        after = self.settings.settle_after_seconds
        accepted = Accepted(
            **request.model_dump(),
            ref=f"re_{self._taken + 1:08d}",
            merchant=merchant,
            state="pending",
            accepted_at=now,
            dialect=dialect,
            due_at=None if after is None else now + timedelta(seconds=after),
            will_fail=will_fail,
        )
        at_once = after == 0 and not will_fail
        self._record(accepted, *([_ended(accepted, "settled", now)] if at_once else []))
        return self.refunds[accepted.ref]

    def _repeat(self, first: Refund, request: RefundRequest) -> Refund:
        if RefundRequest.model_validate(first.model_dump(include=set(RefundRequest.model_fields))) != request:
            raise Refusal(409, "idempotency_conflict", "this key was used with other content")
        return self.refunds[first.ref]

    def _check_money(self, merchant: str, request: RefundRequest) -> None:
        key = (merchant, request.order_id)
        capture = self.captured(*key)
        if capture is None:
            raise Refusal(422, "unknown_charge", "nothing was captured for this order")
        if key in self._disputes and self._disputes[key].state != "won":
            raise Refusal(422, "payment_disputed", "the payment is in dispute, or was lost to one")
        if capture.currency != request.currency:
            raise Refusal(422, "currency_mismatch", f"the order was paid in {capture.currency}")
        if request.from_captured and self._paid_back(*key) + request.amount_minor > capture.amount_minor:
            raise Refusal(422, "over_refund", "more than what was captured and not yet refunded")

    def _paid_back(self, merchant: str, order_id: str) -> int:
        """What the order's refunds took or hold of its capture."""
        refunds = (self.refunds[ref] for ref in self._of_order.get((merchant, order_id), []))
        return sum(
            refund.amount_minor for refund in refunds if refund.from_captured and refund.state != "failed"
        )

    def find(self, merchant: str, key: str, now: datetime) -> Refund:
        """The refund with this key, also when the key is forgotten; the first that was not in vain."""
        self.settle_due(now)
        found = [self.refunds[ref] for ref in self._of_key.get((merchant, key), [])]
        if not found:
            raise not_found("refund")
        return next((refund for refund in found if refund.state != "failed"), found[-1])

    def end(self, merchant: str, key: str, state: End, now: datetime, reason: str | None = None) -> Refund:
        """Settle a pending refund by command, or let one fail, even a settled one."""
        refund = self.find(merchant, key, now)
        if refund.state == "failed" or refund.state == state:
            raise Refusal(409, "wrong_state", f"the refund is already {refund.state}")
        self._record(_ended(refund, state, now, reason))
        return self.refunds[refund.ref]

    def prune(self, merchant: str, key: str) -> None:
        """Forget a key now: the next request with it pays again."""
        if (merchant, key) in self._keys:
            self._record(Pruned(merchant=merchant, key=key))

    def dispute(self, merchant: str, payment_id: str, dispute: Dispute) -> None:
        """Open a dispute of a payment, or end it."""
        self._record(Disputed(merchant=merchant, payment_id=payment_id, **dispute.model_dump()))
        if capture := self.captured(merchant, payment_id):
            self.told_dispute(capture, dispute)

    def forget(self, merchant: str, key: str, now: datetime) -> None:
        """Plant a refund that we know and the gateway does not: it and its money were never there."""
        self._record(Forgotten(ref=self.find(merchant, key, now).ref))

    def amend(self, merchant: str, key: str, amount_minor: int, now: datetime) -> Refund:
        """Plant another amount: so much was paid, whatever was asked for."""
        found = self.find(merchant, key, now)
        self._record(Amended(ref=found.ref, amount_minor=amount_minor))
        return self.refunds[found.ref]

    def settle_due(self, now: datetime) -> None:
        """Bring pending refunds to the end that their time has come for."""
        for accepted in list(self._pending.values()):
            if accepted.due_at is not None and accepted.due_at <= now:
                state: End = "failed" if accepted.will_fail else "settled"
                reason = "account_closed" if accepted.will_fail else None
                self._record(_ended(accepted, state, accepted.due_at, reason))

    def _record(self, *entries: Entry) -> None:
        self._journal.append(*entries)
        for entry in entries:
            self._apply(entry)
            if isinstance(entry, Ended):
                self.told(self.refunds[entry.ref], entry.at)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, Captured):
            capture = Capture.model_validate(entry.model_dump(exclude={"entry"}))
            self._captures[(entry.merchant, entry.order_id)] = capture
        elif isinstance(entry, Accepted):
            refund = Refund.model_validate(entry.model_dump(exclude={"entry", "due_at", "will_fail"}))
            self.refunds[entry.ref] = self._keys[(entry.merchant, entry.key)] = refund
            self._pending[entry.ref] = entry
            self._taken += 1
            self._of_order.setdefault((entry.merchant, entry.order_id), []).append(entry.ref)
            self._of_key.setdefault((entry.merchant, entry.key), []).append(entry.ref)
        elif isinstance(entry, Pruned):
            self._keys.pop((entry.merchant, entry.key), None)
        elif isinstance(entry, Disputed):
            self._disputes[entry.merchant, entry.payment_id] = entry
        elif isinstance(entry, Forgotten):
            self._forget(self.refunds.pop(entry.ref))
        elif isinstance(entry, Amended):
            self._amend(entry)
        else:
            self._end(entry)

    def _forget(self, refund: Refund) -> None:
        self._pending.pop(refund.ref, None)
        self._keys.pop((refund.merchant, refund.key), None)
        self._of_order[(refund.merchant, refund.order_id)].remove(refund.ref)
        self._of_key[(refund.merchant, refund.key)].remove(refund.ref)
        self.movements = [moved for moved in self.movements if moved.ref != refund.ref]

    def _amend(self, entry: Amended) -> None:
        change = {"amount_minor": entry.amount_minor}
        self.refunds[entry.ref] = self.refunds[entry.ref].model_copy(update=change)
        self.movements = [
            moved.model_copy(update=change) if moved.ref == entry.ref else moved for moved in self.movements
        ]

    def _end(self, entry: Ended) -> None:
        self._pending.pop(entry.ref, None)
        refund = self.refunds[entry.ref]
        sign = {("pending", "settled"): 1, ("settled", "failed"): -1}.get((refund.state, entry.entry), 0)
        if sign:
            self.movements.append(
                Movement(
                    at=entry.at,
                    ref=refund.ref,
                    key=refund.key,
                    merchant=refund.merchant,
                    order_id=refund.order_id,
                    amount_minor=sign * refund.amount_minor,
                    currency=refund.currency,
                )
            )
        ended = refund.model_copy(update={"state": entry.entry, "reason": entry.reason})
        self.refunds[entry.ref] = ended


def _ended(refund: Refund, state: End, at: datetime, reason: str | None = None) -> Ended:
    return Ended(
        entry=state,
        at=at,
        ref=refund.ref,
        key=refund.key,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason=reason,
    )
