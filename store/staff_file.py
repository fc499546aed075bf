"""The staff's file: every mistake names its file and line, as in a policy."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from domain.calendars import Snapshot
from domain.errors import CaseworkError, InvalidRequest
from domain.staff.roster import Roster
from store.policy_files import PolicyFile
from store.pool import create_pool
from store.staff import Staff


def read_roster(path: Path, snapshots: Mapping[str, Snapshot]) -> Roster:
    """Read, parse and check, the shifts' holidays included.

    Raises `InvalidRequest` that names file, line and why; `UnknownCalendar` for holidays that nobody shipped.
    """
    file = PolicyFile.read(path)
    try:
        roster = Roster.model_validate(file.content)
    except ValidationError as error:
        raise InvalidRequest(_told(file, error)) from error
    for name, rules in roster.shifts.items():
        try:
            roster.model_copy(update={"shifts": {name: rules}}).directory(snapshots)
        except CaseworkError as error:
            _, line = file.find(("shifts", name, error.message.partition(":")[0]))
            raise type(error)(f"{path}:{line}: shifts.{name}.{error.message}") from error
    return roster


async def seed_first(database_url: str, roster: Roster) -> bool:
    """Seed a store that has no staff yet; whether it was done. Raises `StoreUnavailable`."""
    pool = await create_pool(database_url, application_name="casework-seed", max_size=1)
    try:
        return await Staff(pool).seed_first(roster)
    finally:
        await pool.close()


def _told(file: PolicyFile, error: ValidationError) -> str:
    """What is written comes before what is missing, which may be the same slip of the pen."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    problem = next((each for each in problems if each["type"] != "missing"), problems[0])
    _, line = file.find(problem["loc"])
    where = ".".join(str(part) for part in problem["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{file.path}:{line}: {where}: {problem['msg'].removeprefix('Value error, ')}{more}"
