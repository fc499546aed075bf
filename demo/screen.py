"""What one sees while the day is played: a small table in a terminal, a plain line now and then elsewhere."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from demo.day import MERCHANT
from demo.mishaps import Kill
from demo.performance import Performance
from demo.summary import ClockCount, count_clocks
from demo.words import by_channel, pounds
from domain.notices import Channel
from domain.records import CaseSummary

STAGES = {
    "review": "Review",
    "ship_back": "Way back",
    "inspection": "Inspection",
    "settlement": "Settlement",
    "confirmation": "Confirmation",
    "closed": "Ended",
}
SHORT = {
    "review": "review",
    "ship_back": "way back",
    "inspection": "inspect",
    "settlement": "settle",
    "confirmation": "confirm",
    "closed": "ended",
}
"""The stages for a line of 80 characters."""
WIDTH = 78
FRAME_SECONDS = 0.5
LINE_SECONDS = 4.0


class Screen:
    """Shows a performance until it is cancelled."""

    def __init__(self, performance: Performance, console: Console) -> None:
        self._performance = performance
        self._console = console

    async def run(self) -> None:
        """A table that is drawn anew in a terminal, else lines."""
        await (self._draw() if self._console.is_terminal else self._tell())

    async def _draw(self) -> None:
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(await self._frame(), refresh=True)
                await asyncio.sleep(FRAME_SECONDS)

    async def _tell(self) -> None:
        told: list[str] = []
        while True:
            self._console.print(self._line(), highlight=False, soft_wrap=True)
            for line in kill_lines(self._performance.kills):
                if line not in told:
                    told.append(line)
                    self._console.print(f"        {line}", highlight=False, soft_wrap=True)
            await asyncio.sleep(LINE_SECONDS)

    def _line(self) -> str:
        rows = list(self._performance.watch.rows.values())
        stages = Counter(row.stage for row in rows)
        now = ", ".join(f"{stages[stage]} {name}" for stage, name in SHORT.items() if stages[stage])
        return f"{self._seconds():>4} s  {len(rows):>2} opened: {now or 'none yet'}"

    def _seconds(self) -> int:
        return round(self._performance.elapsed.total_seconds())

    async def _frame(self) -> Group:
        rows = list(self._performance.watch.rows.values())
        title = f"Casework: {len(self._performance.plays)} returns of one real day, hours as seconds"
        sides = Table.grid(padding=(0, 4))
        sides.add_row(stage_table(rows), clock_table(count_clocks(rows)))
        return Group(
            Text.assemble((title, "bold"), f"{self._seconds():>{WIDTH - len(title) - 2}} s"),
            "",
            sides,
            "",
            Text.assemble(("Refunds  ", "bold"), await self._refunds()),
            Text.assemble(("Notices  ", "bold"), await self._notices()),
            *(Text(line, overflow="fold") for line in kill_lines(self._performance.kills)),
            "",
        )

    async def _refunds(self) -> str:
        journal = await self._performance.sandbox.journal()
        paid = [move.amount_minor for move in journal if move.merchant == MERCHANT]
        return f"{len(paid)} in the gateway's journal, {pounds(sum(paid))}"

    async def _notices(self) -> str:
        inbox = await self._performance.sandbox.inbox()
        counts: Counter[Channel] = Counter(message.channel for message in inbox)
        return f"{by_channel(dict(counts.most_common()))}"


def stage_table(rows: Sequence[CaseSummary]) -> Table:
    """How many cases are where."""
    stages = Counter(row.stage for row in rows)
    table = Table(box=None, pad_edge=False)
    table.add_column("Stage", width=14)
    table.add_column("Cases", justify="right", width=5)
    for stage, name in STAGES.items():
        table.add_row(name, str(stages[stage]))
    return table


def clock_table(clocks: Sequence[ClockCount]) -> Table:
    """How the promises were kept so far."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Clock", width=12)
    for name in ("Met", "(warned)", "Breached"):
        table.add_column(name, justify="right", no_wrap=True)
    for clock in clocks:
        table.add_row(clock.metric, str(clock.met), f"({clock.warned})", str(clock.breached))
    return table


def kill_lines(kills: Sequence[Kill]) -> list[str]:
    """What became of the worker that was killed."""
    lines: list[str] = []
    for kill in kills:
        paying = f" while paying {kill.paying}" if kill.paying else ""
        lines.append(f"{kill.at:%H:%M:%S}  {kill.worker} killed by SIGKILL{paying}")
        if kill.back_at:
            lines.append(f"{kill.back_at:%H:%M:%S}  {kill.worker} works again")
    return lines
