"""Whether the money's books balance: budgets, refunds, advances and carriers' payments, and their events."""

from collections import defaultdict
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from domain.base import Model
from store.pool import Connection, Pool, connection
from store.sql import load

Q = load("books")

DifferenceKind = Literal[
    "budget_differs",
    "payment_differs",
    "goodwill_differs",
    "above_the_cap",
    "above_the_payment",
    "above_the_budget",
    "other_currency",
    "event_missing",
    "event_contradicts",
    "intent_differs",
    "intent_missing",
    "never_sent",
    "not_asked",
    "case_misled",
    "advance_unpaid",
    "recovery_unsaid",
    "income_unsaid",
    "income_unbooked",
]
"""Each is also the name of the query that finds it."""


class _Told(NamedTuple):
    """What is wrong, with the query's columns in it, and what to do about it."""

    what: str
    do: str


_TOLD: dict[DifferenceKind, _Told] = {
    "budget_differs": _Told(
        "has {reserved_minor} reserved, {settled_minor} settled and {recovered_minor} paid back, but its "
        "refunds and advances add up to {reserved_in_refunds}, {settled_in_refunds} and "
        "{recovered_in_advances}",
        "compare each refund of the order with the gateway's, then set the budget to the sums",
    ),
    "payment_differs": _Told(
        "has {reserved_minor} reserved and {settled_minor} settled of payment {payment_id}, but what was "
        "taken adds up to {reserved_in_refunds} and {settled_in_refunds}",
        "compare each part with the gateway's, then set the payment to the sums",
    ),
    "above_the_payment": _Told(
        "has {taken_minor} taken of payment {payment_id}, which brought {captured_minor}",
        "compare with the gateway's, and put the table's check back",
    ),
    "goodwill_differs": _Told(
        "has {reserved_minor} reserved and {settled_minor} settled as {purpose}, but what was given adds "
        "up to {reserved_in_refunds} and {settled_in_refunds}",
        "compare each of them with the gateway's or the shop's, then set the budget to the sums",
    ),
    "above_the_budget": _Told(
        "has {taken_minor} given as {purpose}, and no policy gave it more than {budget_minor}",
        "compare with the gateway's or the shop's, and put the table's check back",
    ),
    "above_the_cap": _Told(
        "has {taken_minor} taken of {captured_minor} captured",
        "compare with the gateway's; ask back what was paid too much, and put the table's check back",
    ),
    "other_currency": _Told(
        "is in {currency}, its order in {of_order}",
        "look up at the gateway what was paid, and correct the row",
    ),
    "event_missing": _Told(
        "is {state}, and stream {refund_id} has no {type}",
        "ask the gateway what became of it; the event and the row are written together, so one was changed",
    ),
    "event_contradicts": _Told(
        "is {state}, and stream {refund_id} says {type}",
        "ask the gateway what became of it, and correct the row and its budget",
    ),
    "intent_differs": _Told(
        "is over {amount_minor} {currency} (the customer's word: {said}), and {asked_minor} {asked_currency} "
        "(the customer's word: {asked_said}) were asked for as {asked_key}",
        "look up at the gateway what was paid, and correct the row and its budget",
    ),
    "intent_missing": _Told(
        "asked for {asked_minor} {currency}, and the ledger has no row of it",
        "ask the gateway for its key; restore the row before anything of the order is paid",
    ),
    "never_sent": _Told(
        "is {state}, and was never sent",
        "ask the gateway for its key; if it does not know it, nothing was paid",
    ),
    "not_asked": _Told(
        "is in the ledger, and {case_id} has no refund {seq} of that amount and way",
        "look again in a minute; then compare with what its workflow says, and with the gateway",
    ),
    "case_misled": _Told(
        "is {state}, and {case_id} takes it for settled",
        "ask the gateway; if it was paid, correct the row, if not, tell the case's team",
    ),
    "advance_unpaid": _Told(
        "ended {outcome} with {recovered_minor} paid back, and {settled_minor} settled",
        "compare the case's refunds with the gateway's",
    ),
    "recovery_unsaid": _Told(
        "has {recovered_minor} paid back, and no event of the case says so",
        "look again in a minute; then look for the customer's payment, and correct advance and budget",
    ),
    "income_unsaid": _Told(
        "has {amount_minor} of a carrier, and {case_id} does not say so",
        "look again in a minute; then compare with the carrier's statement",
    ),
    "income_unbooked": _Told(
        "was paid {amount_minor} by the carrier, and the books do not have it",
        "look again in a minute; then look at what its workflow waits for",
    ),
}


class CurrencyBooks(Model):
    """All money of one currency, in minor units."""

    currency: str
    orders: int = 0
    captured_minor: int = 0
    reserved_minor: int = 0
    settled_minor: int = 0
    settled_as_vouchers_minor: int = 0
    returned_minor: int = 0
    recovered_minor: int = 0
    compensation_minor: int = 0
    vouchers_minor: int = 0
    carrier_income_minor: int = 0


class Difference(Model):
    """Something that the books tell in two ways. `subject`: `merchant:order`, a refund's key, or a stream."""

    kind: DifferenceKind
    subject: str
    message: str
    do: str


class Books(Model):
    """The sums and all that is wrong with them; the books balance when nothing is."""

    currencies: list[CurrencyBooks]
    differences: list[Difference]


async def check_books(pool: Pool, merchant: str | None = None, order_id: str | None = None) -> Books:
    """All books of money over one snapshot of the store, or those of a merchant or an order.

    An event may come into the store a moment after the money that it tells of, or before: what is found so
    says that it should be looked at again.
    """
    async with connection(pool) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        # A snapshot of a large store takes longer than a statement of a case may.
        await conn.execute("SET LOCAL statement_timeout = 0")
        return Books(
            currencies=await _sums(conn, merchant, order_id),
            differences=[
                difference
                for kind in get_args(DifferenceKind)
                for difference in await differences(conn, kind, merchant, order_id)
            ],
        )


async def differences(
    conn: Connection, kind: DifferenceKind, merchant: str | None = None, order_id: str | None = None
) -> list[Difference]:
    """The differences of one kind."""
    told = _TOLD[kind]
    return [
        Difference(
            kind=kind,
            subject=row["subject"],
            message=f"{row['subject']} {told.what.format_map(dict(row))}",
            do=told.do,
        )
        for row in await conn.fetch(Q[kind], merchant, order_id)
    ]


async def _sums(conn: Connection, merchant: str | None, order_id: str | None) -> list[CurrencyBooks]:
    sums: dict[str, dict[str, int | Decimal]] = defaultdict(dict)
    for query in ("budgets", "returned", "as_vouchers", "given", "income"):
        for row in await conn.fetch(Q[query], merchant, order_id):
            sums[row["currency"]] |= {name: value for name, value in row.items() if name != "currency"}
    return [CurrencyBooks.model_validate({"currency": name, **sums[name]}) for name in sorted(sums)]
