"""Refunds by id, as their workflows are started: for who finds news of one in somebody else's books."""

from domain.cases.refund_orders import order_of
from domain.errors import CaseNotFound, NotFound, RefundNotFound
from domain.refunds import PayRefund
from store.case_archive import CaseArchive
from store.ledger import Ledger
from store.pool import Pool


class RefundOrders:
    """What cases asked to have paid. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._ledger = Ledger(pool)
        self._archive = CaseArchive(pool)

    async def order(self, refund_id: str) -> PayRefund:
        """The order of a refund that the ledger has.

        Raises `RefundNotFound`, also where the case's own record does not have it yet: money may be quicker.
        """
        try:
            row = (await self._ledger.parts(refund_id))[0]
        except NotFound:
            raise RefundNotFound(f"there is no refund {refund_id}", refund_id=refund_id) from None
        return await self.of_case(row.case_id, row.seq)

    async def of_case(self, case_id: str, seq: int) -> PayRefund:
        """The order of a case's refund, whether the ledger has it or not. Raises `RefundNotFound`."""
        try:
            state = await self._archive.state(case_id)
        except CaseNotFound:
            raise RefundNotFound(f"there is no case {case_id}", case_id=case_id) from None
        for part in state.refunds:
            if part.seq == seq:
                return order_of(state, part)
        raise RefundNotFound(f"{case_id} has not recorded its refund {seq} yet", case_id=case_id)

    async def by_key(self, key: str) -> PayRefund:
        """The same by a key that a provider was given. Raises `RefundNotFound`."""
        try:
            row = await self._ledger.get(key)
        except NotFound:
            raise RefundNotFound(f"the ledger has no refund with key {key}", key=key) from None
        return await self.order(row.refund_id)
