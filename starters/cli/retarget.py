"""`casework policy retarget` and `calendar land`: open cases are held to other terms, with a preview."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from domain.calendars import Snapshot
from domain.errors import InvalidRequest, NotFound
from domain.policy import Policy
from starters.cli.desk import AsJson, at_desk, case_named
from starters.cli.exchange import NO, fail, print_json, reports_errors
from starters.cli.reading import instant
from starters.cli.retarget_page import print_retargets
from starters.cli.rules import shipped_policies
from starters.client import Cases
from starters.retargeting import CaseRetarget, Retargeting, Wanted, refused
from store.cases import CaseFilter
from store.cases import Cases as CaseRows
from store.policy_library import PolicyLibrary

policy_app = typer.Typer(no_args_is_help=True)
calendar_app = typer.Typer(no_args_is_help=True, help="Published holidays, and deadlines that wait for them.")

By = Annotated[str, typer.Option(help="Who decides.")]
Merchant = Annotated[str | None, typer.Option(help="Only this merchant's.")]
Preview = Annotated[bool, typer.Option("--preview", help="Say what would move, and do nothing.")]
FindCases = Callable[[CaseRows], Awaitable[list[str]]]


@policy_app.command("retarget")
@reports_errors
def retarget(
    name: Annotated[
        str, typer.Argument(metavar="POLICY", help="A policy's name; for a preview, also a file.")
    ],
    cases: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE]...", help="Cases; or choose them by the options.")
    ] = None,
    by: By = "ops",
    reason: Annotated[str | None, typer.Option(help="Why; it is recorded in every case.")] = None,
    merchant: Merchant = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind of case.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only in this stage.")] = None,
    under: Annotated[
        str | None, typer.Option(metavar="POLICY", help="Only those that are held to this policy.")
    ] = None,
    due_before: Annotated[str | None, typer.Option(metavar="TIME", help="Only due before then.")] = None,
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Hold open cases to another policy, or to the same one as its file says it by now.

    Each case is asked by itself, and one that is refused stops no other; status 1 if one was. Sent again,
    what was done is not done twice.
    """
    chosen = {
        "merchant": merchant,
        "kind": kind,
        "stage": stage,
        "policy": under,
        "due_before": instant(due_before),
    }
    if bool(cases) == any(chosen.values()):
        raise InvalidRequest(
            "say which cases: name them, or choose open ones by --merchant, --kind, --stage, --under or "
            "--due-before, not both"
        )
    if reason is None and not preview:
        raise InvalidRequest("--reason: say why; it is recorded in every case")
    library = shipped_policies()
    policy = _policy(library, name)
    if not preview and policy.name not in library.names:
        raise InvalidRequest(f"{name}: workers know policies of their folder by name; put it there first")
    where = CaseFilter.model_validate({**chosen, "open": True})

    async def find(rows: CaseRows) -> list[str]:
        return [str(case_named(case)) for case in cases or []] or await rows.ids(where)

    wanted = Wanted(by=by, reason=reason or "preview", policy=policy)
    _tell(_run(library, find, wanted, preview), preview=preview, as_json=as_json)


@calendar_app.callback()
def calendar() -> None:
    """Published holidays, and deadlines that wait for them."""


@calendar_app.command("land")
@reports_errors
def land(
    by: By = "ops",
    reason: Annotated[str | None, typer.Option(help="Why (default: which holidays were published).")] = None,
    merchant: Merchant = None,
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Settle provisional deadlines by holidays that were published since.

    Open cases with a provisional deadline, whose holidays have a newer snapshot, are held to the very policy
    that they have, with the new holidays. Status 1 if one was refused.
    """
    library = shipped_policies()
    published = list(library.snapshots.values())

    async def waiting(rows: CaseRows) -> list[str]:
        return await rows.under_fewer_days(published, merchant)

    wanted = Wanted(by=by, reason=reason or f"published: {_named(published)}", only_provisional=True)
    _tell(_run(library, waiting, wanted, preview), preview=preview, as_json=as_json)


def _policy(library: PolicyLibrary, name: str) -> Policy:
    try:
        return library.load(name)
    except NotFound as error:
        fail(f"{error.code}: {error.message}")


def _named(snapshots: list[Snapshot]) -> str:
    return ", ".join(f"{each.name}@{each.revision}" for each in snapshots)


def _run(library: PolicyLibrary, find: FindCases, wanted: Wanted, preview: bool) -> list[CaseRetarget]:
    async def work(cases: Cases) -> list[CaseRetarget]:
        case_ids = await find(CaseRows(cases.records.pool))
        return await Retargeting(cases, library).run(case_ids, wanted, preview=preview)

    return at_desk(work)


def _tell(rows: list[CaseRetarget], *, preview: bool, as_json: bool) -> None:
    if as_json:
        print_json({"cases": [row.model_dump(mode="json", exclude_none=True) for row in rows]})
    else:
        print_retargets(rows, preview=preview)
    if refused(rows):
        raise typer.Exit(NO)
