"""A gateway's webhook makes its refund look at once; early, late and without Temporal nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import NoAnswer
from domain.provider_news import RefundNews
from sandbox.payment_messages import WebhookSettings
from starters.http.hinting import UNKNOWN_FOR, Hinting
from starters.refund_hints import RefundHints
from starters.settings import Settings
from starters.temporal_client import connect
from store.provider_refunds import ProviderRefund, ProviderRefunds
from store.refund_orders import RefundOrders
from tests.http_program import running_http
from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.refunds import until_ledger
from workers.engine import Engine


async def pending(desk: Desk, number: str | None = None) -> Case:
    """A return whose refund is on its way at the gateway, and asked about in half a minute at the soonest."""
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    await desk.put_order()
    case = await desk.open(number)
    await case.send_in()
    await until_ledger(case, "pending")
    await case.until_pending("pay_refund", case.refund())
    return case


def news(desk: Desk, key: str) -> RefundNews:
    return RefundNews(
        provider="sandbox",
        provider_ref=f"re-{key}",
        event_id="evt-1",
        key=key,
        state="settled",
        amount_minor=3333,
        currency="CNY",
        occurred_at=datetime.now(UTC),
    )


def hinting(desk: Desk, *, later: timedelta = timedelta(), hints: RefundHints | None = None) -> Hinting:
    return Hinting(
        ProviderRefunds(desk.pool),
        RefundOrders(desk.pool),
        hints or RefundHints(desk.client, "casework"),
        now=lambda: datetime.now(UTC) + later,
    )


async def row(desk: Desk, key: str) -> ProviderRefund:
    return await ProviderRefunds(desk.pool).get("sandbox", desk.merchant, f"re-{key}")


def env_of(room: Engine) -> dict[str, str]:
    """What the receiver beside these servers is given."""
    at = room.addresses
    env = {
        "CASEWORK_DATABASE_URL": at.database_url,
        "TEMPORAL_ADDRESS": at.running_temporal,
        "CASEWORK_PAYMENTS_URL": at.payments_url,
        "CASEWORK_PAYMENTS_WEBHOOK_SECRET": at.payments_webhook_secret,
        "CASEWORK_WEBHOOK_SOURCES_FILE": at.webhook_sources_file,
        "CASEWORK_OIDC_ISSUER": at.oidc_issuer,
        "CASEWORK_OIDC_CLIENT_ID": at.oidc_client_id,
        "CASEWORK_OIDC_CLIENT_SECRET": at.oidc_client_secret,
        "CASEWORK_OIDC_AUDIENCE": at.oidc_audience,
    }
    return {name: value for name, value in env.items() if value}


async def test_a_webhook_ends_the_wait_and_the_gateway_is_asked_for_the_truth(
    desk: Desk, room: Engine
) -> None:
    case = await pending(desk)
    async with running_http(env_of(room)) as program:
        settings = WebhookSettings(urls={desk.merchant: program.webhooks}, repeat=3, forge=1, stale=1)
        await desk.sandbox.set_webhooks(settings)
        await desk.sandbox.settle(desk.merchant, desk.key(case))
        await case.until_stage("confirmation")
        query = "SELECT * FROM provider_refunds WHERE merchant = $1 AND hinted_at IS NOT NULL"
        told = await desk.until(query, desk.merchant)
        await desk.sandbox.set_webhooks()
    assert (told["key"], told["state"], told["amount_minor"]) == (desk.key(case), "settled", 3333)
    assert await desk.books_agree() == 3333


async def test_a_webhook_that_lies_moves_no_money(desk: Desk) -> None:
    case = await pending(desk)
    key = desk.key(case)
    await ProviderRefunds(desk.pool).record(desk.merchant, news(desk, key), datetime.now(UTC))
    await hinting(desk).drain()
    assert (await row(desk, key)).hinted_at is not None
    await until_ledger(case, "pending")
    assert await desk.movements() == []
    await desk.sandbox.settle(desk.merchant, key)
    await hinting(desk).drain()
    await RefundHints(desk.client, "casework").look(await RefundOrders(desk.pool).by_key(key))
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_webhook_that_comes_before_our_own_commit_is_kept_and_hints_later(desk: Desk) -> None:
    key = f"rf-{desk.merchant}-R-9-1"
    await ProviderRefunds(desk.pool).record(desk.merchant, news(desk, key), datetime.now(UTC))
    await hinting(desk).drain()
    early = await row(desk, key)
    assert early.hinted_at is None
    assert early.hint_at is not None
    case = await pending(desk, "R-9")
    assert desk.key(case) == key
    await desk.sandbox.settle(desk.merchant, key)
    await hinting(desk, later=timedelta(minutes=1)).drain()
    assert (await row(desk, key)).hinted_at is not None
    await case.until_stage("confirmation")


async def test_while_temporal_is_away_the_hint_waits_in_the_store(desk: Desk) -> None:
    case = await pending(desk)
    key = desk.key(case)
    await desk.sandbox.settle(desk.merchant, key)
    await ProviderRefunds(desk.pool).record(desk.merchant, news(desk, key), datetime.now(UTC))
    nobody = await connect(Settings(), address="127.0.0.1:1", lazy=True)
    with pytest.raises(NoAnswer):
        await hinting(desk, hints=RefundHints(nobody, "casework")).drain()
    waits = await row(desk, key)
    assert (waits.state, waits.hinted_at) == ("settled", None)
    await hinting(desk, later=timedelta(minutes=1)).drain()
    assert (await row(desk, key)).hinted_at is not None
    await case.until_stage("confirmation")


async def test_a_key_that_stays_unknown_is_given_up_and_stays_recorded(desk: Desk) -> None:
    key = f"rf-{desk.merchant}-none-1"
    await ProviderRefunds(desk.pool).record(desk.merchant, news(desk, key), datetime.now(UTC))
    await hinting(desk, later=UNKNOWN_FOR + timedelta(minutes=1)).drain()
    given_up = await row(desk, key)
    assert (given_up.hint_at, given_up.hinted_at, given_up.state) == (None, None, "settled")


async def test_a_merchants_webhook_tells_no_other_merchants_refund(desk: Desk) -> None:
    key = desk.key(await pending(desk))
    await ProviderRefunds(desk.pool).record("somebody", news(desk, key), datetime.now(UTC))
    await hinting(desk).drain()
    other = await ProviderRefunds(desk.pool).get("sandbox", "somebody", f"re-{key}")
    assert other.hinted_at is None


async def until_dispute(desk: Desk, state: str) -> None:
    """Wait until the store has heard of it."""
    query = "SELECT 1 FROM payment_disputes WHERE merchant = $1 AND state = $2"
    await desk.until(query, desk.merchant, state)


async def test_a_dispute_that_is_told_keeps_money_back_until_its_end_is_told(
    desk: Desk, room: Engine
) -> None:
    await desk.put_order()
    case = await desk.open()
    async with running_http(env_of(room)) as program:
        await desk.sandbox.set_webhooks(WebhookSettings(urls={desk.merchant: program.webhooks}))
        await desk.sandbox.dispute(desk.merchant, "SO-1")
        await desk.until(
            "SELECT 1 FROM payment_disputes WHERE merchant = $1 AND state = 'open'", desk.merchant
        )
        await case.send_in()
        failed = await case.until_view(lambda view: view["waiting_for"] == "ops")
        assert failed["refunds"][0]["reason"] == "payment_disputed"

        await desk.sandbox.dispute(desk.merchant, "SO-1", "won")
        await desk.until(
            "SELECT 1 FROM payment_disputes WHERE merchant = $1 AND state = 'won'", desk.merchant
        )
        await desk.sandbox.set_webhooks()
    assert await desk.movements() == []
    await case.act("retry_refund", by="lead", reason="The dispute is won.")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_nobody_looks_at_what_the_ledger_knows_already(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    key, before = desk.key(case), (await case.refund().describe()).run_id
    await ProviderRefunds(desk.pool).record(desk.merchant, news(desk, key), datetime.now(UTC))
    await hinting(desk).drain()
    told = await row(desk, key)
    assert (told.hinted_at is not None, told.hint_at) == (True, None)
    assert (await case.refund().describe()).run_id == before
