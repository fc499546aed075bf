"""Fixtures of a running sandbox: import those you use into your folder's conftest."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from domain.orders import Order, OrderLine
from providers.settings import Providers, ProviderSettings, build_providers, load_provider_settings
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess, running_sandbox

__all__ = ["make_order", "merchant", "provider_settings", "providers", "sandbox", "sandbox_process"]

_numbers = count(1)
PARTS = ("shop", "payments", "carriers", "warehouse", "sms", "push", "email", "oidc")


@pytest_asyncio.fixture(scope="session")
async def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[SandboxProcess, None]:
    """One sandbox for all tests, on free ports."""
    async with running_sandbox(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest_asyncio.fixture
async def sandbox(sandbox_process: SandboxProcess) -> AsyncGenerator[SandboxClient, None]:
    """The sandbox's client; afterwards the sandbox is healthy, prompt and on time again."""
    async with SandboxClient(sandbox_process.url) as client:
        yield client
        for part in PARTS:
            await client.set_faults(part)
        await client.set_gateway()
        await client.set_webhooks()
        await client.set_source_webhooks()
        await client.set_now(datetime.now(UTC))


@pytest.fixture
def merchant() -> str:
    """A merchant of the test's own."""
    return f"m{next(_numbers)}"


def provider_settings(process: SandboxProcess, **more: object) -> ProviderSettings:
    """The desk's settings for a sandbox."""
    named = {name.removeprefix("CASEWORK_").lower(): value for name, value in process.env.items()}
    given = {name: value for name, value in named.items() if name in ProviderSettings.model_fields}
    return load_provider_settings(**{**given, **more})


@pytest_asyncio.fixture(scope="session")
async def providers(sandbox_process: SandboxProcess) -> AsyncGenerator[Providers, None]:
    """All ports, wired to the sandbox."""
    wired = build_providers(provider_settings(sandbox_process))
    yield wired
    await wired.close()


def make_order(
    merchant: str, order_id: str = "SO-1", *, sku: str = "CUP-01", paid_minor: int = 10000
) -> Order:
    """An order of three cups, received a day ago."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Order(
        order_id=order_id,
        merchant=merchant,
        customer_id="c1",
        currency="CNY",
        placed_at=now - timedelta(days=3),
        received_at=now - timedelta(days=1),
        timezone="Asia/Shanghai",
        lines=[OrderLine(line="1", sku=sku, title="Cup", quantity=3, paid_minor=paid_minor)],
    )


def journal_lines(state: Path) -> list[str]:
    """The gateway's journal file, as an auditor reads it."""
    return (state / "payments.jsonl").read_text(encoding="utf-8").splitlines()
