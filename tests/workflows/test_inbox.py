"""Webhooks of carriers, shop and warehouse over the real engine: once, in order, after an outage too."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import NoAnswer
from domain.inbox import Told
from providers.sources import Source, read
from sandbox.messages import SourceEvent
from sandbox.payment_messages import WebhookSettings
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.hints import Hints
from starters.inbox import Applying, patience_of
from starters.settings import Settings
from starters.temporal_client import connect
from store.inbox import Envelope, Inbox, InboxEntry, InboxFilter
from tests.http_program import HttpProgram, running_http
from tests.providers.test_sources import event
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.doors import api_of, callers_of
from tests.workflows.shipment_desk import open_shipment, scan
from tests.workflows.test_webhook_hints import env_of
from workers.engine import Engine

INSPECTED = [{"line": "1", "passed": 1}]


@pytest.fixture
async def program(desk: Desk, room: Engine) -> AsyncGenerator[HttpProgram]:
    """The doors, to which this merchant's carriers, shop and warehouse send."""
    async with running_http(env_of(room)) as program:
        await send_to(desk, program)
        yield program
        await desk.sandbox.set_source_webhooks()


async def send_to(desk: Desk, program: HttpProgram, **rules: Any) -> None:
    url = {"urls": {desk.merchant: f"{program.url}/webhooks"}}
    await desk.sandbox.set_source_webhooks(WebhookSettings.model_validate({**url, **rules}))


async def kept(desk: Desk, **where: Any) -> list[InboxEntry]:
    """The merchant's, in the order of arrival."""
    found = await Inbox(desk.pool).page(InboxFilter(merchant=desk.merchant, **where), 100)
    return found[::-1]


async def keep(desk: Desk, source: Source, webhook_id: str, content: dict[str, Any]) -> None:
    """As a door keeps it."""
    body, now = SourceEvent.model_validate(content).model_dump_json().encode(), datetime.now(UTC)
    body = body.replace(b'"at":', b'"timestamp":')
    envelope = Envelope(source=source, merchant=desk.merchant, webhook_id=webhook_id, sent_at=now)
    told: Told = read(source, desk.merchant, body)
    assert await Inbox(desk.pool).keep(envelope, told, body, now)


def word(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "at": datetime.now(UTC).isoformat(), "data": data}


def applying(desk: Desk, client: Any = None, *, later: timedelta = timedelta()) -> Applying:
    to = client or desk.client
    cases = Cases(to, CaseRecords(desk.pool), patience_seconds=5.0)
    return Applying(
        Inbox(desk.pool),
        cases,
        Hints(to),
        patience_of(Settings()),
        now=lambda: datetime.now(UTC) + later,
    )


async def until(desk: Desk, state: str, times: int = 1) -> None:
    """Wait until so many of the merchant's are in this state."""
    await desk.until(
        "SELECT 1 FROM (SELECT count(*) AS n FROM inbox WHERE merchant = $1 AND state = $2) AS found "
        "WHERE n >= $3",
        desk.merchant,
        state,
        times,
    )


async def on_its_way(desk: Desk) -> Case:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    return case


def received(case: Case) -> SourceEvent:
    return SourceEvent(type="return.received", data={"case_id": case.handle.id, "warehouse": "w1"})


def inspected(case: Case) -> SourceEvent:
    data = {"case_id": case.handle.id, "inspector": "i4", "lines": INSPECTED}
    return SourceEvent(type="return.inspected", data=data)


async def test_a_scan_has_the_parcels_watch_look_at_once(desk: Desk, program: HttpProgram) -> None:
    case = await open_shipment(desk)
    await case.until_pending("watch_parcel")
    await scan(case, "picked_up", tells=desk.merchant)
    await case.until_event("shipment.milestone_reached")
    await until(desk, "applied")


