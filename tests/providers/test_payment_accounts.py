"""The file of the merchants' accounts: who is paid back where, and what a mistake in it is told."""

from pathlib import Path

import pytest

from domain.errors import NotReady
from providers.payment_accounts import SandboxAccount, StripeAccount, read_accounts
from providers.settings import build_providers
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from tests.providers.rails import account_of, rails_over
from tests.sandbox_fixtures import provider_settings


def written(folder: Path, text: str) -> Path:
    file = folder / "accounts.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_accounts_are_read_in_their_order(tmp_path: Path) -> None:
    text = "m1:\n  - {rail: stripe, secret_key: sk_1}\n  - {rail: sandbox, url: 'http://127.0.0.1:1/'}\n"
    found = read_accounts(written(tmp_path, text))["m1"]
    assert [type(account) for account in found] == [StripeAccount, SandboxAccount]
    assert isinstance(found[0], StripeAccount)
    assert found[0].url == "https://api.stripe.com"
    assert "sk_1" not in repr(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "m1: [{rail: stripe, secret_key: ' '}]",
            "m1.0.stripe.secret_key: Value error, a secret must not be empty",
        ),
        ("m1: [{rail: paypal}]", "m1.0: Input tag 'paypal' found using 'rail' does not match"),
        ("m1: [{rail: wechat, mch_id: '1'}]", "m1.0.wechat.app_id: Field required"),
        ("m1: []", "m1: List should have at least 1 item"),
        ("m 1: [{rail: stripe, secret_key: s}]", "String should match pattern"),
        ("m1: [", "it must be readable YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_no_secret(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(NotReady, match=r"accounts\.yaml") as told:
        read_accounts(written(tmp_path, text))
    assert why in told.value.message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="FileNotFoundError"):
        read_accounts(tmp_path / "none.yaml")


async def test_new_refunds_take_the_first_account_and_old_ones_end_where_they_began(
    sandbox: SandboxClient, merchant: str
) -> None:
    given = await sandbox.credentials(merchant)
    accounts = [account_of(rail, given, sandbox.url) for rail in ("wechat", "stripe")]
    async with rails_over(*accounts, merchant=merchant) as rails:
        assert [rails.of(merchant).name, rails.of(merchant, "stripe").name] == ["wechat", "stripe"]
        with pytest.raises(NotReady, match=f"no account of {merchant} at alipay"):
            rails.of(merchant, "alipay")
        with pytest.raises(NotReady, match="no account of nobody"):
            rails.of("nobody")


async def test_the_settings_name_the_file(sandbox_process: SandboxProcess, tmp_path: Path) -> None:
    file = written(tmp_path, "m1: [{rail: stripe, secret_key: sk_1}]")
    wired = build_providers(
        provider_settings(sandbox_process, payments_url=None, payment_accounts_file=str(file))
    )
    await wired.close()
    assert wired.payments.of("m1").name == "stripe"
    with pytest.raises(NotReady, match="CASEWORK_PAYMENT_ACCOUNTS_FILE"):
        build_providers(provider_settings(sandbox_process, payments_url=None))
