"""The typed client over the whole desk: real Temporal, PostgreSQL, sandbox and a worker."""

from datetime import UTC, datetime

import pytest

from starters.case_records import CaseRecords
from starters.client import Cases
from tests.workflows.conftest import client, desk, desk_pool, make_worker, policies_dir, room, sandbox, worker
from tests.workflows.desk import Desk

__all__ = ["client", "desk", "desk_pool", "make_worker", "policies_dir", "room", "sandbox", "worker"]


@pytest.fixture
def cases(desk: Desk) -> Cases:
    """The client under test."""
    return Cases(desk.client, CaseRecords(desk.pool))


def noon_zone() -> str:
    """A time zone in which it is about noon, so that no quiet hours hold notices back."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
