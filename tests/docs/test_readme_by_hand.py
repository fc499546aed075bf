"""What the README does by hand works with a running `up`, to the letter but for the port."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from tests.docs.documents import ROOT, blocks
from workers.engine.parts import free_port

PORT = "8400"


async def shell(commands: str, env: dict[str, str]) -> str:
    """The output of the commands, all of which succeed."""
    done = await asyncio.create_subprocess_shell(f"set -e\n{commands}", cwd=ROOT, env=env, stdout=PIPE)
    said, _ = await done.communicate()
    assert done.returncode == 0
    return said.decode()


async def test_a_return_is_opened_by_hand_in_three_commands(tmp_path: Path) -> None:
    port = str(free_port())
    env = {**os.environ, "CASEWORK_STATE_DIR": str(tmp_path / "state")}
    examples = [block.text.replace(PORT, port) for block in blocks(ROOT / "README.md", "sh")]
    [up] = [text for text in examples if "casework up" in text]
    [by_hand] = [text for text in examples if "return open" in text]
    assert len(by_hand.splitlines()) == 3
    running = await asyncio.create_subprocess_exec(
        *up.split(), "--temporal-port", "0", "--ui-port", "0", cwd=ROOT, env=env, stdout=PIPE, stderr=DEVNULL
    )
    try:
        assert running.stdout is not None
        while (line := await running.stdout.readline()) != b"ready\n":
            assert line
        said = await shell(by_hand, env)
    finally:
        running.terminate()
        await running.wait()
    assert "return:cupshop:R-1: accept (ok)" in said
    assert "next: ship" in said
