"""Claims at the carriers: filed under a key, asked about until there is an answer, booked once when paid."""

from temporalio import activity

from activities.clock import scheduled_at
from activities.failures import come_again, typed_failures
from domain.carrier_claims.requests import ClaimReply, Income, WantedClaim
from domain.errors import ProviderUnavailable
from domain.sla import parse_duration
from providers.ports import CarrierClaimsPort
from store.carrier_income import CarrierIncome

NO_ANSWER = "no_answer_yet"


class ClaimActivities:
    """The carrier knows a claim by its key: what is sent again under it does nothing more."""

    def __init__(self, claims: CarrierClaimsPort, income: CarrierIncome) -> None:
        self._claims = claims
        self._income = income

    @activity.defn
    @typed_failures
    async def file_claim(self, wanted: WantedClaim) -> ClaimReply:
        """Have the carrier know the claim as it is now: asked first, and sent only where it knows less.

        Raises `provider_refused` with the carrier's reason where it takes no such claim.
        """
        filing = wanted.filing
        known = await self._claims.find(wanted.carrier, filing.merchant, filing.key)
        if known is not None and known.revision >= filing.revision:
            return known
        return await self._claims.file(wanted.carrier, filing)

    @activity.defn
    @typed_failures
    async def follow_claim(self, wanted: WantedClaim) -> ClaimReply:
        """Ask once; without news fail benignly and come again after the policy's time."""
        filing = wanted.filing
        reply = await self._claims.find(wanted.carrier, filing.merchant, filing.key)
        if reply is None:
            raise ProviderUnavailable(f"{wanted.carrier} does not know the claim {filing.key} any more")
        if reply.revision < filing.revision or reply.state not in wanted.expects:
            raise come_again(f"still {reply.state}", NO_ANSWER, parse_duration(wanted.ask_every))
        _check_amount(reply, wanted)
        return reply

    @activity.defn
    @typed_failures
    async def withdraw_claim(self, wanted: WantedClaim) -> ClaimReply | None:
        """Take the claim back, and hear what the carrier makes of that; None if it never had the claim.

        A carrier that has paid, and does not say how much, is asked again after the policy's time.
        """
        reply = await self._claims.withdraw(wanted.carrier, wanted.filing.merchant, wanted.filing.key)
        if reply is not None and reply.state == "paid":
            _check_amount(reply, wanted)
        return reply

    @activity.defn
    @typed_failures
    async def book_income(self, income: Income) -> None:
        """Write down once what a carrier paid."""
        await self._income.book(income, scheduled_at())


def _check_amount(reply: ClaimReply, wanted: WantedClaim) -> None:
    """Money without an amount is no answer: come again."""
    if reply.state in ("accepted", "paid") and reply.amount_minor is None:
        why = f"{wanted.carrier} says {reply.state} without an amount"
        raise come_again(why, NO_ANSWER, parse_duration(wanted.ask_every))
