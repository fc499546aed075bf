"""Holding an open case to other terms (design §4): the fact that follows, and what it would move."""

from datetime import datetime

from domain.cases.decisions import refuse_closed
from domain.cases.events import Retargeted
from domain.cases.messages import Retarget
from domain.cases.readings import clock_rows
from domain.cases.state import AnyState, S
from domain.policy.pinned import PinnedPolicy
from domain.simulation.answer import VerdictChange
from domain.simulation.tally import moved_seconds
from domain.sla import ClockRow
from domain.sla.verdicts import Outcome


def profile_facts(state: AnyState) -> tuple[str, str, str]:
    """What the case's targets depend on beside its kind: priority, tier, channel."""
    return state.priority, state.tier, state.channel


def decide_retarget(
    state: AnyState, wanted: Retarget, terms: PinnedPolicy, terms_hash: str
) -> list[Retargeted]:
    """The fact, or nothing where the case is held to these terms already. Raises `CaseClosed`."""
    refuse_closed(state)
    if terms_hash == state.terms_hash:
        return []
    retargeted = Retargeted(
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=terms_hash,
        reason=wanted.reason,
    )
    return [retargeted]


def under_terms(state: S, terms: PinnedPolicy) -> S:
    """The case as if it had been held to these terms from its opening on."""
    return state.model_copy(update={"terms": terms})


def moves(state: AnyState, terms: PinnedPolicy, now: datetime) -> list[VerdictChange]:
    """Each clock whose deadline, verdict or certainty would be another one, as of a moment."""
    before = {(row.name, row.instance): row for row in clock_rows(state, now)}
    after = {(row.name, row.instance): row for row in clock_rows(under_terms(state, terms), now)}
    found = [_move(state, key, before.get(key), after.get(key)) for key in dict.fromkeys((*before, *after))]
    return [move for move in found if move is not None]


def _move(
    state: AnyState, key: tuple[str, int], before: ClockRow | None, after: ClockRow | None
) -> VerdictChange | None:
    due_before, due_after = before and before.due_at, after and after.due_at
    verdicts = _outcome(before), _outcome(after)
    if verdicts[0] == verdicts[1] and due_before == due_after and _sure(before) == _sure(after):
        return None
    return VerdictChange(
        case_id=state.case_id,
        kind=state.case_id.partition(":")[0],
        metric=key[0],
        instance=key[1],
        before=verdicts[0],
        after=verdicts[1],
        due_before=due_before,
        due_after=due_after,
        moved_seconds=moved_seconds(due_before, due_after),
    )


def _outcome(row: ClockRow | None) -> Outcome | None:
    if row is None:
        return None
    return "cancelled" if row.state == "cancelled" and row.verdict == "pending" else row.verdict


def _sure(row: ClockRow | None) -> bool:
    return row is None or not row.provisional
