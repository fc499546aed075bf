"""The gateway as Stripe speaks: forms, a bearer key, idempotency keys that are forgotten after a day."""

import re
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.doors import Doors
from sandbox.faults import Faults
from sandbox.http import Refusal
from sandbox.payment_messages import Capture, Refund, RefundRequest
from sandbox.payments_state import Payments

SECRET_KEY = re.compile(r"Bearer sk_test_(?P<merchant>[A-Za-z0-9_.-]+)")
FIELD = re.compile(r"(?P<name>\w+)(?:\[(?P<inner>\w+)\])?")
STATES = {"pending": "pending", "settled": "succeeded", "failed": "failed"}
CODES = {
    "over_refund": "charge_already_refunded",
    "unknown_charge": "resource_missing",
    "payment_disputed": "charge_disputed",
    "invalid_request": "parameter_invalid",
}
PAYMENT_FIELDS = ("payment_intent", "charge")


class StripeDoors(Doors):
    """`/v1/refunds`, as far as refunding needs it."""

    dialect = "stripe"
    keys_are_kept = False

    def __init__(self, payments: Payments, accounts: Accounts, clock: Clock, faults: Faults) -> None:
        super().__init__(payments, accounts, clock, faults)
        self._first_answers: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}

    def routes(self) -> list[Route]:
        """The dialect's routes."""
        refund, find = self._said(self._refund), self._said(self._list)
        return [
            Route("/v1/refunds", self._refunding(refund), methods=["POST"]),
            Route("/v1/refunds", self._finding(find), methods=["GET"]),
        ]

    def _said(self, door: Any) -> Any:
        """The door, with refusals as Stripe words them."""

        async def said(request: Request) -> Response:
            try:
                return await door(request)
            except Refusal as refusal:
                return _error(refusal)

        return said

    async def _refund(self, request: Request) -> Response:
        merchant = _merchant(request)
        given = _form((await request.body()).decode())
        payment = next((given[name] for name in PAYMENT_FIELDS if name in given), None)
        key = request.headers.get("Idempotency-Key") or f"auto-{len(self._payments.refunds)}"
        saved = self._first_answers.get((merchant, key))
        if saved is not None:
            return JSONResponse(saved[1], saved[0])
        paid = self._take(request, merchant, self._asked(merchant, key, payment, given))
        fault = request.state.fault
        if fault is not None and fault.kind == "error_after":
            # The first answer is remembered even where it is an error: a repeat never tells what happened.
            body = {"error": {"type": "api_error", "message": "something broke"}}
            self._first_answers[merchant, key] = (500, body)
        return JSONResponse(shown(paid))

    def _asked(self, merchant: str, key: str, payment: str | None, given: dict[str, Any]) -> RefundRequest:
        capture = self._payments.captured(merchant, payment or "")
        if capture is None:
            raise Refusal(404, "unknown_charge", f"No such payment_intent: '{payment}'")
        try:
            return RefundRequest.model_validate(
                {
                    "key": key,
                    "order_id": payment,
                    "amount_minor": int(given.get("amount", capture.amount_minor)),
                    "currency": capture.currency,
                    "metadata": given.get("metadata", {}),
                }
            )
        except (ValueError, ValidationError):
            raise Refusal(400, "invalid_request", "Invalid integer: amount") from None

    async def _list(self, request: Request) -> Response:
        merchant = _merchant(request)
        payment = next((request.query_params[n] for n in PAYMENT_FIELDS if n in request.query_params), "")
        found = self._payments.of_payment(merchant, payment, self._clock.now())[::-1]
        after = request.query_params.get("starting_after")
        refs = [refund.ref for refund in found]
        start = refs.index(after) + 1 if after in refs else 0
        limit = int(request.query_params.get("limit", "10"))
        page = found[start : start + limit]
        return JSONResponse(
            {
                "object": "list",
                "url": "/v1/refunds",
                "has_more": start + limit < len(found),
                "data": [shown(refund) for refund in page],
            }
        )


def _merchant(request: Request) -> str:
    found = SECRET_KEY.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise Refusal(401, "invalid_api_key", "Invalid API Key provided")
    return found["merchant"]


def _form(text: str) -> dict[str, Any]:
    """Form fields; `metadata[name]=value` becomes a mapping."""
    given: dict[str, Any] = {}
    for name, value in parse_qsl(text):
        found = FIELD.fullmatch(name)
        if found is None:
            raise Refusal(400, "invalid_request", f"Received unknown parameter: {name}")
        if found["inner"] is None:
            given[name] = value
        else:
            given.setdefault(found["name"], {})[found["inner"]] = value
    return given


def shown(refund: Refund) -> dict[str, Any]:
    """A refund as Stripe shows it."""
    return {
        "id": refund.ref,
        "object": "refund",
        "amount": refund.amount_minor,
        "currency": refund.currency.lower(),
        "payment_intent": refund.order_id,
        "metadata": refund.metadata,
        "status": STATES[refund.state],
        "created": int(refund.accepted_at.timestamp()),
        **({"failure_reason": refund.reason} if refund.reason else {}),
    }


def shown_dispute(dispute_id: str, payment: Capture, state: str) -> dict[str, Any]:
    """A payment's dispute as Stripe shows it."""
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": payment.amount_minor,
        "currency": payment.currency.lower(),
        "payment_intent": payment.order_id,
        "charge": f"ch_{payment.order_id}",
        "reason": "fraudulent",
        "status": "needs_response" if state == "open" else state,
    }


def _error(refusal: Refusal) -> Response:
    is_reuse = refusal.code == "idempotency_conflict"
    error = {
        "type": "idempotency_error" if is_reuse else "invalid_request_error",
        "code": CODES.get(refusal.code, refusal.code),
        "message": str(refusal),
    }
    if is_reuse:
        del error["code"]
    status = refusal.status if refusal.status in (401, 404) else 400
    return JSONResponse({"error": error}, status)
