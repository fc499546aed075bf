"""What must never be, by the gateways' own record: at each effect on money, and at the end of a world."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.disputes import Dispute
from domain.policy.approval_rules import limit_of
from domain.refunds import OPEN_STATES, PayRefund, RefundOutcome, RefundRow
from domain.sla import parse_duration
from tests.money.model_gateway import ModelRails, Paid
from tests.money.model_ledger import ModelLedger
from tests.money.model_merchant import PAID_MINOR, STAFF, Merchant
from tests.money.model_people import Said
from tests.money.world import HEARTBEAT_TIMEOUT, SLOW_SECONDS_MAX, Cases, World

PARTS_MAX = 3
MAY_APPROVE = {"lead": "supervisor", "head": "head"}


@dataclass
class Evidence:
    """What a world has seen. `found` is what must not be."""

    world: World
    merchant: Merchant
    ledger: ModelLedger
    cases: Cases
    rails: ModelRails = field(init=False)
    orders: dict[str, PayRefund] = field(default_factory=dict[str, PayRefund])
    """What cases asked to have paid, by the refund's id."""
    said: list[Said] = field(default_factory=list[Said])
    """The second persons' words that were taken."""
    disputes: dict[str, tuple[datetime, Dispute]] = field(default_factory=dict[str, tuple[datetime, Dispute]])
    """What was told of each, and since when that was surely known."""
    outcomes: dict[str, RefundOutcome] = field(default_factory=dict[str, RefundOutcome])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    found: list[str] = field(default_factory=list[str])

    def sees(self, paid: Paid) -> None:
        """Money moves now."""
        order = self.order_of(paid)
        row = self.ledger.rows.get(paid.order.key)
        if order is None or row is None:
            self.found.append(f"{paid.order.key} was paid without a reservation")
            return
        self.found += self._not_as_reserved(paid, row, order)
        self.found += self._above_a_cap(row)
        self.found += self._above_what_is_given(row, order)
        self.found += self._without_a_word(row, order)
        self.found += self._while_disputed(paid, row)

    def told(self, dispute: Dispute) -> None:
        """A dispute is known by now; that it was opened says nothing once its end is known."""
        known = self.disputes.get(dispute.dispute_id)
        if known is None or dispute.state != "open":
            self.disputes[dispute.dispute_id] = (known[0] if known else self.world.now, dispute)

    def problems(self) -> list[str]:
        """All that was found, and what the books say at the end."""
        return [*self.found, *self._ends(), *self._books(), *self._sent_too_late()]

    def order_of(self, paid: Paid) -> PayRefund | None:
        """What the case asked for; None for a key of nobody's."""
        for order in self.orders.values():
            if paid.order.key in [order.key_of(part) for part in range(1, PARTS_MAX + 1)]:
                return order
        return None

    def live(self, rows: Iterable[RefundRow]) -> int:
        """What of these refunds took money by now, or will."""
        keys = {row.key for row in rows}
        return sum(paid.order.amount_minor for paid in self.rails.live() if paid.order.key in keys)

    def _not_as_reserved(self, paid: Paid, row: RefundRow, order: PayRefund) -> Iterator[str]:
        key = row.key
        if row.state not in OPEN_STATES:
            yield f"{key} was paid when it was {row.state}"
        if (paid.order.amount_minor, paid.rail) != (row.amount_minor, row.provider):
            yield f"{key} was paid otherwise than reserved: {paid}"
        if len([each for each in self.rails.of_key(key) if each.state != "failed"]) > 1:
            yield f"{key} was paid twice"
        whole = self.live(each for each in self.ledger.rows.values() if each.refund_id == row.refund_id)
        if whole > order.amount_minor:
            yield f"{whole} of {order.amount_minor} were paid of {row.refund_id}"

    def _above_a_cap(self, row: RefundRow) -> Iterator[str]:
        of_order = [
            each for each in self.ledger.rows.values() if each.from_captured and each.order_id == row.order_id
        ]
        if (net := self.live(of_order)) > PAID_MINOR:
            yield f"{net} were paid of {row.order_id}"
        for payment in self.merchant.payments[row.order_id]:
            of_payment = [each for each in of_order if each.payment_id == payment.payment_id]
            if (net := self.live(of_payment)) > payment.amount_minor:
                yield f"{net} were paid of {payment.payment_id}"

    def _above_what_is_given(self, row: RefundRow, order: PayRefund) -> Iterator[str]:
        bounds = order.goodwill
        if bounds is None:
            if order.purpose == "voucher":
                yield f"{row.key} is a voucher that no policy gives"
            return
        given = [each for each in self.ledger.rows.values() if each.purpose == order.purpose]
        of_order = self.live(each for each in given if each.order_id == order.order_id)
        if of_order > bounds.per_order_minor:
            yield f"{of_order} were given for {order.order_id} as {order.purpose}"
        until = row.reserved_at or row.state_since
        since = until - parse_duration(bounds.within)
        theirs = self.live(each for each in given if each.reserved_at and since < each.reserved_at <= until)
        if theirs > bounds.per_customer_minor:
            yield f"{theirs} were given to one customer as {order.purpose}"

    def _without_a_word(self, row: RefundRow, order: PayRefund) -> Iterator[str]:
        rules = order.rules.approval
        words = [said for said in self.said if said.order.refund_id == order.refund_id and said.word.approve]
        if words:
            yield from self._wrong_word(words[-1], row, order)
        elif rules is not None:
            before = self._up_to(row)
            sums = {
                "refund": (order.amount_minor, rules.per_refund_minor),
                "order": (
                    self.live(each for each in before if each.order_id == row.order_id),
                    rules.per_order_minor,
                ),
                "day": (self._of_day(before, row, order, rules.timezone), rules.per_day_minor),
            }
            for name, (total, limits) in sums.items():
                if total > limit_of(limits, order.currency):
                    yield f"{row.key} was paid without a second person: {total} of its {name}"

    def _wrong_word(self, said: Said, row: RefundRow, order: PayRefund) -> Iterator[str]:
        assert order.rules.approval is not None
        seen, by = said.seen, said.word.by
        shown = (seen.case_id, seen.seq, seen.amount_minor, seen.currency, seen.destination)
        rail = row.provider if row.payment_id is None else seen.destination.partition(":")[0]
        home = f"{rail}:{order.merchant}:{order.order_id}"
        if shown != (order.case_id, order.seq, order.amount_minor, order.currency, home):
            yield f"{row.key} was paid by a yes to something else: {seen}"
        if by in (order.requested_by, order.edited_by):
            yield f"{row.key} was paid by the yes of {by}, who had a hand in it"
        if not {MAY_APPROVE[role] for role in order.rules.approval.by} & {*STAFF.member(by).roles}:
            yield f"{row.key} was paid by the yes of {by}, whose it is not"

    def _up_to(self, row: RefundRow) -> list[RefundRow]:
        """The refunds that were reserved before it, and all of its own."""
        rows = [*self.ledger.rows.values()]
        last = max(at for at, each in enumerate(rows) if each.refund_id == row.refund_id)
        return rows[: last + 1]

    def _of_day(self, rows: list[RefundRow], row: RefundRow, order: PayRefund, timezone: str) -> int:
        """What its requester has let be paid that day, without anybody else's word."""
        if order.requested_by is None:
            return 0
        approved = {said.order.refund_id for said in self.said if said.word.approve}

        def day(of: RefundRow) -> date:
            return (of.reserved_at or of.state_since).astimezone(ZoneInfo(timezone)).date()

        return self.live(
            each
            for each in rows
            if self.orders[each.refund_id].requested_by == order.requested_by
            and each.refund_id not in approved
            and day(each) == day(row)
        )

    def _while_disputed(self, paid: Paid, row: RefundRow) -> Iterator[str]:
        """What was on its way at that moment is nobody's fault."""
        if row.purpose == "voucher":
            return
        for known_at, dispute in self.disputes.values():
            is_its = dispute.payment_id == (row.payment_id or row.order_id)
            on_its_way = timedelta(seconds=SLOW_SECONDS_MAX)
            if is_its and dispute.state != "won" and paid.at > known_at + on_its_way:
                yield f"{row.key} was paid of a payment whose dispute is {dispute.state}"

    def _ends(self) -> Iterator[str]:
        for key, row in self.ledger.rows.items():
            there = self.rails.of_key(key)
            live = [each.state for each in there if each.state != "failed"]
            if row.state in OPEN_STATES and row.approval != "asked":
                yield f"{key} is still {row.state}"
            if row.approval in ("asked", "declined") and there:
                yield f"{key} is {row.approval}, the gateway has {there}"
            if live != (["settled"] if row.state == "settled" else []):
                yield f"{key} is {row.state}, the gateway has {live}"
            if row.state == "returned" and not there:
                yield f"{key} is returned, and was never paid"
        for key, outcome in self.outcomes.items():
            if outcome not in self.cases.told.get(key, []):
                yield f"the case of {key} was not told {outcome}"

    def _books(self) -> Iterator[str]:
        books, rows = self.ledger.books, [*self.ledger.rows.values()]
        for (_, order_id), budget in books.budgets.items():
            captured = [row for row in rows if row.from_captured and row.order_id == order_id]
            if (budget.reserved_minor, budget.settled_minor) != _sums(captured):
                yield f"the budget says {budget}"
            free = budget.captured_minor - self.live(captured) - _sums(captured)[0]
            if budget.left_minor != free:
                yield f"{budget.left_minor} are left of {order_id}, and {free} are free"
        for payment in (payment for of in books.payments.values() for payment in of.values()):
            of_payment = [row for row in rows if row.from_captured and row.payment_id == payment.payment_id]
            if (payment.reserved_minor, payment.settled_minor) != _sums(of_payment):
                yield f"the payment says {payment}"
        for ((_, order_id), purpose), given in books.goodwill.items():
            of_purpose = [row for row in rows if (row.order_id, row.purpose) == (order_id, purpose)]
            if (given.reserved_minor, given.settled_minor) != _sums(of_purpose):
                yield f"what is given for {order_id} as {purpose} says {given}"

    def _sent_too_late(self) -> Iterator[str]:
        margin = parse_duration(self.merchant.rules.key_window_margin)
        for gateway in self.rails.gateways.values():
            first: dict[str, datetime] = {}
            for key, at in gateway.calls:
                after, window = at - first.setdefault(key, at), gateway.key_window
                if window is not None and after >= window - margin + HEARTBEAT_TIMEOUT:
                    yield f"{key} was sent {after} after the first time"


def _sums(rows: list[RefundRow]) -> tuple[int, int]:
    """What is reserved and what is settled of them."""
    reserved = sum(row.amount_minor for row in rows if row.state in OPEN_STATES)
    return reserved, sum(row.amount_minor for row in rows if row.state == "settled")
