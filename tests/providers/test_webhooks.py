"""Gateways' webhooks at their doors: the genuine and fresh are read, by the real libraries, and no others."""

import hashlib
import hmac
import random
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from domain.errors import (
    InvalidRequest,
    NotFound,
    NotReady,
    WebhookForged,
    WebhookRefused,
    WebhookStale,
    WebhookUnsigned,
)
from domain.provider_news import DisputeNews, News, RefundNews
from providers.payment_accounts import Account, StripeAccount
from providers.settings import build_webhooks
from providers.webhook_forms import SKEW
from providers.webhooks import PaymentWebhooks
from providers.webhooks_alipay import RESENT_FOR
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.webhooks import forged_keys, keys_of, write
from sandbox.payment_messages import Dialect
from sandbox.signing import Webhook, without_signature
from tests.providers.signed_webhooks import (
    MERCHANT,
    NOW,
    RAILS,
    disputed,
    doors,
    event,
    gateway,
    lower,
    refund,
    signed,
)

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Generator[Accounts]:
    with gateway(tmp_path_factory.mktemp("gateway")) as accounts:
        yield accounts


def read(kept: Accounts, rail: str, webhook: Webhook, merchant: str = MERCHANT) -> News | None:
    return doors(kept, rail, merchant).read(rail, merchant, lower(webhook.headers), webhook.body, NOW)


@pytest.mark.parametrize("rail", RAILS)
def test_a_genuine_webhook_tells_of_its_refund(kept: Accounts, rail: str) -> None:
    news = read(kept, rail, signed(kept, refund(rail)))
    assert isinstance(news, RefundNews)
    assert (news.provider, news.key, news.state) == (rail, "rf-m1-R-1-1", "settled")
    assert (news.currency, news.occurred_at) == ("CNY", NOW)
    # Alipay says the sum of the payment's refunds only, and numbers no refund.
    assert news.amount_minor == (None if rail == "alipay" else 600)
    assert news.provider_ref == ("2026PAY-1/rf-m1-R-1-1" if rail == "alipay" else "re_00000001")


@pytest.mark.parametrize("rail", ["sandbox", "stripe", "wechat"])
@pytest.mark.parametrize(("state", "said"), [("failed", "failed"), ("pending", "pending")])
def test_every_state_has_its_word(kept: Accounts, rail: str, state: str, said: str) -> None:
    news = read(kept, rail, signed(kept, refund(rail, state)))
    assert isinstance(news, RefundNews)
    assert news.state == said


def test_wechats_abnormal_is_stuck(kept: Accounts) -> None:
    news = read(kept, "wechat", signed(kept, refund("wechat", "failed", reason="ABNORMAL")))
    assert isinstance(news, RefundNews)
    assert news.state == "stuck"


def test_alipay_tells_nothing_of_a_refund_that_failed(kept: Accounts) -> None:
    told = refund("alipay", "failed")
    assert write(event(told), keys_of(kept, told.merchant, told.dialect)) is None


@pytest.mark.parametrize(
    ("currency", "at_stripe", "minor"), [("JPY", 500, 500), ("KWD", 1230, 1230), ("ISK", 50000, 500)]
)
def test_stripes_amounts_are_counted_as_the_ledger_counts(
    kept: Accounts, currency: str, at_stripe: int, minor: int
) -> None:
    news = read(kept, "stripe", signed(kept, refund("stripe", currency=currency, amount_minor=at_stripe)))
    assert isinstance(news, RefundNews)
    assert news.amount_minor == minor


@pytest.mark.parametrize("rail", ["sandbox", "stripe"])
@pytest.mark.parametrize("state", ["open", "won", "lost"])
def test_a_dispute_is_told_of_its_payment(kept: Accounts, rail: Dialect, state: Any) -> None:
    news = read(kept, rail, disputed(kept, rail, state))
    assert isinstance(news, DisputeNews)
    assert (news.state, news.amount_minor, news.currency, news.at) == (state, 600, "CNY", NOW)
    assert news.payments == (("PAY-1", "ch_PAY-1") if rail == "stripe" else ("PAY-1",))


