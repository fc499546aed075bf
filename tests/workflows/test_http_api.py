"""The HTTP API as backend systems use it: cases by address, keys, problems, merchants kept apart."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from domain.access import ACCESS_ROLES, GRANTED, AccessRole, Identity
from domain.kinds import KINDS
from starters.http.acting import plural
from starters.http.app import build_app
from starters.http.problems import codes, status_of
from starters.settings import CHECKOUT
from starters.updates import updates_of
from store.api_keys import ApiKeys
from tests.docs.documents import rows
from tests.http_program import running_http
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.test_webhook_hints import env_of
from workers.engine import Engine

PROBLEM = "application/problem+json"


class Api:
    """One system's view of the API."""

    def __init__(self, desk: Desk, url: str) -> None:
        self.desk = desk
        self.http = httpx2.AsyncClient(base_url=url, timeout=60)
        self._keys = ApiKeys(desk.pool)

    async def become(
        self, role: AccessRole = "backend", merchant: str | None = None, **more: Any
    ) -> dict[str, str]:
        """The header of a new key."""
        who = Identity(subject=f"{role}-system", role=role, merchant=merchant)
        made = await self._keys.make(who, datetime.now(UTC), **more)
        return {"Authorization": f"Bearer {made.text}"}

    async def own(self, role: AccessRole = "backend") -> dict[str, str]:
        """Of this test's merchant."""
        return await self.become(role, self.desk.merchant)


@pytest.fixture
async def api(desk: Desk, room: Engine) -> AsyncGenerator[Api]:
    async with running_http(env_of(room)) as program:
        api = Api(desk, program.url)
        try:
            yield api
        finally:
            await api.http.aclose()


def start_of(desk: Desk, number: str = "R-1", **more: Any) -> dict[str, Any]:
    return desk.start(number, **more)


def code_of(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == PROBLEM, response.text
    told = response.json()
    assert (told["status"], told["type"]) == (response.status_code, f"/problems/{told['code']}")
    return response.status_code, told["code"]


async def test_a_return_by_http_from_its_opening_to_its_close(desk: Desk, api: Api) -> None:
    await desk.put_order()
    me = await api.own()
    opened = await api.http.post("/v1/returns", json=start_of(desk, lines=FAULTY), headers=me)
    assert opened.status_code == 201, opened.text
    at = opened.headers["location"]
    assert at == f"/v1/cases/return:{desk.merchant}:R-1"
    acts = f"/v1/returns/{desk.merchant}/R-1"

    async def act(name: str, **message: Any) -> dict[str, Any]:
        answer = await api.http.post(f"{acts}/{name}", json=message, headers={**me, "Idempotency-Key": name})
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["seq"]}"'
        return answer.json()

    await act("review", agent="a17", approve=True)
    await act("ship", carrier="swift", tracking_no="SW-1")
    await act("receive", warehouse="w1")
    inspected = await act("inspect", inspector="i4", lines=[{"line": "1", "passed": 1}])
    read = await api.http.get(at, params={"seq": inspected["seq"]}, headers=me)
    assert read.json()["case_id"] == f"return:{desk.merchant}:R-1"
    assert int(read.headers["etag"].strip('"')) >= inspected["seq"]
    case = Case(desk, desk.client.get_workflow_handle(f"return:{desk.merchant}:R-1"), "R-1")
    await case.until_stage("confirmation")
    closed = await act("confirm")
    events = (
        await api.http.get(f"{at}/events", params={"seq": closed["seq"], "after": 1}, headers=me)
    ).json()
    assert [event["seq"] for event in events["events"]] == list(range(2, events["events"][-1]["seq"] + 1))
    assert (await api.http.get(f"{at}/progress", headers=me)).json() == await case.handle.query("progress")
    clocks = (await api.http.get(f"{at}/clocks", headers=me)).json()["clocks"]
    assert {"review", "settlement"} <= {clock["metric"] for clock in clocks}
    unchanged = (await api.http.get(at, headers=me)).headers["etag"]
    again = await api.http.get(at, headers={**me, "If-None-Match": unchanged})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_key_is_answered_once_and_other_content_is_a_conflict(desk: Desk, api: Api) -> None:
    await desk.put_order()
    me = await api.own()
    first = await api.http.post("/v1/returns", json=start_of(desk, lines=FAULTY), headers=me)
    again = await api.http.post("/v1/returns", json=start_of(desk, lines=FAULTY), headers=me)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await api.http.post("/v1/returns", json=start_of(desk), headers=me)
    assert code_of(other) == (422, "idempotency_conflict")
    url, key = f"/v1/returns/{desk.merchant}/R-1/review", {**me, "Idempotency-Key": "k-1"}
    approved = await api.http.post(url, json={"agent": "a17", "approve": True}, headers=key)
    repeated = await api.http.post(url, json={"agent": "a17", "approve": True}, headers=key)
    assert repeated.json() == approved.json()
    refused = await api.http.post(url, json={"agent": "a18", "approve": True}, headers=key)
    assert code_of(refused) == (422, "idempotency_conflict")
    too_late = await api.http.post(
        url, json={"agent": "a17", "approve": True}, headers={**me, "Idempotency-Key": "k-2"}
    )
    assert code_of(too_late) == (409, "wrong_stage")


