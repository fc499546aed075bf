"""The short page that Temporal UI shows of a running return: stage, clocks, money, next. No personal data."""

from datetime import datetime

from domain.returns.deadlines import next_deadline
from domain.returns.state import ReturnState
from domain.returns.views import clock_rows, waiting_for

NEXT = {
    "agent": "an agent reviews the case",
    "customer": "the customer acts",
    "carrier": "the carrier brings the parcel",
    "warehouse": "the warehouse receives and inspects",
    "stock": "the replacement is back in stock",
    "payment": "the refund settles",
    "ops": "somebody looks into the refund",
    "system": "the desk goes on by itself",
}


def markdown(state: ReturnState, now: datetime) -> str:
    """The page, as it was at the last change of the case."""
    lines = [_headline(state), *_waiting(state), *_clocks(state, now), *_money(state)]
    lines.append(f"\nPolicy {state.policy} `{state.policy_hash[:12]}`, calendars `{state.calendar_revision}`")
    return "\n".join(lines)


def _headline(state: ReturnState) -> str:
    what = f"{state.kind.capitalize()} {state.number} of order {state.bought.order_id}"
    if not state.open:
        return f"**{what}: closed, {(state.outcome or '').replace('_', ' ')}**"
    return f"**{what}: {state.stage.replace('_', ' ')}**"


def _waiting(state: ReturnState) -> list[str]:
    who = waiting_for(state)
    if who is None or state.stage_since is None:
        return []
    lines = [f"\nNext: {NEXT[who]} (waiting since {_moment(state.stage_since)})"]
    if deadline := next_deadline(state):
        lines.append(f"Then by itself: {deadline[1]} at {_moment(deadline[0])}")
    return lines


def _clocks(state: ReturnState, now: datetime) -> list[str]:
    rows = clock_rows(state, now)
    if not rows:
        return []
    table = ["\n| clock | state | verdict | due |", "|---|---|---|---|"]
    for row in rows:
        due = _moment(row.due_at) + (" (provisional)" if row.provisional else "")
        table.append(f"| {row.name} | {row.state} | {row.verdict} | {due} |")
    return table


def _money(state: ReturnState) -> list[str]:
    return [
        f"\nRefund {part.seq}: {part.amount_minor} {state.bought.currency} (minor units), {part.state}"
        for part in state.refunds
    ]


def _moment(at: datetime) -> str:
    return (
        f"{at:%Y-%m-%d %H:%M} UTC"
        if at.utcoffset() is None or not at.utcoffset()
        else at.isoformat(" ", "minutes")
    )
