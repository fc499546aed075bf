"""People by OpenID Connect: where they are sent to sign in, and whose token this is.

A token is believed when its provider signed it with a key that it publishes, for us, and for now. What a
token says about keys of its own (`jwk`, `jku`, `x5u`) is not read.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from pydantic import BaseModel, SecretStr, ValidationError

from domain.access import BESIDE_THE_DESK, BesideTheDesk, Claims, Unauthenticated
from domain.base import Model
from domain.errors import NotReady, ProviderUnavailable
from starters.oidc_keys import KeySet, ProviderKeys, algorithm_of
from starters.settings import Settings

TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 30
"""How far the provider's clock and ours may be apart."""
TOKEN_MAX = 8192
ACCESS_TYPES = ("jwt", "at+jwt", "application/at+jwt")
ID_TYPES = ("jwt",)
"""What a token may call itself; what it is for, its audience says."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")

M = TypeVar("M", bound=BaseModel)


class OidcSettings(Model):
    """The provider, what we are called there, and which claims say who somebody is."""

    issuer: str
    client_id: str
    client_secret: SecretStr | None
    audience: str
    subject_claim: str = "sub"
    role_claim: str = "casework_role"
    merchant_claim: str = "casework_merchant"


class Metadata(BaseModel):
    """What we read of the provider's own description."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class _Tokens(BaseModel):
    id_token: str


def oidc_settings(settings: Settings) -> OidcSettings | None:
    """The provider that is set; None for none. Raises `NotReady` for one that is set by halves."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None or settings.oidc_audience is None:
        raise NotReady("CASEWORK_OIDC_ISSUER is set: set CASEWORK_OIDC_CLIENT_ID and _AUDIENCE, too")
    if settings.oidc_client_id == settings.oidc_audience:
        raise NotReady("CASEWORK_OIDC_AUDIENCE must not be CASEWORK_OIDC_CLIENT_ID: an ID token opens no API")
    if not _is_safe(settings.oidc_issuer):
        raise NotReady("CASEWORK_OIDC_ISSUER must be an https address, or one of this machine")
    return OidcSettings(
        issuer=settings.oidc_issuer.rstrip("/"),
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        audience=settings.oidc_audience,
        subject_claim=settings.oidc_subject_claim,
        role_claim=settings.oidc_role_claim,
        merchant_claim=settings.oidc_merchant_claim,
    )


class OidcProvider:
    """One provider. Its description is read once, its keys as `ProviderKeys` does."""

    def __init__(self, settings: OidcSettings, http: httpx2.AsyncClient) -> None:
        self.settings = settings
        self.keys = ProviderKeys(self.read_keys)
        self._http = http
        self._metadata: Metadata | None = None

    async def sign_in_address(self, redirect_uri: str, *, state: str, nonce: str, challenge: str) -> str:
        """Where a browser is sent. Raises `ProviderUnavailable`."""
        where = (await self._described()).authorization_endpoint
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, *, redirect_uri: str, verifier: str) -> str:
        """The ID token for a code. Raises `Unauthenticated`, `ProviderUnavailable`."""
        described, secret = await self._described(), self.settings.client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }
        basic: tuple[str, str] | None = None
        if secret is not None and "client_secret_post" in described.token_endpoint_auth_methods_supported:
            form["client_secret"] = secret.get_secret_value()
        elif secret is not None:
            basic = quote(self.settings.client_id), quote(secret.get_secret_value())
        response = await self._exchange("POST", described.token_endpoint, data=form, auth=basic)
        if response.status_code in (400, 403):
            raise Unauthenticated("the sign-in was not completed: begin again")
        return _read(_Tokens, response).id_token

    async def claims(self, token: str, now: datetime, *, nonce: str | None = None) -> Claims:
        """Whose token this is: an access token for our API or, with its nonce, the ID token of a sign-in.

        Raises `Unauthenticated` with the same words whatever is wrong with it, `ProviderUnavailable`.
        """
        header = _header(token)
        kid, kind = header.get("kid"), str(header.get("typ") or "jwt").lower()
        if not isinstance(kid, str) or kind not in (ACCESS_TYPES if nonce is None else ID_TYPES):
            raise Unauthenticated
        key = await self.keys.key(kid)
        try:
            said = jwt.decode(token, key, algorithms=[algorithm_of(key)]).claims
            self._registry(nonce, now).validate(said)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise Unauthenticated from None
        return self._claims(said)

    def _registry(self, nonce: str | None, now: datetime) -> jwt.JWTClaimsRegistry:
        audience = self.settings.audience if nonce is None else self.settings.client_id
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        if nonce is not None:
            options |= {"nonce": {"essential": True, "value": nonce}, "azp": {"value": audience}}
        return jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=LEEWAY_SECONDS, **options)

    def _claims(self, said: Mapping[str, Any]) -> Claims:
        """Raises `Unauthenticated` for a subject that no id of ours can be."""
        subject, name = said.get(self.settings.subject_claim), said.get("name")
        known = {
            "subject": subject,
            "name": name if isinstance(name, str) and name else subject,
            "role": _one_role(said.get(self.settings.role_claim)),
            "merchant": said.get(self.settings.merchant_claim),
        }
        try:
            return Claims.model_validate(known)
        except ValidationError:
            raise Unauthenticated from None

    async def _described(self) -> Metadata:
        if self._metadata is None:
            where = f"{self.settings.issuer}/.well-known/openid-configuration"
            described = _read(Metadata, await self._exchange("GET", where))
            ours = (described.authorization_endpoint, described.token_endpoint, described.jwks_uri)
            if described.issuer.rstrip("/") != self.settings.issuer or not all(map(_is_safe, ours)):
                raise ProviderUnavailable("the sign-in provider describes another one than was set")
            self._metadata = described
        return self._metadata

    async def read_keys(self) -> KeySet:
        """The keys that it publishes now. Raises `ProviderUnavailable`."""
        response = await self._exchange("GET", (await self._described()).jwks_uri)
        return _read(_KeySet, response).keys

    async def _exchange(self, method: str, where: str, **sent: Any) -> httpx2.Response:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._http.request(method, where, **sent)
        except (httpx2.RequestError, TimeoutError) as error:
            # The error's own text may quote the request: only its kind is told.
            raise ProviderUnavailable(f"the sign-in provider is away: {type(error).__name__}") from None


class _KeySet(BaseModel):
    keys: list[dict[str, Any]]


def _read(model: type[M], response: httpx2.Response) -> M:
    if response.status_code != 200:
        raise ProviderUnavailable(f"the sign-in provider answers HTTP {response.status_code}")
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        raise ProviderUnavailable("the sign-in provider's answer cannot be read") from None


def _header(token: str) -> dict[str, Any]:
    """The token's first part, before anything of it is believed. Raises `Unauthenticated`."""
    first, dot, _ = token.partition(".")
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError):
        raise Unauthenticated from None
    if not dot or len(token) > TOKEN_MAX or not isinstance(header, dict):
        raise Unauthenticated
    return cast("dict[str, Any]", header)


def _one_role(claim: object) -> BesideTheDesk | None:
    """The one of our roles that the claim names, alone or among others; several are none."""
    named = cast("list[object]", claim) if isinstance(claim, list) else [claim]
    ours: list[BesideTheDesk] = [role for role in BESIDE_THE_DESK if role in named]
    return ours[0] if len(ours) == 1 else None


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