async def test_a_scan_of_a_parcel_that_nobody_watches_is_ignored_in_the_end(desk: Desk) -> None:
    content = {"event": "TRACKING_UPDATED", "data": {"number": "HB-NOBODY"}}
    envelope = Envelope(
        source="carriers/harbour", merchant=desk.merchant, webhook_id="x", sent_at=datetime.now(UTC)
    )
    body = str(content).replace("'", '"').encode()
    told = read("carriers/harbour", desk.merchant, body)
    await Inbox(desk.pool).keep(envelope, told, body, datetime.now(UTC))
    await applying(desk).drain()
    [waits] = await kept(desk)
    assert (waits.state, waits.code, waits.tries) == ("waiting", "case_not_found", 1)
    await applying(desk, later=timedelta(hours=2)).drain()
    [ignored] = await kept(desk)
    assert (ignored.state, ignored.code) == ("ignored", "case_not_found")


async def test_many_scans_of_a_parcel_cost_one_look_and_the_last_is_not_lost(desk: Desk) -> None:
    case = await open_shipment(desk)
    await case.until_pending("watch_parcel")
    drain = applying(desk)
    tracking_no = case.number.partition(".")[2]
    for number in range(3):
        await scan_kept(desk, tracking_no, number)
    await drain.drain()
    assert [entry.state for entry in await kept(desk)] == ["applied"] * 3
    await scan_kept(desk, tracking_no, 3)
    await drain.drain()
    last = (await kept(desk))[-1]
    assert (last.state, last.tries) == ("waiting", 0)  # until the parcel has rested
    await applying(desk, later=timedelta(seconds=10)).drain()
    assert [entry.state for entry in await kept(desk)] == ["applied"] * 4


async def scan_kept(desk: Desk, tracking_no: str, number: int) -> None:
    now = datetime.now(UTC)
    body = (
        f'{{"event": "tracking_update", "event_id": "e{number}", "ts": {int(now.timestamp())}, '
        f'"msg": {{"tracking_number": "{tracking_no}"}}}}'
    ).encode()
    envelope = Envelope(source="carriers/swift", merchant=desk.merchant, webhook_id=f"e{number}", sent_at=now)
    await Inbox(desk.pool).keep(envelope, read("carriers/swift", desk.merchant, body), body, now)


async def test_a_hint_that_temporal_did_not_answer_does_not_keep_the_next_from_being_taken(
    desk: Desk,
) -> None:
    nobody = await connect(Settings(), address="127.0.0.1:1", lazy=True)
    hints = Hints(nobody)
    for _ in range(2):
        with pytest.raises(NoAnswer):
            await hints.take(desk.merchant, "swift", "SW-0001")
    assert (hints.dropped, hints.rest_seconds(desk.merchant, "swift", "SW-0001")) == (0, 0)


async def test_a_parcel_that_the_shop_dispatched_is_watched_once(desk: Desk, program: HttpProgram) -> None:
    order = await desk.put_order(received_at=None)
    tracking_no = f"SW-{desk.merchant}-D"
    await desk.sandbox.register_parcel("swift", tracking_no)
    data = {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "carrier": "swift",
        "tracking_no": tracking_no,
        "shipped_at": datetime.now(UTC).isoformat(),
        "policy": "awake",
        "language": "en",
        "weight_grams": 300,
    }
    await send_to(desk, program, repeat=3, forge=1, stale=1, unsigned=1)
    dispatched = SourceEvent(type="parcel.dispatched", data=data)
    await desk.sandbox.tell("shop", desk.merchant, dispatched)
    case_id = f"shipment:{desk.merchant}:swift.{tracking_no}"
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'watching'", case_id)
    await until(desk, "applied")
    await send_to(desk, program)
    await desk.sandbox.tell("shop", desk.merchant, dispatched)  # the same parcel under another name
    await until(desk, "applied", 2)
    told = await desk.pool.fetchval(
        "SELECT count(*) FROM events WHERE case_id = $1 AND type = 'shipment.opened'", case_id
    )
    assert told == 1
    sent = [each for each in await desk.sandbox.source_webhooks() if each.merchant == desk.merchant]
    assert {(each.kind, each.status) for each in sent} == {
        ("genuine", 200),
        ("forge", 401),
        ("stale", 401),
        ("unsigned", 401),
    }
    other = dispatched.model_copy(update={"data": {**data, "method": "express"}})
    await desk.sandbox.tell("shop", desk.merchant, other)
    await until(desk, "dead")
    assert [entry.code for entry in await kept(desk, state="dead")] == ["idempotency_conflict"]


