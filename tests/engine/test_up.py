"""`up`, `down` and `status` on the real parts, from outside."""

import asyncio
import json
import signal
import socket

import pytest

from sandbox.client import SandboxClient
from sandbox.payment_messages import Capture
from starters.engine_state import read_state
from starters.settings import CHECKOUT
from tests.engine.command import Casework, all_gone

SERVERS = ("postgres", "temporal", "sandbox")


async def test_up_prints_a_line_per_part_with_its_address_then_ready(casework: Casework) -> None:
    up = await casework.up("--without", "http,console,customer,worker")
    lines = await up.until_ready()
    assert sorted(line.split()[0] for line in lines[:-1]) == sorted(SERVERS)
    assert all("127.0.0.1:" in line for line in lines[:-1])

    status = await casework.status()
    assert status["healthy"]
    assert [part["name"] for part in status["parts"] if part["healthy"]] == [
        p["name"] for p in status["parts"]
    ]
    assert status["pid"] == up.process.pid


async def test_down_stops_everything_and_waits(casework: Casework) -> None:
    up = await casework.up("--without", "http,console,customer,worker")
    await up.until_ready()
    family = up.family()
    assert len(family) > len(SERVERS)

    assert (await casework.run("down")).out == f"stopped (pid {up.process.pid})\n"
    assert (await up.end()).status == 0
    assert await all_gone(family)
    assert (await casework.run("status")).status == 1
    assert (await casework.run("down")).out == "nothing is running\n"


async def test_a_second_up_says_where_the_first_is(casework: Casework) -> None:
    first = await casework.up("--without", "http,console,customer,worker,sandbox,temporal")
    lines = await first.until_ready()

    second = await casework.run("up", "--without", "http,console,customer,worker,sandbox,temporal")
    assert second.status == 0
    assert sorted(second.out.splitlines()[:-1]) == sorted(lines[:-1])
    assert f"pid {first.process.pid}" in second.out.splitlines()[-1]


@pytest.mark.parametrize("name", SERVERS)
async def test_a_part_that_dies_is_named_with_the_tail_of_its_log(casework: Casework, name: str) -> None:
    up = await casework.up("--without", "http,console,customer,worker")
    await up.until_ready()
    family = up.family()
    state = read_state(casework.state_dir)
    assert state is not None
    (part,) = (part for part in state.parts if part.name == name)
    with part.log.open("a") as log:
        log.write("the last words\n")

    next(process for process in family if process.pid == part.pid).send_signal(signal.SIGKILL)
    ended = await up.end()
    assert ended.status == 1
    assert f"{name} (pid {part.pid}) was killed by SIGKILL" in ended.err
    assert f"{name} | the last words" in ended.err
    assert await all_gone(family)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_all_parts_in_reverse_order(casework: Casework, number: signal.Signals) -> None:
    up = await casework.up("--without", "http,console,customer,worker,temporal")
    await up.until_ready()
    family = up.family()

    up.process.send_signal(number)
    ended = await up.end()
    assert (ended.status, ended.err) == (0, "")
    assert await all_gone(family)
    assert read_state(casework.state_dir) is None


async def test_ctrl_c_while_it_starts_leaves_nothing_behind(casework: Casework) -> None:
    up = await casework.up("--without", "http,console,customer,worker")
    await up.line()
    family = up.family()

    up.process.send_signal(signal.SIGINT)
    assert (await up.end()).status == 0
    assert await all_gone(family)


async def test_the_parts_of_a_killed_up_end_too_and_the_next_up_starts(casework: Casework) -> None:
    up = await casework.up("--without", "http,console,customer,worker")
    await up.until_ready()
    family = up.family()

    up.process.send_signal(signal.SIGKILL)
    await up.end()
    assert await all_gone(family)
    assert (await casework.status())["running"] is False

    again = await casework.up("--without", "http,console,customer,worker")
    await again.until_ready()
    assert (await casework.status())["healthy"]


