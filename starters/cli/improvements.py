"""`casework improvement …`: findings go to departments and are tracked until done (sop C16)."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import BaseModel

from domain.improvements import messages as ask
from domain.improvements.kind import IMPROVEMENT
from starters.case_ids import parse_case_id
from starters.cli.desk import AsJson, Explain, Key, at_desk, commands, told_stage
from starters.cli.desk import act as send
from starters.cli.exchange import print_json, reports_errors
from starters.cli.improvement_pages import print_progress, print_tracked
from starters.cli.json_commands import opened_from, request_from
from starters.cli.reading import desk_timezone, in_store, instant
from starters.requests import message
from starters.updates import updates_of
from store.improvements import Improvements, TrackedFilter

app = typer.Typer(no_args_is_help=True, help="Improvements: findings, departments, actions, effect.")
UPDATES = updates_of(IMPROVEMENT)
DEFAULT_LIMIT = 50

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="improvement:<merchant>:<number>, or <merchant>:<number>.")
]
By = Annotated[str, typer.Option(help="Who does it.")]
Reason = Annotated[str, typer.Option(help="Why.")]
ActionNumber = Annotated[int, typer.Argument(metavar="ACTION", min=1, help="The action's number.")]


def _act(case: str, request: BaseModel, key: str | None, explain: bool, as_json: bool) -> None:
    send(_named(case), request, key, explain=explain, as_json=as_json)


def _named(case: str) -> str:
    return str(parse_case_id(case, "improvement"))


@app.command("open")
@reports_errors
def open_improvement(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="JSON: merchant, number, improvement; - reads standard input."),
    ],
    key: Annotated[str | None, typer.Option(help="For `reopen`: your idempotency key.")] = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Ask a department to do something about a finding; the same number with the same content is answered."""
    opened = opened_from("improvement", file, key, explain=explain, as_json=as_json)
    if opened is None:
        return
    assert isinstance(opened, ask.Opened)
    print(f"{opened.case_id}: now in {told_stage(opened)}")
    print(f"came up {opened.baseline} times in as long before; {opened.tolerated} would be tolerated after")


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
    """Send any update; docs/messages-improvement.md has an example of each."""
    _act(case, request_from("improvement", update, file), key, explain, as_json)


@app.command()
@reports_errors
def accept(
    case: CaseArgument,
    by: By,
    note: Annotated[str | None, typer.Option(help="What the department says to it.")] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The department takes it on."""
    _act(case, message(ask.AcceptImprovement, by=by, note=note), key, explain, as_json)


@app.command()
@reports_errors
def decline(
    case: CaseArgument,
    by: By,
    reason: Reason,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The department does not; whoever asked may insist."""
    _act(case, message(ask.DeclineImprovement, by=by, reason=reason), key, explain, as_json)


@app.command()
@reports_errors
def insist(
    case: CaseArgument,
    by: By,
    reason: Reason,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Whoever asked does not take the no; the head decides."""
    _act(case, message(ask.InsistOnImprovement, by=by, reason=reason), key, explain, as_json)


@app.command()
@reports_errors
def rule(
    case: CaseArgument,
    by: By,
    reason: Reason,
    go_on: Annotated[bool, typer.Option("--go-on/--stop", help="The head's word.")],
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The head decides whether it goes on."""
    _act(case, message(ask.RuleOnImprovement, by=by, go_on=go_on, reason=reason), key, explain, as_json)


@app.command("add-action")
@reports_errors
def add_action(
    case: CaseArgument,
    by: By,
    what: Annotated[str, typer.Option(help="What is to be done.")],
    owner: Annotated[str | None, typer.Option(help="Who is to do it.")] = None,
    due_by: Annotated[str | None, typer.Option(metavar="TIME", help="Until when.")] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Something that the department will do about it."""
    added = message(ask.AddAction, by=by, what=what, owner=owner, due_by=instant(due_by))
    _act(case, added, key, explain, as_json)


@app.command("action-done")
@reports_errors
def action_done(
    case: CaseArgument,
    action: ActionNumber,
    by: By,
    evidence: Annotated[str, typer.Option(help="What shows it.")],
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """An action is done."""
    _act(case, message(ask.FinishAction, by=by, action=action, evidence=evidence), key, explain, as_json)


@app.command("drop-action")
@reports_errors
def drop_action(
    case: CaseArgument,
    action: ActionNumber,
    by: By,
    reason: Reason,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """An action is not to be done after all."""
    _act(case, message(ask.DropAction, by=by, action=action, reason=reason), key, explain, as_json)


@app.command()
@reports_errors
def done(
    case: CaseArgument,
    by: By,
    root_cause: Annotated[str, typer.Option(help="Why it kept going wrong.")],
    prevention: Annotated[str, typer.Option(help="What keeps it from coming back.")],
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """All is done; from now on the figures are watched."""
    finished = message(ask.FinishImprovement, by=by, root_cause=root_cause, prevention=prevention)
    _act(case, finished, key, explain, as_json)


@app.command()
@reports_errors
def withdraw(
    case: CaseArgument,
    by: By,
    reason: Reason,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Whoever asked asks no more."""
    _act(case, message(ask.WithdrawImprovement, by=by, reason=reason), key, explain, as_json)


@app.command()
@reports_errors
def show(case: CaseArgument, explain: Explain = False, as_json: AsJson = False) -> None:
    """Where an improvement is: whose turn it is, the actions, what was before and what came up again."""
    case_id = _named(case)
    if explain:
        print(commands().query(case_id, "progress"))
        return
    progress = at_desk(lambda cases: cases.progress(case_id))
    if as_json:
        print_json(progress.model_dump(mode="json", exclude_none=True))
    else:
        print_progress(progress, desk_timezone())


@app.command("list")
@reports_errors
def list_improvements(
    department: Annotated[str | None, typer.Option(help="Only this department's.")] = None,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only what somebody lets wait too long.")
    ] = False,
    is_open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only open or only closed ones.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = DEFAULT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """Improvements, what is overdue first."""
    where = TrackedFilter(merchant=merchant, department=department, open=is_open, overdue=overdue)
    now = datetime.now(UTC)
    found = in_store(lambda pool: Improvements(pool).tracked(where, now, limit + 1))
    page, more = found[:limit], len(found) > limit
    if as_json:
        rows = [each.model_dump(mode="json", exclude_none=True) for each in page]
        print_json({"improvements": rows, "more": more})
    else:
        print_tracked(page, more=more, timezone=desk_timezone())
