"""The examples of the documents: what can run is run, everything else is checked for what it may say."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup

from starters.cli.app import app
from store.pool import Pool
from tests.docs.documents import DOCUMENTS, ROOT, Block, all_blocks, blocks, name_of

LAUNCHER = ROOT / "casework"
CONSOLES = [path for path in DOCUMENTS if blocks(path, "console")]
GAP = re.compile(r"^\s*…\s*$")
ELLIPSIS = "…"


def dialogues(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block with the output that the document shows."""
    command, shown = "", list[str]()
    for line in block.text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    yield command, shown


def fits(shown: list[str], said: list[str]) -> bool:
    """Whether the output is as shown; a line `…` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if GAP.match(line) else f"{re.escape(line)}\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in said)) is not None


@pytest.mark.parametrize("path", CONSOLES, ids=name_of)
def test_what_a_console_shows_is_what_happens(path: Path, tmp_path: Path) -> None:
    for block in blocks(path):
        if block.name:
            (tmp_path / block.name).write_text(block.text, encoding="utf-8")
    for block in blocks(path, "console"):
        for command, shown in dialogues(block):
            assert command.startswith("./casework "), f"{block}: {command}"
            done = subprocess.run(
                [LAUNCHER, *shlex.split(command)[1:]],
                cwd=tmp_path,
                env={**os.environ, "CASEWORK_STATE_DIR": str(tmp_path / "state")},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            said = (done.stdout + done.stderr).splitlines()
            assert fits(shown, said), f"{block}: {command} said\n" + "\n".join(said)


@pytest.mark.parametrize("block", [b for b in all_blocks("json") if ELLIPSIS not in b.text], ids=str)
def test_json_can_be_read(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", all_blocks("yaml"), ids=str)
def test_yaml_can_be_read(block: Block) -> None:
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize("block", all_blocks("python"), ids=str)
def test_python_can_be_parsed(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", all_blocks("sql"), ids=str)
async def test_sql_runs_on_our_tables(block: Block, pool: Pool) -> None:
    async with pool.acquire() as conn:
        await conn.execute(block.text)


@pytest.mark.parametrize("block", all_blocks("sh"), ids=str)
def test_shell_is_well_formed_and_its_targets_exist(block: Block) -> None:
    parsed = subprocess.run(["sh", "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert (parsed.returncode, parsed.stderr) == (0, "")
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"^\s*make ([a-z]+)", block.text, re.M)) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = re.findall(r"\./casework ((?:[a-z][a-z-]* ?)+)", path.read_text(encoding="utf-8"))
    assert [words for words in named if not exists(words.split())] == []


def exists(words: list[str]) -> bool:
    """Whether the words lead to a command; what follows a command is its arguments."""
    command: Any = typer.main.get_command(app)
    for word in words:
        if not isinstance(command, TyperGroup):
            break
        command = command.get_command(typer.Context(command), word)
    return command is not None


def test_every_block_says_its_language() -> None:
    assert [str(block) for block in all_blocks("") if block.path.name != "sandbox.md"] == []
