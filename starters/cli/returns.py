"""`casework return …`: open a return, act on it, and ask where it is."""

from typing import Annotated, Any, Literal, cast

import typer

from domain.errors import InvalidRequest
from domain.returns import messages as ask
from domain.returns.kind import RETURN
from starters.cli.desk import (
    AsJson,
    CaseArgument,
    CustomerSays,
    Explain,
    Key,
    PayWay,
    act,
    at_desk,
    case_named,
    commands,
    told_stage,
)
from starters.cli.exchange import fail, print_json, read_model, reports_errors
from starters.cli.json_commands import opened_from
from starters.moments import moment
from starters.money import money
from starters.requests import message
from starters.updates import updates_of

app = typer.Typer(no_args_is_help=True, help="Returns: check, open, act, show.")
UPDATES = updates_of(RETURN)

Agent = Annotated[str, typer.Option(help="Who decides.")]
Counts = Annotated[list[str] | None, typer.Option(metavar="LINE=UNITS", help="Units of a line; repeatable.")]
By = Annotated[Literal["customer", "agent"], typer.Option(help="Who says so.")]


@app.command("open")
@reports_errors
def open_return(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="JSON: merchant, number, application; - reads standard input."),
    ],
    key: Annotated[str | None, typer.Option(help="For `reopen`: your idempotency key.")] = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Open a return. The same number with the same content is answered, not opened again."""
    opened = cast("ask.Opened | None", opened_from("return", file, key, explain=explain, as_json=as_json))
    if opened is None:
        return
    print(f"{opened.case_id}: {opened.decision} ({opened.code}), now in {told_stage(opened)}")
    print(f"would be refunded: {money(opened.refund_minor, opened.currency)}")
    if opened.ship_back_by is not None:
        print(f"send the goods before: {moment(opened.ship_back_by)}")


@app.command("act")
@reports_errors
def act_on(
    case: CaseArgument,
    update: Annotated[str, typer.Argument(metavar="UPDATE", help=f"One of: {', '.join(UPDATES)}.")],
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="The message as JSON; - reads standard input.")
    ] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Send any update to a case; docs/messages.md has an example of each."""
    model = UPDATES.get(update.replace("-", "_"))
    if model is None:
        fail(f"{update}: there is no such update; there is: {', '.join(UPDATES)}")
    request = read_model(file, model) if file else message(model)
    act(case, request, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def review(
    case: CaseArgument,
    agent: Agent,
    approve: Annotated[bool, typer.Option("--approve/--refuse", help="The word on the application.")],
    reason: Annotated[
        str | None, typer.Option(help="Why; a refusal needs it, in the customer's language.")
    ] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Approve or refuse an application."""
    word = message(ask.Review, agent=agent, approve=approve, reason=reason)
    act(case, word, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def ship(
    case: CaseArgument,
    carrier: Annotated[str, typer.Option(help="The carrier.")],
    tracking_no: Annotated[str, typer.Option(help="The parcel's tracking number.")],
    freight_paid_minor: Annotated[
        int, typer.Option(help="What the customer paid for it, in minor units.")
    ] = 0,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The customer sent the goods with a tracking number of their own."""
    sent = message(
        ask.Ship, carrier=carrier, tracking_no=tracking_no, freight_paid_minor=freight_paid_minor or None
    )
    act(case, sent, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def receive(
    case: CaseArgument,
    warehouse: Annotated[str, typer.Option(help="Where the parcel was taken in.")],
    line: Counts = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The warehouse took the goods in; without --line all that was expected."""
    lines = [{"line": name, "quantity": units} for name, units in _counts(line).items()] or None
    act(case, message(ask.Receive, warehouse=warehouse, lines=lines), key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def inspect(
    case: CaseArgument,
    inspector: Annotated[str, typer.Option(help="Who looked.")],
    passed: Counts = None,
    failed: Counts = None,
    short: Counts = None,
    wrong_item: Counts = None,
    reason: Annotated[str | None, typer.Option(help="Why units did not pass, for the customer.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what did not pass instead of sending it back.")
    ] = False,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The inspection's result: what passed, failed, is short or is a wrong item, by line."""
    lines: dict[str, dict[str, Any]] = {}
    for finding, counts in (
        ("passed", passed),
        ("failed", failed),
        ("short", short),
        ("wrong_item", wrong_item),
    ):
        for name, units in _counts(counts).items():
            lines.setdefault(name, {"line": name})[finding] = units
    for line in lines.values():
        if set(line) - {"line", "passed"}:
            line |= {"reason": reason} if reason else {}
            line |= {"disposition": "keep"} if keep else {}
    result = message(ask.Inspect, inspector=inspector, lines=list(lines.values()))
    act(case, result, key, explain=explain, as_json=as_json)


@app.command("retry-refund")
@reports_errors
def retry_refund(
    case: CaseArgument,
    by: Annotated[str, typer.Option(help="Whose word it is.")],
    reason: Annotated[str, typer.Option(help="Why it will arrive now.")],
    amount_minor: Annotated[
        int | None, typer.Option(help="Only so much of it, in minor units (default: all that is owed).")
    ] = None,
    way: PayWay = "original",
    customer_says: CustomerSays = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Pay again what failed or came back, or give a voucher in its place, with the customer's word."""
    word = message(
        ask.RetryRefund,
        by=by,
        reason=reason,
        amount_minor=amount_minor,
        way=way,
        customer_says=customer_says,
    )
    act(case, word, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def confirm(
    case: CaseArgument,
    by: By = "customer",
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The money or the goods arrived; the case closes."""
    act(case, message(ask.Confirm, by=by), key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def cancel(
    case: CaseArgument,
    by: By = "customer",
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The customer withdraws before the goods are received."""
    act(case, message(ask.Cancel, by=by, reason=reason), key, explain=explain, as_json=as_json)


STEP_MARKS = {"done": "✓", "current": "▸", "open": "·", "skipped": "–"}


@app.command()
@reports_errors
def show(case: CaseArgument, explain: Explain = False, as_json: AsJson = False) -> None:
    """Where the return is, as the customer may see it: four stages, what is next, until when."""
    case_id = str(case_named(case))
    if explain:
        print(commands().query(case_id, "progress"))
        return
    progress = at_desk(lambda cases: cases.progress(case_id))
    if as_json:
        print_json(progress.model_dump(mode="json", exclude_none=True))
        return
    print(f"{progress.kind.capitalize()} {progress.number} of order {progress.order_id}")
    for step in progress.steps:
        print(f"  {STEP_MARKS[step.state]} {step.step.replace('_', ' ')}")
    if progress.outcome:
        print(f"closed: {progress.outcome.replace('_', ' ')}")
    if progress.next:
        print(
            f"next: {progress.next.replace('_', ' ')}"
            + (f", until {moment(progress.until)}" if progress.until else "")
        )


def _counts(pairs: list[str] | None) -> dict[str, int]:
    """`LINE=UNITS` pairs. Raises `InvalidRequest`."""
    counts: dict[str, int] = {}
    for pair in pairs or []:
        line, _, units = pair.partition("=")
        if not line or not units.isdecimal():
            raise InvalidRequest(f"{pair}: write LINE=UNITS, for example 1=2")
        counts[line] = counts.get(line, 0) + int(units)
    return counts
