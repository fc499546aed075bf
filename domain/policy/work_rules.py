"""What a policy says about work in the background: carrier look-ups, refunds."""

from domain.base import Model
from domain.policy.approval_rules import ApprovalRules
from domain.sla.quantities import Duration


class LookupRules(Model):
    """How often a carrier is asked: sparse on the way, dense near delivery, backing off when it is down."""

    before_pickup_every: Duration
    in_transit_every: Duration
    near_delivery_every: Duration
    """Once the parcel is out for delivery or ready for pickup."""
    carrier_down_first: Duration
    """The wait after the first look-up that failed; doubles from there."""
    carrier_down_max: Duration


class RefundRules(Model):
    """How a refund deals with a provider that is slow or silent (design §5)."""

    key_window_margin: Duration
    """In this last stretch of the provider's key window nothing is sent again: asked, then a person looks."""
    poll_first: Duration
    poll_max: Duration
    """A refund that is pending or unknown is asked about with doubling waits up to this."""
    approval: ApprovalRules | None = None
    """When a second person must say yes before anything is sent; without it, never."""
