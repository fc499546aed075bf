"""The short page that Temporal UI shows of a running case: stage, clocks, money, next. No personal data."""

from datetime import datetime

from domain.cases.kind import Kind
from domain.cases.readings import clock_rows
from domain.cases.state import AnyState, S


def markdown(kind: Kind[S], state: S, now: datetime) -> str:
    """The page, as it was at the last change of the case."""
    lines = [
        _headline(kind, state),
        *_waiting(kind, state),
        *_clocks(state, now),
        *_money(state),
        *_links(state),
    ]
    lines.append(f"\nPolicy {state.policy} `{state.policy_hash[:12]}`, calendars `{state.calendar_revision}`")
    return "\n".join(lines)


def _headline(kind: Kind[S], state: S) -> str:
    what = kind.headline(state)
    if not state.open:
        return f"**{what}: closed, {(state.outcome or '').replace('_', ' ')}**"
    return f"**{what}: {state.stage.replace('_', ' ')}**"


def _waiting(kind: Kind[S], state: S) -> list[str]:
    who = kind.waiting_for(state)
    if who is None or state.stage_since is None:
        return []
    lines = [f"\nNext: {kind.next_steps[who]} (waiting since {_moment(state.stage_since)})"]
    if deadline := kind.next_deadline(state):
        lines.append(f"Then by itself: {deadline[1]} at {_moment(deadline[0])}")
    return lines


def _clocks(state: AnyState, now: datetime) -> list[str]:
    rows = clock_rows(state, now)
    if not rows:
        return []
    table = ["\n| clock | state | verdict | due |", "|---|---|---|---|"]
    latest = {row.name: row for row in rows}
    for row in latest.values():
        due = _moment(row.due_at) + (" (provisional)" if row.provisional else "")
        table.append(f"| {row.name} | {row.state} | {row.verdict} | {due} |")
    return table


def _money(state: AnyState) -> list[str]:
    return [
        f"\nRefund {part.seq}: {part.amount_minor} {state.bought.currency} (minor units), "
        + ("as a voucher, " if part.as_voucher else "")
        + ("waits for a second person" if part.approval == "asked" else part.state)
        for part in state.refunds
    ]


def _links(state: AnyState) -> list[str]:
    return [
        f"\n{link.relation.replace('_', ' ').capitalize()}: `{link.case_id}`"
        + (f", {(link.outcome or link.stage or '').replace('_', ' ')}" if link.stage else "")
        for link in state.links
    ]


def _moment(at: datetime) -> str:
    return (
        f"{at:%Y-%m-%d %H:%M} UTC"
        if at.utcoffset() is None or not at.utcoffset()
        else at.isoformat(" ", "minutes")
    )
