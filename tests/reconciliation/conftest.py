"""A ledger and a gateway that agree, on a day of their own, in each dialect."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from domain.statements import RAILS
from sandbox.client import SandboxClient
from store.pool import Pool
from tests.reconciliation.books import Books
from tests.sandbox_fixtures import merchant, providers, sandbox, sandbox_process

__all__ = ["merchant", "providers", "sandbox", "sandbox_process"]


@pytest.fixture(params=RAILS)
async def books(
    request: pytest.FixtureRequest, pool: Pool, sandbox: SandboxClient, merchant: str
) -> AsyncGenerator[Books]:
    """Both, at noon of a day that is over in no zone of a gateway; one test per dialect."""
    noon = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=30)
    await sandbox.set_now(noon)
    async with Books.at(pool, sandbox, merchant, request.param, noon) as books:
        yield books
