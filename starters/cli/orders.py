"""`casework order …`: an order over all its cases of all kinds, with its money."""

from collections.abc import Iterator
from typing import Annotated

import typer

from starters.cli.desk import AsJson
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import in_store
from starters.cli.tables import print_facts, print_table
from starters.moments import moment
from starters.money import money
from starters.order_report import CaseOfOrder, OrderMoney, OrderReport, report_order

app = typer.Typer(no_args_is_help=True, help="Orders: what happened to them, over all their cases.")


@app.callback()
def orders() -> None:
    """Keeps `show` a command of its own while it is the only one."""


@app.command()
@reports_errors
def show(
    merchant: Annotated[str, typer.Argument(help="Whose order it is.")],
    order: Annotated[str, typer.Argument(help="The order's number.")],
    as_json: AsJson = False,
) -> None:
    """An order's cases as a tree of their links, what happened in all of them, and its money."""
    report = in_store(lambda pool: report_order(pool, merchant, order))
    if as_json:
        print_json(report.model_dump(mode="json", exclude_none=True))
    else:
        print_order(report)


def print_order(report: OrderReport) -> None:
    """Money, tree, timeline."""
    print_facts(
        [
            (f"order {report.order_id}", f"of {report.merchant}"),
            *(_money(report.money) if report.money else []),
            *(
                (f"refund {row.seq}", f"{money(row.amount_minor, row.currency)} {row.state}, {row.case_id}")
                for row in report.refunds
            ),
            ("times", report.timezone),
        ]
    )
    print()
    for line in tree(report.cases):
        print(line)
    print()
    print_table(
        (f"when ({report.timezone})", "case", "who", "what"),
        (
            (
                moment(step.at.replace(microsecond=0), report.timezone),
                f"{step.case_id.partition(':')[0]} {step.case_id.rpartition(':')[2]}",
                step.actor,
                step.said,
            )
            for step in report.timeline
        ),
    )


def _money(told: OrderMoney) -> list[tuple[str, str | None]]:
    parts = {
        "captured": told.captured_minor,
        "reserved": told.reserved_minor,
        "settled": told.settled_minor,
        "paid back": told.recovered_minor,
        "left": told.left_minor,
    }
    always = ("captured", "left")
    return [
        (name, money(amount, told.currency) if amount or name in always else None)
        for name, amount in parts.items()
    ]


def tree(cases: list[CaseOfOrder]) -> list[str]:
    """The cases, each below the one that was there before it; those of a ring stand at the top."""
    ids = {case.case_id for case in cases}
    left = {case.case_id: case for case in cases}

    def below(parent: str, depth: int) -> Iterator[str]:
        for case in [case for case in cases if case.parent == parent and case.case_id in left]:
            yield _line(left.pop(case.case_id), depth)
            yield from below(case.case_id, depth + 1)

    lines: list[str] = []
    roots = [case for case in cases if case.parent not in ids]
    for case in [*roots, *cases]:
        if left.pop(case.case_id, None):
            lines += [_line(case, 0), *below(case.case_id, 1)]
    return lines


def _line(case: CaseOfOrder, depth: int) -> str:
    mark = "  " * (depth - 1) + "└ " if depth else ""
    relation = f"{case.relation.replace('_', ' ')} " if case.relation and depth else ""
    elsewhere = ""
    if case.parent and not depth:
        elsewhere = f", {(case.relation or '').replace('_', ' ')} {case.parent}"
    where = (case.outcome or case.stage).replace("_", " ")
    return f"{mark}{relation}{case.case_id}: {where}{elsewhere}"
