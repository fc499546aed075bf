"""Opening a complaint: its order where it has one, its policy, and the cases that it belongs to."""

from datetime import datetime

from temporalio import activity

from activities.failures import typed_failures
from domain.base import Model
from domain.complaints.messages import Complaint
from domain.complaints.opening import AboutCase, AlikeCase, Compared, ComplaintOpening, Prepared
from domain.errors import CaseNotFound, OrderNotFound
from domain.orders import Order
from domain.policy import CaseProfile, ComplaintTerms, Policy
from providers.ports import ShopPort
from store.case_archive import CaseArchive
from store.cases import Cases
from store.ledger import Ledger
from store.policy_library import PolicyLibrary


class Alike(Model):
    """What was found to be like a complaint, newest first."""

    cases: list[AlikeCase] = []


class ComplaintActivities:
    """Reads only, but for the terms and the order's budget, which a second attempt finds as they are."""

    def __init__(
        self, shop: ShopPort, library: PolicyLibrary, archive: CaseArchive, cases: Cases, ledger: Ledger
    ) -> None:
        self._shop = shop
        self._library = library
        self._archive = archive
        self._cases = cases
        self._ledger = ledger

    @activity.defn
    @typed_failures
    async def prepare_complaint(self, opening: ComplaintOpening) -> Prepared:
        """Load and compare; raises `unknown_policy`, `order_not_found`, `case_not_found` (what it is about).

        Also `idempotency_conflict` for a number whose case another run began: that one can only be reopened.
        """
        start = opening.start
        complaint = start.complaint
        assert complaint is not None
        await self._archive.check_begun_by(start.case_id, opening.runs)
        policy = self._library.in_force(complaint.policy, opening.at)
        order = await self._order(start.merchant, complaint)
        terms = policy.pin(
            ComplaintTerms, _profile(complaint, order, policy), opening.at, self._library.snapshots
        )
        terms_hash = await self._archive.keep_terms(policy, self._library.snapshots.values(), terms)
        return Prepared(
            order=order,
            terms=terms,
            terms_hash=terms_hash,
            alike=await self._alike(start.case_id, start.merchant, complaint, terms, opening.at),
            about=await self._about(start.merchant, complaint),
        )

    @activity.defn
    @typed_failures
    async def find_alike(self, like: Compared) -> Alike:
        """Complaints like one that was classified just now."""
        return Alike(cases=await self._cases.alike(like))

    async def _order(self, merchant: str, complaint: Complaint) -> Order | None:
        if complaint.order_id is None:
            return None
        order = await self._shop.order(merchant, complaint.order_id)
        if order.customer_id != complaint.customer_id:
            raise OrderNotFound(f"customer and order do not belong together: {complaint.order_id}")
        await self._ledger.open_order(merchant, order)
        return order

    async def _alike(
        self, case_id: str, merchant: str, complaint: Complaint, terms: ComplaintTerms, at: datetime
    ) -> list[AlikeCase]:
        if complaint.category is None:
            return []
        like = Compared(
            case_id=case_id,
            merchant=merchant,
            customer_id=complaint.customer_id,
            order_id=complaint.order_id,
            category=complaint.category,
            opened_at=min(complaint.received_at or at, at),
            within=terms.complaints.repeats_within,
        )
        return await self._cases.alike(like)

    async def _about(self, merchant: str, complaint: Complaint) -> AboutCase | None:
        """Another customer's case is none that this one may know of."""
        if complaint.about is None:
            return None
        row = await self._cases.get(complaint.about)
        if (row.merchant, row.customer_id) != (merchant, complaint.customer_id):
            raise CaseNotFound(f"about: there is no case {complaint.about} of this customer")
        return AboutCase(case_id=row.case_id, open=row.open, outcome=row.outcome, closed_at=row.closed_at)


def _profile(complaint: Complaint, order: Order | None, policy: Policy) -> CaseProfile:
    rules = policy.complaints
    priority = rules.grading.priority(complaint.severity, complaint.urgency) if rules else "P3"
    return CaseProfile(
        kind="complaint",
        priority=priority,
        tier=order.customer_tier if order else "ordinary",
        channel=complaint.channel,
        category=complaint.category,
        source=complaint.source,
    )
