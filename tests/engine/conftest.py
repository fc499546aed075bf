"""The command, each time in a state folder of the test's own."""

import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from tests.engine.command import Casework


@pytest.fixture
def state_dir() -> Generator[Path]:
    """Not pytest's own temporary folder: that one is closed to the account that PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="casework-test-") as folder:
        yield Path(folder)


@pytest.fixture
async def casework(state_dir: Path) -> AsyncGenerator[Casework]:
    """The command, with a state folder of its own."""
    command = Casework(state_dir)
    yield command
    await command.close()
