"""`weather`, `delivery` and `claim` as people and scripts call them (sop L5, L7)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cli.conftest import Command
from tests.workflows.delivery_steps import exception, income, open_delivery, ship_order
from tests.workflows.desk import Desk
from tests.workflows.shipment_desk import open_shipment

COLUMNS = 80


def storm(desk: Desk, *more: str) -> list[str]:
    """A typhoon over CN-33 for the test's own merchant."""
    now = datetime.now(UTC).replace(microsecond=0)
    span = ["--since", now.isoformat(), "--until", (now + timedelta(days=2)).isoformat()]
    return ["--region", "CN-33", "--reason", "typhoon", "--merchant", desk.merchant, *span, *more]


async def test_l7_one_command_previews_announces_extends_and_ends(casework: Command, desk: Desk) -> None:
    shipment = await open_shipment(desk)
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1", shipment.handle.id)
    words = storm(desk, "--carriers", "swift", "--name", "t1")
    preview = await casework("weather", "announce", *words, "--preview")
    assert preview.status == 0
    assert "1 cases of parcels" in preview.out
    assert "harbour" in preview.out
    assert max(map(len, preview.out.splitlines())) <= COLUMNS
    announced = (await casework("weather", "announce", *words, "--json")).json
    assert (announced["window_id"], announced["parcels"]) == (f"weather:{desk.merchant}:t1", 1)
    assert (await casework("weather", "announce", *words, "--json")).json == announced
    await shipment.until_event("shipment.relief_granted")
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    named = ["t1", "--merchant", desk.merchant]
    moved = await casework("weather", "move", *named, "--until", later, "--json")
    assert moved.json["until"].startswith(later[:16])
    await shipment.until_event("shipment.relief_granted", 2)
    assert (await casework("weather", "end", *named)).status == 0
    await shipment.until_event("shipment.relief_ended")
    await desk.until(
        "SELECT 1 FROM weather_windows WHERE window_id = $1 AND ended_at IS NOT NULL", announced["window_id"]
    )
    shown = (await casework("weather", "show", announced["window_id"], "--json")).json
    assert shown["parcels"] == 1
    listed = (await casework("weather", "list", "--json")).json
    assert announced["window_id"] in [each["window_id"] for each in listed]
    assert "over" in (await casework("weather", "list")).out
    over = await casework("weather", "end", *named)
    assert over.status == 1
    assert "wrong_stage" in over.err


async def test_l7_the_command_explains_itself_in_temporals_words(casework: Command, desk: Desk) -> None:
    shipment = await open_shipment(desk)
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1", shipment.handle.id)
    line = await casework("weather", "announce", *storm(desk, "--name", "t2"), "--explain")
    assert (await casework.paste(line.out)).status == 0
    await shipment.until_event("shipment.relief_granted")


async def test_l7_what_cannot_be_announced(casework: Command, desk: Desk) -> None:
    words = storm(desk)
    words[1] = "CN-99"
    unknown = await casework("weather", "announce", *words)
    assert (unknown.status, "unknown_region" in unknown.err) == (1, True)
    words[1] = "Zhejiang"
    wrong = await casework("weather", "announce", *words)
    assert (wrong.status, "region" in wrong.err) == (2, True)
    nowhere = await casework("weather", "show", "nothing")
    assert (nowhere.status, "not_found" in nowhere.err) == (1, True)
    assert (await casework("weather", "show", "a:b")).status == 2


async def test_l5_a_delivery_is_reported_and_confirmed_by_command(casework: Command, desk: Desk) -> None:
    await ship_order(desk, "picked_up", tracking_no=f"SW-{desk.merchant}")
    report: dict[str, Any] = exception("loss", tracking_no=f"SW-{desk.merchant}")
    start = {"merchant": desk.merchant, "number": "D-1", "exception": report}
    opened = await casework("delivery", "open", "-", text=json.dumps(start))
    assert (opened.status, "choice" in opened.out) == (0, True)
    again = await casework("delivery", "open", "-", "--json", text=json.dumps(start))
    assert again.json["stage"] == "choice"
    case = f"{desk.merchant}:D-1"
    assert (await casework("delivery", "show", case)).json["options"] == ["redeliver", "refund"]
    refused = await casework("delivery", "choose", case, "compensate")
    assert refused.status == 1
    assert (await casework("delivery", "choose", case, "refund")).status == 0
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'", f"delivery:{case}")
    words = ["weather", "--by", "l1", "--reason", "the ferry sank"]
    assert (await casework("delivery", "correct-party", case, *words)).status == 0
    assert (await casework("delivery", "confirm", case, "--json")).json["outcome"] == "refunded"


async def test_l2_a_parcel_is_watched_by_command_and_another_kinds_command_does_not_take_it(
    casework: Command, desk: Desk
) -> None:
    case = await open_shipment(desk)
    name = case.handle.id
    assert (await casework("shipment", "show", name)).status == 0
    stop = json.dumps({"by": "s1", "reason": "enough"})
    wrong = await casework("delivery", "act", name, "stop-watching", "-", text=stop)
    assert (wrong.status, wrong.err) == (
        1,
        f"casework: case_not_found: {name} is no delivery; `casework shipment` takes it\n",
    )
    unknown = await casework("shipment", "act", name, "stop", "-", text=stop)
    assert (unknown.status, "stop_watching" in unknown.err) == (2, True)
    assert (await casework("shipment", "act", name, "stop-watching", "-", text=stop)).status == 0
    assert (await case.result())["outcome"] == "stopped"


async def test_l6_a_claim_is_shown_and_acted_on_by_command(casework: Command, desk: Desk) -> None:
    await ship_order(desk, "picked_up", tracking_no=f"SW-{desk.merchant}")
    case = await open_delivery(desk, kind="loss", tracking_no=f"SW-{desk.merchant}")
    await case.act("choose", remedy="refund")
    claim = await case.claim()
    await claim.until_event("claim.filed")
    name = f"{desk.merchant}:{claim.number}"
    assert (await casework("claim", "show", name)).json["now"] == "answer"
    paid = json.dumps({"by": "swift", "state": "paid", "amount_minor": 800})
    assert (await casework("claim", "act", name, "carrier-replied", "-", text=paid)).status == 0
    await claim.result()
    assert [amount for _, amount in await income(desk)] == [800]
    late = await casework("claim", "withdraw", name, "--by", "a17", "--reason", "no")
    assert (late.status, "case_closed" in late.err) == (1, True)
