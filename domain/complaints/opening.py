"""What the opening needs to know of the outside, and what comes back from it."""

from typing import Annotated

from domain.base import Model, UtcInstant
from domain.cases.opening import Opening
from domain.complaints.messages import OpenComplaint
from domain.grading import ComplaintCategory
from domain.orders import Order
from domain.policy.packed import PACKS, unpacks
from domain.policy.pinned import ComplaintTerms

ComplaintOpening = Opening[OpenComplaint]


class AlikeCase(Model):
    """A complaint of the same customer about the same order and category, opened before this one."""

    case_id: str
    open: bool


class AboutCase(Model):
    """The case that a complaint is about, as the store knows it."""

    case_id: str
    open: bool
    outcome: str | None = None
    closed_at: UtcInstant | None = None


class Compared(Model):
    """What to look for: complaints like this one."""

    case_id: str
    merchant: str
    customer_id: str
    order_id: str | None = None
    category: ComplaintCategory
    opened_at: UtcInstant
    within: str


class Prepared(Model):
    """The order, the policy that is pinned to the case, and the cases that it belongs to."""

    order: Order | None = None
    terms: Annotated[ComplaintTerms, unpacks(ComplaintTerms), PACKS]
    terms_hash: str
    alike: list[AlikeCase] = []
    about: AboutCase | None = None
