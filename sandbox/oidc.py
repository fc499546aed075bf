"""An OpenID provider for demo and tests: whoever stands on its sign-in page is taken at their word."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from pydantic import Field, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.base import Model
from sandbox.faults import Faults
from sandbox.http import Refusal, answer_all, read
from sandbox.oidc_messages import OidcPerson, RotateKey, TokenOrder
from sandbox.oidc_state import (
    AUDIENCE,
    CLIENT_ID,
    CLIENT_SECRET,
    CODE_LIFE,
    Grant,
    Oidc,
)

MOUNT = "/oidc"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


class Asked(Model):
    """What an application asks of the sign-in page, as OpenID Connect calls it."""

    client_id: Literal["casework-console"]
    redirect_uri: Annotated[str, Field(max_length=500)]
    response_type: str = ""
    scope: str = ""
    state: Annotated[str, Field(max_length=500)] = ""
    nonce: Annotated[str, Field(max_length=500)] | None = None
    code_challenge: Annotated[str, Field(max_length=128)] = ""
    code_challenge_method: str = ""


class OidcDoors:
    """The provider over HTTP. It goes by real time, as those do who check what it signs."""

    def __init__(self, oidc: Oidc, faults: Faults) -> None:
        self._oidc = oidc
        self._faults = faults

    def routes(self) -> list[Route]:
        """The doors of a real provider, and those of its puppeteer."""
        guard = self._faults.guard
        return [
            Route("/.well-known/openid-configuration", guard("oidc", "discovery", self._discover)),
            Route("/jwks", guard("oidc", "keys", self._keys)),
            Route("/authorize", self._ask),
            Route("/authorize", self._grant, methods=["POST"]),
            Route("/token", guard("oidc", "token", self._redeem), methods=["POST"]),
            Route("/people", self._list),
            Route("/people/{sub}", self._put, methods=["PUT"]),
            Route("/tokens", self._order, methods=["POST"]),
            Route("/keys/rotate", self._rotate, methods=["POST"]),
        ]

    async def _discover(self, request: Request) -> Response:
        issuer = issuer_of(request)
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(self._oidc.public_keys())

    async def _ask(self, request: Request) -> Response:
        asked = _asked(dict(request.query_params))
        wrong = _wrong(asked)
        if wrong is not None:
            return _back(asked, error=wrong)
        people = sorted(self._oidc.people.values(), key=lambda person: person.sub)
        page = PAGES.get_template("oidc_page.html").render(
            people=people, asked=asked.model_dump(exclude_none=True)
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    async def _grant(self, request: Request) -> Response:
        given = _texts(await request.form())
        sub = given.pop("sub", "")
        asked = _asked(given)
        if _wrong(asked) is not None:
            raise Refusal(400, "invalid_request", "the page was not asked so")
        self._oidc.person(sub)
        until = datetime.now(UTC) + CODE_LIFE
        grant = Grant(sub, asked.redirect_uri, asked.code_challenge, asked.nonce, until)
        return _back(asked, code=self._oidc.grant(grant))

    async def _redeem(self, request: Request) -> Response:
        given = _texts(await request.form())
        try:
            return self._tokens(request, given)
        except Refusal as refusal:
            return JSONResponse({"error": refusal.code, "error_description": str(refusal)}, refusal.status)

    def _tokens(self, request: Request, given: dict[str, str]) -> Response:
        _check_client(request, given)
        if given.get("grant_type") != "authorization_code":
            raise Refusal(400, "unsupported_grant_type", "only authorization_code")
        grant = self._oidc.redeem(given.get("code", ""), datetime.now(UTC))
        if given.get("redirect_uri") != grant.redirect_uri:
            raise Refusal(400, "invalid_grant", "another redirect_uri than the code was given to")
        if _challenge(given.get("code_verifier", "")) != grant.challenge:
            raise Refusal(400, "invalid_grant", "the code_verifier does not fit the code_challenge")
        issuer, person = issuer_of(request), self._oidc.person(grant.sub)
        order = TokenOrder(sub=grant.sub, nonce=grant.nonce)
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": order.lives_seconds,
                "id_token": self._made(issuer, person, order.model_copy(update={"kind": "id"})),
                "access_token": self._made(issuer, person, order),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def _order(self, request: Request) -> Response:
        order = await read(request, TokenOrder)
        person = self._oidc.person(order.sub)
        return JSONResponse({"token": self._made(issuer_of(request), person, order)})

    def _made(self, issuer: str, person: OidcPerson, order: TokenOrder) -> str:
        is_id = order.kind == "id"
        begins = datetime.now(UTC) + timedelta(seconds=order.starts_in_seconds)
        claims: dict[str, Any] = {
            "iss": order.issuer or issuer,
            "sub": person.sub,
            "aud": order.audience or (CLIENT_ID if is_id else AUDIENCE),
            "iat": int(datetime.now(UTC).timestamp()),
            "nbf": int(begins.timestamp()),
            "exp": int((begins + timedelta(seconds=order.lives_seconds)).timestamp()),
            "name": person.name,
        }
        optional = {
            "casework_role": person.role,
            "casework_merchant": person.merchant,
            "nonce": order.nonce if is_id else None,
        }
        claims |= {name: value for name, value in optional.items() if value is not None}
        return self._oidc.token(claims, order.alg, "JWT" if is_id else "at+jwt")

    async def _list(self, _: Request) -> Response:
        return answer_all("people", list(self._oidc.people.values()))

    async def _put(self, request: Request) -> Response:
        person = await read(request, OidcPerson)
        if person.sub != request.path_params["sub"]:
            raise Refusal(400, "invalid_request", "sub: not the one of the address")
        self._oidc.put(person)
        return Response(status_code=204)

    async def _rotate(self, request: Request) -> Response:
        self._oidc.rotate((await read(request, RotateKey)).alg)
        return Response(status_code=204)


def issuer_of(request: Request) -> str:
    """The provider's name: where it was asked."""
    return f"{request.base_url}".rstrip("/") + MOUNT


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _asked(given: dict[str, str]) -> Asked:
    """What is wrong here must not be sent back: it may be the address itself."""
    try:
        asked = Asked.model_validate(given)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise Refusal(400, "invalid_request", f"{problem['loc'][0]}: {problem['msg']}") from None
    target = urlsplit(asked.redirect_uri)
    if target.scheme not in ("http", "https") or target.hostname not in LOOPBACK or target.fragment:
        raise Refusal(400, "invalid_request", "redirect_uri: only addresses of this machine")
    return asked


def _wrong(asked: Asked) -> str | None:
    if asked.response_type != "code":
        return "unsupported_response_type"
    if "openid" not in asked.scope.split():
        return "invalid_scope"
    if asked.code_challenge_method != "S256" or not asked.code_challenge:
        return "invalid_request"
    return None


def _back(asked: Asked, **said: str) -> Response:
    joined = "&" if urlsplit(asked.redirect_uri).query else "?"
    where = f"{asked.redirect_uri}{joined}{urlencode({**said, 'state': asked.state})}"
    return RedirectResponse(where, 303, headers={"Cache-Control": "no-store"})


def _check_client(request: Request, given: dict[str, str]) -> None:
    """By HTTP Basic or in the form, as providers take both."""
    client, secret = given.get("client_id", ""), given.get("client_secret", "")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Refusal(401, "invalid_client", "the Basic header cannot be read") from None
        client, secret = unquote(client), unquote(secret)
    if client != CLIENT_ID or not hmac.compare_digest(secret.encode(), CLIENT_SECRET.encode()):
        raise Refusal(401, "invalid_client", "unknown client, or a wrong secret")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
