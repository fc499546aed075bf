"""Each page of `message_pages` holds to the letter: by a bare client and by the command, in its order."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.worker import Worker

from sandbox.client import SandboxClient
from store.pool import Pool
from tests.starters.bare_client import PATIENCE_SECONDS, BareClient, run
from tests.starters.message_pages import PAGES, MessagePage, World
from workers.engine import Engine

DIFFERS = ("seq", "request_hash", "until")
"""What differs from run to run."""
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
async def test_the_examples_of_a_page_are_answered_as_it_shows(
    page: MessagePage, sandbox: SandboxClient, worker: Worker, room: Engine, desk_pool: Pool
) -> None:
    merchant = page.merchant()
    await page.set_the_scene(World(sandbox, desk_pool, merchant))
    bare = await Client.connect(room.addresses.running_temporal or "", data_converter=DataConverter.default)
    told = page.story(merchant)
    caller = BareClient(bare, told)
    said = {(step.flag("workflow-id"), step.message_name): await caller.send(step) for step in told.steps}

    sent = {name for _, name in said if name}
    assert sent == {"open", *page.kind.commands, "progress", "case"}
    assert {name for name in told.files if name.startswith("answer-")} == set(page.answers)
    for file, (number, message) in page.answers.items():
        answer = said[f"{page.kind.name}:{merchant}:{number}", message]
        assert same(answer) == same(json.loads(told.files[file])), file


@every_page
async def test_a_page_is_played_by_the_command_alone(
    page: MessagePage, sandbox: SandboxClient, worker: Worker, room: Engine, desk_pool: Pool, tmp_path: Path
) -> None:
    merchant = page.merchant("-by-command")
    await page.set_the_scene(World(sandbox, desk_pool, merchant))
    told = page.story(merchant)
    for name, text in told.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "TEMPORAL_ADDRESS": room.addresses.running_temporal or ""}
    async with asyncio.timeout(2 * PATIENCE_SECONDS):
        for step in told.steps:
            assert await run(step, tmp_path, env), step.words


def same(answer: Any) -> dict[str, Any]:
    """The answer with what differs only named."""
    return {name: None if name in DIFFERS else value for name, value in answer.items()}
