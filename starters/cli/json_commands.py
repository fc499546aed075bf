"""The commands that every kind of case may have: open, act and show by the JSON of the messages."""

from typing import Annotated

import typer
from pydantic import BaseModel

from domain.cases.messages import Opened
from domain.errors import CaseNotFound, InvalidRequest
from domain.kinds import KINDS
from domain.records import CaseKind
from starters.case_ids import parse_case_id
from starters.cli.desk import AsJson, Explain, Key, act, at_desk, commands, new_key, told_stage
from starters.cli.exchange import print_json, read_model, reports_errors
from starters.requests import message
from starters.updates import updates_of

File = Annotated[str, typer.Argument(metavar="FILE", help="The start as JSON; - reads standard input.")]
Message = Annotated[
    str | None, typer.Argument(metavar="[FILE]", help="The message as JSON; - reads standard input.")
]
Update = Annotated[str, typer.Argument(metavar="UPDATE", help="The update; a wrong one lists all.")]


def named(case: str, kind: CaseKind) -> str:
    """The case of this kind that an argument names. Raises `CaseNotFound` for one of another kind."""
    found = parse_case_id(case, kind)
    if found.kind != kind:
        raise CaseNotFound(f"{found} is no {kind}; `casework {found.kind}` takes it")
    return str(found)


def opened_from(kind: CaseKind, file: str, key: str | None, *, explain: bool, as_json: bool) -> Opened | None:
    """Open a case by its start (`key` is for `reopen`); None when all is printed that was asked for."""
    start = read_model(file, KINDS[kind].open_message)
    if explain:
        print(commands().open(start, key or new_key()))
        return None
    opened = at_desk(lambda cases: cases.open(start, key))
    if not as_json:
        return opened
    print_json(opened.model_dump(mode="json", exclude_none=True))
    return None


def request_from(kind: CaseKind, update: str, file: str | None) -> BaseModel:
    """The message of an update, by its JSON. Raises `InvalidRequest` where there is no such update."""
    updates = updates_of(KINDS[kind])
    model = updates.get(update.replace("-", "_"))
    if model is None:
        raise InvalidRequest(f"{update}: there is no such update; there is: {', '.join(updates)}")
    return read_model(file, model) if file else message(model)


def json_app(kind: CaseKind, *, help: str, opens: str, shows: str) -> typer.Typer:
    """`casework KIND open|act|show`; `opens` and `shows` say of those two what they do."""
    app = typer.Typer(no_args_is_help=True, help=help)

    @app.command("open", help=opens)
    def open_case(file: File, key: Key = None, explain: Explain = False, as_json: AsJson = False) -> None:
        _open(kind, file, key, explain, as_json)

    @app.command("act", help="Send any update; docs/messages-parcels.md has an example of each.")
    def act_on(
        case: Annotated[
            str, typer.Argument(metavar="CASE", help=f"{kind}:<merchant>:<number>, or the last two.")
        ],
        update: Update,
        file: Message = None,
        key: Key = None,
        explain: Explain = False,
        as_json: AsJson = False,
    ) -> None:
        _act(kind, case, update, file, key, explain, as_json)

    @app.command("show", help=shows)
    def show(
        case: Annotated[
            str, typer.Argument(metavar="CASE", help=f"{kind}:<merchant>:<number>, or the last two.")
        ],
    ) -> None:
        _show(kind, case)

    return app


@reports_errors
def _open(kind: CaseKind, file: str, key: str | None, explain: bool, as_json: bool) -> None:
    if opened := opened_from(kind, file, key, explain=explain, as_json=as_json):
        print(f"{opened.case_id}: now in {told_stage(opened)} (event {opened.seq})")


@reports_errors
def _act(
    kind: CaseKind, case: str, update: str, file: str | None, key: str | None, explain: bool, as_json: bool
) -> None:
    """Send any update that the kind takes."""
    case_id = named(case, kind)
    act(case_id, request_from(kind, update, file), key, explain=explain, as_json=as_json)


@reports_errors
def _show(kind: CaseKind, case: str) -> None:
    """Where a case is, as its customer may see it; as JSON."""
    case_id = named(case, kind)
    print_json(at_desk(lambda cases: cases.progress(case_id)).model_dump(mode="json", exclude_none=True))
