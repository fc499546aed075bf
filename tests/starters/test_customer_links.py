"""Customers' links: a token opens its one case for a while, and nothing that is not ours opens anything."""

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from domain.access import LinkInvalid
from domain.errors import CaseNotFound, IdempotencyConflict, InvalidRequest, NotFound, NotReady
from starters.customer_links import AUDIENCE, LONGEST_LIFE, TYPE, LinkDesk, build_link_desk
from starters.link_keys import LinkKeys, ensure_link_keys
from starters.settings import Settings
from store.pool import Pool
from tests.store.case_rows import put_case

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIFE = timedelta(days=7)
CASE, OTHER = "return:m1:R-1", "complaint:m1:C-1"
SECRET, NEW = "s" * 32, "n" * 32


def write(path: Path, *keys: tuple[str, str]) -> Path:
    path.write_text(json.dumps([{"id": name, "secret": secret} for name, secret in keys]))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "keys.yaml", ("old", SECRET))


@pytest.fixture
async def desk(pool: Pool, file: Path) -> LinkDesk:
    for case_id in (CASE, OTHER):
        await put_case(pool, case_id, NOON)
    return LinkDesk(pool, LinkKeys(file), "https://care.example/")


def claims(**changes: Any) -> dict[str, Any]:
    said = {
        "aud": AUDIENCE,
        "sub": CASE,
        "jti": "x",
        "iat": int(NOON.timestamp()),
        "exp": int((NOON + LIFE).timestamp()),
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def signed(said: dict[str, Any], secret: str = SECRET, **header: Any) -> str:
    given = {"alg": "HS256", "kid": "old", "typ": TYPE, **header}
    return jwt.encode(given, said, OctKey.import_key(secret), algorithms=[given["alg"]])


def unsigned(said: dict[str, Any], **header: Any) -> str:
    parts = ({"alg": "none", "kid": "old", "typ": TYPE, **header}, said)
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts
    )


async def refused(desk: LinkDesk, token: str, at: datetime = NOON) -> None:
    """It opens nothing, and the words are the same whatever is wrong with it."""
    with pytest.raises(LinkInvalid) as found:
        await desk.open(token, at)
    assert (found.value.message, found.value.detail) == (LinkInvalid().message, {})


async def test_a_link_opens_its_case_until_it_expires(desk: LinkDesk) -> None:
    made = await desk.make(CASE, "shop", NOON, life=LIFE)
    assert made.url == f"https://care.example/c/{made.token}"
    for at in (NOON, NOON + LIFE - timedelta(seconds=1)):
        assert (await desk.open(made.token, at)).case_id == CASE
    await refused(desk, made.token, NOON + LIFE)


async def test_a_link_that_is_revoked_opens_nothing_from_that_moment(desk: LinkDesk) -> None:
    made, other = [await desk.make(CASE, "shop", NOON) for _ in range(2)]
    await desk.links.revoke(made.link_id, NOON)
    await refused(desk, made.token)
    assert (await desk.open(other.token, NOON)).link_id == other.link_id
    with pytest.raises(NotFound):
        await desk.links.revoke("none", NOON)


async def test_nothing_that_is_not_ours_opens_anything(desk: LinkDesk) -> None:
    made = await desk.make(CASE, "shop", NOON, life=LIFE)
    link = {"jti": made.link_id}
    assert await desk.open(signed(claims(**link)), NOON)
    head, body, signature = made.token.split(".")
    rsa = RSAKey.generate_key(2048)
    forged = [
        "",
        "x",
        "a.b.c",
        "é.b.c",
        f"{head}.{body}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-2]}AA",
        "x" * 100_000,
        base64.urlsafe_b64encode(b"[1]").decode() + ".b.c",
        base64.urlsafe_b64encode(b"[" * 800).decode() + ".b.c",
        unsigned(claims(**link)) + ".",
        unsigned(claims(**link), alg="HS256") + ".",
        signed(claims(**link), "f" * 32),
        signed(claims(**link), kid="other"),
        signed(claims(**link), alg="HS512"),
        signed(claims(**link), typ="JWT"),
        jwt.encode({"alg": "RS256", "kid": "old", "typ": TYPE}, claims(**link), rsa),
        jwt.encode(
            {"alg": "HS256", "kid": "new", "typ": TYPE, "jwk": OctKey.import_key("f" * 32).as_dict()},
            claims(**link),
            OctKey.import_key("f" * 32),
        ),
    ]
    for token in forged:
        await refused(desk, token)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "casework"},
        {"aud": None},
        {"sub": OTHER},
        {"sub": None},
        {"jti": "none"},
        {"jti": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": int(NOON.timestamp())},
    ],
    ids=str,
)
async def test_a_token_of_ours_that_says_another_thing_opens_nothing(
    desk: LinkDesk, wrong: dict[str, Any]
) -> None:
    made = await desk.make(CASE, "shop", NOON, life=LIFE)
    await refused(desk, signed(claims(**{"jti": made.link_id, **wrong})))


