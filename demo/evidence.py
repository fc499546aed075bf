"""What the day left behind, asked of those who know: the store, Temporal, the gateway, carriers, inboxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from temporalio.client import Client

from activities.names import WORKFLOW_TYPES
from demo.day import MERCHANT
from demo.expected import Expected
from demo.storm import Storm
from demo.watch import Watch
from domain.approvals import Approval
from domain.carrier_claims.requests import Income
from domain.carrier_claims.state import claim_key
from domain.notices import NoticeRecord
from domain.policy.policy import InForce
from domain.records import CaseSummary, Recorded
from domain.refunds import RefundRow
from domain.weather.messages import Window
from sandbox.client import SandboxClient
from sandbox.messages import ActiveFault, Arrived
from sandbox.payment_messages import Movement, Refund
from starters.case_records import CaseRecords
from store.carrier_income import CarrierIncome
from store.ledger import Ledger
from store.notices import NoticeLog
from store.pool import Pool

RELIEVED = ".relief_granted"
FILED = "claim.filed"
ANSWERED, AGAIN, CONFIRMED = "complaint.answered", "complaint.evaluated_again", "complaint.confirmed"
COURSE = (ANSWERED, AGAIN, CONFIRMED)
"""The facts that say how often a complaint went around."""


@dataclass(frozen=True)
class Evidence:
    """The books of all sides. Nothing here was counted by the demo itself."""

    expected: Expected
    cases: Sequence[CaseSummary]
    refused: Sequence[Recorded]
    """Of each refused return the fact that says why."""
    ledger: Sequence[RefundRow]
    taken_on: Sequence[Refund]
    """Every refund that the gateway took on."""
    movements: Sequence[Movement]
    """The gateway's journal of money."""
    notices: Sequence[NoticeRecord]
    inbox: Sequence[Arrived]
    faults: Sequence[ActiveFault]
    surge: InForce
    begun_at: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    """When Temporal started each case: never later than the policy was chosen for it."""
    storm: Window | None = None
    spared: Sequence[str] = ()
    """The cases whose clocks rested for the storm."""
    courses: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Of each complaint the facts of `COURSE`, in order."""
    income: Sequence[Income] = ()
    """What carriers paid, by our books."""
    paid_by_carriers: Mapping[str, int] = field(default_factory=dict[str, int])
    """What carriers paid, by their claims desks: minor units by the claim's key."""
    limit_minor: int = 0
    """Above which a refund needs a second person."""
    approvals: Mapping[str, Approval] = field(default_factory=dict[str, Approval])
    """What a second person said, by the refund's key."""


async def gather(
    expected: Expected,
    pool: Pool,
    watch: Watch,
    sandbox: SandboxClient,
    client: Client,
    *,
    surge: InForce,
    storm: Storm,
    limit_minor: int,
) -> Evidence:
    """Ask all of them."""
    cases = await watch.look()
    ids = [case.case_id for case in cases]
    ledger, log, records = Ledger(pool), NoticeLog(pool), CaseRecords(pool)
    facts = {case_id: await records.events(case_id) for case_id in ids}
    claims = [case for case in cases if case.kind == "claim"]
    rows = [row for case_id in ids for row in await ledger.for_case(case_id)]
    filed = [case for case in claims if any(fact.type == FILED for fact in facts[case.case_id])]
    return Evidence(
        expected=expected,
        cases=cases,
        refused=[fact for found in facts.values() for fact in found if fact.type == "return.refused"],
        ledger=rows,
        taken_on=[refund for refund in await sandbox.refunds() if refund.merchant == MERCHANT],
        movements=[move for move in await sandbox.journal() if move.merchant == MERCHANT],
        notices=[record for case_id in ids for record in await log.for_case(case_id)],
        inbox=await sandbox.inbox(),
        faults=await sandbox.faults("payments"),
        surge=surge,
        begun_at=await _begun_at(client),
        storm=await storm.seen(),
        spared=[case_id for case_id, found in facts.items() if any(f.type.endswith(RELIEVED) for f in found)],
        courses={
            case.case_id: [fact.type for fact in facts[case.case_id] if fact.type in COURSE]
            for case in cases
            if case.kind == "complaint"
        },
        income=await _income(pool, claims),
        paid_by_carriers=await _paid_by_carriers(sandbox, filed),
        limit_minor=limit_minor,
        approvals={row.key: await ledger.approval(row.refund_id) for row in rows if row.approval is not None},
    )


async def _begun_at(client: Client) -> dict[str, datetime]:
    """When each case was first started, by Temporal."""
    types = ", ".join(f"'{name}'" for name in WORKFLOW_TYPES.values())
    begun: dict[str, datetime] = {}
    async for run in client.list_workflows(f"WorkflowType IN ({types})"):
        begun[run.id] = min(run.start_time, begun.get(run.id, run.start_time))
    return begun


async def _income(pool: Pool, claims: Sequence[CaseSummary]) -> list[Income]:
    books, orders = CarrierIncome(pool), {claim.order_id for claim in claims if claim.order_id}
    return [income for order in sorted(orders) for income in await books.of_order(MERCHANT, order)]


async def _paid_by_carriers(sandbox: SandboxClient, filed: Sequence[CaseSummary]) -> dict[str, int]:
    paid: dict[str, int] = {}
    for claim in filed:
        key = claim_key(MERCHANT, claim.number)
        told = await sandbox.claim(claim.facets["carrier"], MERCHANT, key)
        if told.state == "paid" and told.amount_minor is not None:
            paid[key] = told.amount_minor
    return paid
