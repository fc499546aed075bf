"""What goes beside a request: its id reaches answers and logs; what its sender saw is held to."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx2
import pytest
from temporalio.api.enums.v1 import EventType

from activities.request_headers import (
    EXPECTED_SEQS_HEADER,
    REQUEST_ID_HEADER,
    expected_seqs_in,
    request_id_in,
)
from starters import log
from tests.http_program import HttpProgram, running_http
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.doors import Callers, callers_of
from tests.workflows.test_webhook_hints import env_of
from workers.engine import Engine
from workflows.wire import data_converter


@pytest.fixture
async def program(room: Engine) -> AsyncGenerator[HttpProgram]:
    async with running_http(env_of(room)) as program:
        yield program


@pytest.fixture
async def callers(desk: Desk, program: HttpProgram) -> AsyncGenerator[Callers]:
    async with httpx2.AsyncClient(base_url=program.url, timeout=60) as http:
        yield await callers_of(desk, http)


@pytest.fixture
def worker_log() -> Generator[io.StringIO]:
    """What the worker in this process logs; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure("json", "info", stream)
    yield stream
    log.flush()
    root.handlers[:] = handlers
    root.setLevel(level)


def of_request(text: str, request_id: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("request_id") == request_id]


async def reviewable(desk: Desk) -> tuple[Case, str]:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    return case, f"/v1/returns/{desk.merchant}/{case.number}"


async def test_an_id_reaches_the_answer_the_logs_and_what_follows(
    desk: Desk, callers: Callers, program: HttpProgram, worker_log: io.StringIO
) -> None:
    case, acts = await reviewable(desk)
    mine = {**callers.headers["backend"], "X-Request-Id": "req-1:a"}
    refuse = {"agent": "a17", "approve": False, "reason": "it is not faulty"}
    reviewed = await callers.http.post(
        f"{acts}/review", json=refuse, headers={**mine, "Idempotency-Key": "k-1"}
    )
    assert (reviewed.status_code, reviewed.headers["x-request-id"]) == (200, "req-1:a")
    again = await callers.http.post(f"{acts}/review", json=refuse, headers={**mine, "Idempotency-Key": "k-2"})
    assert again.json()["request_id"] == again.headers["x-request-id"] == "req-1:a"
    await case.result()

    log.flush()
    handled = [line["event"] for line in of_request(worker_log.getvalue(), "req-1:a")]
    assert any(line.startswith("request review is handled") for line in handled)
    await program.stop()
    ours = of_request(program.log, "req-1:a")
    assert {"request answered", "request refused"} <= {line["event"] for line in ours}
    assert {line["subject"] for line in ours if line["event"] == "request refused"} == {"shop-backend"}

    caused = [
        event.activity_task_scheduled_event_attributes
        async for event in case.handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    of_review = [each for each in caused if request_id_in(each.header.fields) == "req-1:a"]
    assert "send_notice" in [each.activity_type.name for each in of_review]


async def test_an_opening_is_on_account_of_its_request(desk: Desk, callers: Callers) -> None:
    await desk.put_order()
    headers = {**callers.headers["backend"], "X-Request-Id": "open-1"}
    opened = await callers.http.post("/v1/returns", json=desk.start("R-1", lines=FAULTY), headers=headers)
    assert opened.status_code == 201, opened.text
    case = Case(desk, desk.client.get_workflow_handle(f"return:{desk.merchant}:R-1"), "R-1")
    first = await anext(case.handle.fetch_history_events())
    assert request_id_in(first.workflow_execution_started_event_attributes.header.fields) == "open-1"


@pytest.mark.parametrize("given", [None, "", "two words", "x" * 65, "tab\tbed", "号码"])
async def test_an_id_that_is_not_well_formed_is_not_taken(callers: Callers, given: str | None) -> None:
    headers = {} if given is None else {b"X-Request-Id": given.encode()}
    refused = await callers.http.get("/v1/cases", headers=headers)
    made = refused.headers["x-request-id"]
    assert refused.json()["request_id"] == made != given
    assert len(made) == 32


async def test_a_refusal_is_in_the_audit_log_with_its_id(desk: Desk, callers: Callers) -> None:
    await callers.http.get("/v1/cases", headers={"X-Request-Id": f"audit-{desk.merchant}"})
    query = "SELECT code FROM audit_log WHERE request_id = $1"
    assert await desk.until(query, f"audit-{desk.merchant}") == {"code": "unauthenticated"}


async def test_of_two_who_saw_the_same_one_is_answered(desk: Desk, callers: Callers) -> None:
    """Linking looks at the store before it decides: both are under way when the first one is applied."""
    case, acts = await reviewable(desk)
    others = [(await desk.open(f"R-{number}", lines=FAULTY)).handle.id for number in (8, 9)]
    seen = await etag_of(case, callers)

    async def link(other: str) -> httpx2.Response:
        asked = {"by": "a1", "case_id": other, "relation": "evidenced_by"}
        headers = {**callers.headers["backend"], "Idempotency-Key": other, "If-Match": seen}
        return await callers.http.post(f"{acts}/link", json=asked, headers=headers)

    answers = await asyncio.gather(*map(link, others))
    assert sorted(each.status_code for each in answers) == [200, 412]
    late = next(each for each in answers if each.status_code == 412)
    assert late.json()["code"] == "case_changed"
    assert len((await case.view())["links"]) == 1
    again = await asyncio.gather(*map(link, others))
    assert [each.json() for each in again if each.status_code == 200] == [
        each.json() for each in answers if each.status_code == 200
    ]


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ("*", 200),
        ("SEEN", 200),
        ('"9999", SEEN', 200),
        ('"1"', 412),
        ("W/SEEN", 412),
        ("x", 412),
        ("0", 412),
    ],
)
async def test_a_request_holds_only_for_the_case_as_it_was_seen(
    desk: Desk, callers: Callers, if_match: str, status: int
) -> None:
    case, acts = await reviewable(desk)
    seen = if_match.replace("SEEN", await etag_of(case, callers))
    headers = {**callers.headers["backend"], "Idempotency-Key": "k-1", "If-Match": seen}
    answer = await callers.http.post(
        f"{acts}/review", json={"agent": "a17", "approve": True}, headers=headers
    )
    assert answer.status_code == status, answer.text
    if status == 412:
        assert (answer.json()["code"], (await case.view())["stage"]) == ("case_changed", "review")


