"""Carriers, shop and warehouse call while no Temporal is there: what is kept, and what is refused."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from providers.sources import Source
from sandbox import signing
from sandbox.senders import write_secrets
from sandbox.signing import Webhook, secret_of, without_signature
from store.pool import Pool
from tests.http_program import HttpProgram, running_http, start_http
from tests.providers.test_sources import SOURCES, body_of, event, signed
from tests.webhooks.test_webhook_doors import NOBODY, env_of


@pytest.fixture
async def program(tmp_path: Path, database_dsn: str) -> AsyncGenerator[HttpProgram]:
    file = write_secrets(tmp_path)
    async with running_http(env_of(database_dsn, CASEWORK_WEBHOOK_SOURCES_FILE=str(file))) as program:
        yield program


async def post(program: HttpProgram, source: str, webhook: Webhook, merchant: str = "m1") -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        where = f"{program.url}/webhooks/{source}/{merchant}"
        return await http.post(where, content=webhook.body, headers=webhook.headers)


async def rows(pool: Pool) -> list[dict[str, Any]]:
    query = "SELECT source, merchant, type, state, about, code, body FROM inbox ORDER BY entry"
    kept = await pool.fetch(query)
    return [dict(row) for row in kept]


def told(webhook_id: str, content: dict[str, Any], source: str = "shop") -> Webhook:
    return signing.standard(webhook_id, json.dumps(content).encode(), secret_of(source), datetime.now(UTC))


async def test_each_source_is_kept_once_while_temporal_is_away_and_the_same_again_changes_nothing(
    program: HttpProgram, pool: Pool
) -> None:
    now = datetime.now(UTC)
    for _ in range(2):
        for source in SOURCES:
            answer = await post(program, source, signed(source, now))
            assert (answer.status_code, answer.text) == (200, "success")
    kept = await rows(pool)
    assert [(row["source"], row["merchant"], row["state"]) for row in kept] == [
        (source, "m1", "waiting") for source in SOURCES
    ]
    assert [bytes(row["body"]) for row in kept] == [body_of(source, now) for source in SOURCES]
    assert [row["about"] for row in kept] == [
        "shipment:m1:swift.SW-1",
        "shipment:m1:harbour.HB-1",
        "shipment:m1:swift.SW-1",
        "return:m1:R-1",
    ]


@pytest.mark.parametrize("source", SOURCES)
async def test_each_refusal_has_its_code_and_keeps_nothing(
    program: HttpProgram, pool: Pool, source: Source
) -> None:
    now, genuine = datetime.now(UTC), signed(source)
    sent = {
        "webhook_unsigned": without_signature(genuine),
        "webhook_forged": signed(source, secret=secret_of("forger")),
        "webhook_stale": signed(source, now - timedelta(minutes=6)),
    }
    for code, webhook in sent.items():
        answer = await post(program, source, webhook)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    ahead = await post(program, source, signed(source, now + timedelta(minutes=6)))
    assert ahead.json()["code"] == "webhook_stale"
    changed = Webhook(genuine.headers, genuine.body.replace(b"-1", b"-2"))
    assert changed.body != genuine.body
    assert (await post(program, source, changed)).json()["code"] == "webhook_forged"
    large = await post(program, source, Webhook(genuine.headers, b"x" * 300_000))
    assert (large.status_code, large.json()["code"]) == (413, "webhook_too_large")
    assert await rows(pool) == []
    await program.stop()
    assert [each for each in (secret_of(source), "SW-1") if each in program.log] == []


async def test_a_door_that_there_is_not_is_not_found(program: HttpProgram) -> None:
    assert (await post(program, "carriers/pigeon", signed("shop"))).status_code == 404
    assert (await post(program, "carriers", signed("shop"))).status_code == 404
    async with httpx2.AsyncClient(base_url=program.url) as http:
        assert (await http.get("/webhooks/shop/m1")).json()["code"] == "method_not_allowed"


async def test_a_name_that_is_used_for_other_content_is_refused(program: HttpProgram, pool: Pool) -> None:
    assert (await post(program, "shop", told("msg-1", event("order.paid", {"n": 1})))).status_code == 200
    other = await post(program, "shop", told("msg-1", event("order.paid", {"n": 2})))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    assert (
        await post(program, "shop", told("msg-1", event("order.paid", {"n": 2})), "m2")
    ).status_code == 200
    assert len(await rows(pool)) == 2


async def test_what_nobody_uses_is_ignored_and_what_cannot_be_read_is_a_dead_letter(
    program: HttpProgram, pool: Pool
) -> None:
    lacking = event("parcel.dispatched", {"order_id": "SO-1"})
    anothers = event("return.received", {"case_id": "return:m2:R-1", "warehouse": "w1"})
    sent = [
        ("shop", told("msg-1", event("order.paid", {}))),
        ("shop", told("msg-2", lacking)),
        ("warehouse", told("msg-3", anothers, "warehouse")),
    ]
    for source, webhook in sent:
        assert (await post(program, source, webhook)).status_code == 200
    kept = await rows(pool)
    assert [(row["state"], row["type"], row["code"]) for row in kept] == [
        ("ignored", "order.paid", None),
        ("dead", "unreadable", "invalid_request"),
        ("dead", "unreadable", "case_not_found"),
    ]
    assert [row["body"] is None for row in kept] == [True, False, False]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ="])
async def test_an_empty_or_short_secret_refuses_to_start(tmp_path: Path, secret: str) -> None:
    """Before anything else is looked at: there is no database here."""
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump({"m1": {"warehouse": secret}}), encoding="utf-8")
    program = await start_http(env_of(f"postgresql://{NOBODY}/x", CASEWORK_WEBHOOK_SOURCES_FILE=str(file)))
    assert await program.end() == 1
    assert program.log.startswith("casework: not_ready: sources.yaml: m1.warehouse: ")
