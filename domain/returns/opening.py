"""What the opening needs to know of the outside, and what comes back from it."""

from typing import Annotated

from domain.base import Model
from domain.cases.messages import Answer
from domain.cases.opening import Opening
from domain.orders import Order
from domain.policy.packed import PACKS, unpacks
from domain.policy.pinned import ReturnTerms
from domain.records import UnitRange
from domain.returns.messages import OpenReturn
from domain.returns.state import ReturnState

ReturnOpening = Opening[OpenReturn]


class Claimed(Model):
    """Units of a line that this case holds now, and how many others hold."""

    units: list[UnitRange] = []
    held_elsewhere: int = 0


class Prepared(Model):
    """The order, the policy that is pinned to the case, and the units that it could claim."""

    order: Order
    terms: Annotated[ReturnTerms, unpacks(ReturnTerms), PACKS]
    terms_hash: str
    claims: dict[str, Claimed]


class Restored(Model):
    """A closed case as the store knows it, and the units that it could claim again."""

    state: ReturnState
    units: dict[str, list[UnitRange]]
    answers: dict[str, Answer] = {}
