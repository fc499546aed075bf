"""The exact budgets, held by the bench itself on the real parts."""

import asyncio
import json
import sys

from bench import plain_complaint, plain_delivery, plain_improvement, plain_shipment
from bench.plain_return import BUDGETS, IDLE_LOOKUPS
from starters.settings import CHECKOUT

OTHERS = {
    "complaint": plain_complaint.BUDGETS,
    "shipment": {**plain_shipment.BUDGETS, "look_up_events": 0},
    "delivery": plain_delivery.BUDGETS,
    "improvement": plain_improvement.BUDGETS,
}


async def test_plain_cases_keep_their_budgets_and_idle_look_ups_leave_no_event() -> None:
    bench = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench", "--counters", "--cases", "3", "--json"),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await bench.communicate()
    found = json.loads(out)
    dearest = {figure["name"]: figure["maximum"] for figure in found["counters"]}
    assert {name: dearest[name] for name in BUDGETS if dearest[name] > BUDGETS[name]} == {}
    for kind, budgets in OTHERS.items():
        dearest = {figure["name"]: figure["maximum"] for figure in found[kind]}
        assert {name: dearest[name] for name, most in budgets.items() if dearest[name] > most} == {}
    assert found["lookups"]["idle"] >= IDLE_LOOKUPS
    assert (found["lookups"]["extra_events"], found["lookups"]["ok"]) == (0, True)
    assert bench.returncode == 0