async def test_nobody_gets_in_without_a_key_that_is_valid(desk: Desk, api: Api) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    keys = ApiKeys(desk.pool)
    made = await keys.make(Identity(subject="x", role="backend"), past)
    await keys.revoke(made.key.key_id, past)
    good = await api.own()
    wrong = [
        {},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer cw_000000000000_" + "A" * 43},
        {"Authorization": good["Authorization"][:-1] + "!"},
        {"Authorization": good["Authorization"][:-2] + "__"},
        {"Authorization": f"Bearer {made.text}"},
        await api.become("backend", expires_at=past),
    ]
    for headers in wrong:
        for method, url in (("GET", "/v1/cases"), ("POST", "/v1/returns")):
            refused = await api.http.request(method, url, headers=headers)
            assert code_of(refused) == (401, "unauthenticated"), (headers, refused.text)
            assert refused.headers["www-authenticate"] == "Bearer"
    assert (await api.http.get("/v1/cases", headers=good)).status_code == 200


async def test_merchants_never_see_each_other(desk: Desk, api: Api) -> None:
    await desk.put_order()
    await desk.open()
    stranger, desk_wide = await api.become("lead", "another"), await api.become("auditor")
    at, keyed = f"/v1/cases/return:{desk.merchant}:R-1", {**stranger, "Idempotency-Key": "k"}
    for path in ("", "/summary", "/progress", "/events", "/clocks"):
        assert code_of(await api.http.get(at + path, headers=stranger)) == (404, "case_not_found")
        assert (await api.http.get(at + path, headers=desk_wide)).status_code == 200
    acting = await api.http.post(f"/v1/returns/{desk.merchant}/R-1/confirm", json={}, headers=keyed)
    assert code_of(acting) == (404, "case_not_found")
    opening = await api.http.post("/v1/returns", json=start_of(desk, "R-2"), headers=stranger)
    assert code_of(opening) == (404, "case_not_found")
    for asked in ({}, {"merchant": desk.merchant}, {"order_id": "SO-1"}):
        assert (await api.http.get("/v1/cases", params=asked, headers=stranger)).json()["cases"] == []
    listed = (await api.http.get("/v1/cases", headers=desk_wide, params={"merchant": desk.merchant})).json()
    assert [case["case_id"] for case in listed["cases"]] == [f"return:{desk.merchant}:R-1"]


@pytest.mark.parametrize("role", ["auditor", "finance", "ops"])
async def test_who_only_reads_cannot_act(desk: Desk, api: Api, role: AccessRole) -> None:
    await desk.put_order()
    await desk.open(lines=FAULTY)
    me = {**await api.own(role), "Idempotency-Key": "k"}
    approve = {"agent": "a17", "approve": True}
    refused = await api.http.post(f"/v1/returns/{desk.merchant}/R-1/review", json=approve, headers=me)
    assert code_of(refused) == (403, "forbidden")
    assert code_of(await api.http.post("/v1/returns", json=start_of(desk, "R-2"), headers=me))[0] == 403
    assert (await api.http.get(f"/v1/cases/return:{desk.merchant}:R-1", headers=me)).status_code == 200


async def test_pages_go_on_where_the_last_one_ended(desk: Desk, api: Api) -> None:
    for number in range(5):
        await desk.put_order(order_id=f"SO-{number}")
        await desk.open(f"R-{number}", order_id=f"SO-{number}", lines=FAULTY)
    me, found, cursor = await api.own(), list[str](), None
    for _ in range(3):
        asked = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await api.http.get("/v1/cases", params=asked, headers=me)).json()
        found += [case["case_id"] for case in page["cases"]]
        cursor = page.get("next")
    assert cursor is None
    assert sorted(found) == [f"return:{desk.merchant}:R-{number}" for number in range(5)]


