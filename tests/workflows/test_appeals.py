"""An appeal: the customer does not accept a refusal, and a complaint about the return looks into it."""

import pytest

from domain.errors import CaseClosed, WrongStage
from starters.case_records import CaseRecords
from starters.client import Cases
from tests.workflows.desk import FAULTY, Desk

REASON = "It was broken when it came."


@pytest.fixture
def cases(desk: Desk) -> Cases:
    """The typed client."""
    return Cases(desk.client, CaseRecords(desk.pool))


async def test_what_was_not_refused_is_not_appealed_against(desk: Desk, cases: Cases) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    with pytest.raises(WrongStage, match="nothing was refused"):
        await cases.appeal(case.handle.id, reason=REASON, key="appeal-1")
    await case.act("cancel")
    await case.result()
    with pytest.raises(WrongStage, match="nothing was refused"):
        await cases.appeal(case.handle.id, reason=REASON, key="appeal-2")
    with pytest.raises(CaseClosed):
        await cases.confirm(case.handle.id, key="confirm-1")
