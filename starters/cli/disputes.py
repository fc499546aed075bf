"""`casework disputes`: payments that customers' banks ask back, and what that keeps back here."""

from collections.abc import Sequence
from typing import Annotated

import typer

from domain.refunds import REFUND_PREFIX
from starters.cli.desk import AsJson
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import desk_timezone, in_store
from starters.cli.tables import print_table
from starters.moments import moment
from starters.money import money
from store.disputes import LIST_ROWS, Disputes, Standing

app = typer.Typer(no_args_is_help=True, help="Payments that customers' banks ask back.")


@app.callback()
def disputes() -> None:
    """Payments that customers' banks ask back."""


@app.command("list")
@reports_errors
def list_standing(
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = LIST_ROWS,
    as_json: AsJson = False,
) -> None:
    """Those that are open, or were lost and keep something back; the oldest first.

    Answer a dispute at the provider. Won, what waits is paid; lost, say so by `resolve`.
    """
    found = in_store(lambda pool: Disputes(pool).standing(merchant, limit))
    if as_json:
        print_json([each.model_dump(mode="json", exclude_none=True) for each in found])
    else:
        print_standing(found, desk_timezone())


def print_standing(found: Sequence[Standing], timezone: str) -> None:
    """A row per dispute, of several lines; times in the zone."""
    if not found:
        print("no dispute stands")
        return
    print_table(
        ("dispute", "payment", "amount", "keeps back"),
        (
            (
                f"{each.dispute_id}\n{each.state} since\n{moment(each.at, timezone)}",
                _payment(each),
                money(each.amount_minor, each.currency),
                "\n".join(_kept_back(each)) or "nothing yet",
            )
            for each in found
        ),
    )


def _payment(told: Standing) -> str:
    order = f"order {told.order_id}" if told.order_id else "of no order here"
    whose = f"of {told.merchant}, {told.provider}"
    return "\n".join((told.payment_id, order, whose) if told.payment_id != told.order_id else (order, whose))


def _kept_back(told: Standing) -> list[str]:
    return [
        *(f"refund {each.removeprefix(REFUND_PREFIX)}" for each in told.waiting),
        *(f"{each}, refused" for each in told.refused),
    ]
