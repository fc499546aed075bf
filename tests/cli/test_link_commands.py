"""`link` as people and scripts call it: made, listed without its token, revoked; and who needs its keys."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.access import LinkInvalid
from starters.customer_links import LinkDesk
from starters.link_keys import LinkKeys, ensure_link_keys
from starters.settings import CHECKOUT
from store.audit import AuditFilter, AuditLog
from store.pool import Pool
from tests.cli.conftest import Command
from tests.store.case_rows import put_case

CASE = "return:m1:R-1"


@pytest.fixture
def env(database_dsn: str, tmp_path: Path) -> dict[str, str]:
    own = {
        "CASEWORK_STATE_DIR": str(tmp_path),
        "CASEWORK_DATABASE_URL": database_dsn,
        "CASEWORK_CUSTOMER_LINK_KEYS_FILE": str(ensure_link_keys(tmp_path / "keys.yaml")),
        "CASEWORK_CUSTOMER_PUBLIC_URL": "https://care.example",
    }
    return {**os.environ, **own}


async def test_a_link_is_made_listed_and_ended_at_once(env: dict[str, str], pool: Pool) -> None:
    casework = Command(env)
    await put_case(pool, CASE, datetime.now(UTC))
    url = (await casework("link", "make", "m1:R-1", "--expires-in", "7d")).out.strip()
    token = url.removeprefix("https://care.example/c/")
    desk = LinkDesk(pool, LinkKeys(Path(env["CASEWORK_CUSTOMER_LINK_KEYS_FILE"])))
    link = await desk.open(token, datetime.now(UTC))
    listed = await casework("link", "list", "m1:R-1")
    assert (link.link_id in listed.out, token in listed.out) == (True, False)
    [told] = json.loads((await casework("link", "list", CASE, "--json")).out)["links"]
    assert (told["case_id"], told["created_by"]) == (CASE, "operator")
    assert (await casework("link", "revoke", link.link_id)).out == f"{link.link_id} is revoked\n"
    with pytest.raises(LinkInvalid):
        await desk.open(token, datetime.now(UTC))
    kept = await AuditLog(pool).page(AuditFilter(target=CASE), 10)
    assert [(entry.kind, entry.door) for entry in kept] == [("link_revoked", "cli"), ("link_made", "cli")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["make", "m1:R-404"], "case_not_found"),
        (["make", "claim:m1:X-1"], "no customer's"),
        (["make", "m1:R-1", "--expires-in", "400d"], "expires_in"),
        (["revoke", "none"], "not_found: there is no link none"),
    ],
)
async def test_what_cannot_be_linked_is_said_so(env: dict[str, str], words: list[str], says: str) -> None:
    done = await Command(env)("link", *words)
    assert done.status in (1, 2)
    assert says in done.err


@pytest.mark.parametrize("secret", ["", "short"])
@pytest.mark.parametrize("module", ["console.customer", "starters.http"])
def test_a_program_does_not_start_with_a_secret_that_is_none(
    env: dict[str, str], tmp_path: Path, module: str, secret: str
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(json.dumps([{"id": "1", "secret": secret}]))
    env |= {"CASEWORK_CUSTOMER_LINK_KEYS_FILE": str(file)}
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "not_ready: CASEWORK_CUSTOMER_LINK_KEYS_FILE" in done.stderr
