"""The carriers' claims desks over HTTP: a claim is known by its key."""

from domain.carrier_claims.requests import ClaimFiling, ClaimReply
from domain.errors import NotFound, ProviderRefused
from providers.http import HttpSystem, path


class HttpCarrierClaims:
    """`CarrierClaimsPort` over HTTP."""

    def __init__(self, system: HttpSystem) -> None:
        self._system = system

    async def file(self, carrier: str, filing: ClaimFiling) -> ClaimReply:
        """File it, or what is new of it."""
        return await self._system.tell("a claim", path(carrier, "claims"), filing, ClaimReply)

    async def find(self, carrier: str, merchant: str, key: str) -> ClaimReply | None:
        """What the carrier knows of it."""
        where = path(carrier, "claims", merchant, key)
        try:
            return await self._system.ask("a claim's state", where, ClaimReply, missing=NotFound)
        except NotFound:
            return None

    async def withdraw(self, carrier: str, merchant: str, key: str) -> ClaimReply | None:
        """Take it back; a carrier that does not know it has nothing to give back."""
        where = path(carrier, "claims", merchant, key, "withdraw")
        try:
            return await self._system.tell("a claim's withdrawal", where, {}, ClaimReply)
        except ProviderRefused as refused:
            if refused.detail.get("reason") != "not_found":
                raise
            return None
