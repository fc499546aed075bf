"""The exact budgets, held by the bench itself on the real parts."""

import asyncio
import json
import sys

from bench.plain_return import BUDGETS, IDLE_LOOKUPS
from starters.settings import CHECKOUT


async def test_a_plain_return_keeps_its_budgets_and_idle_look_ups_leave_no_event() -> None:
    bench = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench", "--counters", "--cases", "3", "--json"),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await bench.communicate()
    found = json.loads(out)
    dearest = {figure["name"]: figure["maximum"] for figure in found["counters"]}
    assert {name: dearest[name] for name in BUDGETS if dearest[name] > BUDGETS[name]} == {}
    assert found["lookups"]["idle"] >= IDLE_LOOKUPS
    assert (found["lookups"]["extra_events"], found["lookups"]["ok"]) == (0, True)
    assert bench.returncode == 0
