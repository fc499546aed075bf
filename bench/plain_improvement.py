"""What a plain improvement costs: events, Actions and bytes of its history, against the budgets (design §8).

Proposed with evidence, told to the department, accepted, one thing done, watched, effective, kept in the
library; on the real parts.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from activities.names import TASK_QUEUE
from activities.starting import start_operation
from bench.counts import Counts, counts_of
from bench.drive import until_quiet
from bench.plain_return import Spread, spread_of
from bench.room import MERCHANT, POLICY, Room
from domain.improvements.findings import Finding, Recurring
from domain.improvements.messages import OpenImprovement

BUDGETS = {"events": 56, "actions": 17, "history_bytes": 12_600}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("accept", {"by": "lg-01"}),
    ("add_action", {"by": "lg-01", "what": "A second carrier for Zhejiang"}),
    ("action_done", {"by": "lg-02", "action": 1, "evidence": "Contract 2026-114"}),
    ("done", {"by": "lg-01", "root_cause": "One carrier only.", "prevention": "Two carriers per region."}),
)


@dataclass(frozen=True)
class PlainImprovement:
    """What was counted."""

    cases: list[Counts]

    @property
    def spreads(self) -> list[Spread]:
        """Each budget's figure over the cases."""
        return [spread_of(name, self.cases, budget) for name, budget in BUDGETS.items()]

    @property
    def ok(self) -> bool:
        """Whether every budget is kept."""
        return all(each.ok for each in self.spreads)


async def count_plain_improvements(room: Room, cases: int) -> PlainImprovement:
    """Drive the cases beside each other."""
    starts = [_start(f"I-{number:04}") for number in range(1, cases + 1)]
    outcomes = await asyncio.gather(*(_drive(room, start) for start in starts))
    if set(outcomes) != {"effective"}:
        raise RuntimeError(f"a plain improvement ends effective; these ended {set(outcomes)}")
    return PlainImprovement([await counts_of(room.client, [start.case_id]) for start in starts])


def _start(number: str) -> OpenImprovement:
    finding = Finding(
        department="logistics",
        severity="major",
        recurs=Recurring(category="logistics", carrier="swift"),
        words="Parcels to Zhejiang come days late, week after week.",
        by="da-01",
        language="en",
        policy=POLICY,
    )
    return OpenImprovement(merchant=MERCHANT, number=number, improvement=finding)


async def _drive(room: Room, start: OpenImprovement) -> str:
    await room.client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", start, start_workflow_operation=start_operation(start, TASK_QUEUE), id="open-1"
    )
    handle = room.client.get_workflow_handle(start.case_id)
    for update, message in STEPS:
        await until_quiet(handle)
        await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
            update, message, id=f"{update}-1"
        )
    return (await handle.result())["outcome"]
