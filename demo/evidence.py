"""What the day left behind, asked of those who know: the store, the gateway's journal and the inboxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from demo.day import MERCHANT
from demo.watch import Watch
from domain.notices import NoticeRecord
from domain.records import CaseSummary, Recorded
from domain.refunds import RefundRow
from sandbox.client import SandboxClient
from sandbox.messages import ActiveFault, Arrived, Movement, Refund
from starters.case_records import CaseRecords
from store.ledger import Ledger
from store.notices import NoticeLog
from store.pool import Pool


@dataclass(frozen=True)
class Evidence:
    """The books of all sides. Nothing here was counted by the demo itself."""

    expected: Sequence[str]
    """The ids of the cases that should be there."""
    cases: Sequence[CaseSummary]
    refused: Sequence[Recorded]
    """Of each refused case the fact that says why."""
    ledger: Sequence[RefundRow]
    taken_on: Sequence[Refund]
    """Every refund that the gateway took on."""
    movements: Sequence[Movement]
    """The gateway's journal of money."""
    notices: Sequence[NoticeRecord]
    inbox: Sequence[Arrived]
    faults: Sequence[ActiveFault]


async def gather(expected: Sequence[str], pool: Pool, watch: Watch, sandbox: SandboxClient) -> Evidence:
    """Ask all of them."""
    cases = await watch.look()
    ids = [case.case_id for case in cases]
    ledger, log, records = Ledger(pool), NoticeLog(pool), CaseRecords(pool)
    refused = [case.case_id for case in cases if case.outcome == "refused"]
    return Evidence(
        expected=expected,
        cases=cases,
        refused=[
            fact
            for case_id in refused
            for fact in await records.events(case_id)
            if fact.type == "return.refused"
        ],
        ledger=[row for case_id in ids for row in await ledger.for_case(case_id)],
        taken_on=[refund for refund in await sandbox.refunds() if refund.merchant == MERCHANT],
        movements=[move for move in await sandbox.journal() if move.merchant == MERCHANT],
        notices=[record for case_id in ids for record in await log.for_case(case_id)],
        inbox=await sandbox.inbox(),
        faults=await sandbox.faults("payments"),
    )