async def test_what_the_warehouse_tells_twice_and_shuffled_is_applied_once_and_in_its_order(
    desk: Desk, program: HttpProgram
) -> None:
    case = await on_its_way(desk)
    await send_to(desk, program, repeat=3, shuffle=True, delay_seconds=1.0)
    await desk.sandbox.tell("warehouse", desk.merchant, received(case))
    await desk.sandbox.tell("warehouse", desk.merchant, inspected(case))
    await case.until_stage("confirmation")
    await until(desk, "applied", 2)
    types = await case.types()
    assert (types.count("return.received"), types.count("return.inspected")) == (1, 1)
    assert await desk.books_agree() == 3333


async def test_what_comes_before_its_turn_waits_for_its_turn_and_not_for_ever(desk: Desk) -> None:
    case = await on_its_way(desk)
    number = case.handle.id
    await keep(
        desk,
        "warehouse",
        "w-2",
        word("return.inspected", case_id=number, sequence=2, inspector="i4", lines=INSPECTED),
    )
    await applying(desk).drain()
    assert [(entry.state, entry.tries) for entry in await kept(desk)] == [("waiting", 0)]
    await keep(desk, "warehouse", "w-1", word("return.received", case_id=number, sequence=1, warehouse="w1"))
    drain = applying(desk)
    while await drain.drain():
        pass
    assert [entry.state for entry in await kept(desk)] == ["applied", "applied"]
    await case.until_stage("confirmation")

    other = await desk.open("R-9", order_id="SO-1")
    await other.ship()
    alone = word("return.inspected", case_id=other.handle.id, sequence=2, inspector="i4", lines=INSPECTED)
    await keep(desk, "warehouse", "w-3", alone)
    await applying(desk, later=timedelta(hours=2)).drain()
    assert [(entry.state, entry.code) for entry in await kept(desk, state="dead")] == [
        ("dead", "wrong_stage")
    ]


async def test_while_temporal_is_away_all_waits_and_is_applied_afterwards(desk: Desk) -> None:
    case = await on_its_way(desk)
    await keep(desk, "warehouse", "w-1", word("return.received", case_id=case.handle.id, warehouse="w1"))
    await keep(
        desk,
        "warehouse",
        "w-2",
        word("return.inspected", case_id=case.handle.id, inspector="i4", lines=INSPECTED),
    )
    nobody = await connect(Settings(), address="127.0.0.1:1", lazy=True)
    assert not await applying(desk, nobody).drain()
    first, second = await kept(desk)
    assert (first.state, first.tries, second.state, second.tries) == ("waiting", 1, "waiting", 0)
    assert first.code == "no_answer"
    back = applying(desk, later=timedelta(minutes=2))
    while await back.drain():
        pass
    await case.until_stage("confirmation")
    assert [entry.state for entry in await kept(desk)] == ["applied", "applied"]


async def test_after_so_many_tries_it_is_a_dead_letter(desk: Desk) -> None:
    case = await on_its_way(desk)
    await keep(desk, "warehouse", "w-1", word("return.received", case_id=case.handle.id, warehouse="w1"))
    nobody = await connect(Settings(), address="127.0.0.1:1", lazy=True)
    few = patience_of(Settings(inbox_tries_max=2))
    for later in (0, 1):
        drain = Applying(
            Inbox(desk.pool),
            Cases(nobody, CaseRecords(desk.pool), patience_seconds=0.2),
            Hints(nobody),
            few,
            now=lambda later=later: datetime.now(UTC) + timedelta(hours=later),
        )
        await drain.drain()
    [dead] = await kept(desk)
    assert (dead.state, dead.tries) == ("dead", 2)


