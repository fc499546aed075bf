"""`key` as people and scripts call it: made once, listed without its secret, revoked."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.access import Identity, Unauthenticated
from store.api_keys import ApiKeys
from store.pool import Pool
from tests.cli.conftest import Command

COLUMNS = 80


@pytest.fixture
def casework(database_dsn: str, tmp_path: Path) -> Command:
    """The command over a store of its own."""
    own = {"CASEWORK_STATE_DIR": str(tmp_path), "CASEWORK_DATABASE_URL": database_dsn}
    return Command({**os.environ, **own})


async def test_a_key_is_made_once_and_ended_at_once(casework: Command, pool: Pool) -> None:
    made = await casework("key", "make", "shop-backend", "--merchant", "m1", "--expires-in", "90d")
    text = made.out.strip()
    who = Identity(subject="shop-backend", role="backend", merchant="m1")
    assert await ApiKeys(pool).identity(text, datetime.now(UTC)) == who
    listed = await casework("key", "list")
    assert max(map(len, listed.out.splitlines())) <= COLUMNS
    assert text.split("_", 2)[2] not in listed.out
    key_id = text.split("_")[1]
    [row] = [line for line in listed.out.splitlines() if key_id in line]
    assert row.split()[1:5] == ["shop-backend", "backend", "m1", "valid"]
    assert (await casework("key", "revoke", key_id)).out == f"{key_id} is revoked\n"
    with pytest.raises(Unauthenticated):
        await ApiKeys(pool).identity(text, datetime.now(UTC))
    [told] = json.loads((await casework("key", "list", "--json")).out)["keys"]
    assert {"key_id", "revoked_at"} <= told.keys()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["make", "shop backend"], "invalid_request: subject"),
        (["make", "x", "--merchant", "a:b"], "invalid_request: merchant"),
        (["make", "x", "--expires-in", "soon"], "invalid_request"),
        (["revoke", "nobody"], "not_found: there is no key nobody"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line(
    casework: Command, pool: Pool, words: list[str], says: str
) -> None:
    said = await casework("key", *words)
    assert said.status in (1, 2)
    assert says in said.err
    assert len(said.err.splitlines()) == 1
    assert await pool.fetchval("SELECT count(*) FROM api_keys") == 0
