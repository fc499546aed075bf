"""Standard Webhooks, as shops and warehouses sign: verified by the scheme's own library over the raw body."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from domain.base import UtcInstant
from domain.errors import InvalidRequest, WebhookForged, WebhookUnsigned
from providers.payment_accounts import WEBHOOK_SECRET_PREFIX
from providers.webhook_forms import check_fresh, unix_time

SECRET_MIN_BYTES, SECRET_MAX_BYTES = 24, 64
"""As the scheme has it."""
WEBHOOK_ID = re.compile(r"[\x21-\x7e]{1,160}")
"""What can be part of a request's key."""


class Signed(NamedTuple):
    """A webhook that is genuine and fresh: its sender's own name for it, the same in every repeat."""

    webhook_id: str
    sent_at: UtcInstant


def check_secret(text: str) -> str:
    """The secret; raises `ValueError` for one that is none, or that could be guessed."""
    try:
        secret = base64.b64decode(text.strip().removeprefix(WEBHOOK_SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"a secret is `{WEBHOOK_SECRET_PREFIX}` and base64") from None
    if not SECRET_MIN_BYTES <= len(secret) <= SECRET_MAX_BYTES:
        raise ValueError(f"a secret has {SECRET_MIN_BYTES} to {SECRET_MAX_BYTES} bytes, as base64")
    return text.strip()


def check_webhook_id(text: str) -> str:
    """The id; raises `InvalidRequest` for one that cannot be kept."""
    if not WEBHOOK_ID.fullmatch(text):
        raise InvalidRequest("the webhook is genuine and cannot be read: its id", field="webhook-id")
    return text


class StandardWebhook:
    """The sender with this secret."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
        """Whose it is and when it was sent; `headers` have lower-case names.

        Raises `WebhookUnsigned`, `WebhookStale`, `WebhookForged`, and `InvalidRequest` for a bad id.
        """
        if not headers.get("webhook-signature"):
            raise WebhookUnsigned
        sent_at = unix_time(headers.get("webhook-timestamp", ""))
        # The library refuses what is stale, too, and says the same of it as of what is forged.
        check_fresh(sent_at, now)
        try:
            self._webhook.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # the latter of what is no signature, or no text
            raise WebhookForged from None
        return Signed(check_webhook_id(headers["webhook-id"]), sent_at)
