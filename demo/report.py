"""The summary and one case's timeline, as text that fits 80 columns."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.day import DATA, MERCHANT
from demo.mishaps import Kill
from demo.screen import clock_table, kill_lines
from demo.summary import Notices, Summary
from demo.words import OUTCOMES, REFUSALS, by_channel, plural, pounds
from domain.records import Recorded
from workers.engine import Engine

HEADING = "bold"


def print_summary(console: Console, summary: Summary) -> None:
    """What came of the day."""
    console.print()
    console.print(
        f"{summary.returns} returns against {summary.orders} orders, played in {summary.seconds:.0f} s",
        style=HEADING,
    )
    console.print()
    sides = Table.grid(padding=(0, 4))
    sides.add_row(outcome_table(summary), clock_table(summary.clocks))
    console.print(sides)
    console.print()
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style=HEADING, no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in _facts(summary):
        facts.add_row(name, text)
    console.print(facts)
    console.print()
    for check in summary.checks:
        word = "[green]ok[/]  " if check.holds else "[red]FAIL[/]"
        console.print(f"{word}  {check.name}: {check.detail}")


def outcome_table(summary: Summary) -> Table:
    """Cases by outcome; refusals by reason."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Outcome", width=28)
    table.add_column("Cases", justify="right", width=5)
    for outcome, count in summary.outcomes.items():
        table.add_row(OUTCOMES.get(outcome, outcome.replace("_", " ")), str(count))
        if outcome == "refused":
            for code, times in summary.refusals.items():
                table.add_row(f"  {REFUSALS.get(code, code.replace('_', ' '))}", f"({times})", style="dim")
    if summary.waiting:
        table.add_row("still open", str(len(summary.waiting)))
    return table


def _facts(summary: Summary) -> list[tuple[str, str]]:
    money, notices = summary.money, summary.notices
    same = "equal" if money.ledger_minor == money.journal_minor else "NOT EQUAL"
    return [
        (
            "Refunds",
            f"{pounds(money.ledger_minor)} by our ledger, {pounds(money.journal_minor)} by the gateway's "
            f"journal: {same}",
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
            f"orders and returns are real, of 10 November 2011 ({_short(DATA)}); reasons, parcels and what "
            "people do are made up (demo/script.py)",
        ),
    ]


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
        case "return.refund_started" | "refund.requested":
            return pounds(int(str(data["amount_minor"])))
        case "return.closed":
            return str(data["outcome"])
        case _:
            return str(data.get("reason") or data.get("tracking_no") or "")


def print_hints(console: Console, room: Engine, case_id: str) -> None:
    """Where to look while everything is up."""
    casework = f"./casework --state-dir {_short(room.state_dir)}"
    number = case_id.removeprefix("return:")
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
