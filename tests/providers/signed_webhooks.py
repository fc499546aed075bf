"""Webhooks as the sandbox's gateway writes them, and the doors that read them, without a server between."""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from providers.webhooks import PaymentWebhooks
from sandbox.dialects import accounts
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.webhooks import DisputeEvent, Event, Keys, keys_of, write, write_dispute
from sandbox.journal import Journal
from sandbox.payment_messages import Capture, Dialect, Dispute, Refund
from sandbox.signing import Webhook
from tests.providers.rails import account_of

RAILS = ("sandbox", "stripe", "wechat", "alipay")
MERCHANT = "m1"
NOW = datetime(2026, 11, 20, 2, 0, 0, tzinfo=UTC)


@contextmanager
def gateway(folder: Path) -> Generator[Accounts]:
    """The gateway's keys."""
    with closing(Journal(folder / "accounts.jsonl", accounts.ENTRIES)) as journal:
        yield Accounts(journal)


def doors(kept: Accounts, rail: str, merchant: str = MERCHANT, **changes: Any) -> PaymentWebhooks:
    """The merchant's one door."""
    account = account_of(rail, kept.credentials(merchant), "http://127.0.0.1:1")
    given = account.model_dump()
    if rail == "sandbox":
        given["webhook_secret"] = kept.gateway_webhook_secret
    return PaymentWebhooks({merchant: [type(account).model_validate({**given, **changes})]})


def refund(rail: str, state: str = "settled", **changes: Any) -> Refund:
    """Six yuan, for which a customer waited for a minute."""
    given = {
        "key": "rf-m1-R-1-1",
        "order_id": "PAY-1",
        "amount_minor": 600,
        "currency": "CNY",
        "metadata": {"casework_key": "rf-m1-R-1-1"},
        "ref": "re_00000001",
        "merchant": MERCHANT,
        "state": state,
        "accepted_at": NOW - timedelta(minutes=1),
        "dialect": rail,
    }
    return Refund.model_validate({**given, **changes})


def event(told: Refund, signed_at: datetime = NOW, at: datetime = NOW) -> Event:
    """The refund's end."""
    return Event("evt-1", told, at, signed_at)


def signed(kept: Accounts, told: Refund, signed_at: datetime = NOW, keys: Keys | None = None) -> Webhook:
    """The webhook, by the gateway or by whoever has those keys."""
    webhook = write(event(told, signed_at), keys or keys_of(kept, told.merchant, told.dialect))
    assert webhook is not None
    return webhook


def disputed(kept: Accounts, rail: Dialect, state: str, keys: Keys | None = None) -> Webhook:
    """The webhook of a dispute of the six yuan, in that state by the rail's own word."""
    payment = Capture(merchant=MERCHANT, order_id="PAY-1", amount_minor=600, currency="CNY")
    dispute = Dispute.model_construct(state=state, dialect=rail)
    told = DisputeEvent("evt-1", payment, dispute, NOW, NOW)
    webhook = write_dispute(told, keys or keys_of(kept, MERCHANT, rail))
    assert webhook is not None
    return webhook


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as a server gives them."""
    return {name.lower(): text for name, text in headers.items()}
