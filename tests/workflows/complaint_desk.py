"""A running complaint, as a test opens it and moves it on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.workflows.case import Case
from tests.workflows.desk import Desk

SHA = "0" * 64
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
TRANSCRIPT = {"ref": "calls/8f2c", "sha256": SHA}
FINDING = {"party": "merchant", "root_cause": "packaging", "recurring": True, "words": "The box is too thin."}
GRADE = {"severity": "major", "urgency": "soon"}


@dataclass
class Complaint(Case):
    """A complaint by its workflow id, in whatever run it is."""

    async def to_solution(self, **finding: Any) -> None:
        """Valid, looked into, found."""
        await self.act("review", agent="a17", valid=True)
        await self.act("finding", agent="a17", finding={**FINDING, **finding})

    async def propose(self, *measures: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The solution; an apology unless said otherwise."""
        wanted = list(measures) or [{"kind": "apology"}]
        return await self.act("propose", agent="a17", reasons="We are sorry.", measures=wanted, **more)

    async def due(self, name: str) -> datetime:
        """When a clock is due."""
        return datetime.fromisoformat((await self.clock(name))["due_at"])

    async def links(self) -> dict[str, str]:
        """Linked cases by what they are to it."""
        return {link["relation"]: link["case_id"] for link in (await self.view()).get("links", [])}

    async def until_seq(self, seq: int) -> None:
        """Wait until the store has the event with this number."""
        await self.desk.until(
            "SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= $2", self.handle.id, seq
        )

    async def until_told(self, kind: str, times: int = 1) -> None:
        """Wait until so many notices of a kind have reached their reader."""
        await self.desk.until(
            "SELECT 1 FROM (SELECT count(*) AS n FROM notices WHERE case_id = $1 AND kind = $2 "
            "AND state = 'sent') AS found WHERE n >= $3",
            self.handle.id,
            kind,
            times,
        )

    def beside(self, case_id: str) -> Case:
        """Another case of the same desk."""
        handle = self.desk.client.get_workflow_handle(case_id)
        return Case(self.desk, handle, case_id.rpartition(":")[2])

    async def key(self, seq: int = 1) -> str:
        """The refund's key at the gateway."""
        row = await self.desk.until(
            "SELECT key FROM refunds WHERE case_id = $1 AND seq = $2 AND state = 'pending'",
            self.handle.id,
            seq,
        )
        return str(row["key"])

    def refund(self, seq: int = 1) -> Any:
        """The workflow that pays a refund of this case."""
        name = f"refund:complaint:{self.desk.merchant}:{self.number}:{seq}"
        return self.desk.client.get_workflow_handle(name)


def complaint(**changes: Any) -> dict[str, Any]:
    """A broken cup of order SO-1, taken in by the app."""
    given: dict[str, Any] = {
        "customer_id": "c1",
        "order_id": "SO-1",
        "occurred_at": YESTERDAY,
        "content": "The cup came in pieces.",
        "demand": {"wants": ["refund", "apology"]},
        "language": "en",
        "category": "product_quality",
        "policy": "awake",
    }
    return {name: value for name, value in {**given, **changes}.items() if value is not None}


def starting(desk: Desk, number: str, **changes: Any) -> dict[str, Any]:
    """The start argument."""
    start = {key: changes.pop(key) for key in ("cause",) if key in changes}
    return {"merchant": desk.merchant, "number": number, "complaint": complaint(**changes), **start}


async def open_complaint(desk: Desk, number: str | None = None, **changes: Any) -> Complaint:
    """Open a complaint and wait for what was decided at once."""
    number = number or f"C-{next(desk.numbers)}"
    start = starting(desk, number, **changes)
    case = await start_raw(desk, number, start)
    case.opened = await case.act("open", **start)
    return case


async def start_raw(desk: Desk, number: str, start: Any, after: timedelta | None = None) -> Complaint:
    """Start a complaint with any argument."""
    client = desk.skipper.client if after else desk.client
    handle = await client.start_workflow(
        "ComplaintCase",
        start,
        id=f"complaint:{desk.merchant}:{number}",
        task_queue="casework",
        start_delay=after,
    )
    return Complaint(desk, desk.client.get_workflow_handle(handle.id), number)
