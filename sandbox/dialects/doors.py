"""What the doors of every dialect have: the gateway's memory and time, the merchants' keys, the faults."""

from typing import ClassVar

from starlette.requests import Request

from sandbox.clock import Clock
from sandbox.dialects.accounts import Accounts
from sandbox.faults import Faults, Handler
from sandbox.payment_messages import Dialect, Refund, RefundRequest
from sandbox.payments import take_refund
from sandbox.payments_state import Payments


class Doors:
    """Doors of one dialect; only refunds are taken and found by them."""

    dialect: ClassVar[Dialect]
    keys_are_kept = True
    """Whether the same key never pays twice, however late."""

    def __init__(self, payments: Payments, accounts: Accounts, clock: Clock, faults: Faults) -> None:
        self._payments = payments
        self._accounts = accounts
        self._clock = clock
        self._faults = faults

    def _refunding(self, door: Handler) -> Handler:
        return self._faults.guard("payments", "refund", door)

    def _finding(self, door: Handler) -> Handler:
        return self._faults.guard("payments", "find", door)

    def _take(self, request: Request, merchant: str, wanted: RefundRequest) -> Refund:
        """Pay back, with the faults that only a gateway has; raises `Refusal`."""
        return take_refund(
            self._payments,
            merchant,
            wanted,
            self._clock.now(),
            request.state.fault,
            keys_are_kept=self.keys_are_kept,
            dialect=self.dialect,
        )
