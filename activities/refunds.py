"""Money: ledger before money, one key per refund, query before resend (design §5)."""

from datetime import datetime, timedelta
from typing import Literal, get_args

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import scheduled_at
from activities.failures import as_application_error, come_again, typed_failures
from activities.refund_reports import RefundReports
from domain.base import Model
from domain.errors import IdempotencyConflict, NotFound, ProviderRefused, ProviderUnavailable
from domain.refunds import (
    PayRefund,
    RefundOutcome,
    RefundRow,
    Reservation,
    ResolveRefund,
    ended,
    requested,
)
from domain.sla import parse_duration
from providers.ports import PaymentOrder, PaymentPort, PaymentReply
from store.ledger import Ledger

# The refund's own stream: 1 is the request, 2 is how it ended.
SEQ_ENDED = 2
# A provider's answer "never heard of it" counts only when it says so twice, this far apart.
Certain = Literal["settled", "failed"]
FINAL: tuple[Certain, ...] = get_args(Certain)
ABSENT_TWICE_APART = timedelta(minutes=10)


class Report(Model):
    """What a refund tells its case."""

    order: PayRefund
    outcome: RefundOutcome


class Resolution(Model):
    """A person's word on a held refund."""

    order: PayRefund
    word: ResolveRefund


class RefundActivities:
    """The ledger and the gateway, in this order; then the case is told.

    The case is told by the activity that learns it, before that activity ends: a crash in between tells it
    again, which the case ignores.
    """

    def __init__(self, ledger: Ledger, payments: PaymentPort, reports: RefundReports) -> None:
        self._ledger = ledger
        self._payments = payments
        self._reports = reports

    @activity.defn
    @typed_failures
    async def reserve_refund(self, reservation: Reservation) -> None:
        """Take it from the order's budget, fix the intent; raises `over_cap`, `idempotency_conflict`."""
        order = reservation.order
        await self._ledger.reserve(order.intent(self._payments.name), requested(order, reservation.at))

    @activity.defn
    @typed_failures
    async def pay_refund(self, order: PayRefund) -> RefundOutcome:
        """Have it paid once and tell the case when that is certain; what is not is looked at again."""
        outcome = await self._paid(order)
        await self._reports.tell(order, outcome)
        return outcome

    @activity.defn
    @typed_failures
    async def report_refund(self, report: Report) -> None:
        """Tell the case of a refund that was refused before anything was sent."""
        await self._reports.tell(report.order, report.outcome)

    async def _paid(self, order: PayRefund) -> RefundOutcome:
        row = await self._ledger.get(order.key)
        if row.state in FINAL:
            return _outcome(row)
        try:
            reply = await self._ask(order, row)
        except ProviderUnavailable as error:
            await self._ledger.record(order.key, "unknown", scheduled_at(), error=error.message)
            raise self._again(order, error.message) from None
        except ProviderRefused as error:
            return await self._turned_down(order, row, str(error.detail.get("reason", error.code)))
        if reply is None:
            return await self._absent(order, row)
        if reply.state == "pending":
            await self._ledger.record(order.key, "pending", scheduled_at(), provider_ref=reply.provider_ref)
            raise self._again(order, "pending at the provider")
        return await self._end(order, reply.state, provider_ref=reply.provider_ref, reason=reply.reason)

    @activity.defn
    @typed_failures
    async def refund_outcome(self, order: PayRefund) -> RefundOutcome | None:
        """What the ledger says of a refund; None while it is on its way, or not reserved yet."""
        try:
            row = await self._ledger.get(order.key)
        except NotFound:
            return None
        return _outcome(row) if row.state in FINAL else None

    @activity.defn
    @typed_failures
    async def resolve_refund(self, resolution: Resolution) -> RefundOutcome:
        """Write down what a person found out about a held refund."""
        order, word = resolution.order, resolution.word
        state: Certain = "settled" if word.paid else "failed"
        outcome = RefundOutcome(
            state=state,
            at=scheduled_at(),
            provider_ref=word.provider_ref,
            reason=word.reason,
        )
        batch = ended(order, SEQ_ENDED, outcome, actor=f"ops:{word.by}")
        await self._ledger.record(
            order.key,
            state,
            outcome.at,
            provider_ref=outcome.provider_ref,
            reason=outcome.reason,
            batch=batch,
        )
        await self._reports.tell(order, outcome)
        return outcome

    async def _ask(self, order: PayRefund, row: RefundRow) -> PaymentReply | None:
        """Query before resend; send only while the provider surely remembers the key."""
        if row.first_sent_at is not None:
            found = await self._find(order)
            if found is not None or row.state == "pending" or not self._may_send(order, row.first_sent_at):
                return found
        if (await self._ledger.mark_sent(order.key, scheduled_at())).state != "sent":
            raise ProviderUnavailable("another attempt has had an answer meanwhile")
        return await self._payments.refund(
            PaymentOrder(
                key=order.key,
                merchant=order.merchant,
                order_id=order.order_id,
                amount_minor=order.amount_minor,
                currency=order.currency,
            )
        )

    async def _find(self, order: PayRefund) -> PaymentReply | None:
        try:
            return await self._payments.find(order.merchant, order.key)
        except ProviderRefused as error:
            # A query that is refused says nothing about the money.
            raise ProviderUnavailable(f"the provider refused to be asked: {error.message}") from None

    async def _turned_down(self, order: PayRefund, row: RefundRow, reason: str) -> RefundOutcome:
        """A no to the first sending is certain; a later one, or a key known otherwise, may hide a payment."""
        if row.first_sent_at is None and reason != IdempotencyConflict.code:
            return await self._end(order, "failed", reason=reason)
        await self._ledger.record(order.key, "unknown", scheduled_at(), error=reason)
        return RefundOutcome(state="held", at=scheduled_at(), reason=reason)

    def _may_send(self, order: PayRefund, first_sent_at: datetime) -> bool:
        margin = parse_duration(order.rules.key_window_margin)
        return scheduled_at() < first_sent_at + self._payments.key_window - margin

    async def _absent(self, order: PayRefund, row: RefundRow) -> RefundOutcome:
        """The key may be forgotten, so only a person may say that nothing was paid."""
        twice = row.last_error == ABSENT and scheduled_at() >= row.state_since + ABSENT_TWICE_APART
        if not twice:
            await self._ledger.record(order.key, "unknown", scheduled_at(), error=ABSENT)
            raise come_again(ABSENT, "refund_absent", ABSENT_TWICE_APART)
        return RefundOutcome(state="held", at=scheduled_at(), reason=ABSENT)

    async def _end(
        self, order: PayRefund, state: Certain, *, provider_ref: str | None = None, reason: str | None = None
    ) -> RefundOutcome:
        outcome = RefundOutcome(state=state, at=scheduled_at(), provider_ref=provider_ref, reason=reason)
        await self._ledger.record(
            order.key,
            state,
            outcome.at,
            provider_ref=provider_ref,
            reason=reason,
            batch=ended(order, SEQ_ENDED, outcome),
        )
        return outcome

    def _again(self, order: PayRefund, why: str) -> ApplicationError:
        """Look again, with waits that double."""
        longest = parse_duration(order.rules.poll_max)
        looks = activity.info().attempt - 1
        wait = min(parse_duration(order.rules.poll_first) * 2 ** min(looks, 16), longest)
        failure = as_application_error(ProviderUnavailable(why))
        return come_again(failure.message, "refund_unsettled", wait, *failure.details)


ABSENT = "the provider does not know the refund, and may have forgotten its key"


def _outcome(row: RefundRow) -> RefundOutcome:
    return RefundOutcome.model_validate(
        {
            "state": row.state,
            "at": row.state_since,
            "provider_ref": row.provider_ref,
            "reason": row.reason,
        }
    )
