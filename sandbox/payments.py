"""The payment gateway: refunds over HTTP, and the knobs and the journal that only tests touch."""

from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.base import Model, SomeMinor
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.http import Refusal, answer, answer_all, not_found, read
from sandbox.messages import FaultRule
from sandbox.payment_messages import Capture, Dialect, Dispute, GatewaySettings, Refund, RefundRequest
from sandbox.payments_state import End, Payments
from sandbox.statements import WRITERS, statement


class Amount(Model):
    """What the gateway's record of a refund is to say."""

    amount_minor: SomeMinor


class Reason(Model):
    """Why a refund is made to fail."""

    reason: str = "account_closed"


def take_refund(
    payments: Payments,
    merchant: str,
    asked: RefundRequest,
    now: datetime,
    fault: FaultRule | None,
    *,
    keys_are_kept: bool = False,
    dialect: Dialect = "sandbox",
) -> Refund:
    """Pay back as any dialect asks, with the faults that only a gateway has."""
    kind = fault.kind if fault else None
    if kind == "key_pruned" and not keys_are_kept:
        payments.prune(merchant, asked.key)
    will_fail = kind == "fails_later"
    return payments.refund(
        merchant, asked, now, will_fail=will_fail, keys_are_kept=keys_are_kept, dialect=dialect
    )


class PaymentDoors:
    """The gateway's handlers; those that a real gateway has are behind the faults."""

    def __init__(self, payments: Payments, clock: Clock, faults: Faults) -> None:
        self._payments = payments
        self._clock = clock
        self._faults = faults

    def routes(self) -> list[Route]:
        """The gateway's routes."""
        one = "/merchants/{merchant}/refunds/{key}"
        refund = self._faults.guard("payments", "refund", self._refund)
        return [
            Route("/merchants/{merchant}/refunds", refund, methods=["POST"]),
            Route(one, self._faults.guard("payments", "find", self._find), methods=["GET"]),
            Route(f"{one}/settle", self._settle, methods=["POST"]),
            Route(f"{one}/fail", self._fail, methods=["POST"]),
            Route(f"{one}/prune", self._prune, methods=["POST"]),
            Route("/merchants/{merchant}/payments/{payment}/dispute", self._dispute, methods=["PUT"]),
            Route(f"{one}/forget", self._forget, methods=["POST"]),
            Route(f"{one}/amend", self._amend, methods=["POST"]),
            Route("/statements/{dialect}/{merchant}", self._statement, methods=["GET"]),
            Route("/captures", self._capture, methods=["PUT"]),
            Route("/settings", self._settings, methods=["PUT"]),
            Route("/journal", self._journal, methods=["GET"]),
            Route("/refunds", self._refunds, methods=["GET"]),
        ]

    async def _refund(self, request: Request) -> Response:
        asked = await read(request, RefundRequest)
        merchant = request.path_params["merchant"]
        return answer(take_refund(self._payments, merchant, asked, self._clock.now(), request.state.fault))

    async def _find(self, request: Request) -> Response:
        path = request.path_params
        return answer(self._payments.find(path["merchant"], path["key"], self._clock.now()))

    async def _settle(self, request: Request) -> Response:
        return answer(self._end(request, "settled"))

    async def _fail(self, request: Request) -> Response:
        return answer(self._end(request, "failed", (await read(request, Reason)).reason))

    def _end(self, request: Request, state: End, reason: str | None = None) -> Refund:
        path = request.path_params
        return self._payments.end(path["merchant"], path["key"], state, self._clock.now(), reason)

    async def _prune(self, request: Request) -> Response:
        self._payments.prune(request.path_params["merchant"], request.path_params["key"])
        return Response(status_code=204)

    async def _dispute(self, request: Request) -> Response:
        path = request.path_params
        self._payments.dispute(path["merchant"], path["payment"], await read(request, Dispute))
        return Response(status_code=204)

    async def _forget(self, request: Request) -> Response:
        self._payments.forget(request.path_params["merchant"], request.path_params["key"], self._clock.now())
        return Response(status_code=204)

    async def _amend(self, request: Request) -> Response:
        path, told = request.path_params, await read(request, Amount)
        return answer(
            self._payments.amend(path["merchant"], path["key"], told.amount_minor, self._clock.now())
        )

    async def _statement(self, request: Request) -> Response:
        self._payments.settle_due(self._clock.now())
        dialect, merchant = request.path_params["dialect"], request.path_params["merchant"]
        if dialect not in WRITERS:
            raise not_found(f"dialect; there are {', '.join(WRITERS)}")
        try:
            day = date.fromisoformat(request.query_params.get("day", ""))
        except ValueError:
            raise Refusal(400, "invalid_request", "day: write it as 2026-11-20") from None
        content = statement(self._payments, dialect, merchant, day)
        return Response(content, media_type="text/csv")

    async def _capture(self, request: Request) -> Response:
        self._payments.capture(await read(request, Capture))
        return Response(status_code=204)

    async def _settings(self, request: Request) -> Response:
        self._payments.settings = await read(request, GatewaySettings)
        return answer(self._payments.settings)

    async def _journal(self, _: Request) -> Response:
        self._payments.settle_due(self._clock.now())
        return answer_all("movements", self._payments.movements)

    async def _refunds(self, _: Request) -> Response:
        self._payments.settle_due(self._clock.now())
        return answer_all("refunds", list(self._payments.refunds.values()))
