"""Tokens of the sign-in provider: what it signed for us and for now is believed, and nothing else."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from pydantic import SecretStr

from domain.access import Claims, Unauthenticated
from domain.errors import NotReady, ProviderUnavailable
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.messages import FaultRule
from sandbox.oidc_messages import Algorithm, OidcPerson, TokenOrder
from starters.oidc import LEEWAY_SECONDS, TOKEN_MAX, OidcProvider, OidcSettings, oidc_settings
from starters.oidc_keys import FRESH_SECONDS, PAUSE_SECONDS, ProviderKeys, usable
from starters.settings import Settings
from tests.sandbox_fixtures import sandbox as sandbox
from tests.sandbox_fixtures import sandbox_process as sandbox_process

LATE = LEEWAY_SECONDS + 60


@dataclass
class Watch:
    """A clock that goes on when it is told to."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class World:
    """The sandbox's provider, and what is checked with it."""

    sandbox: SandboxClient
    provider: OidcProvider
    watch: Watch
    issuer: str

    async def who(self, token: str, **more: Any) -> Claims:
        return await self.provider.claims(token, datetime.now(UTC), **more)

    async def refused(self, token: str, **more: Any) -> None:
        """It opens nothing, and the answer is the same whatever is wrong with it."""
        with pytest.raises(Unauthenticated) as refusal:
            await self.who(token, **more)
        assert refusal.value.message == Unauthenticated().message

    async def token(self, sub: str = "au-01", **more: Any) -> str:
        return await self.sandbox.token(TokenOrder(sub=sub, **more))

    async def readings(self) -> int:
        """How often the provider's keys were asked for since the faults were set."""
        answer = await self.sandbox.request("GET", "/faults/oidc")
        return answer.json()["rules"][0]["matched"]


def settings_of(process: SandboxProcess) -> OidcSettings:
    return OidcSettings(
        issuer=process.env["CASEWORK_OIDC_ISSUER"],
        client_id=process.env["CASEWORK_OIDC_CLIENT_ID"],
        client_secret=SecretStr(process.env["CASEWORK_OIDC_CLIENT_SECRET"]),
        audience=process.env["CASEWORK_OIDC_AUDIENCE"],
    )


@pytest.fixture
async def world(sandbox: SandboxClient, sandbox_process: SandboxProcess) -> AsyncGenerator[World]:
    settings, watch = settings_of(sandbox_process), Watch()
    async with httpx2.AsyncClient() as http:
        provider = OidcProvider(settings, http)
        provider.keys = ProviderKeys(provider.read_keys, watch)
        yield World(sandbox, provider, watch, settings.issuer)


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = (base64.urlsafe_b64decode(each + "==") for each in token.split("."))
    return json.loads(header), json.loads(claims)


def signed(header: dict[str, Any], claims: dict[str, Any], key: RSAKey) -> str:
    """Also with a header that no library would write."""
    text = f"{encoded(header)}.{encoded(claims)}"
    private = key.raw_value
    assert isinstance(private, RSAPrivateKey)
    return f"{text}.{encoded(private.sign(text.encode(), PKCS1v15(), SHA256()))}"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
async def test_what_the_provider_signed_for_us_is_believed(world: World, alg: Algorithm) -> None:
    person = OidcPerson(sub="fi-9", name="Finance 09", role="finance", merchant="m1")
    await world.sandbox.put_person(person)
    claims = await world.who(await world.token("fi-9", alg=alg))
    assert claims == Claims(subject="fi-9", name="Finance 09", role="finance", merchant="m1")


@pytest.mark.parametrize(
    "order",
    [
        {"audience": "another-api"},
        {"kind": "id"},
        {"issuer": "https://login.example"},
        {"lives_seconds": -LATE},
        {"starts_in_seconds": LATE},
        {"kind": "id", "audience": "casework-api", "issuer": "http://127.0.0.1:1/oidc"},
    ],
    ids=lambda order: "-".join(order),
)
async def test_what_it_signed_for_others_or_for_another_time_is_not(world: World, order: Any) -> None:
    await world.refused(await world.token(**order))


