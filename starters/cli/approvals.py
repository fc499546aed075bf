"""`casework approvals`: refunds that wait for a second person, and the word on each."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import RootModel

from domain.approvals import Approval
from domain.errors import InvalidRequest
from domain.refunds import REFUND_PREFIX
from starters.approvals import ABOVE, ApprovalDesk, Decided, Seen
from starters.cli.desk import AsJson, Key
from starters.cli.exchange import NO, print_json, read_model, reports_errors
from starters.cli.reading import desk_timezone
from starters.cli.rules import shipped_policies
from starters.cli.tables import print_facts, print_table
from starters.moments import moment
from starters.money import money
from starters.settings import Settings
from starters.staff import StaffDesk
from starters.temporal_client import connect
from store.approvals import Waiting
from store.pool import create_pool

R = TypeVar("R")
app = typer.Typer(no_args_is_help=True, help="Refunds that wait for a second person's word.")


class SeenList(RootModel[list[Waiting]]):
    """What `list --json` printed."""


RefundArgument = Annotated[
    str, typer.Argument(metavar="REFUND", help="refund:<merchant>:<number>:<seq>, as `list` prints it.")
]
By = Annotated[str, typer.Option(metavar="MEMBER", help="Who says so: a supervisor or the head.")]
Hash = Annotated[str, typer.Option("--hash", help="What you saw: the hash that `show` prints.")]


@app.command("list")
@reports_errors
def list_waiting(
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    team: Annotated[str | None, typer.Option(help="Only of this team's cases.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What waits, the first due first."""
    found = _with_desk(lambda approvals: approvals.waiting(merchant, team, limit))
    if as_json:
        print_json([_row(each) for each in found])
    else:
        print_waiting(found, desk_timezone())


@app.command()
@reports_errors
def show(refund: RefundArgument, as_json: AsJson = False) -> None:
    """What would be paid, to whom, who asked, why it waits, and the hash that a yes is bound to."""
    found = _with_desk(lambda approvals: approvals.show(refund_named(refund)))
    print_json(_row(found)) if as_json else print_approval(found, desk_timezone())


@app.command()
@reports_errors
def approve(
    by: By,
    refund: Annotated[
        str | None, typer.Argument(metavar="[REFUND]", help="The refund, with --hash; or none, with --file.")
    ] = None,
    seen: Annotated[str | None, typer.Option("--hash", help="What you saw: the hash of `show`.")] = None,
    file: Annotated[
        str | None, typer.Option(metavar="FILE", help="Several: what `list --json` printed; - reads input.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="A word to it.")] = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Let a refund be paid as you saw it, or each of a list. Status 1 if one was refused."""
    if (refund is None) == (file is None) or (refund is None) != (seen is None):
        raise InvalidRequest("name a REFUND with its --hash, or a list with --file")
    if file is None:
        _told(
            _with_desk(
                lambda desk: desk.approve(
                    refund_named(refund or ""), by=by, hash=seen or "", reason=reason, key=key
                )
            ),
            as_json,
        )
        return
    rows = [Seen(refund_id=each.refund_id, hash=each.hash) for each in read_model(file, SeenList).root]
    done = _with_desk(lambda desk: desk.approve_all(rows, by=by, reason=reason))
    print_json([each.model_dump(exclude_none=True) for each in done]) if as_json else print_decided(done)
    if any(each.code for each in done):
        raise typer.Exit(NO)


@app.command()
@reports_errors
def decline(
    refund: RefundArgument,
    by: By,
    seen: Hash,
    reason: Annotated[str, typer.Option(help="Why; the case has these words.")],
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Don't let a refund be paid: the money is free again, and the case hears why."""
    done = _with_desk(
        lambda desk: desk.decline(refund_named(refund), by=by, hash=seen, reason=reason, key=key)
    )
    _told(done, as_json)


def refund_named(text: str) -> str:
    """A refund's id; `refund:` may be left out."""
    return text if text.startswith(REFUND_PREFIX) else f"{REFUND_PREFIX}{text}"


def print_waiting(found: list[Waiting], timezone: str) -> None:
    """A row per refund; times in the zone."""
    if not found:
        print("no refund waits for a second person")
        return
    print_table(
        ("refund", "amount", "asked by", "above", "since", "due"),
        (
            (
                each.refund_id.removeprefix(REFUND_PREFIX),
                money(each.amount_minor, each.currency),
                each.requested_by or "the policy",
                _above(each),
                moment(each.asked_at, timezone),
                moment(each.due_at, timezone) if each.due_at else "",
            )
            for each in found
        ),
    )


def print_approval(found: Approval, timezone: str) -> None:
    """Everything that a second person looks at."""
    print_facts(
        [
            (found.refund_id, found.state if found.state != "asked" else "waits for a second person"),
            ("amount", money(found.amount_minor, found.currency)),
            ("case", found.case_id),
            ("order", f"{found.order_id} of {found.merchant}"),
            ("goes to", found.destination),
            ("customer says", found.customer_says),
            ("asked by", found.requested_by or "the policy"),
            ("amount by", found.edited_by),
            ("above", f"the limit of: {_above(found)}"),
            ("since", moment(found.asked_at, timezone)),
            ("decided by", found.decided_by),
            ("at", moment(found.decided_at, timezone) if found.decided_at else None),
            ("words", found.words),
            ("hash", found.hash),
        ]
    )


def print_decided(done: list[Decided]) -> None:
    """What became of each of several."""
    print_table(
        ("refund", "now", "why not"),
        (
            (
                each.refund_id.removeprefix(REFUND_PREFIX),
                each.state or each.code or "",
                each.message or "",
            )
            for each in done
        ),
    )


def _told(done: Approval, as_json: bool) -> None:
    if as_json:
        print_json(_row(done))
    else:
        print(f"{done.refund_id} of {money(done.amount_minor, done.currency)} is {done.state}")


def _above(asked: Approval) -> str:
    return ", ".join(ABOVE[each] for each in asked.why)


def _row(asked: Approval) -> dict[str, object]:
    return asked.model_dump(mode="json", exclude_none=True)


def _with_desk(work: Callable[[ApprovalDesk], Awaitable[R]]) -> R:
    """Run one piece of work with the queue of the configured servers."""

    async def run() -> R:
        settings = Settings()
        pool = await create_pool(
            settings.required_database_url(), application_name="casework-cli", max_size=2
        )
        try:
            staff = StaffDesk(pool, shipped_policies().snapshots)
            return await work(ApprovalDesk(await connect(settings), pool, staff))
        finally:
            await pool.close()

    return asyncio.run(run())
