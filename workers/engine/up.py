"""`./casework up`: the engine room in the foreground, one line per part, until it is told to stop."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from domain.errors import InvalidRequest, UnknownCalendar
from starters.engine_state import EngineState, read_running
from starters.settings import PROVIDER_FIELDS, Settings, without_password
from starters.staff import written_staff
from starters.temporal_client import configured
from workers.engine.engine import AlreadyRunning, Engine, engine
from workers.engine.parts import PARTS, PartName, Ports
from workers.engine.process import PartFailed, RunningPart

RESTART_PAUSES_SECONDS = (1, 2, 4, 8, 16)
"""Before each restart of a part that keeps dying and may do so; after the last it is given up."""
RESTARTED = ("worker", "reconciler", "console", "customer")
STEADY_SECONDS = 60
"""One that lived this long starts counting anew."""


@dataclass(frozen=True)
class UpOptions:
    """What `up` was asked for."""

    without: Collection[PartName] = ()
    workers: int = 1
    time_skipping: bool = False
    ports: Ports = field(default_factory=Ports)
    as_json: bool = False


def run(options: UpOptions) -> int:
    """Run until stopped; the exit status."""
    return asyncio.run(_up(options))


async def _up(options: UpOptions) -> int:
    settings = Settings()
    say = Speaker(as_json=options.as_json)
    stop_on_signals()
    outside = outside_parts(settings)
    try:
        staff = written_staff(settings)
        async with engine(
            _wanted(options, outside, settings),
            state_dir=settings.state_dir,
            settings=settings,
            ports=options.ports,
            workers=options.workers,
            time_skipping=options.time_skipping,
            keep_history=True,
            staff=staff,
            on_ready=say.part,
        ) as room:
            for name, address in outside.items():
                say.outside(name, address)
            say.ready(room)
            await keep_running(room)
    except AlreadyRunning as error:
        return say.already_running(read_running(settings.state_dir), error)
    except PartFailed as error:
        say.failure(str(error))
        return 1
    except (InvalidRequest, UnknownCalendar) as error:
        say.failure(error.message)
        return 2
    except asyncio.CancelledError:
        return 0
    return 0


def _wanted(options: UpOptions, outside: Collection[PartName], settings: Settings) -> list[PartName]:
    """What is started. Without workers nobody would hear the reconciler, nobody could sign in without a
    provider.
    """
    without = {*outside, *options.without}
    if "worker" in without:
        without.add("reconciler")
    if "sandbox" in without and settings.oidc_issuer is None:
        without.add("console")
    return [part for part in PARTS if part not in without]


def outside_parts(settings: Settings) -> dict[PartName, str]:
    """The parts that the settings say are elsewhere, with their addresses; they are used, not started."""
    outside: dict[PartName, str] = {}
    if settings.database_url:
        outside["postgres"] = without_password(settings.database_url)
    if target := configured().get("target_host"):
        outside["temporal"] = target
    if settings.has_all_providers():
        outside["sandbox"] = ", ".join(str(getattr(settings, name)) for name in PROVIDER_FIELDS)
    return outside


def stop_on_signals() -> None:
    """Ctrl-C and SIGTERM cancel the task that runs now: once to stop in order, again to stop at once."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def keep_running(room: Engine, pauses_seconds: Sequence[int] = RESTART_PAUSES_SECONDS) -> None:
    """Watch the parts: those without which the others go on are started again, a few times; another's end
    raises `PartFailed`.
    """
    quick_deaths: dict[str, int] = {}
    while True:
        dead = await room.next_death()
        if not dead.name.startswith(RESTARTED):
            raise dead.failed()
        deaths = 0 if time.time() - dead.started > STEADY_SECONDS else quick_deaths.get(dead.name, 0)
        if deaths == len(pauses_seconds):
            raise dead.failed()
        quick_deaths[dead.name] = deaths + 1
        pause = pauses_seconds[deaths]
        print(f"casework: {dead.failed()}\ncasework: {dead.name} starts again in {pause} s", file=sys.stderr)
        await asyncio.sleep(pause)
        await room.bring_up_again(dead)
        room.write("ready")


class Speaker:
    """Says what happens: lines for people, or one JSON document a line for programs."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def part(self, part: RunningPart) -> None:
        """A part is ready."""
        self._say({"part": part.name, "pid": part.pid, "address": part.address, "log": str(part.part.log)})

    def outside(self, name: str, address: str) -> None:
        """A part that we use but did not start."""
        self._say({"part": name, "outside": True, "address": address})

    def ready(self, room: Engine) -> None:
        """All parts are ready."""
        if self._as_json:
            self._say({"ready": True, **room.addresses.model_dump(exclude_none=True)})
        else:
            print("ready", flush=True)

    def already_running(self, state: EngineState | None, error: AlreadyRunning) -> int:
        """Another `up` has the folder: where it is, and whether that is as good as having started it."""
        if state is None or state.phase != "ready":
            self.failure(f"another `up` is {state.phase if state else 'starting'} in this folder; try again")
            return 1
        for part in state.parts:
            self._say({"part": part.name, "pid": part.pid, "address": part.address, "log": str(part.log)})
        if self._as_json:
            self._say({"ready": True, "already_running": state.pid})
        else:
            print(f"ready: already running since {state.started_at:%Y-%m-%d %H:%M:%S} UTC, pid {state.pid}")
        return 0

    def failure(self, message: str) -> None:
        """Something went wrong."""
        print(f"casework: {message}", file=sys.stderr, flush=True)

    def _say(self, fact: dict[str, object]) -> None:
        if self._as_json:
            print(json.dumps(fact, ensure_ascii=False), flush=True)
        else:
            where = f"{fact['address']} (not started here)" if "outside" in fact else fact["address"]
            print(f"{fact['part']:<10} {where}", flush=True)
