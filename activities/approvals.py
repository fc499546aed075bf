"""The second person's word on a refund: whose it may be, written down once, and told (docs/money.md)."""

from temporalio import activity

from activities.failures import typed_failures
from activities.refunds import Reports
from domain.approvals import Approval, check_role
from domain.base import Model, UtcInstant
from domain.errors import Forbidden, NotReady
from domain.refunds import DECLINED, DecideRefund, PayRefund, RefundOutcome
from domain.staff.roles import StaffRole
from store.approvals import Approvals
from store.policy_library import PolicyLibrary
from store.staff import Staff


class Decision(Model):
    """Somebody's word on a refund. `key`: under which they sent it; `at`: the refund's own time."""

    order: PayRefund
    word: DecideRefund
    key: str
    at: UtcInstant


class ApprovalActivities:
    """Without a staff nobody can approve: money waits until one is seeded."""

    def __init__(self, approvals: Approvals, staff: Staff, library: PolicyLibrary, reports: Reports) -> None:
        self._approvals = approvals
        self._staff = staff
        self._library = library
        self._reports = reports

    @activity.defn
    @typed_failures
    async def decide_refund(self, decision: Decision) -> Approval:
        """Judge the word by the staff and the ledger, write it down and tell the case.

        The same word again gives what was written, and tells the case again, which then changes nothing.
        """
        order, word = decision.order, decision.word
        asked = await self._approvals.get(order.refund_id)
        if not asked.is_answered_by(word, decision.key):
            check_role(asked, word, await self._roles(decision), order.rules.approval)
            asked = await self._approvals.decide(order, word, decision.key, decision.at)
        await self._reports.tell(order, outcome_of(asked))
        return asked

    async def _roles(self, decision: Decision) -> tuple[StaffRole, ...]:
        """Those of whoever speaks. Raises `UnknownMember`, and `Forbidden` while there is no staff."""
        try:
            directory = await self._staff.directory(self._library.snapshots, decision.at)
        except NotReady as none:
            raise Forbidden(f"nobody may approve: {none.message}", action="approve") from None
        return directory.member(decision.word.by).roles


def outcome_of(decided: Approval) -> RefundOutcome:
    """What a word makes of the refund."""
    assert decided.decided_at is not None
    is_yes = decided.state == "approved"
    return RefundOutcome(
        state="approved" if is_yes else "failed",
        at=decided.decided_at,
        reason=None if is_yes else DECLINED,
        by=decided.decided_by,
        words=decided.words,
    )
