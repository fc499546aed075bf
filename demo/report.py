"""The summary and one case's timeline, as text that fits 80 columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.day import DATA, MERCHANT
from demo.figures import KindCount, Notices, StormCount, Surge
from demo.mishaps import Kill
from demo.summary import Summary
from demo.words import (
    OUTCOMES,
    PLURALS,
    REFUSALS,
    by_channel,
    kill_lines,
    plural,
    pounds,
    same,
    share,
)
from domain.records import CaseKind, Recorded
from workers.engine import Engine

HEADING = "bold"
PROMISED: tuple[tuple[CaseKind, str], ...] = (
    ("return", "resolution"),
    ("return", "settlement"),
    ("complaint", "solution"),
)
"""What the surge promises anew (sop R9, C17)."""


def print_summary(console: Console, summary: Summary) -> None:
    """What came of the day."""
    counts = {row.kind: row.cases for row in summary.kinds}
    told = ", ".join(plural(counts[kind], *names) for kind, names in PLURALS.items() if kind in counts)
    console.print()
    console.print(told, style=HEADING, highlight=False)
    console.print(f"against {summary.orders} orders, played in {summary.seconds:.0f} s", style=HEADING)
    for table in (kind_table(summary), clock_table(summary.kinds), _fact_table(summary)):
        console.print()
        console.print(table)
    console.print()
    for check in summary.checks:
        word = "[green]ok[/]  " if check.holds else "[red]FAIL[/]"
        console.print(f"{word}  {check.name}: {check.detail}")


def kind_table(summary: Summary) -> Table:
    """A row for each kind of case: how many, and how they ended."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Kind", no_wrap=True)
    table.add_column("Cases", justify="right", no_wrap=True)
    table.add_column("Ended", overflow="fold")
    for row in summary.kinds:
        still = [f"{row.open} still open"] if row.open else []
        table.add_row(row.kind, str(row.cases), ", ".join([*_counts(row.outcomes, OUTCOMES), *still]))
        if row.kind == "return" and summary.refusals:
            refused = ", ".join(_counts(summary.refusals, REFUSALS))
            table.add_row("", "", f"(refused: {refused})", style="dim")
    return table