async def test_an_id_token_is_for_signing_in_alone_and_for_one_sign_in(world: World) -> None:
    token = await world.token(kind="id", nonce="n1")
    assert (await world.who(token, nonce="n1")).subject == "au-01"
    await world.refused(token, nonce="n2")
    await world.refused(token, nonce="")
    await world.refused(await world.token(kind="id"), nonce="n1")
    await world.refused(await world.token(audience="casework-console"), nonce="n1")
    await world.refused(token)


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS512", "RS512", "PS256", "EdDSA", None])
async def test_a_token_does_not_choose_how_it_is_checked(world: World, alg: str | None) -> None:
    """With `none` nothing would be checked; with HMAC the public key would be the secret."""
    header, claims = parts_of(await world.token())
    jwk = (await world.sandbox.request("GET", "/oidc/jwks")).json()["keys"][0]
    pem = RSAKey.import_key(jwk).as_pem(private=False)
    head = f"{encoded(header | {'alg': alg})}.{encoded(claims)}"
    await world.refused(f"{head}.")
    for secret in (pem, json.dumps(jwk).encode(), b""):
        await world.refused(f"{head}.{encoded(hmac.digest(secret, head.encode(), hashlib.sha256))}")


async def test_a_token_brings_no_key_of_its_own(world: World) -> None:
    own = RSAKey.generate_key(2048)
    header, claims = parts_of(await world.token())
    public = dict(own.as_dict(private=False))
    for more in (
        {},
        {"jwk": public},
        {"jku": "https://keys.example/jwks"},
        {"x5u": "https://keys.example/x5u"},
        {"kid": "unknown"},
        {"kid": None},
    ):
        await world.refused(signed(header | more, claims, own))
    ec = ECKey.generate_key("P-256")
    await world.refused(jwt.encode(header | {"alg": "ES256"}, claims, ec, algorithms=["ES256"]))


async def test_a_changed_token_is_refused(world: World) -> None:
    token = await world.token()
    header, claims = parts_of(token)
    signature = token.rpartition(".")[2]
    await world.refused(f"{encoded(header)}.{encoded(claims | {'casework_role': 'ops'})}.{signature}")
    await world.refused(f"{encoded(header | {'crit': ['exp']})}.{token.partition('.')[2]}")
    await world.refused(token[:-8] + "AAAAAAAA")


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b.c", "é.é.é", "e30.e30.", f"{encoded([1])}.e30.x", "x" * (TOKEN_MAX + 1)],
)
async def test_what_is_no_token_is_refused(world: World, text: str) -> None:
    await world.refused(text)
    await world.refused(f"{encoded(b'[' * 5000)}.e30.x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a person: with a colon"},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"aud": None},
        {"aud": []},
        {"aud": 3},
        {"iss": None},
        {"casework_merchant": "two words"},
    ],
    ids=str,
)
async def test_claims_that_are_missing_or_odd_are_refused(world: World, wrong: dict[str, Any]) -> None:
    key = RSAKey.generate_key(2048, {"kid": "k1"})
    world.provider.keys = ProviderKeys(_keys(key), world.watch)
    _, claims = parts_of(await world.token())
    header = {"alg": "RS256", "kid": "k1"}
    assert (await world.who(jwt.encode(header, claims, key))).subject == "au-01"
    given = {name: value for name, value in (claims | wrong).items() if value is not None}
    await world.refused(jwt.encode(header, given, key))


def _keys(key: RSAKey) -> Any:
    async def fetch() -> list[dict[str, Any]]:
        return [dict(key.as_dict(private=False))]

    return fetch


@pytest.mark.parametrize(
    ("claim", "role"),
    [
        (["staff", "auditor"], "auditor"),
        ("finance", "finance"),
        (["ops", "auditor"], None),
        ("lead", None),
        (["backend"], None),
        ({"ops": True}, None),
        (7, None),
    ],
    ids=str,
)
async def test_a_claim_names_one_role_of_people_beside_the_desk(
    world: World, claim: Any, role: str | None
) -> None:
    key = RSAKey.generate_key(2048, {"kid": "k1"})
    world.provider.keys = ProviderKeys(_keys(key), world.watch)
    _, claims = parts_of(await world.token())
    token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims | {"casework_role": claim}, key)
    assert (await world.who(token)).role == role


async def test_a_new_key_is_read_and_an_old_one_believed_no_more(world: World) -> None:
    old = await world.token()
    await world.who(old)
    await world.sandbox.rotate_key()
    new = await world.token()
    await world.refused(new)  # the keys were read a moment ago
    world.watch.seconds += PAUSE_SECONDS
    assert (await world.who(new)).subject == "au-01"
    await world.refused(old)


