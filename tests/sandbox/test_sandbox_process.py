"""The sandbox as a process: says where it listens, takes a table of orders, stops when told."""

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import aiosmtplib
import pytest

from domain.errors import NotReady
from sandbox.client import SandboxClient
from sandbox.launch import running_sandbox, start_sandbox

HEADER = "order_id,ordered_at,customer_id,country,quantity,unit_price_gbp"
ROW = "563345,2011-08-15T13:22:00+01:00,12619,Germany,462,2.6945"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_with_status_0(tmp_path: Path, number: signal.Signals):
    sandbox = await start_sandbox(tmp_path)
    async with SandboxClient(sandbox.url) as client:
        await client.now()
    sandbox.process.send_signal(number)
    assert await sandbox.process.wait() == 0


async def test_it_listens_on_the_loopback_only(tmp_path: Path):
    async with running_sandbox(tmp_path) as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert sandbox.smtp_host == "127.0.0.1"
        assert sandbox.env["CASEWORK_SHOP_URL"] == f"{sandbox.url}/shop"


async def test_a_taken_port_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(NotReady):
            await start_sandbox(tmp_path, "--port", str(taken.getsockname()[1]))
    assert "in use" in capfd.readouterr().err


async def test_two_sandboxes_do_not_share_a_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    async with running_sandbox(tmp_path):
        with pytest.raises(NotReady):
            await start_sandbox(tmp_path)
    assert "another sandbox runs on" in capfd.readouterr().err


async def test_a_table_of_orders_fills_the_shop(tmp_path: Path):
    table = tmp_path / "orders.csv"
    table.write_text(f"{HEADER}\n{ROW}\n")
    options = ("--orders", str(table), "--merchant", "m1")
    async with running_sandbox(tmp_path, *options) as sandbox, SandboxClient(sandbox.url) as client:
        order = await client.order("m1", "563345")
    assert order.received_at is not None
    assert order.lines[0].paid_minor == 124486  # 462 at 2.6945 pounds, to the penny
    assert (order.currency, order.customer_id) == ("GBP", "12619")
    assert (order.received_at - order.placed_at).days == 1


async def test_a_second_start_keeps_what_the_shop_learnt(tmp_path: Path):
    table = tmp_path / "orders.csv"
    table.write_text(f"{HEADER}\n{ROW}\n")
    options = ("--orders", str(table), "--merchant", "m1")
    async with running_sandbox(tmp_path, *options) as sandbox, SandboxClient(sandbox.url) as client:
        changed = (await client.order("m1", "563345")).model_copy(update={"customer_tier": "key"})
        await client.put_order(changed)
    async with running_sandbox(tmp_path, *options) as sandbox, SandboxClient(sandbox.url) as client:
        assert await client.order("m1", "563345") == changed


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("order_id,when\n1,2\n", "the first line must be"),
        (f"{HEADER}\n{ROW.replace('462', 'many')}\n", "orders.csv:2: "),
        (f"{HEADER}\n{ROW.replace('2.6945', 'dear')}\n", "orders.csv:2: "),
    ],
)
async def test_a_bad_table_is_told_its_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, where: str
):
    table = tmp_path / "orders.csv"
    table.write_text(text)
    with pytest.raises(NotReady, match="status 1"):
        await start_sandbox(tmp_path, "--orders", str(table))
    assert where in capfd.readouterr().err


async def test_the_mail_sink_alone_prints_what_it_gets():
    sink = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.smtp_sink"), stdout=asyncio.subprocess.PIPE
    )
    assert sink.stdout is not None
    where = json.loads(await sink.stdout.readline())
    text = "Subject: hello\r\nMessage-ID: <1@x>\r\n\r\nfirst line\r\n"
    await aiosmtplib.send(
        text, sender="a@x.example", recipients=["b@x.example"], hostname=where["host"], port=where["port"]
    )
    mail = json.loads(await sink.stdout.readline())
    assert (mail["to"], mail["subject"], mail["notice_id"]) == ("b@x.example", "hello", "<1@x>")
    sink.terminate()
    assert await sink.wait() == 0