def test_an_inquiry_is_no_dispute(kept: Accounts) -> None:
    assert read(kept, "stripe", disputed(kept, "stripe", "warning_needs_response")) is None


def test_a_forged_dispute_is_refused(kept: Accounts) -> None:
    with pytest.raises(WebhookRefused):
        read(kept, "stripe", disputed(kept, "stripe", "open", forged_keys(kept)))


@pytest.mark.parametrize("rail", RAILS)
def test_a_changed_byte_anywhere_is_refused(kept: Accounts, rail: str) -> None:
    webhook, dice = signed(kept, refund(rail)), random.Random(rail)
    for place in dice.sample(range(len(webhook.body)), 60):
        body = bytearray(webhook.body)
        body[place] ^= 1 << dice.randrange(7)
        if rail == "alipay" and parse_qs(bytes(body)) == parse_qs(webhook.body):
            continue  # its fields are signed, not their encoding
        with pytest.raises(WebhookRefused):
            read(kept, rail, Webhook(webhook.headers, bytes(body)))


@pytest.mark.parametrize("rail", RAILS)
def test_without_a_signature_it_is_unsigned(kept: Accounts, rail: str) -> None:
    with pytest.raises(WebhookUnsigned):
        read(kept, rail, without_signature(signed(kept, refund(rail))))


@pytest.mark.parametrize("rail", RAILS)
def test_by_somebody_else_it_is_forged(kept: Accounts, rail: str) -> None:
    with pytest.raises(WebhookForged):
        read(kept, rail, signed(kept, refund(rail), keys=forged_keys(kept)))


@pytest.mark.parametrize("rail", ["stripe", "wechat", "alipay"])
def test_another_merchants_webhook_is_forged_at_this_door(kept: Accounts, rail: str) -> None:
    theirs = signed(kept, refund(rail, merchant="m2"))
    with pytest.raises(WebhookForged):
        read(kept, rail, theirs)


@pytest.mark.parametrize("rail", RAILS)
@pytest.mark.parametrize(
    "header", ["", ",", "t=,v1=", "v1,!", "v1", "\u00e9", "a" * 5000, "t=99999999999999999999,v1=0"]
)
def test_a_signature_that_is_none_is_refused(kept: Accounts, rail: str, header: str) -> None:
    webhook = signed(kept, refund(rail))
    names = ("webhook-signature", "stripe-signature", "wechatpay-signature")
    headers = {name: header if name in names else text for name, text in lower(webhook.headers).items()}
    body = (
        webhook.body.partition(b"&sign=")[0] + b"&sign=" + header.encode()
        if rail == "alipay"
        else webhook.body
    )
    with pytest.raises((WebhookForged, WebhookUnsigned)):
        read(kept, rail, Webhook(headers, body))


@pytest.mark.parametrize("rail", RAILS)
def test_a_replay_is_read_inside_the_window_and_stale_outside(kept: Accounts, rail: str) -> None:
    age_max = RESENT_FOR if rail == "alipay" else SKEW
    for signed_at in (NOW - age_max, NOW + SKEW):
        assert read(kept, rail, signed(kept, refund(rail), signed_at)) is not None
    for signed_at in (NOW - age_max - SECOND, NOW + SKEW + SECOND):
        with pytest.raises(WebhookStale):
            read(kept, rail, signed(kept, refund(rail), signed_at))


def test_stripes_time_is_the_one_that_was_signed(kept: Accounts) -> None:
    """A second `t` after the signed one must not make an old webhook fresh."""
    old = signed(kept, refund("stripe"), NOW - timedelta(days=7))
    header = f"{old.headers['Stripe-Signature']},t={int(NOW.timestamp())}"
    with pytest.raises(WebhookStale):
        read(kept, "stripe", Webhook({"Stripe-Signature": header}, old.body))