async def test_a_token_outlives_neither_its_row_nor_its_rows_time(desk: LinkDesk) -> None:
    """Who could sign would still not make a link longer than it is in the books."""
    made = await desk.make(CASE, "shop", NOON, life=LIFE)
    longer = signed(claims(jti=made.link_id, exp=int((NOON + 10 * LIFE).timestamp())))
    await refused(desk, longer, NOON + LIFE)


async def test_keys_rotate_without_a_restart(desk: LinkDesk, file: Path) -> None:
    old = await desk.make(CASE, "shop", NOON)
    write(file, ("new", NEW), ("old", SECRET))
    new = await desk.make(CASE, "shop", NOON)
    for made in (old, new):
        assert (await desk.open(made.token, NOON)).link_id == made.link_id
    write(file, ("new", NEW))
    await refused(desk, old.token)
    assert await desk.open(new.token, NOON)


async def test_the_same_request_gets_the_same_link(desk: LinkDesk) -> None:
    first, again = [await desk.make(CASE, "shop", NOON, request_key="k") for _ in range(2)]
    assert again == first
    assert (await desk.make(CASE, "another", NOON, request_key="k")).link_id != first.link_id
    for case_id, life in ((OTHER, None), (CASE, LIFE)):
        with pytest.raises(IdempotencyConflict):
            await desk.make(case_id, "shop", NOON, life=life, request_key="k")
    assert [link.link_id for link in await desk.links.of_case(OTHER)] == []


async def test_there_are_links_only_to_customers_cases(desk: LinkDesk) -> None:
    for case_id in ("claim:m1:X-1", "shipment:m1:X-1", "improvement:m1:X-1"):
        with pytest.raises(InvalidRequest, match="no customer's"):
            await desk.make(case_id, "shop", NOON)
    with pytest.raises(CaseNotFound):
        await desk.make("return:m1:R-404", "shop", NOON)
    for life in (timedelta(0), LONGEST_LIFE + timedelta(seconds=1)):
        with pytest.raises(InvalidRequest, match="expires_in"):
            await desk.make(CASE, "shop", NOON, life=life)


async def test_the_token_is_kept_nowhere(desk: LinkDesk, pool: Pool) -> None:
    made = await desk.make(CASE, "shop", NOON)
    rows = await pool.fetch("SELECT * FROM customer_links")
    assert [row for row in rows if made.token.split(".")[2] in str(tuple(row.values()))] == []


async def test_without_keys_there_are_no_links(pool: Pool) -> None:
    desk = build_link_desk(Settings(customer_link_keys_file=None), pool)
    with pytest.raises(NotReady, match="CASEWORK_CUSTOMER_LINK_KEYS_FILE"):
        await desk.make(CASE, "shop", NOON)
    await refused(desk, signed(claims()))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "should be a valid list"),
        ("[]", "at least 1 item"),
        ('[{"id": "a", "secret": ""}]', "32 signs"),
        ('[{"id": "a", "secret": "  "}]', "32 signs"),
        (f'[{{"id": "a", "secret": "{"s" * 31}"}}]', "32 signs"),
        (f'[{{"id": "a b", "secret": "{SECRET}"}}]', "pattern"),
        (f'[{{"id": "a", "secret": "{SECRET}"}}, {{"id": "a", "secret": "{NEW}"}}]', "same id"),
        ("{", "not YAML"),
    ],
)
def test_a_secret_that_is_none_is_no_key_and_is_not_told(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(text)
    with pytest.raises(NotReady, match=why) as found:
        LinkKeys(path)
    assert "s" * 31 not in found.value.message


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="No such file"):
        LinkKeys(tmp_path / "nowhere")


def test_a_key_of_our_own_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = ensure_link_keys(tmp_path / "keys.yaml")
    assert os.stat(path).st_mode & 0o077 == 0
    made = path.read_text()
    assert ensure_link_keys(path).read_text() == made
    assert LinkKeys(path).signing()[0] == "1"
