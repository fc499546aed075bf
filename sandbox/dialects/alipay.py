"""The gateway as Alipay speaks: one door, signed queries, amounts in yuan, a request number pays once."""

import json
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dialects.doors import Doors
from sandbox.http import Refusal
from sandbox.payment_messages import Refund, RefundRequest

CURRENCY = "CNY"
REFUND = "alipay.trade.refund"
SUB_CODES = {
    "unknown_charge": "ACQ.TRADE_NOT_EXIST",
    "over_refund": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "payment_disputed": "ACQ.TRADE_NOT_ALLOW_REFUND",
    "idempotency_conflict": "ACQ.DISCORDANT_REPEAT_REQUEST",
    "invalid_request": "ACQ.INVALID_PARAMETER",
}


class AlipayDoors(Doors):
    """`/gateway.do`, as far as refunding needs it."""

    dialect = "alipay"

    def routes(self) -> list[Route]:
        """The dialect's one route; what is asked for stands in the query."""
        refunding, finding = self._refunding(self._answer), self._finding(self._answer)

        async def gateway(request: Request) -> Response:
            return await (refunding if request.query_params.get("method") == REFUND else finding)(request)

        return [Route("/gateway.do", gateway, methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        given = dict(request.query_params)
        method = given.get("method", "")
        try:
            merchant = self._verified(given)
            told = {"code": "10000", "msg": "Success", **self._told(request, merchant, method, given)}
        except Refusal as refusal:
            sub_code = SUB_CODES.get(refusal.code, f"isv.{refusal.code}")
            told = {
                "code": "40002" if refusal.code == "invalid-signature" else "40004",
                "msg": "Business Failed",
                "sub_code": sub_code,
                "sub_msg": str(refusal),
            }
        return self._signed(method, told)

    def _told(self, request: Request, merchant: str, method: str, given: dict[str, str]) -> dict[str, Any]:
        try:
            asked = cast("dict[str, str]", json.loads(given["biz_content"]))
            payment, number = asked["out_trade_no"], asked["out_request_no"]
        except (KeyError, ValueError, TypeError):
            raise Refusal(400, "invalid_request", "out_trade_no and out_request_no are needed") from None
        if self._payments.captured(merchant, payment) is None:
            raise Refusal(404, "unknown_charge", "there is no such trade")
        if method == REFUND:
            return self._refund(request, merchant, payment, number, asked.get("refund_amount", ""))
        found = self._find(merchant, number)
        return shown(found) if found and found.state == "settled" else {}

    def _refund(
        self, request: Request, merchant: str, payment: str, number: str, yuan: str
    ) -> dict[str, Any]:
        try:
            amount = Decimal(yuan) * 100
            wanted = RefundRequest.model_validate(
                {"key": number, "order_id": payment, "amount_minor": int(amount), "currency": CURRENCY}
            )
        except (InvalidOperation, ValidationError):
            raise Refusal(400, "invalid_request", "refund_amount is wrong") from None
        if amount != int(amount):
            raise Refusal(400, "invalid_request", "refund_amount has more than two decimals")
        is_first = self._find(merchant, number) is None
        paid = self._take(request, merchant, wanted)
        changed = "Y" if is_first and paid.state == "settled" else "N"
        return {**shown(paid), "fund_change": changed}

    def _find(self, merchant: str, number: str) -> Refund | None:
        try:
            return self._payments.find(merchant, number, self._clock.now())
        except Refusal:
            return None

    def _verified(self, given: dict[str, str]) -> str:
        """The application whose signature the query carries: over all other fields in their order."""
        merchant, signature = given.get("app_id", ""), given.pop("sign", "")
        signed = "&".join(f"{name}={value}" for name, value in sorted(given.items()))
        if not self._accounts.pair(merchant).has_signed(signed, signature):
            raise Refusal(400, "invalid-signature", "the signature is wrong")
        return merchant

    def _signed(self, method: str, told: dict[str, Any]) -> Response:
        content = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        name = method.replace(".", "_") + "_response"
        sign = self._accounts.platform.sign(content)
        text = f'{{"{name}":{content},"sign":"{sign}"}}'
        return Response(text, media_type="application/json", headers={"trace_id": uuid.uuid4().hex})


def shown(refund: Refund) -> dict[str, Any]:
    """A refund as Alipay shows it."""
    return {
        "trade_no": f"2026{refund.order_id}",
        "out_trade_no": refund.order_id,
        "out_request_no": refund.key,
        "refund_amount": f"{Decimal(refund.amount_minor) / 100:.2f}",
        "refund_status": "REFUND_SUCCESS",
    }
