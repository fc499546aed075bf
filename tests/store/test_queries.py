"""Every named query has one purpose line, is used, and is accepted by the server."""

import re
from pathlib import Path

import pytest

from store.pool import Pool
from store.sql import FOLDER, load

TOPICS = sorted(path.stem for path in FOLDER.glob("*.sql"))
SEVERAL_STATEMENTS = {"create_tables"}  # a script, and the tests of migrations run it


@pytest.mark.parametrize("topic", TOPICS)
def test_each_query_says_its_purpose_and_is_used(topic: str) -> None:
    text = (FOLDER / f"{topic}.sql").read_text()
    queries = load(topic)
    assert text.startswith("-- @")
    assert len(queries) == len(re.findall(r"^-- @", text, re.M)), (
        "a purpose is missing, or a name stands twice"
    )
    source = "\n".join(path.read_text() for path in Path(FOLDER).parent.glob("*.py"))
    unused = [name for name in queries if f'"{name}"' not in source]
    assert unused == []


@pytest.mark.parametrize("topic", TOPICS)
async def test_the_server_accepts_each_query(pool: Pool, topic: str) -> None:
    async with pool.acquire() as conn:
        for name, query in load(topic).items():
            if name not in SEVERAL_STATEMENTS:
                await conn.prepare(query)
