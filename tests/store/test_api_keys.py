"""API keys: shown once, kept as a hash, ended at once."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.access import Identity, Unauthenticated
from domain.errors import NotFound
from store.api_keys import ApiKeys
from store.pool import Pool

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = Identity(subject="shop-backend", role="backend", merchant="m1")


async def test_a_key_says_whose_it_is_until_it_ends(pool: Pool) -> None:
    keys = ApiKeys(pool)
    made = await keys.make(SHOP, NOON, NOON + timedelta(days=1))
    assert await keys.identity(made.text, NOON) == SHOP
    with pytest.raises(Unauthenticated):
        await keys.identity(made.text, NOON + timedelta(days=1))
    other = await keys.make(SHOP, NOON)
    await keys.revoke(other.key.key_id, NOON)
    with pytest.raises(Unauthenticated):
        await keys.identity(other.text, NOON)
    with pytest.raises(NotFound):
        await keys.revoke("0" * 12, NOON)
    listed = {key.key_id: (key.expires_at, key.revoked_at) for key in await keys.all()}
    assert listed == {
        made.key.key_id: (NOON + timedelta(days=1), None),
        other.key.key_id: (None, NOON),
    }


async def test_the_secret_is_kept_nowhere(pool: Pool) -> None:
    made = await ApiKeys(pool).make(SHOP, NOON)
    secret = made.text.split("_", 2)[2]
    row = await pool.fetchrow("SELECT * FROM api_keys")
    assert row is not None
    assert not [value for value in row.values() if secret in str(value) or secret.encode() in _bytes(value)]


@pytest.mark.parametrize(
    "wrong", ["", "cw_", "cw_000000000000_" + "A" * 43, "x" * 10_000, "cw_é_" + "A" * 43]
)
async def test_what_is_no_key_is_nobodys(pool: Pool, wrong: str) -> None:
    with pytest.raises(Unauthenticated):
        await ApiKeys(pool).identity(wrong, NOON)


async def test_one_key_does_not_open_with_anothers_secret(pool: Pool) -> None:
    one, other = await ApiKeys(pool).make(SHOP, NOON), await ApiKeys(pool).make(SHOP, NOON)
    with pytest.raises(Unauthenticated):
        await ApiKeys(pool).identity(one.text[:16] + other.text[16:], NOON)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
