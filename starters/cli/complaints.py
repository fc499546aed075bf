"""`casework complaint …`: open a complaint, act on it, ask where it is, read the written answer."""

from typing import Annotated, Literal

import typer

from domain.complaints import requests as ask
from domain.complaints.feedback import written_answer
from domain.complaints.kind import COMPLAINT
from domain.complaints.messages import ComplaintProgress
from domain.complaints.state import ComplaintState
from domain.grading import ComplaintCategory, Severity, Urgency
from domain.orders import Language
from starters.case_records import CaseRecords
from starters.cli.desk import AsJson, Explain, Key, act, at_desk, commands, told_stage
from starters.cli.exchange import fail, print_json, read_model, reports_errors
from starters.cli.json_commands import named, opened_from
from starters.cli.reading import in_store
from starters.moments import moment
from starters.requests import message
from starters.updates import updates_of

app = typer.Typer(no_args_is_help=True, help="Complaints: open, act, show.")
UPDATES = updates_of(COMPLAINT)
STEP_MARKS = {"done": "✓", "current": "▸", "open": "·", "skipped": "–"}

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="complaint:<merchant>:<number>, or <merchant>:<number>.")
]
Agent = Annotated[str, typer.Option(help="Who does it.")]
Reason = Annotated[str | None, typer.Option(help="Why.")]


def _named(case: str) -> str:
    return named(case, "complaint")


@app.command("open")
@reports_errors
def open_complaint(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON: merchant, number, complaint; - reads standard input.")
    ],
    key: Annotated[str | None, typer.Option(help="For `reopen`: your idempotency key.")] = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Open a complaint. The same number with the same content is answered, not opened again."""
    opened = opened_from("complaint", file, key, explain=explain, as_json=as_json)
    if opened is None:
        return
    told = opened.model_dump(mode="json", exclude_none=True)
    team = f", with the team {told['team']}" if "team" in told else ""
    print(f"{opened.case_id}: {told['priority']}, now in {told_stage(opened)}{team}")


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
    """Send any update to a complaint; docs/messages-complaint.md has an example of each."""
    model = UPDATES.get(update.replace("-", "_"))
    if model is None:
        fail(f"{update}: there is no such update; there is: {', '.join(UPDATES)}")
    request = read_model(file, model) if file else message(model)
    act(_named(case), request, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def acknowledge(
    case: CaseArgument, agent: Agent, key: Key = None, explain: Explain = False, as_json: AsJson = False
) -> None:
    """A person has answered the customer for the first time."""
    act(_named(case), message(ask.Acknowledge, agent=agent), key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def classify(
    case: CaseArgument,
    agent: Agent,
    category: Annotated[ComplaintCategory, typer.Option(help="What it is about.")],
    reason: Reason = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Say what it is about; the first class sends it to its team."""
    said = message(ask.Classify, agent=agent, category=category, reason=reason)
    act(_named(case), said, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def grade(
    case: CaseArgument,
    agent: Agent,
    severity: Annotated[Severity, typer.Option(help="How bad it is.")],
    urgency: Annotated[Urgency, typer.Option(help="How fast it gets worse.")],
    reason: Reason = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Say how bad and how urgent it is; the priority and the clocks follow."""
    said = message(ask.Grade, agent=agent, severity=severity, urgency=urgency, reason=reason)
    act(_named(case), said, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def take(
    case: CaseArgument, agent: Agent, key: Key = None, explain: Explain = False, as_json: AsJson = False
) -> None:
    """Take it on for the team that has it."""
    act(_named(case), message(ask.Take, agent=agent), key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def transfer(
    case: CaseArgument,
    by: Agent,
    to_team: Annotated[str, typer.Option(help="The team that is responsible.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Pass it on to another team, as often as the policy allows."""
    said = message(ask.Transfer, by=by, to_team=to_team, reason=reason)
    act(_named(case), said, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def review(
    case: CaseArgument,
    agent: Agent,
    valid: Annotated[bool, typer.Option("--valid/--not-valid", help="The word on the complaint.")],
    reason: Annotated[
        str | None, typer.Option(help="Why not, in the customer's language; a rejection needs it.")
    ] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Say whether the complaint is valid."""
    said = message(ask.Review, agent=agent, valid=valid, reason=reason)
    act(_named(case), said, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def confirm(
    case: CaseArgument,
    satisfied: Annotated[bool, typer.Option("--satisfied/--not-satisfied", help="The customer's word.")],
    words: Annotated[str | None, typer.Option(help="Why not, in the customer's own words.")] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The customer's word on the answer: it closes the complaint, or it is looked into again."""
    said = message(ask.ConfirmSolution, satisfied=satisfied, words=words)
    act(_named(case), said, key, explain=explain, as_json=as_json)


@app.command()
@reports_errors
def show(case: CaseArgument, explain: Explain = False, as_json: AsJson = False) -> None:
    """Where the complaint is, as the customer may see it: five steps, what is next, until when."""
    case_id = _named(case)
    if explain:
        print(commands().query(case_id, "progress"))
        return
    progress: ComplaintProgress = at_desk(lambda cases: cases.progress(case_id))
    if as_json:
        print_json(progress.model_dump(mode="json", exclude_none=True))
        return
    print(f"Complaint {progress.number}" + (f" of order {progress.order_id}" if progress.order_id else ""))
    for step in progress.steps:
        print(f"  {STEP_MARKS[step.state]} {step.step}")
    if progress.outcome:
        print(f"closed: {progress.outcome.replace('_', ' ')}")
    if progress.next or progress.until:
        until = f", until {moment(progress.until)}" if progress.until else ""
        print(f"next: {(progress.next or 'we go on').replace('_', ' ')}{until}")


@app.command()
@reports_errors
def answer(
    case: CaseArgument,
    language: Annotated[Literal["en", "zh-CN"] | None, typer.Option(help="Default: the customer's.")] = None,
) -> None:
    """The written answer as it would be given now, in Markdown (sop C13)."""
    case_id = _named(case)
    state = in_store(lambda pool: CaseRecords(pool).state(case_id))
    assert isinstance(state, ComplaintState)
    wanted: Language = language or state.language
    print(written_answer(state, wanted), end="")
