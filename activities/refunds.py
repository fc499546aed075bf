"""Money: ledger before money, one key per refund, query before resend (design §5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import machine_now, scheduled_at
from activities.failures import as_application_error, come_again, typed_failures
from activities.gateway import Gateway, TurnedDown
from activities.refund_ends import ENDS, Certain, as_a_whole, outcome_of, told_by, write_end
from domain.approvals import Approval, Asking
from domain.base import Model
from domain.errors import NotFound, PaymentDisputed, ProviderUnavailable
from domain.refund_parts import Share, together
from domain.refund_rules import (
    ABSENT,
    ABSENT_TWICE_APART,
    is_absent_for_good,
    is_certain_no,
    next_look_in,
)
from domain.refunds import (
    PayRefund,
    RefundIntent,
    RefundOutcome,
    RefundRow,
    Reservation,
    ResolveRefund,
    requested,
)
from providers.ports import VOUCHERS, PaymentRails
from store.ledger import Ledger


class Report(Model):
    """What a refund tells its case."""

    order: PayRefund
    outcome: RefundOutcome


class Resolution(Model):
    """A person's word on a held refund."""

    order: PayRefund
    word: ResolveRefund
    part: int = 1


class Reports(Protocol):
    """Who hears what became of a refund."""

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Tell its case; may be repeated."""
        ...


class RefundActivities:
    """The ledger and the gateway, in this order; then the case is told.

    The case is told by the activity that learns it, before that activity ends: a crash in between tells it
    again, which the case ignores.
    """

    def __init__(
        self,
        ledger: Ledger,
        rails: PaymentRails,
        reports: Reports,
        machine: Callable[[], datetime] = machine_now,
    ) -> None:
        self._ledger = ledger
        self._rails = rails
        self._gateway = Gateway(ledger, rails, machine)
        self._reports = reports

    @activity.defn
    @typed_failures
    async def reserve_refund(self, reservation: Reservation) -> Approval | None:
        """Take it from the order's budget, fix the intent.

        What a second person must look at, where the refund waits for one: its case is told by then. Raises
        `over_cap`, `over_budget`, `currency_mismatch`, `idempotency_conflict`, `amount_not_payable`,
        `payment_disputed`.
        """
        order = reservation.order
        rail = self._rails.of(order.merchant, VOUCHERS if order.is_voucher else None)
        rail.check(order.amount_minor, order.currency)
        # Where a gateway pays no more than it took in, a compensation is bounded by that as well.
        intent = order.intent(rail.name, from_captured=order.goodwill is None or not rail.pays_beyond)

        def part_of(whole: RefundIntent, share: Share) -> RefundIntent:
            by = rail if order.is_voucher else self._rails.of(order.merchant, share.rail)
            by.check(share.amount_minor, order.currency)
            taken = share.model_dump(include={"part", "payment_id", "amount_minor"})
            return whole.model_copy(update={**taken, "key": order.key_of(share.part), "provider": by.name})

        asking = Asking(order=order, at=reservation.at)
        row = await self._ledger.reserve(
            intent, requested(order, reservation.at), order.goodwill, part_of, asking
        )
        if row.approval != "asked":
            return None
        asked = await self._ledger.approval(order.refund_id)
        await self._reports.tell(order, _question(asked))
        return asked

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
        """All parts of it; one that is not certain yet holds none of the others up."""
        ends: list[tuple[int, RefundOutcome]] = []
        again: ApplicationError | None = None
        for row in await self._ledger.parts(order.refund_id):
            try:
                ends.append((row.amount_minor, await self._part_paid(order, row)))
            except ApplicationError as not_yet:
                again = not_yet
        if again is not None:
            raise again
        return together(ends)

    async def _part_paid(self, order: PayRefund, row: RefundRow) -> RefundOutcome:
        if row.state in ENDS:
            return outcome_of(row)
        try:
            reply = await self._gateway.ask(order, row)
        except ProviderUnavailable as error:
            await self._ledger.record(row.key, "unknown", scheduled_at(), error=error.message)
            raise self._again(order, error.message) from None
        except PaymentDisputed as blocked:
            return await self._held(row, blocked.code)
        if isinstance(reply, TurnedDown):
            return await self._turned_down(order, reply)
        if reply is None:
            return await self._absent(row)
        if reply.state == "stuck":
            return await self._held(row, reply.reason, provider_ref=reply.provider_ref)
        if reply.state == "pending":
            await self._ledger.record(row.key, "pending", scheduled_at(), provider_ref=reply.provider_ref)
            raise self._again(order, "pending at the provider")
        outcome = told_by(reply, row, reply.state)
        await write_end(self._ledger, order, row, outcome)
        return outcome

    @activity.defn
    @typed_failures
    async def refund_outcome(self, order: PayRefund) -> RefundOutcome | None:
        """What the ledger says of a refund: its end, or that it waits for a second person.

        None while it is on its way, or not reserved yet.
        """
        try:
            rows = await self._ledger.parts(order.refund_id)
        except NotFound:
            return None
        if rows[0].approval == "asked":
            return _question(await self._ledger.approval(order.refund_id))
        if any(row.state not in ENDS for row in rows):
            return None
        return as_a_whole(rows)

    @activity.defn
    @typed_failures
    async def resolve_refund(self, resolution: Resolution) -> RefundOutcome:
        """Write down what a person found out about a held refund, or about the part of it that is held.

        Another part that is held is then the next that the refund waits for.
        """
        order, word = resolution.order, resolution.word
        row = await self._ledger.get(order.key_of(resolution.part))
        state: Certain = "settled" if word.paid else "failed"
        outcome = RefundOutcome(
            state=state,
            at=scheduled_at(),
            provider_ref=word.provider_ref,
            reason=word.reason,
            part=row.part,
        )
        await write_end(self._ledger, order, row, outcome, actor=f"ops:{word.by}")
        rows = await self._ledger.parts(order.refund_id)
        if len(rows) > 1:
            outcome = as_a_whole(rows)
        await self._reports.tell(order, outcome)
        return outcome

    async def _turned_down(self, order: PayRefund, no: TurnedDown) -> RefundOutcome:
        if is_certain_no(no.row, no.reason):
            failed = RefundOutcome(state="failed", at=scheduled_at(), reason=no.reason, part=no.row.part)
            # Another attempt may have sent it since, and be paid: then this no is not certain any more.
            written = await write_end(self._ledger, order, no.row, failed, if_attempts=no.row.attempts)
            if written.state == "failed":
                return failed
        return await self._held(no.row, no.reason)

    async def _held(
        self, row: RefundRow, reason: str | None, *, provider_ref: str | None = None
    ) -> RefundOutcome:
        """Only a person can say what became of it."""
        state = "intent" if row.state == "intent" else "unknown"
        await self._ledger.record(row.key, state, scheduled_at(), error=reason)
        return RefundOutcome(
            state="held", at=scheduled_at(), provider_ref=provider_ref, reason=reason, part=row.part
        )

    async def _absent(self, row: RefundRow) -> RefundOutcome:
        """The key may be forgotten, so only a person may say that nothing was paid."""
        if not is_absent_for_good(row, scheduled_at()):
            await self._ledger.record(row.key, "unknown", scheduled_at(), error=ABSENT)
            raise come_again(ABSENT, "refund_absent", ABSENT_TWICE_APART)
        return RefundOutcome(state="held", at=scheduled_at(), reason=ABSENT, part=row.part)

    def _again(self, order: PayRefund, why: str) -> ApplicationError:
        """Look again, with waits that double."""
        wait = next_look_in(order.rules, activity.info().attempt - 1)
        failure = as_application_error(ProviderUnavailable(why))
        return come_again(failure.message, "refund_unsettled", wait, *failure.details)


def _question(asked: Approval) -> RefundOutcome:
    return RefundOutcome(state="asked", at=asked.asked_at, hash=asked.hash, why=asked.why)
