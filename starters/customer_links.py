"""Links that show a customer one case: a signed token names the case and the link, which can be revoked."""

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError

from domain.access import LinkInvalid
from domain.base import Model, UtcInstant
from domain.cases.messages import CaseName
from domain.customer_view import CUSTOMERS_KINDS
from domain.errors import InvalidRequest, NotReady
from starters.link_keys import LinkKeys
from starters.settings import Settings
from store.cases import Cases as CaseRows
from store.customer_links import CustomerLink, CustomerLinks
from store.pool import Pool

ALGORITHM = "HS256"
AUDIENCE = "casework-customer"
TYPE = "casework-link+jwt"
TOKEN_MAX = 1024
USUAL_LIFE = timedelta(days=30)
LONGEST_LIFE = timedelta(days=180)
PATH = "/c"


class MadeLink(Model):
    """A new link and its token, which opens the case to whoever has it. `url` None: no address is set."""

    link_id: str
    case_id: CaseName
    expires_at: UtcInstant
    token: str
    url: str | None = None


class LinkDesk:
    """Makes, reads and revokes links. `address`: where customers find their page."""

    def __init__(self, pool: Pool, keys: LinkKeys | None, address: str | None = None) -> None:
        self.links = CustomerLinks(pool)
        self._rows = CaseRows(pool)
        self._keys = keys
        self._address = address

    async def make(
        self,
        case_id: str,
        by: str,
        now: datetime,
        *,
        life: timedelta | None = None,
        request_key: str | None = None,
    ) -> MadeLink:
        """A link to a case of a customer's. The same request is answered with the same link.

        Raises `CaseNotFound`, `InvalidRequest` for a case that is no customer's and for a life out of bounds,
        `IdempotencyConflict`, `NotReady` where no keys are set.
        """
        if self._keys is None:
            raise NotReady("no customer links can be made: set CASEWORK_CUSTOMER_LINK_KEYS_FILE")
        life = USUAL_LIFE if life is None else life
        if not timedelta(0) < life <= LONGEST_LIFE:
            raise InvalidRequest(f"expires_in: at most {LONGEST_LIFE.days}d", field="expires_in")
        await self._check_case(case_id)
        link = await self.links.make(case_id, by, now, now + life, request_key)
        token = self._signed(link)
        url = f"{self._address.rstrip('/')}{PATH}/{token}" if self._address else None
        return MadeLink(
            link_id=link.link_id, case_id=link.case_id, expires_at=link.expires_at, token=token, url=url
        )

    async def open(self, token: str, now: datetime) -> CustomerLink:
        """The link of a token. Raises `LinkInvalid`, with the same words whatever is wrong with it."""
        said = self._verified(token, now)
        link = await self.links.get(str(said["jti"]))
        if link is None or link.case_id != said["sub"] or not link.opens(now):
            raise LinkInvalid
        return link

    async def _check_case(self, case_id: str) -> None:
        kind = case_id.partition(":")[0]
        if kind not in CUSTOMERS_KINDS:
            whose = ", ".join(CUSTOMERS_KINDS)
            raise InvalidRequest(f"a {kind} is no customer's; links show: {whose}", field="case_id")
        await self._rows.get(case_id)

    def _signed(self, link: CustomerLink) -> str:
        assert self._keys is not None
        key_id, key = self._keys.signing()
        header = {"alg": ALGORITHM, "kid": key_id, "typ": TYPE}
        claims = {
            "aud": AUDIENCE,
            "sub": link.case_id,
            "jti": link.link_id,
            "iat": int(link.created_at.timestamp()),
            "exp": int(link.expires_at.timestamp()),
        }
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    def _verified(self, token: str, now: datetime) -> dict[str, Any]:
        """What a token of ours says. The algorithm is ours to choose, never the token's."""
        header = _header(token)
        key = self._keys.verifying(str(header.get("kid"))) if self._keys is not None else None
        if key is None or header.get("typ") != TYPE:
            raise LinkInvalid
        required: dict[str, Any] = {name: {"essential": True} for name in ("exp", "sub", "jti")}
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), aud={"essential": True, "value": AUDIENCE}, **required
        )
        try:
            said = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            registry.validate(said)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise LinkInvalid from None
        return said


def build_link_desk(settings: Settings, pool: Pool) -> LinkDesk:
    """As the settings have it. Raises `NotReady` for keys that are no keys."""
    path = settings.customer_link_keys_file
    return LinkDesk(
        pool, LinkKeys(path) if path else None, settings.customer_public_url or settings.customer_url
    )


def _header(token: str) -> dict[str, Any]:
    """The token's first part, before anything of it is believed. Raises `LinkInvalid`."""
    if len(token) > TOKEN_MAX or not token.isascii():
        raise LinkInvalid
    first, _, _ = token.partition(".")
    try:
        header: Any = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise LinkInvalid from None
    if not isinstance(header, dict):
        raise LinkInvalid
    return cast("dict[str, Any]", header)
