"""Two hundred returns at full speed by eight callers: every update is applied exactly once."""

import asyncio
import logging
from collections import Counter

import pytest

from domain.returns import messages as ask
from starters.case_records import CaseRecords
from starters.client import Cases
from store.case_projection import cases_projector
from store.verify import verify
from tests.starters.conftest import noon_zone
from tests.workflows.desk import Desk

log = logging.getLogger(__name__)

RETURNS = 200
CALLERS = 8
APPLIED = (
    "return.applied",
    "return.shipped",
    "return.received",
    "return.inspected",
    "return.refund_started",
    "return.settled",
    "return.confirmed",
    "return.closed",
)
"""What a plain return leaves exactly once."""


@pytest.mark.timeout(600)
async def test_two_hundred_returns_by_eight_callers(desk: Desk) -> None:
    zone = noon_zone()
    for number in range(RETURNS):
        await desk.put_order(f"SO-{number}", timezone=zone)
    cases = Cases(desk.client, CaseRecords(desk.pool))
    numbers = iter(range(RETURNS))

    async def caller() -> list[ask.Answer]:
        return [answer for number in numbers for answer in [await driven(cases, desk.merchant, number)]]

    answers = [answer for driven_by_one in await asyncio.gather(*(caller() for _ in range(CALLERS)))
               for answer in driven_by_one]  # fmt: skip

    assert len(answers) == RETURNS
    assert {(answer.stage, answer.outcome) for answer in answers} == {("closed", "refunded")}
    counts: Counter[str] = Counter()
    for answer in answers:
        await cases.wait_for(answer.case_id, answer.seq)
        types = Counter(event.type for event in await cases.events(answer.case_id))
        assert {name: types[name] for name in APPLIED} == dict.fromkeys(APPLIED, 1)
        counts += types
    movements = [each for each in await desk.sandbox.journal() if each.merchant == desk.merchant]
    assert len(movements) == RETURNS
    await everything_told(desk)
    ours = [finding for finding in await verify(desk.pool, await cases_projector(desk.pool))
            if f":{desk.merchant}:" in finding.subject]  # fmt: skip
    assert ours == []
    log.info("%d returns, %d events, %d requests resent", RETURNS, sum(counts.values()), cases.resent)


async def driven(cases: Cases, merchant: str, number: int) -> ask.Answer:
    """One return from application to close; each message as soon as the one before is answered."""
    line = {"line": "1", "quantity": 1, "reason": "no_reason"}
    application = ask.Application.model_validate(
        {
            "order_id": f"SO-{number}",
            "customer_id": "c1",
            "language": "en",
            "request": {"kind": "return", "proof_of_purchase": True, "lines": [line]},
        }
    )
    case_id = (await cases.open_return(merchant, f"F-{number}", application)).case_id
    await cases.ship(case_id, carrier="swift", tracking_no=f"SW{number:06}", key=f"ship-{number}")
    await cases.receive(case_id, warehouse="w1", key=f"receive-{number}")
    inspected = [ask.InspectedLine(line="1", passed=1)]
    answer = await cases.inspect(case_id, inspector="i4", lines=inspected, key=f"inspect-{number}")
    async for event in cases.follow(case_id, answer.seq):
        if event.type == "return.settled":
            break
    return await cases.confirm(case_id, key=f"confirm-{number}")


async def everything_told(desk: Desk) -> None:
    """Wait until the cases have ended, with all their notices told."""
    for number in range(RETURNS):
        ended = await desk.client.get_workflow_handle(f"return:{desk.merchant}:F-{number}").result()
        assert ended["outcome"] == "refunded"