BAD: list[tuple[str, str, dict[str, Any], int, str, str]] = [
    ("GET", "/v1/cases", {"params": {"cursor": "nonsense"}}, 400, "invalid_request", "cursor"),
    ("GET", "/v1/cases", {"params": {"cursor": "e30"}}, 400, "invalid_request", "cursor"),
    (
        "GET",
        "/v1/cases?cursor=eyJkdWVfYXQiOm51bGwsImNhc2VfaWQiOiJcdTAwMDAifQ",
        {},
        400,
        "invalid_request",
        "cursor",
    ),
    ("GET", "/v1/cases?stage=%00", {}, 400, "invalid_request", "stage"),
    ("GET", "/v1/cases?merchant=a%00", {}, 400, "invalid_request", "merchant"),
    ("GET", "/v1/cases", {"params": {"limit": "0"}}, 400, "invalid_request", "limit"),
    ("GET", "/v1/cases", {"params": {"due_before": "1700000000"}}, 400, "invalid_request", "due_before"),
    ("GET", "/v1/cases/return:m", {}, 400, "invalid_request", "case_id"),
    ("GET", "/v1/cases/return:m:nobody", {}, 404, "case_not_found", ""),
    ("GET", "/v1/nothing", {}, 404, "not_found", ""),
    ("DELETE", "/v1/cases", {}, 405, "method_not_allowed", ""),
    ("POST", "/v1/returns/m/R-1/confirm", {"json": {}}, 400, "idempotency_key_missing", ""),
    (
        "POST",
        "/v1/returns/m/R-1/confirm",
        {"json": {}, "key": "a b"},
        400,
        "invalid_request",
        "Idempotency-Key",
    ),
    ("POST", "/v1/returns/m/R-1/confirm", {"json": {}, "key": "k"}, 404, "case_not_found", ""),
    ("POST", "/v1/returns/m/R-1/confirm", {"json": {"x": 1}, "key": "k"}, 400, "invalid_request", "x"),
    ("POST", "/v1/returns/m/R-1/review", {"json": [], "key": "k"}, 400, "invalid_request", ""),
    ("POST", "/v1/returns/m/R-1/review", {"content": b"{", "key": "k"}, 400, "invalid_request", ""),
    (
        "POST",
        "/v1/returns/m/R-1/review",
        {"content": b"a=b", "key": "k", "type": "text/plain"},
        415,
        "unsupported_media_type",
        "",
    ),
    (
        "POST",
        "/v1/returns/m/R-1/review",
        {"content": b" " * 10_000_000, "key": "k"},
        413,
        "body_too_large",
        "",
    ),
    (
        "POST",
        "/v1/returns/m/R-1/confirm",
        {"json": {"schema_version": 2}, "key": "k"},
        400,
        "unsupported_schema",
        "schema_version",
    ),
    ("POST", "/v1/returns", {"json": {"merchant": "m", "number": "R"}}, 400, "invalid_request", ""),
]


async def test_what_is_not_right_is_refused_with_its_code(api: Api) -> None:
    me = await api.become()
    for method, url, given, status, code, field in BAD:
        send = dict(given)
        headers = {**me, **({"Idempotency-Key": send.pop("key")} if "key" in send else {})}
        if "content" in send:
            headers["Content-Type"] = send.pop("type", "application/json")
        refused = await api.http.request(method, url, headers=headers, **send)
        assert code_of(refused) == (status, code), (method, url, refused.text)
        if field:
            assert refused.json()["field"] == field, refused.text


async def test_every_code_can_be_looked_up(api: Api) -> None:
    for code, error in codes().items():
        told = (await api.http.get(f"/problems/{code}")).json()
        assert (told["code"], told["status"]) == (code, status_of(error))
    assert code_of(await api.http.get("/problems/nothing")) == (404, "not_found")


def test_every_request_of_every_kind_has_an_address() -> None:
    paths = build_app().openapi()["paths"]
    for kind in KINDS.values():
        base = f"/v1/{plural(kind.name)}"
        assert "post" in paths[base]
        for update in updates_of(kind):
            assert "post" in paths[f"{base}/{{merchant}}/{{number}}/{update.replace('_', '-')}"]


def test_the_page_says_what_a_role_may() -> None:
    document = (CHECKOUT / "docs" / "http.md").read_text(encoding="utf-8")
    told: dict[str, set[str]] = {}
    for roles, granted in list(rows(document.split("## Who may")[1], 2))[2:]:
        told |= {role.strip("` "): set(granted.split(", ")) for role in roles.split(",")}
    assert told == {role: {name for name, to in GRANTED.items() if role in to} for role in ACCESS_ROLES}


async def test_the_description_says_what_is_sent_and_what_comes_back(api: Api) -> None:
    spec = (await api.http.get("/v1/openapi.json")).json()
    assert spec["openapi"] == "3.1.0"
    review = spec["paths"]["/v1/returns/{merchant}/{number}/review"]["post"]
    assert set(review["responses"]) == {"200", "4XX", "5XX"}
    assert "approve" in json.dumps(spec["components"]["schemas"])
    assert "422" not in json.dumps(
        [list(each["responses"]) for path in spec["paths"].values() for each in path.values()]
    )
