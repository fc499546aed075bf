"""What an outsider can ask of us once the storm is over: the typed client and the public commands."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.base import Model
from domain.cases.events import ClockChanged
from domain.errors import CaseNotFound
from starters.client import Cases
from starters.settings import CHECKOUT

AT_ONCE = 8
LOOKS, PAUSE_SECONDS = 120, 1.0
"""What has not ended so long after its caller's last word is told as it then is."""


class Seen(Model):
    """What was found. The lists name what is wrong; all empty where all holds."""

    ended: int = 0
    breaches: int = 0
    lost: list[str] = []
    """I4: acknowledged, and nobody knows it."""
    stuck: list[str] = []
    """I4: neither ended nor waiting for somebody whom it names."""
    breached_again: list[str] = []
    """I5: one breach that was recorded more than once, or one that should have been and was not."""
    books_differ: list[str] = []
    """I6: what `verify` and `ledger check` found."""

    @property
    def wrong(self) -> list[str]:
        """All that is wrong, a line each."""
        named = {
            "I4 lost": self.lost,
            "I4 stuck": self.stuck,
            "I5 breach": self.breached_again,
            "I6 books": self.books_differ,
        }
        return [f"{name}: {each}" for name, found in named.items() for each in found]


async def look(
    cases: Cases, accepted: Collection[str], late: Collection[str], env: Mapping[str, str]
) -> Seen:
    """Look at every case that was acknowledged; `late` are those whose deadline was missed on purpose."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> Seen:
        async with free:
            return await _look_at(cases, case_id, is_late=case_id in late)

    found = await asyncio.gather(*map(one, accepted))
    differ = [*await _command(env, "verify", "findings"), *await _command(env, "ledger check", "differences")]
    return Seen(
        ended=sum(each.ended for each in found),
        breaches=sum(each.breaches for each in found),
        lost=[name for each in found for name in each.lost],
        stuck=[name for each in found for name in each.stuck],
        breached_again=[name for each in found for name in each.breached_again],
        books_differ=differ,
    )


async def _look_at(cases: Cases, case_id: str, *, is_late: bool) -> Seen:
    try:
        status = await _ended(cases, case_id)
        view = await cases.records.view(case_id)
        events = await cases.events(case_id)
    except CaseNotFound:
        return Seen(lost=[case_id])
    breaches = Counter(
        f"{case_id} {event.data['metric']} {event.data['instance']}"
        for event in events
        if event.type == ClockChanged.name and event.data["change"] == "breached"
    )
    again = [f"{name}, recorded {times} times" for name, times in breaches.items() if times > 1]
    if is_late and f"{case_id} review 1" not in breaches:
        again.append(f"{case_id} review 1, missed and not recorded")
    stuck = [] if view["stage"] == "closed" else [f"{case_id} in {view['stage']}, for {view['waiting_for']}"]
    if not stuck and status != WorkflowExecutionStatus.COMPLETED:
        stuck = [f"{case_id} is closed, its workflow is {status.name.lower() if status else 'gone'}"]
    return Seen(ended=not stuck, breaches=breaches.total(), stuck=stuck, breached_again=again)


async def _ended(cases: Cases, case_id: str) -> WorkflowExecutionStatus | None:
    """Wait until the workflow has ended, with what it does after its last answer."""
    status = None
    for _ in range(LOOKS):
        try:
            status = (await cases.client.get_workflow_handle(case_id).describe()).status
        except RPCError:
            status = None
        if status not in (None, WorkflowExecutionStatus.RUNNING):
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return status


async def _command(env: Mapping[str, str], command: str, field: str) -> list[str]:
    """What a public command finds wrong, a line each."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "starters", *command.split(), "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(env),
        cwd=CHECKOUT,
    )
    out, err = await process.communicate()
    try:
        said: dict[str, list[dict[str, Any]]] = json.loads(out)
    except json.JSONDecodeError:
        return [f"`casework {command}` failed: {err.decode().strip()}"]
    return [f"{command}: {each.get('message', each)}" for each in said[field]]