def test_an_alipay_field_that_stands_twice_is_refused(kept: Accounts) -> None:
    webhook = signed(kept, refund("alipay"))
    with pytest.raises(WebhookForged):
        read(kept, "alipay", Webhook(webhook.headers, webhook.body + b"&out_biz_no=rf-m1-R-2-1"))


def test_wechats_certificates_are_not_fetched_for_whoever_asks(kept: Accounts) -> None:
    """The account's address is closed: a library that went there would fail otherwise than as forged."""
    webhook = signed(kept, refund("wechat"))
    with pytest.raises(WebhookForged):
        read(kept, "wechat", Webhook({**webhook.headers, "Wechatpay-Serial": "ABCDEF"}, webhook.body))


def test_an_event_of_something_else_is_taken_and_tells_nothing(kept: Accounts) -> None:
    body = b'{"id":"evt-2","type":"invoice.paid","created":1,"data":{"object":{"object":"invoice"}}}'
    assert read(kept, "stripe", _by_stripe(kept, body)) is None


@pytest.mark.parametrize("amount", [b"0", b"-1", b"1.5", b"true", b'"x"'])
def test_a_genuine_webhook_that_cannot_be_is_refused(kept: Accounts, amount: bytes) -> None:
    told = b'{"object":"refund","id":"re_1","currency":"cny","status":"succeeded","amount":%s}' % amount
    body = b'{"id":"evt-2","type":"refund.updated","created":1,"data":{"object":%s}}' % told
    with pytest.raises(InvalidRequest):
        read(kept, "stripe", _by_stripe(kept, body))


def _by_stripe(kept: Accounts, body: bytes) -> Webhook:
    secret, now = kept.credentials(MERCHANT).webhook_secret, int(NOW.timestamp())
    signature = hmac.new(secret.encode(), b"%d." % now + body, hashlib.sha256).hexdigest()
    return Webhook({"Stripe-Signature": f"t={now},v1={signature}"}, body)


def test_of_two_accounts_the_one_reads_that_it_is_signed_for(kept: Accounts) -> None:
    accounts: list[Account] = [
        StripeAccount.model_validate({"rail": "stripe", "secret_key": "sk", "webhook_secret": secret})
        for secret in ("whsec_other", kept.credentials(MERCHANT).webhook_secret)
    ]
    webhook = signed(kept, refund("stripe"))
    for order in (accounts, accounts[::-1]):
        both = PaymentWebhooks({MERCHANT: order})
        assert both.read("stripe", MERCHANT, lower(webhook.headers), webhook.body, NOW) is not None


@pytest.mark.parametrize("rail", ["stripe", "sandbox"])
def test_an_account_without_a_secret_has_no_door(kept: Accounts, rail: str) -> None:
    webhook = signed(kept, refund(rail))
    for merchant in (MERCHANT, "nobody"):
        with pytest.raises(NotFound, match="no such door"):
            doors(kept, rail, webhook_secret=None).read(
                rail, merchant, lower(webhook.headers), webhook.body, NOW
            )


@pytest.mark.parametrize("secret", ["", " ", "whsec_", " whsec_ "])
def test_an_empty_secret_is_told_with_its_place(tmp_path: Path, secret: str) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(f"m1: [{{rail: stripe, secret_key: sk, webhook_secret: '{secret}'}}]", encoding="utf-8")
    with pytest.raises(NotReady, match=r"m1\.0\.stripe\.webhook_secret: .*from the gateway's console"):
        build_webhooks(payment_accounts_file=file)
    with pytest.raises(NotReady, match=r"CASEWORK_PAYMENTS_WEBHOOK_SECRET: .*must not be empty"):
        build_webhooks(payments_url="http://127.0.0.1:1", payments_webhook_secret=secret)


def test_keys_that_are_none_are_told_with_their_account(kept: Accounts) -> None:
    with pytest.raises(NotReady, match="the keys of m1 at alipay cannot be used"):
        doors(kept, "alipay", public_key="no key")
    with pytest.raises(NotReady, match="the keys of m1 at sandbox cannot be used"):
        doors(kept, "sandbox", webhook_secret="whsec_%%%")
