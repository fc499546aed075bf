"""What one sees while the day is played: a small table in a terminal, a plain line now and then elsewhere."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from demo.day import MERCHANT
from demo.figures import KindCount
from demo.peak import SURGE
from demo.performance import Performance
from demo.tally import KINDS, count_kinds
from demo.words import by_channel, kill_lines, pounds
from domain.notice_kinds import Channel
from domain.policy.policy import InForce
from domain.records import CaseSummary

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
        self._console.print("        ended/opened", highlight=False)
        while True:
            self._console.print(self._line(), highlight=False, soft_wrap=True)
            for line in kill_lines(self._performance.kills):
                if line not in told:
                    told.append(line)
                    self._console.print(f"        {line}", highlight=False, soft_wrap=True)
            await asyncio.sleep(LINE_SECONDS)

    def _line(self) -> str:
        return f"{self._seconds():>4} s  {progress_line(self._rows())}"

    def _rows(self) -> list[CaseSummary]:
        return list(self._performance.watch.rows.values())

    def _seconds(self) -> int:
        return round(self._performance.elapsed.total_seconds())

    async def _frame(self) -> Group:
        rows, storm = self._rows(), self._performance.storm
        title = "Casework: one real day of returns, Double 11 and a storm, hours as seconds"
        return Group(
            Text.assemble((title, "bold"), f"{self._seconds():>{WIDTH - len(title) - 2}} s"),
            "",
            kind_table(count_kinds(rows)),
            "",
            Text.assemble(
                ("Surge    ", "bold"), surge_line(self._performance.surge, datetime.now(UTC), rows)
            ),
            Text.assemble(("Storm    ", "bold"), storm.say()),
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


def progress_line(rows: Sequence[CaseSummary]) -> str:
    """How many cases of each kind have ended, of those that were opened."""
    opened, ended = (
        Counter(row.kind for row in rows),
        Counter(row.kind for row in rows if not row.open),
    )
    return ", ".join(f"{kind} {ended[kind]}/{opened[kind]}" for kind in KINDS if opened[kind]) or "none yet"


def kind_table(kinds: Sequence[KindCount]) -> Table:
    """A row for each kind: how many cases, and how their promises were kept so far."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Kind", width=12)
    for name in ("Opened", "Ended", "Clocks met", "(warned)", "Breached"):
        table.add_column(name, justify="right", no_wrap=True)
    counts = {row.kind: row for row in kinds}
    for kind in KINDS:
        row = counts.get(kind) or KindCount(kind=kind, cases=0, open=0, outcomes={}, clocks=[])
        met, warned, breached = (
            sum(getattr(clock, name) for clock in row.clocks) for name in ("met", "warned", "breached")
        )
        table.add_row(kind, str(row.cases), str(row.cases - row.open), str(met), f"({warned})", str(breached))
    return table


def surge_line(surge: InForce | None, now: datetime, rows: Sequence[CaseSummary]) -> str:
    """Whether the surge is in force, and how many cases are held to it."""
    if surge is None:
        return "announced in a moment"
    held = sum(row.policy == SURGE for row in rows)
    match surge.state(now):
        case "not_yet":
            return f"{SURGE} from {surge.since.astimezone():%H:%M:%S}"
        case "now":
            return f"{SURGE} is in force until {surge.until.astimezone():%H:%M:%S}, {held} cases under it"
        case "over":
            return f"{SURGE} is over, {held} cases under it"
