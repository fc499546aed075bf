"""The program that gateways call: what it takes, what it refuses with which code, and that nothing leaks."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import yaml

from sandbox.client import SandboxClient
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.webhooks import forged_keys
from sandbox.launch import SandboxProcess
from sandbox.payment_messages import Capture, Delivery, WebhookSettings
from sandbox.signing import Webhook, without_signature
from store.pool import Pool
from tests.http_program import HttpProgram, running_http, start_http
from tests.providers.rails import account_of, rail_at
from tests.providers.rails import refund as payment_order
from tests.providers.signed_webhooks import MERCHANT, RAILS, gateway, refund, signed

NOBODY = "127.0.0.1:1"
"""Where no Temporal is: webhooks are taken all the same."""


def accounts_file(folder: Path, accounts: list[dict[str, Any]], merchant: str) -> Path:
    file = folder / "accounts.yaml"
    file.write_text(yaml.safe_dump({merchant: accounts}), encoding="utf-8")
    return file


def as_yaml(rail: str, given: Any, url: str, gateway_secret: str) -> dict[str, Any]:
    """An account as a merchant writes it down."""
    account = account_of(rail, given, url)
    plain = json.loads(account.model_dump_json())
    for name, value in account:
        if hasattr(value, "get_secret_value"):
            plain[name] = value.get_secret_value()
    if rail == "sandbox":
        plain["webhook_secret"] = gateway_secret
    return {name: value for name, value in plain.items() if value is not None}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Generator[Accounts]:
    with gateway(tmp_path_factory.mktemp("gateway")) as accounts:
        yield accounts


@pytest.fixture
async def program(kept: Accounts, tmp_path: Path, database_dsn: str) -> AsyncGenerator[HttpProgram]:
    given, secret = kept.credentials(MERCHANT), kept.gateway_webhook_secret
    accounts = [as_yaml(rail, given, "http://127.0.0.1:1", secret) for rail in RAILS]
    file = accounts_file(tmp_path, accounts, MERCHANT)
    async with running_http(env_of(database_dsn, CASEWORK_PAYMENT_ACCOUNTS_FILE=str(file))) as program:
        yield program


def env_of(dsn: str, **more: str) -> dict[str, str]:
    return {"CASEWORK_DATABASE_URL": dsn, "TEMPORAL_ADDRESS": NOBODY, **more}


async def post(
    program: HttpProgram, rail: str, webhook: Webhook, merchant: str = MERCHANT
) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        where = f"{program.webhooks}/{rail}/{merchant}"
        return await http.post(where, content=webhook.body, headers=webhook.headers)


async def rows(pool: Pool) -> list[dict[str, Any]]:
    return [dict(row) for row in await pool.fetch("SELECT * FROM provider_refunds ORDER BY provider")]


async def test_each_rail_is_taken_once_and_the_same_again_changes_nothing(
    program: HttpProgram, kept: Accounts, pool: Pool
) -> None:
    now = datetime.now(UTC)
    webhooks = {rail: signed(kept, refund(rail), now) for rail in RAILS}
    for rail, webhook in webhooks.items():
        answer = await post(program, rail, webhook)
        assert (answer.status_code, answer.text) == (200, "success")
    before = await rows(pool)
    assert [(row["provider"], row["state"], row["key"]) for row in before] == [
        (rail, "settled", "rf-m1-R-1-1") for rail in sorted(RAILS)
    ]
    for rail, webhook in webhooks.items():
        assert (await post(program, rail, webhook)).status_code == 200
    still = [{**row, "hint_at": None} for row in await rows(pool)]  # who is told when goes on meanwhile
    assert still == [{**row, "hint_at": None} for row in before]


@pytest.mark.parametrize("rail", RAILS)
async def test_each_refusal_has_its_code_and_changes_nothing(
    program: HttpProgram, kept: Accounts, pool: Pool, rail: str
) -> None:
    now, told = datetime.now(UTC), refund(rail)
    genuine = signed(kept, told, now)
    changed = Webhook(genuine.headers, genuine.body.replace(b"rf-m1-R-1-1", b"rf-m1-R-1-2"))
    if rail == "wechat":
        changed = Webhook(genuine.headers, genuine.body.replace(b"ciphertext", b"cipherteXt"))
    assert changed.body != genuine.body
    sent = {
        "webhook_unsigned": without_signature(genuine),
        "webhook_forged": signed(kept, told, now, keys=forged_keys(kept)),
        "webhook_stale": signed(kept, told, now - timedelta(days=2)),
    }
    for code, webhook in sent.items():
        answer = await post(program, rail, webhook)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.json()["type"] == f"/problems/{code}"
    assert (await post(program, rail, changed)).json()["code"] == "webhook_forged"
    assert (await post(program, rail, genuine, "nobody")).status_code == 404
    assert await rows(pool) == []
    await program.stop()
    assert program.log.count('"request refused"') == 5
    secrets = [kept.gateway_webhook_secret, kept.credentials(MERCHANT).webhook_secret, "rf-m1"]
    assert [each for each in secrets if each in program.log] == []


async def test_what_is_no_webhook_is_refused(program: HttpProgram) -> None:
    large = await post(program, "stripe", Webhook({}, b"x" * 300_000))
    assert (large.status_code, large.json()["code"]) == (413, "webhook_too_large")
    async with httpx2.AsyncClient(base_url=program.url) as http:
        for answer, said in (
            (await http.get("/"), (404, "not_found")),
            (await http.get("/webhooks/payments/stripe/m1"), (405, "method_not_allowed")),
            (await http.post("/webhooks/payments/paypal/m1"), (404, "not_found")),
        ):
            assert (answer.status_code, answer.json()["code"]) == said
            assert "server" not in answer.headers


@pytest.mark.parametrize("secret", ["", "whsec_"])
async def test_an_empty_secret_refuses_to_start(tmp_path: Path, secret: str) -> None:
    """Before anything else is looked at: there is no database here."""
    account = {"rail": "stripe", "secret_key": "sk_1", "webhook_secret": secret}
    file = accounts_file(tmp_path, [account], "m1")
    program = await start_http(env_of(f"postgresql://{NOBODY}/x", CASEWORK_PAYMENT_ACCOUNTS_FILE=str(file)))
    assert await program.end() == 1
    assert program.log.startswith("casework: not_ready: accounts.yaml: m1.0.stripe.webhook_secret: ")
    assert "must not be empty; take it from the gateway's console" in program.log
    assert "sk_1" not in program.log


async def test_while_the_store_is_away_the_gateway_is_told_to_send_again(
    sandbox: SandboxClient,
    sandbox_process: SandboxProcess,
    database_dsn: str,
    postgres_admin_dsn: str,
    pool: Pool,
    merchant: str,
) -> None:
    name = database_dsn.partition("?")[0].rpartition("/")[2]
    admin = await asyncpg.connect(postgres_admin_dsn)
    try:
        async with running_http(beside(sandbox_process, database_dsn)) as program:
            await sandbox.set_webhooks(WebhookSettings(url=program.webhooks))
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
            )
            await paid(sandbox, merchant, "sandbox")
            refused = await until_sent(sandbox, merchant, lambda sent: sent[0].status is not None)
            assert (refused[0].status, json.loads(refused[0].answer)["code"]) == (503, "store_unavailable")
            assert name not in refused[0].answer
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await until_sent(sandbox, merchant, lambda sent: sent[0].status == 200)
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()
    await pool.expire_connections()
    assert [(row["merchant"], row["state"]) for row in await rows(pool)] == [(merchant, "settled")]


@pytest.mark.parametrize("rail", RAILS)
async def test_chaos_accepts_nothing_forged_and_ends_as_the_gateway_says(
    sandbox: SandboxClient,
    sandbox_process: SandboxProcess,
    database_dsn: str,
    pool: Pool,
    tmp_path: Path,
    merchant: str,
    rail: str,
) -> None:
    """Row 5 of the plan: repeated, shuffled, some forged or stale, some failing after they settled."""
    size, secret = 25, sandbox_process.env["CASEWORK_PAYMENTS_WEBHOOK_SECRET"]
    given = as_yaml(rail, await sandbox.credentials(merchant), sandbox.url, secret)
    file = accounts_file(tmp_path, [given], merchant)
    env = beside(sandbox_process, database_dsn, CASEWORK_PAYMENT_ACCOUNTS_FILE=str(file))
    async with running_http(env) as program:
        bad = {"forge": 0.1, "unsigned": 0.1, "stale": 0.1, "seed": 7}
        mixed = {"url": program.webhooks, "repeat": 3, "shuffle": True, "delay_seconds": 1.0}
        await sandbox.set_webhooks(WebhookSettings.model_validate({**mixed, **bad}))
        for number in range(size):
            await paid(sandbox, merchant, rail, f"rf-{number}", f"PAY-{number}")
        failed = [f"rf-{number}" for number in range(0, size, 5)]
        for key in failed:
            await sandbox.fail(merchant, key)
        wanted = 3 * (size + (0 if rail == "alipay" else len(failed)))
        sent = await until_sent(
            sandbox,
            merchant,
            lambda sent: (
                all(each.status for each in sent)
                and sum(each.kind == "genuine" for each in sent) == wanted
                and {each.kind for each in sent} == {"genuine", "forge", "unsigned", "stale"}
            ),
        )
    assert {each.status for each in sent if each.kind == "genuine"} == {200}
    refused = Counter((each.kind, json.loads(each.answer)["code"]) for each in sent if each.kind != "genuine")
    assert set(refused) == {
        ("forge", "webhook_forged"),
        ("unsigned", "webhook_unsigned"),
        ("stale", "webhook_stale"),
    }
    theirs = {each.key: each.state for each in await sandbox.refunds() if each.merchant == merchant}
    if rail == "alipay":  # it tells nothing of money that comes back
        theirs |= dict.fromkeys(failed, "settled")
    assert {row["key"]: row["state"] for row in await rows(pool)} == theirs
    assert len(await rows(pool)) == size


def beside(sandbox: SandboxProcess, dsn: str, **more: str) -> dict[str, str]:
    """The program beside the sandbox."""
    return env_of(dsn, **sandbox.env, **more)


async def paid(
    sandbox: SandboxClient, merchant: str, rail: str, key: str = "rf-1", payment: str = "PAY-1"
) -> None:
    """A refund of six yuan that the gateway has paid."""
    await sandbox.put_capture(
        Capture(merchant=merchant, order_id=payment, amount_minor=10000, currency="CNY")
    )
    async with rail_at(sandbox, merchant, rail) as port:
        await port.refund(payment_order(merchant, key=key, payment_id=payment))


async def until_sent(
    sandbox: SandboxClient, merchant: str, enough: Callable[[list[Delivery]], bool]
) -> list[Delivery]:
    """Wait until what left for the merchant is enough."""
    async with asyncio.timeout(60):
        while True:
            sent = [each for each in await sandbox.webhooks() if each.merchant == merchant]
            if sent and enough(sent):
                return sent
            await asyncio.sleep(0.05)