async def test_a_case_that_says_no_makes_a_dead_letter_that_ops_have_applied_again(
    desk: Desk, room: Engine
) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)  # it waits for an agent, so that nothing can have come in
    await keep(desk, "warehouse", "w-1", word("return.received", case_id=case.handle.id, warehouse="w1"))
    await applying(desk).drain()
    [dead] = await kept(desk)
    assert (dead.state, dead.code, dead.tries) == ("dead", "wrong_stage", 1)
    async with api_of(room) as http:
        callers = await callers_of(desk, http)
        address = f"/v1/inbox/{dead.entry}/replay"
        why = {"json": {"reason": "The agent has approved it."}}
        assert (await callers.ask("lead", "POST", address, **why)).status_code == 403
        assert (await callers.ask("lead", "GET", "/v1/inbox")).status_code == 403
        listed = await callers.ask("ops", "GET", "/v1/inbox?state=dead")
        assert [entry["entry"] for entry in listed.json()["entries"]] == [dead.entry]
        assert "body" not in listed.json()["entries"][0]
        await case.approve()
        await case.ship()
        again = await callers.ask("ops", "POST", address, **why)
        assert (again.status_code, again.json()["replays"]) == (200, 1)
        await until(desk, "applied")
        done = await callers.ask("ops", "POST", address, **why)
        assert (done.status_code, done.json()["state"], done.json()["replays"]) == (200, "applied", 1)
        assert (await callers.ask("ops", "GET", "/v1/inbox/999999999")).status_code == 404
    await case.until_stage("inspection")
    noted = await desk.pool.fetch(
        "SELECT subject, role, reason FROM audit_log WHERE kind = 'replayed' AND target = $1", dead.target
    )
    assert [tuple(row) for row in noted] == [("ops-7", "ops", "The agent has approved it.")]


async def test_another_merchants_webhook_is_one_that_there_is_not(desk: Desk, room: Engine) -> None:
    envelope = Envelope(
        source="shop", merchant=f"x{desk.merchant}", webhook_id="x", sent_at=datetime.now(UTC)
    )
    told = Told.model_validate({"type": "order.paid"})
    await Inbox(desk.pool).keep(envelope, told, str(event("order.paid", {})).encode(), datetime.now(UTC))
    [entry] = await Inbox(desk.pool).page(InboxFilter(merchant=envelope.merchant), 1)
    async with api_of(room) as http:
        callers = await callers_of(desk, http)
        where, why = f"/v1/inbox/{entry.entry}", {"reason": "why"}
        for answer in (
            await callers.ask("ops", "GET", where),
            await callers.ask("ops", "POST", f"{where}/replay", json=why),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        asked = await callers.ask("ops", "GET", f"/v1/inbox?merchant={envelope.merchant}")
        assert asked.json()["entries"] == []


async def test_what_was_done_with_long_ago_is_forgotten_and_dead_letters_are_not(desk: Desk) -> None:
    inbox, now = Inbox(desk.pool), datetime.now(UTC)
    for webhook_id, told in (("done", Told(type="order.paid")), ("dead", NoAnswer())):
        envelope = Envelope(source="shop", merchant=desk.merchant, webhook_id=webhook_id, sent_at=now)
        await inbox.keep(envelope, told, webhook_id.encode(), now)
    await inbox.forget(now - timedelta(days=1))
    assert len(await kept(desk)) == 2
    await inbox.forget(now + timedelta(days=1))
    assert [entry.state for entry in await kept(desk)] == ["dead"]
