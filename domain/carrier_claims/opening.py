"""What opening a claim needs to know of the outside."""

from typing import Annotated

from domain.base import Model
from domain.carrier_claims.messages import OpenClaim
from domain.cases.opening import Opening
from domain.orders import Order
from domain.policy.delivery_terms import ClaimTerms
from domain.policy.packed import PACKS, unpacks

ClaimOpening = Opening[OpenClaim]


class Prepared(Model):
    """The order, and the policy that is pinned to the claim."""

    order: Order
    terms: Annotated[ClaimTerms, unpacks(ClaimTerms), PACKS]
    terms_hash: str