async def test_what_nobody_can_have_read_yet_does_not_count(desk: Desk, callers: Callers) -> None:
    """That somebody was told is stored with the next transition only."""
    case, acts = await reviewable(desk)
    await case.approve()
    await case.until_event("return.label_made")
    view = await case.until_view(lambda view: view["unrecorded_events"])
    seen = await etag_of(case, callers)
    assert seen == f'"{view["seq"] - view["unrecorded_events"]}"'
    headers = {**callers.headers["backend"], "Idempotency-Key": "k-1", "If-Match": seen}
    shipped = {"carrier": "swift", "tracking_no": "SW-1"}
    answer = await callers.http.post(f"{acts}/ship", json=shipped, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_a_closed_case_holds_what_was_seen_of_it_too(desk: Desk, callers: Callers) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("cancel", by="customer")
    await case.result()
    headers = {**callers.headers["backend"], "Idempotency-Key": "k-1", "If-Match": '"1"'}
    url = f"/v1/returns/{desk.merchant}/{case.number}/receive"
    answer = await callers.http.post(url, json={"warehouse": "w1"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (412, "case_changed")


async def test_what_cannot_be_read_matches_no_case(desk: Desk) -> None:
    """A header that some other program sent: better refused than ignored."""
    payload = (await data_converter.encode(["no list"]))[0]
    assert expected_seqs_in({EXPECTED_SEQS_HEADER: payload}) == []
    assert request_id_in({REQUEST_ID_HEADER: (await data_converter.encode([[1]]))[0]}) is None


async def etag_of(case: Case, callers: Callers) -> str:
    read = await callers.http.get(f"/v1/cases/{case.handle.id}", headers=callers.headers["backend"])
    return read.headers["etag"]
