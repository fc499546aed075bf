"""A running sandbox and a notice desk for the tests of this folder."""

import pytest

from providers.settings import Providers
from sandbox.client import SandboxClient
from store.notices import NoticeLog
from store.pool import Pool
from store.staff import Staff
from tests.activities.notice_desk import Desk
from tests.sandbox_fixtures import merchant, providers, sandbox, sandbox_process

__all__ = ["desk", "merchant", "providers", "sandbox", "sandbox_process"]


@pytest.fixture
async def desk(merchant: str, sandbox: SandboxClient, providers: Providers, pool: Pool) -> Desk:
    """The notice activity, and a customer with an address on every channel."""
    desk = Desk(merchant, sandbox, providers, NoticeLog(pool), Staff(pool))
    await desk.know()
    return desk