def _counts(counts: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    return [f"{count} {words.get(name, name.replace('_', ' '))}" for name, count in counts.items()]


def clock_table(kinds: Sequence[KindCount]) -> Table:
    """A row for each clock of each kind: how the promises were kept."""
    table = Table(box=None, pad_edge=False)
    for name in ("Kind", "Clock"):
        table.add_column(name, min_width=9, no_wrap=True)
    for name in ("Met", "(warned)", "Breached", "Attainment"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in kinds:
        for index, clock in enumerate(row.clocks):
            kept = (str(clock.met), f"({clock.warned})", str(clock.breached), share(clock.attainment_percent))
            table.add_row("" if index else row.kind, clock.metric, *kept)
    return table


def _fact_table(summary: Summary) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style=HEADING, no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in _facts(summary):
        facts.add_row(name, text)
    return facts


def _facts(summary: Summary) -> list[tuple[str, str]]:
    money, carriers, notices = summary.money, summary.carriers, summary.notices
    return [
        ("Surge", _surge(summary.surge)),
        ("Storm", _storm(summary.storm)),
        (
            "Refunds",
            f"{pounds(money.ledger_minor)} by our ledger, {pounds(money.journal_minor)} by the gateway's "
            f"journal: {same(money.ledger_minor, money.journal_minor)}",
        ),
        (
            "Claims",
            f"{pounds(carriers.booked_minor)} from carriers by our books, {pounds(carriers.paid_minor)} by "
            f"their claims desks: {same(carriers.booked_minor, carriers.paid_minor)}",
        ),
        ("Notices", by_channel(notices.by_channel)),
        ("", _notice_mishaps(notices)),
        (
            "Mishaps",
            f"{plural(summary.lost_replies, 'reply', 'replies')} of the gateway lost after it had paid",
        ),
        *(("", line) for line in kill_lines(summary.kills)),
        *(("Remark", remark) for remark in summary.remarks),
        (
            "Source",
            f"orders and returns are real, of 10 November 2011 ({_short(DATA)}); reasons, parcels, "
            "complaints and what people do are made up (demo/*script.py)",
        ),
    ]


def _surge(surge: Surge) -> str:
    """When, whom, and how the promises of sop R9 were kept."""
    held = ", ".join(plural(row.cases, *PLURALS[row.kind]) for row in surge.kinds) or "nothing"
    kept = [
        f"{clock.metric} {clock.met} of {clock.met + clock.breached}"
        for row in surge.kinds
        for clock in row.clocks
        if (row.kind, clock.metric) in PROMISED
    ]
    hours = f"{surge.since.astimezone():%H:%M:%S} to {surge.until.astimezone():%H:%M:%S}"
    return f"{surge.policy} from {hours}: {held}; kept: {', '.join(kept) or 'nothing to keep'}"


def _storm(storm: StormCount | None) -> str:
    if storm is None:
        return "none"
    instead = ", ".join(storm.proposals) or "no other carrier"
    parcels, until = plural(storm.spared, "parcel", "parcels"), f"{storm.until.astimezone():%H:%M:%S}"
    return (
        f"over {storm.region} until {until}: {parcels} spared, {storm.told} told; {instead} proposed instead"
    )


def _notice_mishaps(notices: Notices) -> str:
    told = (
        f"{notices.fell_back} by a later channel, as one before was dead; "
        f"{notices.undeliverable} undeliverable"
    )
    if notices.handed_over_again:
        told += f"; {notices.handed_over_again} handed over again, and recognised by their id"
    return told


def print_timeline(
    console: Console, case_id: str, facts: Sequence[Recorded], kills: Sequence[Kill] = ()
) -> None:
    """What happened to one case, as the store tells it, and when its worker was killed."""
    console.print()
    console.print(f"One of them: {case_id}", style=HEADING)
    start = facts[0].at
    lines = [(fact.at, f"{fact.type:<23} {fact.actor:<12} {_detail(fact)}") for fact in facts]
    lines += [(kill.at, f"{kill.worker} is killed") for kill in kills if kill.case_id == case_id]
    for at, line in sorted(lines, key=lambda row: row[0]):
        text = f"{(at - start).total_seconds():6.1f} s  {line}".rstrip()
        console.print(text, overflow="ellipsis", no_wrap=True, highlight=False)


def _detail(fact: Recorded) -> str:
    data = fact.data
    match fact.type:
        case "clock.changed":
            rung = f" ({data['rung']})" if data.get("rung") else ""
            return f"{data['metric']} {data['change']}{rung}"
        case "notice.reported":
            return (
                f"{data['kind']} by {data['channel']}"
                if data.get("channel")
                else f"{data['kind']} undelivered"
            )
        case "return.refund_started" | "delivery.refund_started" | "refund.requested":
            return pounds(int(str(data["amount_minor"])))
        case "return.closed" | "delivery.closed" | "complaint.closed":
            return str(data["outcome"])
        case _:
            return str(data.get("reason") or data.get("tracking_no") or "")


def print_hints(console: Console, room: Engine, case_id: str) -> None:
    """Where to look while everything is up."""
    casework = f"./casework --state-dir {_short(room.state_dir)}"
    number = case_id.removeprefix("return:")  # the command takes the other kinds by their whole ids
    console.print()
    console.print("Everything is still up. Look around:", style=HEADING)
    for line in (
        f"{room.addresses.temporal_ui_url}/namespaces/default/workflows/{case_id}",
        f"{casework} case show {number}",
        f"{casework} case events {number}",
        f"{casework} case list --merchant {MERCHANT}",
        f"{casework} verify",
    ):
        console.print(f"  {line}", soft_wrap=True, highlight=False)
    console.print("Ctrl-C stops everything.")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
