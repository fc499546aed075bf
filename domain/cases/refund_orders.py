"""What a case has asked to have paid, as its refund hears it."""

from domain.cases.state import AnyState, RefundPart
from domain.refunds import PayRefund


def order_of(state: AnyState, part: RefundPart) -> PayRefund:
    """The order of one of the case's refunds: the same whenever it is asked for."""
    goodwill, currency = state.terms.goodwill, state.bought.currency
    return PayRefund(
        case_id=state.case_id,
        merchant=state.merchant,
        number=state.number,
        seq=part.seq,
        order_id=state.bought.order_id,
        amount_minor=part.amount_minor,
        currency=currency,
        rules=state.terms.refunds,
        purpose=part.purpose,
        goodwill=goodwill and goodwill.bounds(part.purpose, state.customer_id, currency),
        requested_by=part.requested_by,
        edited_by=part.edited_by,
        way=part.way,
        customer_says=part.customer_says,
    )
