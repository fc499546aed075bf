"""What the opening needs to know of the outside, and what comes back from it."""

from domain.base import Model, UtcInstant
from domain.orders import Order
from domain.policy.packed import PackedPolicy
from domain.records import UnitRange
from domain.returns.messages import OpenReturn
from domain.returns.state import ReturnState


class Opening(Model):
    """What is to be opened or taken up again. `at`: the case's own time, which activities don't know.

    `runs`: the run that asks, and the one that it was reset from.
    """

    start: OpenReturn
    at: UtcInstant
    runs: list[str] = []


class Claimed(Model):
    """Units of a line that this case holds now, and how many others hold."""

    units: list[UnitRange] = []
    held_elsewhere: int = 0


class Prepared(Model):
    """The order, the policy that is pinned to the case, and the units that it could claim."""

    order: Order
    terms: PackedPolicy
    terms_hash: str
    claims: dict[str, Claimed]


class Restored(Model):
    """A closed case as the store knows it, and the units that it could claim again."""

    state: ReturnState
    units: dict[str, list[UnitRange]]
