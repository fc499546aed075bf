"""The engine room as tests, demo and bench use it."""

import os
from datetime import timedelta
from pathlib import Path

import asyncpg
import psutil
import pytest
from temporalio import workflow
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starters.engine_state import read_running
from starters.settings import Settings
from starters.temporal_client import connect
from tests.engine.command import all_gone
from workers.engine import AlreadyRunning, PartFailed, Ports, engine


@workflow.defn
class Nap:
    """A workflow that does nothing for days."""

    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=3))


async def test_it_runs_while_the_block_runs_and_its_folder_goes_with_it() -> None:
    async with engine(["postgres"]) as room:
        assert room.addresses.database_url is not None
        connection = await asyncpg.connect(room.addresses.database_url)
        assert await connection.fetchval("SELECT count(*) FROM schema_migrations") > 0
        await connection.close()
        (part,) = room.parts
        family = [psutil.Process(part.pid)]
        running = read_running(room.state_dir)
        assert running is not None
        assert (running.phase, running.pid) == ("ready", os.getpid())
    assert await all_gone(family)
    assert not room.state_dir.exists()


async def test_time_can_be_skipped_where_it_was_asked_for() -> None:
    async with engine(["temporal"], time_skipping=True) as room:
        client = await connect(Settings(), address=room.addresses.running_temporal)
        skipper = TimeSkipper(client)
        async with Worker(
            client, task_queue="naps", workflows=[Nap], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            handle = await skipper.client.start_workflow(Nap.run, id="nap", task_queue="naps")
            await handle.result()
            slept = await handle.describe()
    assert slept.close_time is not None
    assert slept.close_time - slept.start_time >= timedelta(days=3)


async def test_one_folder_holds_one_engine_room(state_dir: Path) -> None:
    async with engine([], state_dir=state_dir):
        with pytest.raises(AlreadyRunning):
            async with engine([], state_dir=state_dir):
                pytest.fail("two in one folder")
    async with engine([], state_dir=state_dir) as room:
        assert room.parts == []


async def test_a_part_that_does_not_come_up_takes_the_others_down(state_dir: Path) -> None:
    with pytest.raises(PartFailed, match=r"sandbox \(pid \d+\) exited with status"):
        async with engine(["postgres", "sandbox"], state_dir=state_dir, ports=Ports(sandbox=1 << 20)):
            pytest.fail("came up on a port that does not exist")
    assert read_running(state_dir) is None
    assert not (state_dir / "postgres" / "postmaster.pid").exists()


async def test_data_outlives_the_engine_room(state_dir: Path) -> None:
    for expected in (0, 1):
        async with engine(["postgres"], state_dir=state_dir) as room:
            connection = await asyncpg.connect(room.addresses.database_url)
            await connection.execute("CREATE TABLE IF NOT EXISTS visits (at timestamptz)")
            assert await connection.fetchval("SELECT count(*) FROM visits") == expected
            await connection.execute("INSERT INTO visits VALUES (now())")
            await connection.close()


async def test_what_works_with_it_sees_its_parts_and_no_other_temporal(
    monkeypatch: pytest.MonkeyPatch, state_dir: Path
) -> None:
    monkeypatch.setenv("TEMPORAL_API_KEY", "of another server")
    monkeypatch.setenv("CASEWORK_SHOP_URL", "http://shop.example")
    async with engine(["temporal", "sandbox"], state_dir=state_dir) as room:
        hermetic = room.environment()
    async with engine(["sandbox"], state_dir=state_dir, settings=Settings()) as room:
        mixed = room.environment()
    assert hermetic["TEMPORAL_ADDRESS"] == room_temporal(hermetic)
    assert "TEMPORAL_API_KEY" not in hermetic
    assert hermetic["CASEWORK_SHOP_URL"].startswith("http://127.0.0.1:")
    assert mixed["CASEWORK_SHOP_URL"] == "http://shop.example"
    assert mixed["CASEWORK_PAYMENTS_URL"].startswith("http://127.0.0.1:")
    assert mixed["TEMPORAL_API_KEY"] == "of another server"


def room_temporal(env: dict[str, str]) -> str:
    """The address that the engine room gives for its own Temporal."""
    return env["CASEWORK_RUNNING_TEMPORAL"]
