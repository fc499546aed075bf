"""What the sandbox's OpenID provider is told: who can sign in, and which tokens are wanted."""

from typing import Literal

from domain.access import BesideTheDesk
from domain.base import Model, Slug

Algorithm = Literal["RS256", "ES256"]


class OidcPerson(Model):
    """Somebody who can sign in. `role` and `merchant` are claims of who is not on the staff."""

    sub: Slug
    name: str
    about: str = ""
    """What the sign-in page says of them."""
    role: BesideTheDesk | None = None
    merchant: Slug | None = None


class TokenOrder(Model):
    """A token by command, right or wrong, without anybody signing in."""

    sub: Slug
    kind: Literal["access", "id"] = "access"
    alg: Algorithm = "RS256"
    lives_seconds: int = 600
    starts_in_seconds: int = 0
    audience: str | None = None
    issuer: str | None = None
    nonce: str | None = None


class RotateKey(Model):
    """For which algorithm a new key is made."""

    alg: Algorithm = "RS256"
