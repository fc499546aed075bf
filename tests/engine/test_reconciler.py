"""The reconciler's process: started by `up`, started again when it dies, and stopped in order."""

import os
import signal

from tests.engine.command import Casework, all_gone


async def test_up_runs_a_reconciler_and_starts_it_again_when_it_dies(casework: Casework) -> None:
    up = await casework.up()
    lines = await up.until_ready()
    assert "reconciler asks the gateways every 5 min" in [" ".join(line.split()) for line in lines]
    before = {part["name"]: part["pid"] for part in (await casework.status())["parts"]}
    family = up.family()
    os.kill(before["reconciler"], signal.SIGKILL)
    assert (await up.line()).startswith("reconciler ")
    after = {part["name"]: part["pid"] for part in (await casework.status())["parts"]}
    assert after.pop("reconciler") != before.pop("reconciler")
    assert after == before

    once = await casework.run("reconcile", "once")
    assert (once.status, once.out) == (0, "0 refunds looked at, 0 differences\n")
    assert (await casework.run("down")).status == 0
    assert "reconciler (pid " in (await up.end()).err
    assert await all_gone(family)


async def test_without_workers_there_is_no_reconciler(casework: Casework) -> None:
    up = await casework.up("--without", "http,console,customer,worker,temporal,sandbox")
    assert [line.split()[0] for line in await up.until_ready()] == ["postgres", "ready"]