async def test_a_part_that_cannot_start_is_named(casework: Casework) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = await casework.run("up", "--without", "http,console,customer,worker", "--postgres-port", port)
    assert ended.status == 1
    assert "postgres (pid " in ended.err
    assert "Address already in use" in ended.err
    assert read_state(casework.state_dir) is None


async def test_up_seeds_the_staff_where_there_is_none_and_leaves_what_there_is(casework: Casework) -> None:
    only_the_store = ("--without", "http,console,customer,worker,temporal,sandbox")
    await (await casework.up(*only_the_store)).until_ready()
    assert "fl-01" in (await casework.run("staff", "list")).out
    seeded = await casework.run("staff", "seed", str(CHECKOUT / "bench" / "staff.yaml"))
    assert seeded.out.startswith("0 added, 2 changed, ")
    assert (await casework.run("down")).status == 0
    await (await casework.up(*only_the_store)).until_ready()
    assert "fl-01" not in (await casework.run("staff", "list")).out


async def test_up_says_what_is_wrong_with_the_staffs_file(casework: Casework) -> None:
    casework.env["CASEWORK_STAFF_FILE"] = str(CHECKOUT / "deploy" / "policies" / "surge.yaml")
    ended = await casework.run("up", "--without", "http,console,customer,worker,temporal,sandbox")
    assert ended.status == 2
    assert "surge.yaml:" in ended.err


async def test_up_uses_what_the_settings_place_elsewhere(casework: Casework) -> None:
    casework.env["TEMPORAL_ADDRESS"] = "temporal.example:7233"
    casework.env["CASEWORK_DATABASE_URL"] = "postgresql://desk:secret@db.example/cases"
    up = await casework.up("--without", "http,console,customer,worker,sandbox")
    assert sorted(await up.until_ready()) == [
        "postgres   postgresql://desk:***@db.example/cases (not started here)",
        "ready",
        "temporal   temporal.example:7233 (not started here)",
    ]
    assert (await casework.status())["parts"] == []


async def test_up_speaks_json_a_line(casework: Casework) -> None:
    up = await casework.up("--json", "--without", "http,console,customer,worker,sandbox,temporal")
    part, ready = json.loads(await up.line()), json.loads(await up.line())
    assert part["part"] == "postgres"
    assert ready["ready"] is True
    assert ready["database_url"] == part["address"]


async def test_up_refuses_a_part_that_it_does_not_know(casework: Casework) -> None:
    ended = await casework.run("up", "--without", "kafka")
    assert ended.status == 2
    assert "there is no part kafka" in ended.err


async def test_up_opens_the_doors_for_gateways_and_tells_the_sandboxes_gateway(casework: Casework) -> None:
    up = await casework.up("--without", "console,worker,temporal")
    lines = await up.until_ready()
    (http,) = (line.split()[1] for line in lines if line.startswith("http "))
    addresses = read_state(casework.state_dir)
    assert addresses is not None
    assert http == f"{addresses.addresses.http_url}/webhooks/payments/<rail>/<merchant>"
    assert addresses.addresses.sandbox_url is not None
    async with SandboxClient(addresses.addresses.sandbox_url) as sandbox:
        await sandbox.put_capture(Capture(merchant="m1", order_id="SO-1", amount_minor=600, currency="CNY"))
        asked = {"key": "rf-1", "order_id": "SO-1", "amount_minor": 600, "currency": "CNY"}
        await sandbox.request("POST", "/payments/merchants/m1/refunds", asked)
        async with asyncio.timeout(20):
            while True:
                if [each.status for each in await sandbox.webhooks()] == [200]:
                    break
                await asyncio.sleep(0.05)


async def test_up_does_not_start_with_an_empty_secret(casework: Casework) -> None:
    casework.env["CASEWORK_PAYMENTS_WEBHOOK_SECRET"] = " "
    ended = await casework.run("up", "--without", "console,worker,temporal")
    assert ended.status == 1
    assert "http (pid " in ended.err
    assert "CASEWORK_PAYMENTS_WEBHOOK_SECRET: " in ended.err
