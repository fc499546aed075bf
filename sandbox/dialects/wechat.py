"""The gateway as WeChat Pay speaks (API v3): signed both ways, a refund number pays once, for ever."""

import json
import re
import time
import uuid
from typing import Any

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.base import Model, Quantity, Slug
from sandbox.dialects.accounts import PUBLIC_KEY_ID, SERIAL_NO
from sandbox.dialects.doors import Doors
from sandbox.http import Refusal
from sandbox.payment_messages import Key, Refund, RefundRequest

SCHEME = "WECHATPAY2-SHA256-RSA2048"
FIELD = re.compile(r'(\w+)="([^"]*)"')
CLOCK_SKEW_SECONDS = 300
STATES = {"pending": "PROCESSING", "settled": "SUCCESS"}
CODES = {
    "not_found": (404, "RESOURCE_NOT_EXISTS"),
    "unknown_charge": (404, "RESOURCE_NOT_EXISTS"),
    "bad_signature": (401, "SIGN_ERROR"),
    "over_refund": (400, "INVALID_REQUEST"),
    "payment_disputed": (400, "INVALID_REQUEST"),
    "idempotency_conflict": (400, "INVALID_REQUEST"),
    "currency_mismatch": (400, "PARAM_ERROR"),
    "invalid_request": (400, "PARAM_ERROR"),
}


class _Amount(Model):
    refund: Quantity
    total: Quantity
    currency: str


class _Asked(Model):
    out_refund_no: Key
    out_trade_no: Slug
    amount: _Amount
    reason: str | None = Field(default=None, max_length=80)


class WechatDoors(Doors):
    """`/v3/refund/domestic/refunds`, as far as refunding needs it."""

    dialect = "wechat"

    def routes(self) -> list[Route]:
        """The dialect's routes."""
        where = "/v3/refund/domestic/refunds"
        refund, find = self._said(self._refund), self._said(self._find)
        return [
            Route(where, self._refunding(refund), methods=["POST"]),
            Route(where + "/{number}", self._finding(find), methods=["GET"]),
        ]

    def _said(self, door: Any) -> Any:
        """The door behind the merchant's signature; what it answers is signed by the platform."""

        async def said(request: Request) -> Response:
            try:
                merchant = await self._verified(request)
                return self._signed(200, shown(await door(request, merchant)))
            except Refusal as refusal:
                status, code = CODES[refusal.code]
                return self._signed(status, {"code": code, "message": str(refusal)})

        return said

    async def _refund(self, request: Request, merchant: str) -> Refund:
        try:
            asked = _Asked.model_validate_json(await request.body(), extra="ignore")
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise Refusal(400, "invalid_request", f"{where} is wrong") from None
        capture = self._payments.captured(merchant, asked.out_trade_no)
        if capture is not None and capture.amount_minor != asked.amount.total:
            raise Refusal(400, "invalid_request", "amount.total is not what was paid")
        wanted = RefundRequest(
            key=asked.out_refund_no,
            order_id=asked.out_trade_no,
            amount_minor=asked.amount.refund,
            currency=asked.amount.currency,
        )
        return self._take(request, merchant, wanted)

    async def _find(self, request: Request, merchant: str) -> Refund:
        return self._payments.find(merchant, request.path_params["number"], self._clock.now())

    async def _verified(self, request: Request) -> str:
        """The merchant whose signature the request carries: over method, path, time, nonce and raw body."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        given = dict(FIELD.findall(rest))
        merchant, sent_at = given.get("mchid", ""), given.get("timestamp", "0")
        path = request.url.path.removeprefix(request.scope["root_path"])
        body = (await request.body()).decode()
        signed = f"{request.method}\n{path}\n{sent_at}\n{given.get('nonce_str')}\n{body}\n"
        fresh = sent_at.isdecimal() and abs(time.time() - int(sent_at)) <= CLOCK_SKEW_SECONDS
        if scheme != SCHEME or given.get("serial_no") != SERIAL_NO or not fresh:
            raise Refusal(401, "bad_signature", "the request is not signed, or not now")
        if not self._accounts.pair(merchant).has_signed(signed, given.get("signature", "")):
            raise Refusal(401, "bad_signature", "the signature is wrong")
        return merchant

    def _signed(self, status: int, body: dict[str, Any]) -> Response:
        text, now, nonce = json.dumps(body, ensure_ascii=False), str(int(time.time())), uuid.uuid4().hex
        headers = {
            "Wechatpay-Timestamp": now,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": PUBLIC_KEY_ID,
            "Wechatpay-Signature": self._accounts.platform.sign(f"{now}\n{nonce}\n{text}\n"),
            "Wechatpay-Signature-Type": SCHEME,
        }
        return Response(text, status, headers, media_type="application/json")


def shown(refund: Refund) -> dict[str, Any]:
    """A refund that failed is CLOSED, or ABNORMAL where that is its reason."""
    status = STATES.get(refund.state) or ("ABNORMAL" if refund.reason == "ABNORMAL" else "CLOSED")
    return {
        "refund_id": refund.ref,
        "out_refund_no": refund.key,
        "transaction_id": f"42{refund.order_id}",
        "out_trade_no": refund.order_id,
        "channel": "ORIGINAL",
        "create_time": refund.accepted_at.isoformat(timespec="seconds"),
        "status": status,
        "amount": {
            "refund": refund.amount_minor,
            "payer_refund": refund.amount_minor,
            "currency": refund.currency,
        },
    }
