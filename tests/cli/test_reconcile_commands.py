"""`reconcile` as people and scripts call it: a cycle, statements as files, and tasks that come of them."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest

from domain.statements import ZONES
from starters.cli.reconcile_pages import print_cycle
from starters.reconciling import Cycle
from tests.cli.conftest import Command
from tests.workflows.case import Case
from tests.workflows.desk import Desk


@pytest.fixture
async def paid(desk: Desk) -> Case:
    """A return whose 33.33 yuan were paid back."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    return case


@pytest.fixture
async def day(desk: Desk) -> date:
    """Today, as the gateway has it."""
    return (await desk.sandbox.now()).date()


@pytest.fixture
async def file(desk: Desk, paid: Case, day: date, tmp_path: Path) -> Path:
    """The gateway's statement of today, with another amount and a refund that somebody made by hand."""
    await desk.sandbox.amend_refund(desk.merchant, desk.key(paid), 3334)
    body = {"key": "by-hand", "order_id": "SO-1", "amount_minor": 100, "currency": "CNY"}
    await desk.sandbox.request("POST", f"/payments/merchants/{desk.merchant}/refunds", body)
    path = tmp_path / "statement.csv"
    path.write_bytes(await desk.sandbox.statement("sandbox", desk.merchant, day))
    return path


async def test_a_statement_that_differs_opens_tasks_which_a_person_closes(
    casework: Command, desk: Desk, file: Path
) -> None:
    words = ("reconcile", "statement", str(file), "--rail", "sandbox", "--merchant", desk.merchant)
    shown = await casework(*words)
    assert (shown.status, shown.err) == (1, "")
    assert shown.out.endswith("2 refunds, 2 differences\n")
    again = await casework(*words)
    assert again.status == 0
    assert "taken before, nothing was done" in again.out

    listed = await casework("reconcile", "tasks", "list", "--merchant", desk.merchant)
    assert listed.status == 0
    told = " ".join(listed.out.split())
    assert "amount differs" in told
    assert "unknown to us" in told
    tasks = (await casework("reconcile", "tasks", "list", "--merchant", desk.merchant, "--json")).json
    by_kind = {task["kind"]: task for task in tasks}
    number = str(by_kind["amount_differs"]["task_id"])
    one = await casework("reconcile", "tasks", "show", number)
    assert "CNY 33.33" in one.out
    assert "CNY 33.34" in one.out
    assert "another amount at the gateway" in one.out
    for screen in (shown, listed, one):
        assert all(len(line) <= 80 for line in screen.out.splitlines())
    assert by_kind["unknown_to_us"]["facts"]["theirs"]["key"] == "by-hand"
    assert by_kind["unknown_to_us"]["do"]

    assert (
        "2 tasks from the gateways' books"
        in (await casework("ledger", "check", "--merchant", desk.merchant)).out
    )
    closed = await casework("reconcile", "tasks", "close", number, "--by", "fin-01", "--reason", "left so")
    assert (closed.status, closed.out) == (0, f"task {number} is closed\n")
    twice = await casework("reconcile", "tasks", "close", number, "--by", "fin-01", "--reason", "left so")
    assert twice.status == 1
    assert "wrong_stage" in twice.err
    left = (await casework("reconcile", "tasks", "list", "--merchant", desk.merchant, "--json")).json
    assert [task["kind"] for task in left] == ["unknown_to_us"]
    all_of_them = (
        await casework("reconcile", "tasks", "list", "--merchant", desk.merchant, "--closed", "--json")
    ).json
    assert {task.get("closed_by") for task in all_of_them} == {"fin-01", None}


