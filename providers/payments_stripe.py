"""Stripe as a refund rail, by its own client library.

A key is remembered for a day, with the first answer to it, even one of status 500; so every refund also
carries its key as metadata, by which it is found for ever.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast

import stripe

from domain.currencies import minor_digits
from domain.errors import (
    AmountNotPayable,
    IdempotencyConflict,
    PaymentDisputed,
    ProviderRefused,
    ProviderUnavailable,
)
from domain.provider_news import ProviderState
from providers.payment_accounts import StripeAccount
from providers.ports import PaymentOrder, PaymentReply, check_answer

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams, RefundListParams

R = TypeVar("R")

KEY_WINDOW = timedelta(hours=24)
KEY_NAME = "casework_key"
PAGE_SIZE = 100

# Where Stripe counts otherwise than ISO 4217 (docs.stripe.com/currencies, "special cases").
DIGITS_AT_STRIPE = {"ISK": 2, "UGX": 2, "MGA": 0}

STATES: dict[str, ProviderState] = {"succeeded": "settled", "failed": "failed", "canceled": "failed"}
"""Every other status of a refund may still become one of these."""

DISPUTED = "charge_disputed"

CONFLICT_STATUS = 409
SERVER_ERROR_STATUS = 500


def amount_at_stripe(amount_minor: int, currency: str) -> int:
    """The amount as Stripe counts it; raises `AmountNotPayable` for one that it cannot pay exactly.

    Currencies of three digits are paid in steps of ten.
    """
    digits = minor_digits(currency)
    shift = DIGITS_AT_STRIPE.get(currency, digits) - digits
    step = 10 ** max(0, -shift) if digits != 3 else 10
    if amount_minor % step:
        raise AmountNotPayable(
            f"stripe pays {currency} in steps of {step} minor units, not {amount_minor}",
            system="stripe",
            reason=AmountNotPayable.code,
            steps=step,
        )
    return amount_minor * 10**shift if shift >= 0 else amount_minor // 10**-shift


def amount_from_stripe(amount: int, currency: str) -> int:
    """The amount in minor units, of one as Stripe counts it."""
    shift = minor_digits(currency) - DIGITS_AT_STRIPE.get(currency, minor_digits(currency))
    return amount * 10**shift if shift >= 0 else amount // 10**-shift


class StripePayments:
    """`PaymentPort` for one account. `payment_id` is a PaymentIntent (`pi_…`) or a charge."""

    name = "stripe"
    pays_beyond = False

    def __init__(self, account: StripeAccount, timeout_seconds: float) -> None:
        self.key_window: timedelta | None = KEY_WINDOW
        self._client = stripe.StripeClient(
            account.secret_key.get_secret_value(),
            base_addresses={"api": account.url},
            # Sending again is the desk's business: it asks first.
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(timeout_seconds / 3, timeout_seconds * 2 / 3)),
        )

    def check(self, amount_minor: int, currency: str) -> None:
        """What Stripe can count."""
        amount_at_stripe(amount_minor, currency)

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Pay back, once per key for a day."""
        amount = amount_at_stripe(order.amount_minor, order.currency)

        def send() -> stripe.Refund:
            asked: RefundCreateParams = {"amount": amount, "metadata": {KEY_NAME: order.key}}
            if _is_charge(order):
                asked["charge"] = order.payment_id
            else:
                asked["payment_intent"] = order.payment_id
            return self._client.v1.refunds.create(asked, {"idempotency_key": order.key})

        paid = await _asked("a refund", send)
        told = _key_of(paid), paid.amount, paid.currency.upper()
        if told != (order.key, amount, order.currency):
            raise ProviderUnavailable("stripe answered for another refund", system=self.name)
        return _reply(paid)

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """The payment's refund that carries the key; the first that was not in vain."""

        def look() -> list[stripe.Refund]:
            asked: RefundListParams = {"limit": PAGE_SIZE}
            if _is_charge(order):
                asked["charge"] = order.payment_id
            else:
                asked["payment_intent"] = order.payment_id
            page = self._client.v1.refunds.list(asked)
            return [refund for refund in page.auto_paging_iter() if _key_of(refund) == order.key]

        found = [(_reply(refund), refund) for refund in await _asked("a payment's refunds", look)]
        if not found:
            return None
        reply, refund = next((each for each in found if each[0].state != "failed"), found[-1])
        currency = refund.currency.upper()
        check_answer(self.name, order, reply, amount_from_stripe(refund.amount, currency), currency)
        return reply


def _is_charge(order: PaymentOrder) -> bool:
    return order.payment_id.startswith(("ch_", "py_"))


def _key_of(refund: stripe.Refund) -> str | None:
    metadata = cast("Mapping[str, str]", refund.metadata or {})
    return metadata[KEY_NAME] if KEY_NAME in metadata else None  # noqa: SIM401 - no `get`


def _reply(refund: stripe.Refund) -> PaymentReply:
    state = STATES.get(refund.status or "", "pending")
    reason = getattr(refund, "failure_reason", None) or (refund.status if state == "failed" else None)
    return PaymentReply(state=state, provider_ref=refund.id, reason=reason)


async def _asked(what: str, ask: Callable[[], R]) -> R:
    """The library's answer, from a thread; its errors as the house's, without what they quote."""
    try:
        return await asyncio.to_thread(ask)
    except stripe.IdempotencyError:
        raise ProviderRefused(
            f"stripe refused {what}: the key was used with other content",
            system="stripe",
            reason=IdempotencyConflict.code,
        ) from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderUnavailable(
            f"stripe did not answer for {what}: {type(error).__name__}", system="stripe"
        ) from None
    except stripe.StripeError as error:
        status = error.http_status
        if status is None or status == CONFLICT_STATUS or status >= SERVER_ERROR_STATUS:
            raise ProviderUnavailable(
                f"stripe did not answer for {what}: {type(error).__name__}", system="stripe", status=status
            ) from None
        said = error.code or type(error).__name__
        reason = PaymentDisputed.code if said == DISPUTED else said
        raise ProviderRefused(
            f"stripe refused {what}: {said} (HTTP {status})", system="stripe", reason=reason, status=status
        ) from None
