"""Refunds that wait for a second person, for programs: the queue, and the word on each (docs/money.md)."""

from collections.abc import Sequence

from temporalio.client import Client
from temporalio.exceptions import TemporalError

from activities.calls import typed
from domain.approvals import Approval, Threshold, check_decision
from domain.base import Model
from domain.errors import CaseworkError, NotReady
from domain.refunds import DecideRefund
from starters.requests import message
from starters.sending import ANSWER_PATIENCE_SECONDS, Sender
from starters.staff import StaffDesk
from starters.whereabouts import is_missing
from store.approvals import LIST_ROWS, Approvals, Waiting
from store.pool import Pool

ABOVE: dict[Threshold, str] = {"refund": "refund", "order": "order", "requester_day": "day"}
"""The limits, as tables name them."""


class Seen(Model):
    """A refund as somebody saw it: the hash is that of the queue or of `show`."""

    refund_id: str
    hash: str


class Decided(Model):
    """What became of one word of several; `code` and `message` say why it was not taken."""

    refund_id: str
    state: str | None = None
    code: str | None = None
    message: str | None = None


class ApprovalDesk:
    """Lists and decides. All calls raise the typed errors of `domain.errors`, never Temporal's.

    A call that ends in `NoAnswer` is to be made again with the same key: nothing is decided twice.
    """

    def __init__(
        self,
        client: Client,
        pool: Pool,
        staff: StaffDesk | None = None,
        *,
        patience_seconds: float = ANSWER_PATIENCE_SECONDS,
    ) -> None:
        self._client = client
        self._approvals = Approvals(pool)
        self._staff = staff
        self._sender = Sender(patience_seconds)

    async def waiting(
        self, merchant: str | None = None, team: str | None = None, limit: int = LIST_ROWS
    ) -> list[Waiting]:
        """What waits, the first due first; of a team also what the kinds have that it alone answers for.

        Raises `UnknownTeam`.
        """
        kinds = await self._staff.kinds_of(team) if team is not None and self._staff is not None else []
        return await self._approvals.waiting(merchant, team, kinds, limit)

    async def show(self, refund_id: str) -> Approval:
        """What was asked of a refund, and what was said. Raises `RefundNotFound`, `ApprovalNotAsked`."""
        return await self._approvals.get(refund_id)

    async def approve(
        self, refund_id: str, *, by: str, hash: str, reason: str | None = None, key: str | None = None
    ) -> Approval:
        """Let it be paid. Without a key the same yes to the same content is the same request.

        Raises `Forbidden`, `SelfApproval`, `UnknownMember`, `ApprovalStale`, `AlreadyDecided`,
        `ApprovalNotAsked`, `RefundNotFound`; nothing has changed then.
        """
        word = message(DecideRefund, by=by, approve=True, hash=hash, reason=reason)
        return await self._decide(refund_id, word, key)

    async def decline(
        self, refund_id: str, *, by: str, hash: str, reason: str, key: str | None = None
    ) -> Approval:
        """Don't let it be paid: the money is free again, and the case hears why. Raises as `approve` does."""
        word = message(DecideRefund, by=by, approve=False, hash=hash, reason=reason)
        return await self._decide(refund_id, word, key)

    async def approve_all(self, seen: Sequence[Seen], *, by: str, reason: str | None = None) -> list[Decided]:
        """Approve one after the other; one that is refused leaves the others alone."""
        return [await self.answer(each, approve=True, by=by, reason=reason) for each in seen]

    async def answer(self, seen: Seen, *, approve: bool, by: str, reason: str | None = None) -> Decided:
        """The word on what was seen; a refusal is told, not raised."""
        try:
            word = message(DecideRefund, by=by, approve=approve, hash=seen.hash, reason=reason)
            done = await self._decide(seen.refund_id, word, None)
        except CaseworkError as error:
            return Decided(refund_id=seen.refund_id, code=error.code, message=error.message)
        return Decided(refund_id=seen.refund_id, state=done.state)

    async def _decide(self, refund_id: str, word: DecideRefund, key: str | None) -> Approval:
        handle = self._client.get_workflow_handle(refund_id)
        key = key or f"{'approve' if word.approve else 'decline'}-{word.by}-{word.hash}"

        async def send() -> Approval:
            return await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                "decide", word, id=key, result_type=Approval
            )

        try:
            return await self._sender.answered(send)
        except TemporalError as error:
            if is_missing(error):
                return await self._of_ended(refund_id, word, key)
            raise typed(error) from None

    async def _of_ended(self, refund_id: str, word: DecideRefund, key: str) -> Approval:
        """The answer of a refund that does not run: what the ledger says."""
        asked = await self._approvals.get(refund_id)
        if not asked.is_answered_by(word, key):
            check_decision(asked, word)
            raise NotReady(f"{refund_id} waits, but its workflow does not run: `casework verify` says why")
        return asked