async def test_a_bad_row_is_named_and_nothing_is_taken(
    casework: Command, desk: Desk, file: Path, day: date
) -> None:
    bad = (await desk.sandbox.statement("sandbox", desk.merchant, day)).replace(b",100,", b",1.00,")
    await asyncio.to_thread(file.write_bytes, bad)
    words = ("reconcile", "statement", str(file), "--rail", "sandbox", "--merchant", desk.merchant)
    refused = await casework(*words)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith("casework: statement_invalid: row 3, column amount_minor: `1.00` is no")
    assert "download the statement again" in refused.err
    assert refused.err.count("\n") == 1
    tasks = await casework("reconcile", "tasks", "list", "--merchant", desk.merchant)
    assert tasks.out == "nothing is open between the ledger and the gateways\n"


async def test_a_file_of_another_merchant_is_refused_unless_somebody_says_that_it_is_theirs(
    casework: Command, desk: Desk, file: Path
) -> None:
    words = ("reconcile", "statement", str(file), "--rail", "sandbox", "--merchant", f"{desk.merchant}-else")
    refused = await casework(*words)
    assert (refused.status, refused.out) == (2, "")
    assert "statement_of_another" in refused.err
    taken = await casework(*words, "--anyway")
    assert (taken.status, taken.err) == (1, "")


async def test_a_file_is_held_against_the_merchants_accounts(
    casework: Command, desk: Desk, paid: Case, tmp_path: Path
) -> None:
    given = {"app_id": "wx1", "serial_no": "s", "private_key": "k", "apiv3_key": "k"}
    given |= {"public_key": "k", "public_key_id": "p"}
    accounts, bill = tmp_path / "accounts.yaml", tmp_path / "bill.csv"
    day = (await desk.sandbox.now()).astimezone(ZONES["wechat"]).date()
    await asyncio.to_thread(bill.write_bytes, await desk.sandbox.statement("wechat", desk.merchant, day))
    held = Command({**casework.env, "CASEWORK_PAYMENT_ACCOUNTS_FILE": str(accounts)})
    words = ("reconcile", "statement", str(bill), "--rail", "wechat", "--merchant", desk.merchant)
    for mch_id, status in (("1900000109", 2), (desk.merchant, 1)):
        mine = {desk.merchant: [{"rail": "wechat", "mch_id": mch_id, **given}]}
        await asyncio.to_thread(accounts.write_text, json.dumps(mine))
        said = await held(*words)
        assert said.status == status, said
        assert ("statement_of_another" in said.err) is (status == 2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--rail", "visa", "--merchant", "m1"), "stripe, wechat, alipay, sandbox"),
        (("--rail", "stripe", "--merchant", "m1", "--day", "20.11.2026"), "2026-11-20"),
        (("--rail", "stripe", "--merchant", "m1"), "No such file"),
    ],
)
async def test_what_is_asked_wrongly_is_said_in_one_line(
    casework: Command, words: tuple[str, ...], says: str
) -> None:
    refused = await casework("reconcile", "statement", "/nowhere.csv", *words)
    assert refused.status == 2
    assert says in refused.err


async def test_a_cycle_by_command_asks_the_gateways_now(casework: Command, desk: Desk, paid: Case) -> None:
    fine = await casework("reconcile", "once", "--merchant", desk.merchant)
    assert (fine.status, fine.out) == (0, "1 refund looked at, 0 differences\n")
    await desk.sandbox.amend_refund(desk.merchant, desk.key(paid), 1)
    found = await casework("reconcile", "once", "--merchant", desk.merchant)
    assert found.status == 1
    assert found.out.endswith("1 refund looked at, 1 difference\n")
    assert all(len(line) <= 80 for line in found.out.splitlines())
    again = (await casework("reconcile", "tasks", "list", "--merchant", desk.merchant, "--json")).json
    assert [task["kind"] for task in again] == ["amount_differs"]


def test_a_cycle_says_how_many_refunds_it_began_anew(capsys: pytest.CaptureFixture[str]) -> None:
    print_cycle(Cycle(looked=1, hinted=1, begun=2))
    said = "1 refund looked at, 0 differences; 1 workflow told; 2 refunds begun anew\n"
    assert capsys.readouterr().out == said
