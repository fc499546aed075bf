"""The authorisation matrix: every route of the HTTP API, for everybody, on cases of their own and of others.

It is made from the app's own routes: a route that nobody has put into `NEEDS` fails.
"""

from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, NamedTuple

import httpx2
import pytest
from starlette.routing import Route

from domain.inbox import Told
from domain.kinds import KINDS
from starters.http.acting import address_of, plural
from starters.http.app import build_app
from starters.updates import updates_of
from store.inbox import Envelope, Inbox, InboxFilter
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.doors import Callers, api_of, callers_of
from workers.engine import Engine

EVERYBODY = frozenset({"backend", "agent", "lead", "ops", "auditor", "finance"})
WORKERS = frozenset({"backend", "agent", "lead"})
MAY = {
    "read": EVERYBODY,
    "act": WORKERS,
    "open": WORKERS | {"ops"},
    "assign": frozenset({"agent", "lead"}),
    "retarget": frozenset({"lead"}),
    "replay": frozenset({"ops"}),
    "link": WORKERS,
}
"""Who may what, written down a second time. `open` has `ops` in it, who may have a closed case go on."""
PUBLIC = "public"
ANYWHERE = "/v1/cases"
STREAM = "/v1/events/stream"
OF_NO_CASE = (ANYWHERE, "/v1/events", STREAM)
"""Addresses that name no case: who is bound to a merchant gets that one's."""
INBOX = "/v1/inbox"
READS = ("", "/summary", "/progress", "/events", "/clocks", "/intake")

NEEDS: dict[tuple[str, str], str] = {
    ("GET", "/v1/openapi.json"): PUBLIC,
    ("GET", "/problems/{code}"): PUBLIC,
    **{("GET", address): "read" for address in OF_NO_CASE},
    ("GET", INBOX): "replay",
    ("GET", f"{INBOX}/{{entry}}"): "replay",
    ("POST", f"{INBOX}/{{entry}}/replay"): "replay",
    **{("GET", f"/v1/cases/{{case_id}}{what}"): "read" for what in READS},
    **{(method, "/v1/cases/{case_id}/links"): "link" for method in ("GET", "POST")},
    ("DELETE", "/v1/cases/{case_id}/links/{link_id}"): "link",
}
for kind in KINDS.values():
    NEEDS["POST", f"/v1/{plural(kind.name)}"] = "open"
    for update in updates_of(kind):
        need = update if update in ("assign", "retarget") else "act"
        NEEDS["POST", f"/v1/{plural(kind.name)}/{{merchant}}/{{number}}/{address_of(update)}"] = need

STATUS = {"GET": 200, "POST": 400, "DELETE": 404}
"""For who may: there is something to read, nonsense is refused, and a link that nobody made is not there."""
NONSENSE = {"no_such_field": 1}
"""Who may ask is told that this is no request; who may not is not told even that."""


class Cell(NamedTuple):
    """Somebody asks something of a case."""

    who: str
    method: str
    pattern: str
    whose: str


def routes() -> Iterator[tuple[str, str]]:
    """All that the app serves."""
    waiting = list(build_app().routes)
    while waiting:
        route: Any = waiting.pop()
        if not isinstance(route, Route):
            # A router that is included, or mounted: whatever it is, it has routes.
            waiting.extend(getattr(route, "original_router", route).routes)
            continue
        for method in (route.methods or set()) - {"HEAD"}:
            yield method, route.path


def test_every_route_says_what_it_needs_and_nothing_else_is_there() -> None:
    assert set(routes()) == NEEDS.keys()


@pytest.fixture
async def callers(desk: Desk, room: Engine) -> AsyncGenerator[Callers]:
    async with api_of(room) as http:
        yield await callers_of(desk, http)


def expected(cell: Cell) -> int:
    """The status that a cell of the matrix has to have."""
    need = NEEDS[cell.method, cell.pattern]
    if need == PUBLIC:
        return 200
    if cell.who == "none":
        return 401
    if cell.who not in MAY[need]:
        return 403
    if cell.whose == "other merchant" and cell.pattern not in (*OF_NO_CASE, INBOX, *OPENINGS):
        return 404
    return STATUS[cell.method]


OPENINGS = tuple(f"/v1/{plural(kind.name)}" for kind in KINDS.values())


def address(cell: Cell, cases: dict[str, str], entries: dict[str, int]) -> str:
    """The route's address for one of the cases, or of the webhooks."""
    case_id = cases[cell.whose]
    _, merchant, number = case_id.split(":")
    code = "forbidden"
    named = {"case_id": case_id, "merchant": merchant, "number": number, "entry": entries[cell.whose]}
    return cell.pattern.format(code=code, link_id="none", **named)


async def webhook_of(desk: Desk, merchant: str) -> int:
    """A webhook of a merchant that was kept."""
    envelope = Envelope(source="shop", merchant=merchant, webhook_id="w-1", sent_at=datetime.now(UTC))
    inbox = Inbox(desk.pool)
    await inbox.keep(envelope, Told(type="order.paid"), b"{}", envelope.sent_at)
    [entry] = await inbox.page(InboxFilter(merchant=merchant), 1)
    return entry.entry


