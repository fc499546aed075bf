"""`casework return check`, `policy` and `schema`: the rules, asked without a running case (contracts §2)."""

from datetime import UTC, datetime
from typing import Annotated

import typer
import yaml

from domain.errors import CaseworkError, NotFound
from domain.policy import Policy
from domain.returns.check import ReturnCheck, check
from domain.schemas import SCHEMAS, schema_of
from starters.cli.exchange import BAD_INPUT, NO, fail, print_json, read_model, reports_errors
from starters.policy_versions import standing
from starters.settings import Settings
from store.policy_library import PolicyLibrary

return_app = typer.Typer(help="Returns and exchanges.", no_args_is_help=True)
policy_app = typer.Typer(help="Policies: the desk's figures and rules.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@return_app.command("check")
@reports_errors
def check_return(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON as in contracts §2; - reads standard input.")
    ],
) -> None:
    """Say whether goods may be returned and what would be paid; status 1 if all is refused."""
    asked = read_model(file, ReturnCheck)
    library = shipped_policies()
    try:
        policy = library.load(asked.policy)
    except NotFound as error:
        fail(f"{file}: policy: {error.message}")
    calendar = policy.returns.window.calendar
    answer = check(asked, policy.returns, {calendar: policy.calendar(calendar, library.snapshots)})
    print_json(answer)
    if answer.decision == "refuse":
        raise typer.Exit(NO)


@policy_app.command("check")
def check_policies(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Files or names; without, all that are shipped."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check policy files; each mistake names its file and line, status 2 if there is one."""
    library = shipped_policies()
    good: list[Policy] = []
    mistakes: list[CaseworkError] = []
    for name in files or library.names:
        try:
            good.append(library.check_window(name))
        except CaseworkError as error:
            mistakes.append(error)
    if as_json:
        print_json([{"policy": policy.name, "hash": policy.hash, **_window(policy)} for policy in good])
    else:
        for policy in good:
            stands = standing(policy.extends, policy.in_force, datetime.now(UTC))
            print(f"{policy.name} {policy.short_hash}: ok" + (f"; {stands}" if stands else ""))
    for mistake in mistakes:
        typer.echo(f"casework: {mistake.code}: {mistake.message}", err=True)
    if mistakes:
        raise typer.Exit(BAD_INPUT)


@policy_app.command("show")
@reports_errors
def show_policy(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A shipped policy's name, or a file.")
    ] = "standard",
    as_json: AsJson = False,
) -> None:
    """Print a policy as it holds, with what it takes from the one that it extends."""
    policy = shipped_policies().load(name)
    content = policy.model_dump(mode="json", exclude_defaults=True)
    if as_json:
        print_json({"hash": policy.hash, **_window(policy), "policy": content})
        return
    print(f"# {policy.name}, version {policy.short_hash}")
    if stands := standing(policy.extends, policy.in_force, datetime.now(UTC)):
        print(f"# {stands}")
    print(
        yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110),
        end="",
    )


def _window(policy: Policy) -> dict[str, str]:
    """Whether an overlay is in force; nothing for other policies."""
    return {"window": policy.in_force.state(datetime.now(UTC))} if policy.in_force else {}


@reports_errors
def print_schema(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A format; without, their names.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the JSON Schema of a file format, or the names of all formats."""
    if name is not None:
        try:
            print_json(schema_of(name))
        except NotFound as error:
            fail(error.message)
    elif as_json:
        print_json(list(SCHEMAS))
    else:
        print("\n".join(SCHEMAS))


def shipped_policies() -> PolicyLibrary:
    """The policies and holidays of the folders that the settings name."""
    settings = Settings()
    return PolicyLibrary(settings.policies_dir, settings.calendars_dir)