async def test_a_withdrawn_key_is_believed_no_longer_than_keys_are_fresh(world: World) -> None:
    old = await world.token()
    await world.who(old)
    await world.sandbox.rotate_key()
    world.watch.seconds += FRESH_SECONDS + 1
    await world.refused(old)


async def test_strangers_cannot_make_us_hammer_the_provider(world: World) -> None:
    await world.sandbox.set_faults("oidc", FaultRule(kind="slow", operation="keys", delay_seconds=0))
    await world.who(await world.token())
    assert await world.readings() == 1
    world.watch.seconds += PAUSE_SECONDS
    header, claims = parts_of(await world.token())
    own = RSAKey.generate_key(2048)
    for number in range(50):
        await world.refused(signed(header | {"kid": f"kid-{number}"}, claims, own))
    assert await world.readings() == 2


async def test_while_the_provider_is_away_known_keys_go_on_and_it_is_asked_seldom(world: World) -> None:
    token = await world.token()
    await world.sandbox.set_faults("oidc", FaultRule(kind="down", operation="keys"))
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await world.who(token)
    assert await world.readings() == 1
    await world.sandbox.set_faults("oidc")
    world.watch.seconds += PAUSE_SECONDS
    await world.who(token)
    await world.sandbox.set_faults("oidc", FaultRule(kind="down", operation="keys"))
    world.watch.seconds += FRESH_SECONDS + 1
    assert (await world.who(token)).subject == "au-01"
    assert await world.readings() == 1


def test_keys_that_do_not_sign_as_we_take_it_are_left_out() -> None:
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak"})
    strong = RSAKey.generate_key(2048, {"kid": "strong"})
    curve = ECKey.generate_key("P-384", {"kid": "curve"})
    public = [dict(key.as_dict(private=False)) for key in (weak, strong, curve)]
    odd: list[dict[str, Any]] = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "RSA", "kid": "empty"},
        {"kty": "new", "kid": "future"},
        {**public[1], "kid": "sealing", "use": "enc"},
        {**public[1], "kid": "other", "alg": "PS256"},
        {name: value for name, value in public[1].items() if name != "kid"},
    ]
    with pytest.warns(SecurityWarning):
        found = usable([*public, *odd])
    assert list(found) == ["strong"]


SET: dict[str, Any] = {"oidc_issuer": "https://id.example", "oidc_client_id": "c", "oidc_audience": "a"}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"oidc_client_id": None}, "OIDC_CLIENT_ID"),
        ({"oidc_audience": None}, "_AUDIENCE"),
        ({"oidc_audience": "c"}, "an ID token opens no API"),
        ({"oidc_issuer": "http://id.example"}, "https"),
        ({"oidc_issuer": "id.example"}, "https"),
    ],
)
def test_a_provider_that_is_set_by_halves_is_named(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(NotReady, match=why):
        oidc_settings(Settings(**(SET | changed)))


def test_no_provider_is_none_and_a_whole_one_is_taken() -> None:
    assert oidc_settings(Settings()) is None
    found = oidc_settings(Settings(**SET))
    assert found is not None
    assert found.issuer == "https://id.example"


async def test_a_description_of_another_provider_is_not_believed(
    sandbox: SandboxClient, sandbox_process: SandboxProcess
) -> None:
    settings = settings_of(sandbox_process)
    elsewhere = settings.issuer.replace("127.0.0.1", "localhost")
    assert elsewhere != settings.issuer
    mixed = httpx2.AsyncClient(transport=_Elsewhere(sandbox_process.url))
    async with mixed as http:
        provider = OidcProvider(settings.model_copy(update={"issuer": "http://127.0.0.1:1/oidc"}), http)
        with pytest.raises(ProviderUnavailable, match="another one"):
            await provider.claims(await sandbox.token(TokenOrder(sub="au-01")), datetime.now(UTC))


class _Elsewhere(httpx2.AsyncHTTPTransport):
    """A name service that leads astray: every address is the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__(verify=False)
        self._url = httpx2.URL(url)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(host=self._url.host, port=self._url.port)
        request.headers["host"] = f"{self._url.host}:{self._url.port}"
        return await super().handle_async_request(request)