async def status_of(callers: Callers, cell: Cell, at: str, **body: Any) -> int:
    """What is answered; a stream goes on for ever, and is left as soon as that is known."""
    if cell.pattern != STREAM:
        return (await callers.ask(cell.who, cell.method, at, **body)).status_code
    async with callers.http.stream("GET", at, headers=callers.headers[cell.who]) as answer:
        return answer.status_code


async def test_everybody_may_what_their_role_may_and_nothing_else(desk: Desk, callers: Callers) -> None:
    await desk.put_order()
    own, other_team = [(await desk.open(number, lines=FAULTY)).handle.id for number in ("R-1", "R-2")]
    teams = {own: "quality", other_team: "returns"}
    for case_id, team in teams.items():
        await desk.pool.execute("UPDATE cases SET team = $2 WHERE case_id = $1", case_id, team)
    cases = {"own": own, "other team": other_team, "other merchant": "return:somebody-else:R-1"}
    own_webhook, anothers = [await webhook_of(desk, each) for each in (desk.merchant, f"x{desk.merchant}")]
    entries = {"own": own_webhook, "other team": own_webhook, "other merchant": anothers}
    wrong: list[str] = []
    for who, (method, pattern), whose in product(callers.headers, NEEDS, cases):
        cell = Cell(who, method, pattern, whose)
        body = {"json": NONSENSE} if method == "POST" else {}
        status = await status_of(callers, cell, address(cell, cases, entries), **body)
        if status != expected(cell):
            wrong.append(f"{cell}: {status}, not {expected(cell)}")
    assert wrong == []


async def test_a_refusal_tells_nothing_of_another_merchants_case(desk: Desk, callers: Callers) -> None:
    """Whether there is such a case cannot be seen from the answer."""
    await desk.put_order()
    there = (await desk.open("R-1")).handle.id
    answers: list[dict[str, Any]] = []
    for case_id in (f"return:x{desk.merchant}:R-1", there.replace(desk.merchant, "nobodys")):
        for what in READS:
            answer = await callers.ask("lead", "GET", f"/v1/cases/{case_id}{what}")
            answers.append(_told(answer, case_id))
    missing = await callers.ask("lead", "GET", f"/v1/cases/return:{desk.merchant}:R-404")
    told = _told(missing, f"return:{desk.merchant}:R-404")
    assert [answer for answer in answers if answer != told] == []


def _told(answer: httpx2.Response, case_id: str) -> dict[str, Any]:
    """The problem without what differs from request to request."""
    problem = {name: str(value).replace(case_id, "CASE") for name, value in answer.json().items()}
    return {name: value for name, value in problem.items() if name not in ("instance", "request_id")}


async def test_a_request_in_full_is_held_to_who_sends_it(desk: Desk, callers: Callers) -> None:
    await desk.put_order()
    merchant, number = desk.merchant, "R-1"
    start = desk.start(number, lines=FAULTY)
    elsewhere = {**start, "merchant": "somebody-else"}
    reopening = {"merchant": merchant, "number": number, "reopen": {"reason": "by_ops", "by": "ops-7"}}

    async def status(who: str, address: str, body: object) -> tuple[int, str | None]:
        answer = await callers.ask(who, "POST", address, json=body)
        return answer.status_code, answer.json().get("code")

    assert await status("ops", "/v1/returns", start) == (403, "forbidden")
    assert await status("agent", "/v1/returns", elsewhere) == (404, "case_not_found")
    assert await status("agent", "/v1/returns", reopening) == (403, "forbidden")
    assert (await status("agent", "/v1/returns", start))[0] == 201
    acts = f"/v1/returns/{merchant}/{number}"
    assert await status("agent", f"{acts}/review", {"agent": "lead-1", "approve": True}) == (403, "forbidden")
    link = {"by": "c", "case_id": "return:somebody-else:R-1", "relation": "about"}
    assert await status("agent", f"{acts}/link", link) == (404, "case_not_found")
    assert (await status("agent", f"{acts}/review", {"agent": "c", "approve": True}))[0] == 200
    reviewed = await callers.ask("backend", "POST", f"{acts}/review", json={"agent": "a1", "approve": True})
    assert reviewed.json()["code"] == "wrong_stage"  # a system speaks for its people


async def test_an_agent_assigns_within_their_team(desk: Desk, callers: Callers) -> None:
    await desk.put_order()
    complaint = await open_complaint(desk)
    address = f"/v1/complaints/{desk.merchant}/{complaint.number}/assign"
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1", complaint.handle.id)
    await desk.pool.execute("UPDATE cases SET team = 'returns' WHERE case_id = $1", complaint.handle.id)
    give = {"by": "c", "assignee": "a", "reason": "her turn"}
    refused = await callers.ask("agent", "POST", address, json=give)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "own team" in refused.json()["detail"]
    given = await callers.ask("lead", "POST", address, json={**give, "by": "lead-1"})
    assert given.json().get("code") != "forbidden"
