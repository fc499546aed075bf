"""Temporal's own warnings go where ours go, never between the lines of an answer."""

import asyncio
import logging

import pytest

from starters.settings import Settings
from starters.temporal_client import connect
from workers.engine import Engine

MUCH = "x" * 700_000
"""More than the SDK finds wise, less than the server refuses."""


async def test_the_sdks_warnings_are_logged_and_not_printed(
    room: Engine, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    client = await connect(Settings(), address=room.addresses.running_temporal)
    handle = await client.start_workflow("Nobody", MUCH, id="too-much", task_queue="nobody-polls-this")
    async with asyncio.timeout(10):
        while not any("payload" in record.getMessage() for record in caplog.records):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await handle.terminate("a test")
    [record] = [record for record in caplog.records if "payload" in record.getMessage()]
    assert (record.levelno, record.name.split("-")[0]) == (logging.WARNING, "temporalio")
    assert capfd.readouterr().out == ""
