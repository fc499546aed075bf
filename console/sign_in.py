"""Signing in and out, and who a page is for: `Person`; a request of theirs that acts carries a token.

What a browser needs to come back from the provider with (state, nonce, PKCE verifier) is worked out from one
secret that only it has, in a cookie: nothing is kept here before somebody has signed in.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

import httpx2
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from console.languages import local_path
from console.pages import is_fragment, show
from domain.access import PersonIdentity, RequestForged, Unauthenticated
from domain.errors import NotReady
from starters.oidc import OidcProvider, oidc_settings
from starters.people import People
from starters.settings import Settings
from starters.witness import Witness
from store.audit import AuditLog
from store.pool import Pool
from store.sessions import SessionLimits, Sessions
from store.staff import Staff

SEE_OTHER, UNAUTHORIZED = 303, 401
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SECRET_BYTES = 32
SIGN_IN_LASTS = timedelta(minutes=10)
HOME = "/"
NO_STORE = {"Cache-Control": "no-store"}

Cookie = Literal["session", "sign_in"]
router = APIRouter()


class SignInNeeded(Unauthenticated):
    """Nobody has signed in in this browser, or not lately."""


class SignedIn(PersonIdentity):
    """Who a page is for. `csrf` goes with every request that acts: as a header, or as a field of the form."""

    csrf: str


@dataclass(frozen=True)
class SignIn:
    """What signing in needs: one per process, `request.app.state.sign_in`."""

    provider: OidcProvider
    sessions: Sessions
    people: People
    witness: Witness
    public_url: str | None = None
    """Where browsers find the console, if that is not where it listens."""

    def origin(self, request: Request) -> str:
        """The console's address as browsers know it."""
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"

    def cookie(self, request: Request, name: Cookie) -> str:
        """A cookie's name: with TLS one that no other host and no plain connection can set."""
        return f"{'__Host-' if self._is_secure(request) else ''}casework_{name}"

    def give(self, request: Request, response: Response, name: Cookie, value: str) -> None:
        """Let the browser keep a value, where no script can read it, until it closes."""
        response.set_cookie(
            self.cookie(request, name),
            value,
            max_age=int(SIGN_IN_LASTS.total_seconds()) if name == "sign_in" else None,
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def take_back(self, request: Request, response: Response, name: Cookie) -> None:
        """Let the browser forget a value."""
        response.delete_cookie(
            self.cookie(request, name),
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def _is_secure(self, request: Request) -> bool:
        return self.origin(request).startswith("https:")


def build_sign_in(settings: Settings, pool: Pool, http: httpx2.AsyncClient) -> SignIn:
    """Signing in as the settings have it. Raises `NotReady` where nobody could."""
    provider = oidc_settings(settings)
    if provider is None:
        raise NotReady("nobody could sign in to the console: set CASEWORK_OIDC_ISSUER (docs/sign-in.md)")
    limits = SessionLimits(
        idle=timedelta(minutes=settings.session_idle_minutes), most=timedelta(hours=settings.session_hours)
    )
    return SignIn(
        provider=OidcProvider(provider, http),
        sessions=Sessions(pool, limits),
        people=People(Staff(pool)),
        witness=Witness(AuditLog(pool), "console"),
        public_url=settings.console_public_url and settings.console_public_url.rstrip("/"),
    )


def install(app: FastAPI, sign_in: SignIn) -> None:
    """Let people sign in to this app, and send there who has not."""
    app.state.sign_in, app.state.witness = sign_in, sign_in.witness
    app.include_router(router)
    app.add_exception_handler(SignInNeeded, _send_to_sign_in)


def _sign_in_of(request: Request) -> SignIn:
    sign_in: SignIn = request.app.state.sign_in
    return sign_in


TheSignIn = Annotated[SignIn, Depends(_sign_in_of)]


async def signed_in(request: Request, sign_in: TheSignIn) -> SignedIn:
    """Who a request is from. Raises `SignInNeeded`, `RequestForged`, and `Forbidden` as `People` does."""
    secret = request.cookies.get(sign_in.cookie(request, "session"), "")
    now = datetime.now(UTC)
    said = await sign_in.sessions.get(secret, now) if secret else None
    if said is None:
        raise SignInNeeded
    who = await sign_in.people.identify(said, now)
    request.state.who = who
    csrf = _derived("csrf", secret)
    if request.method not in SAFE_METHODS:
        await _check_csrf(request, csrf)
    structlog.contextvars.bind_contextvars(subject=who.subject)
    return SignedIn(**who.model_dump(), csrf=csrf)


Person = Annotated[SignedIn, Depends(signed_in)]


async def _check_csrf(request: Request, csrf: str) -> None:
    given: object = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS:
        given = (await request.form()).get(CSRF_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), csrf.encode()):
        raise RequestForged("the request does not come from one of our pages: load the page again")


@router.get("/sign-in")
async def begin(request: Request, sign_in: TheSignIn, next: str = HOME) -> Response:
    """To the provider, and from there back to the page that was asked for."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    where = await sign_in.provider.sign_in_address(
        _back_at(request, sign_in),
        state=_derived("state", secret),
        nonce=_derived("nonce", secret),
        challenge=_encoded(hashlib.sha256(_derived("verifier", secret).encode()).digest()),
    )
    response = RedirectResponse(where, SEE_OTHER, NO_STORE)
    sign_in.give(request, response, "sign_in", f"{secret}.{_encoded(local_path(next).encode())}")
    return response


@router.get("/sign-in/done")
async def done(request: Request, sign_in: TheSignIn, code: str = "", state: str = "") -> Response:
    """Back from the provider. Whatever session the browser had ends; the new one has a secret of its own."""
    kept = request.cookies.get(sign_in.cookie(request, "sign_in"), "")
    secret, _, wanted = kept.partition(".")
    is_ours = bool(secret) and hmac.compare_digest(state.encode(), _derived("state", secret).encode())
    if not is_ours or not code:
        raise Unauthenticated("the sign-in was not completed here, or not in time: begin again at /sign-in")
    token = await sign_in.provider.redeem(
        code, redirect_uri=_back_at(request, sign_in), verifier=_derived("verifier", secret)
    )
    now = datetime.now(UTC)
    said = await sign_in.provider.claims(token, now, nonce=_derived("nonce", secret))
    who = await sign_in.people.identify(said, now)
    await sign_in.witness.note("signed_in", request, who=who)
    await _end_session(request, sign_in)
    response = RedirectResponse(local_path(_decoded(wanted)), SEE_OTHER, NO_STORE)
    sign_in.take_back(request, response, "sign_in")
    sign_in.give(request, response, "session", await sign_in.sessions.start(said, now))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, sign_in: TheSignIn, who: Person) -> Response:
    """End the session; the provider's own goes on."""
    await _end_session(request, sign_in)
    await sign_in.witness.note("signed_out", request, who=who)
    response = RedirectResponse("/signed-out", SEE_OTHER, NO_STORE)
    sign_in.take_back(request, response, "session")
    return response


@router.get("/signed-out")
async def signed_out(request: Request) -> Response:
    """Where signing out leads; signing in again is one step."""
    return show(request, "signed_out.html")


async def _end_session(request: Request, sign_in: SignIn) -> None:
    if secret := request.cookies.get(sign_in.cookie(request, "session")):
        await sign_in.sessions.end(secret)


async def _send_to_sign_in(request: Request, error: Exception) -> Response:
    """A page goes there itself; a part of one, and what acts, is told to."""
    del error
    is_page = request.method == "GET" and not is_fragment(request)
    if is_page and "text/event-stream" not in request.headers.get("accept", ""):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(_sign_in_at(f"{request.url.path}{query}"), SEE_OTHER, NO_STORE)
    shown = urlsplit(request.headers.get("hx-current-url", ""))
    there = _sign_in_at(f"{shown.path}{f'?{shown.query}' if shown.query else ''}")
    return PlainTextResponse("sign in again", UNAUTHORIZED, {**NO_STORE, "HX-Redirect": there})


def _sign_in_at(wanted: str) -> str:
    return f"/sign-in?next={quote(local_path(wanted), safe='')}"


def _back_at(request: Request, sign_in: SignIn) -> str:
    return f"{sign_in.origin(request)}/sign-in/done"


def _derived(what: str, secret: str) -> str:
    """A value that only who has the secret can work out, and that tells nothing of it."""
    return _encoded(hmac.digest(secret.encode(), what.encode(), "sha256"))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return HOME
