"""`inbox list` and `replay` as people and scripts call them."""

from datetime import UTC, datetime

from domain.errors import WrongStage
from store.inbox import Envelope, Inbox
from tests.cli.conftest import Command
from tests.workflows.desk import Desk


async def test_dead_letters_are_listed_and_applied_again_on_record(casework: Command, desk: Desk) -> None:
    now, merchant = datetime.now(UTC), desk.merchant
    envelope = Envelope(source="warehouse", merchant=merchant, webhook_id="w-1", sent_at=now)
    await Inbox(desk.pool).keep(envelope, WrongStage(), b"{}", now)
    [listed] = (await casework("inbox", "list", "--merchant", merchant, "--json")).json["entries"]
    assert (listed["state"], listed["code"], "body" in listed) == ("dead", "wrong_stage", False)
    table = await casework("inbox", "list", "--state", "dead", "--merchant", merchant)
    assert (table.status, "warehouse" in table.out, "wrong_stage" in table.out) == (0, True, True)
    nothing = await casework("inbox", "list", "--merchant", f"x{merchant}")
    assert (nothing.status, nothing.out) == (0, "nothing fits\n")

    number = str(listed["entry"])
    mute = await casework("inbox", "replay", number, "--by", "ops-7", "--reason", " ")
    assert (mute.status, "--reason" in mute.err) == (2, True)
    words = ("inbox", "replay", number, "--by", "ops-7", "--reason", "the case was approved")
    assert (await casework(*words)).out == f"{number} is waiting\n"
    assert (await casework(*words, "--json")).json["entries"][0]["replays"] == 1
    missing = await casework("inbox", "replay", "999999999", "--by", "ops-7", "--reason", "why")
    assert (missing.status, "not_found" in missing.err) == (1, True)
    audited = await casework("audit", "list", "--case", f"inbox:{merchant}:{number}", "--json")
    assert [(entry["kind"], entry["door"], entry["subject"]) for entry in audited.json["entries"]] == [
        ("replayed", "cli", "ops-7")
    ]
    await desk.pool.execute("DELETE FROM inbox WHERE entry = $1", listed["entry"])
