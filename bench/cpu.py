"""CPU per case against the bare twin: interleaved rounds on the same servers, the median ratio (design §8).

Counted are the Python worker, the Temporal server and, for ours, PostgreSQL, children included. The driver
and the sandbox, which stand for people and the outside world, are not.
"""

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
from temporalio.client import Client

from bench import twin
from bench.counts import Counts, counts_of
from bench.drive import Subject, drive
from bench.room import MERCHANT, Room
from starters.engine_state import EngineAddresses
from workers.engine import RunningPart
from workers.engine.parts import Plan
from workers.engine.process import Part

BUDGET = 1.8
ROUNDS = 5
CASES_PER_BLOCK = 12

Milliseconds = float
Parts = Mapping[str, RunningPart]


@dataclass(frozen=True)
class Block:
    """CPU per case of one block, by part."""

    per_part: dict[str, Milliseconds]

    @property
    def total(self) -> Milliseconds:
        """All parts together."""
        return sum(self.per_part.values())


@dataclass(frozen=True)
class CpuComparison:
    """What the rounds came to."""

    ours: list[Block]
    twins: list[Block]
    twin_counts: Counts

    @property
    def ratios(self) -> list[float]:
        """Ours ÷ twin, round by round; a round is a block of ours, two of the twin, one of ours."""
        return [
            sum(block.total for block in self.ours[i : i + 2])
            / sum(block.total for block in self.twins[i : i + 2])
            for i in range(0, len(self.ours), 2)
        ]

    @property
    def ratio(self) -> float:
        """The median round."""
        return statistics.median(self.ratios)

    @property
    def deviation(self) -> float:
        """The median absolute deviation of the rounds."""
        return statistics.median(abs(ratio - self.ratio) for ratio in self.ratios)

    @property
    def ok(self) -> bool:
        """Whether the median is within the budget."""
        return self.ratio <= BUDGET


def median_by_part(blocks: list[Block]) -> dict[str, Milliseconds]:
    """The median CPU per case of each part."""
    return {part: statistics.median(block.per_part[part] for block in blocks) for part in blocks[0].per_part}


class Contest:
    """Ours and the twin on the same Temporal server, each with a worker process of its own."""

    def __init__(self, room: Room, twin_worker: RunningPart, twin_client: Client) -> None:
        self._room = room
        self._twin_client = twin_client
        self._numbers = count(1)
        parts = {part.name: part for part in room.engine.parts}
        self._our_parts = {
            "worker": room.worker,
            "temporal": parts["temporal"],
            "postgres": parts["postgres"],
        }
        self._twin_parts = {"worker": twin_worker, "temporal": parts["temporal"]}

    async def run(self, rounds: int, cases: int) -> CpuComparison:
        """A round to warm up, which is thrown away, then the rounds."""
        await self._round(cases)
        ours: list[Block] = []
        twins: list[Block] = []
        for _ in range(rounds):
            more_ours, more_twins = await self._round(cases)
            ours += more_ours
            twins += more_twins
        subject = await self._bare()
        await drive(self._twin_client, subject)
        return CpuComparison(ours, twins, await counts_of(self._twin_client, subject.workflow_ids))

    async def _round(self, cases: int) -> tuple[list[Block], list[Block]]:
        first = await self._ours(cases)
        twins = [await self._twins(cases), await self._twins(cases)]
        return [first, await self._ours(cases)], twins

    async def _ours(self, cases: int) -> Block:
        return await _measured(self._room.client, self._our_parts, self._room.plain_return, cases)

    async def _twins(self, cases: int) -> Block:
        return await _measured(self._twin_client, self._twin_parts, self._bare, cases)

    async def _bare(self) -> Subject:
        case_id = f"return:{MERCHANT}:T-{next(self._numbers):04}"
        ours = await self._room.plain_return()
        message = ours.opening.model_dump(mode="json", exclude_defaults=True)
        return Subject(
            start=twin.start_operation(case_id, message),
            workflow_id=case_id,
            refund_id=f"refund-of-{case_id}",
            opening=message,
            tracking_no=ours.tracking_no,
        )


async def compare_with_twin(room: Room, rounds: int = ROUNDS, cases: int = CASES_PER_BLOCK) -> CpuComparison:
    """Start the twin's worker and let both take turns."""
    address = room.engine.addresses.running_temporal
    assert address is not None
    worker = await room.engine.bring_up(_twin_plan(room.engine.state_dir, address))
    try:
        return await Contest(room, worker, await Client.connect(address)).run(rounds, cases)
    finally:
        await worker.stop()


def _twin_plan(folder: Path, address: str) -> Plan:
    async def ready(running: RunningPart) -> bool:
        return running.announcement() is not None

    async def settle(_: RunningPart) -> EngineAddresses:
        return EngineAddresses()

    return Plan(
        part=Part(
            name="twin",
            command=[sys.executable, "-m", "bench.twin_worker", address],
            log=folder / "twin.log",
        ),
        is_ready=ready,
        settle=settle,
        address=lambda _: f"task queue {twin.TASK_QUEUE}",
    )


async def _measured(
    client: Client, parts: Parts, make: Callable[[], Awaitable[Subject]], cases: int
) -> Block:
    subjects = [await make() for _ in range(cases)]
    before = {name: cpu_seconds(part.pid) for name, part in parts.items()}
    await asyncio.gather(*(drive(client, subject) for subject in subjects))
    spent = {name: cpu_seconds(part.pid) - before[name] for name, part in parts.items()}
    return Block({name: seconds * 1000 / cases for name, seconds in spent.items()})


def cpu_seconds(pid: int) -> float:
    """What a process and all its descendants, ended ones included, have used so far."""
    root = psutil.Process(pid)
    return sum(map(_own_and_ended, [root, *root.children(recursive=True)]))


def _own_and_ended(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # its time is now its parent's
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
