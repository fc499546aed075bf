"""How a refund's state may move in the ledger, and what each move does to the order's budget. Pure."""

from domain.errors import LedgerConflict
from domain.refunds import NEXT_STATES, OPEN_STATES, RefundRow, RefundState


def is_news(row: RefundRow, state: RefundState) -> bool:
    """Whether the state is the row's own or the next one; False for one that the refund has passed already.

    Raises `LedgerConflict` for a state that contradicts the row's or skips what has to come before.
    """
    if state == row.state or state in NEXT_STATES[row.state]:
        return True
    if _follows(state, row.state):
        return False
    raise LedgerConflict(
        f"refund {row.key} is {row.state}, and now {state} is reported; compare with the provider's books",
        key=row.key,
        state=row.state,
        reported=state,
    )


def _follows(first: RefundState, then: RefundState) -> bool:
    """Whether `then` can come after `first`, at any distance."""
    reached: set[RefundState] = set()
    frontier: list[RefundState] = [first]
    while frontier:
        news: set[RefundState] = set(NEXT_STATES[frontier.pop()]) - reached
        reached |= news
        frontier.extend(news)
    return then in reached


def budget_change(before: RefundState, after: RefundState, amount_minor: int) -> tuple[int, int]:
    """What a move adds to the order's reserved and settled amounts."""
    reserved = (after in OPEN_STATES) - (before in OPEN_STATES)
    settled = (after == "settled") - (before == "settled")
    return reserved * amount_minor, settled * amount_minor
