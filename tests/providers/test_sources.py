"""Webhooks of carriers, shop and warehouse are believed by their bytes and their time, and read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.errors import CaseNotFound, InvalidRequest, NotFound, NotReady
from domain.errors import WebhookForged as Forged
from domain.errors import WebhookStale as Stale
from domain.errors import WebhookUnsigned as Unsigned
from domain.inbox import AskReturn, LookAtParcel, WatchParcel
from domain.returns.messages import Inspect, Receive
from providers.sources import READERS, Source, Sources, read, read_sources
from providers.standard_webhooks import Signed
from sandbox import signing
from sandbox.senders import write_secrets
from sandbox.signing import Webhook, secret_of, without_signature

PARCEL = {
    "order_id": "SO-1",
    "customer_id": "c1",
    "carrier": "swift",
    "tracking_no": "SW-1",
    "shipped_at": "2026-11-20T10:00:00+08:00",
}
SOURCES = tuple(READERS)


def body_of(source: Source, sent_at: datetime) -> bytes:
    """A genuine word of each, with a field that nobody asked for."""
    told: dict[Source, Any] = {
        "carriers/swift": {
            "event": "tracking_update",
            "event_id": "e1",
            "ts": int(sent_at.timestamp()),
            "msg": {"tracking_number": "SW-1", "tag": "InTransit"},
        },
        "carriers/harbour": {"event": "TRACKING_UPDATED", "data": {"number": "HB-1", "carrier": 1}},
        "shop": event("parcel.dispatched", {**PARCEL, "recipient": "A. Customer"}),
        "warehouse": event("return.received", {"case_id": "return:m1:R-1", "warehouse": "w1", "dock": 3}),
    }
    return json.dumps(told[source]).encode()


def event(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "timestamp": "2026-11-20T10:00:00+08:00", "data": data, "more": True}


def signed(source: Source, sent_at: datetime | None = None, secret: str | None = None) -> Webhook:
    sent_at = sent_at or datetime.now(UTC)
    body, secret = body_of(source, sent_at), secret or secret_of(source)
    match source:
        case "carriers/swift":
            return signing.swift(body, secret)
        case "carriers/harbour":
            return signing.harbour(body, secret, sent_at)
        case _:
            return signing.standard("msg-1", body, secret, sent_at)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return read_sources(write_secrets(tmp_path))


def verify(sources: Sources, source: str, webhook: Webhook) -> Signed:
    headers = {name.lower(): text for name, text in webhook.headers.items()}
    return sources.verify(source, "m1", headers, webhook.body, datetime.now(UTC))[1]


@pytest.mark.parametrize("source", SOURCES)
def test_a_genuine_one_is_believed_and_has_the_same_name_in_every_repeat(
    sources: Sources, source: Source
) -> None:
    now = datetime.now(UTC)
    first = verify(sources, source, signed(source, now))
    assert abs(first.sent_at - now) < timedelta(seconds=2)
    again = signed(source, now) if source == "carriers/swift" else signed(source, now - timedelta(minutes=1))
    assert verify(sources, source, again).webhook_id == first.webhook_id


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_byte_anywhere_is_refused(sources: Sources, source: Source) -> None:
    webhook = signed(source)
    for place in range(len(webhook.body)):
        body = bytearray(webhook.body)
        body[place] ^= 1
        with pytest.raises(Forged):
            verify(sources, source, Webhook(webhook.headers, bytes(body)))


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_forged_stale_or_unsigned_is_told_apart(sources: Sources, source: Source) -> None:
    now = datetime.now(UTC)
    for seconds in (-301, 301):
        with pytest.raises(Stale):
            verify(sources, source, signed(source, now + timedelta(seconds=seconds)))
    verify(sources, source, signed(source, now - timedelta(seconds=290)))
    with pytest.raises(Forged):
        verify(sources, source, signed(source, secret=secret_of("forger")))
    with pytest.raises(Unsigned):
        verify(sources, source, without_signature(signed(source)))


NONSENSE: list[Callable[[str], str]] = [
    lambda _: "nonsense",
    lambda _: "v1,%%%",
    lambda _: "v1",
    lambda _: "é",
    lambda text: text[:-4],
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("spoil", NONSENSE)
def test_a_signature_that_is_none_is_forged(
    sources: Sources, source: Source, spoil: Callable[[str], str]
) -> None:
    webhook = signed(source)
    name = {"carriers/swift": "aftership-hmac-sha256", "carriers/harbour": "sign"}.get(
        source, "webhook-signature"
    )
    headers = {**webhook.headers, name: spoil(webhook.headers[name])}
    with pytest.raises(Forged):
        verify(sources, source, Webhook(headers, webhook.body))


@pytest.mark.parametrize("sent", ["", "soon", "1e999", "nan"])
def test_a_time_that_is_none_is_forged(sources: Sources, sent: str) -> None:
    webhook = signed("shop")
    with pytest.raises(Forged):
        verify(sources, "shop", Webhook({**webhook.headers, "webhook-timestamp": sent}, webhook.body))


def test_a_body_that_is_no_text_and_an_id_that_is_none_are_refused(sources: Sources) -> None:
    now = datetime.now(UTC)
    webhook = signed("shop")
    with pytest.raises(Forged):
        verify(sources, "shop", Webhook(webhook.headers, b"\xff\xfe"))
    with pytest.raises(InvalidRequest):
        verify(sources, "shop", signing.standard("a b", b"{}", secret_of("shop"), now))
    missing = {name: text for name, text in webhook.headers.items() if name != "webhook-id"}
    with pytest.raises(Forged):
        verify(sources, "shop", Webhook(missing, webhook.body))


def test_one_source_cannot_speak_for_another_nor_a_merchant_for_another(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    theirs = {"m1": {"shop": secret_of("a")}, "m2": {"shop": secret_of("b")}}
    file.write_text(yaml.safe_dump(theirs), encoding="utf-8")
    sources = read_sources(file)
    with pytest.raises(Forged):
        verify(sources, "shop", signed("shop", secret=secret_of("b")))
    for source in ("warehouse", "carriers/swift", "carriers/pigeon"):
        with pytest.raises(NotFound):
            verify(sources, source, signed("shop", secret=secret_of("a")))
    with pytest.raises(NotFound):
        read_sources(None).verify("shop", "m1", {}, b"", datetime.now(UTC))


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"shop": ""}, "m1.shop"),
        ({"shop": "whsec_"}, "m1.shop"),
        ({"warehouse": "whsec_c2hvcnQ="}, "m1.warehouse"),
        ({"shop": "whsec_*not base64*"}, "m1.shop"),
        ({"carriers": {"swift": ""}}, "m1.carriers.swift"),
        ({"carriers": {"swift": "short-secret"}}, "m1.carriers.swift"),
        ({"carriers": {"harbour": " " * 40}}, "m1.carriers.harbour"),
        ({"carriers": {"pigeon": "x" * 40}}, "m1.carriers.pigeon"),
        ({"shops": "x"}, "m1.shops"),
    ],
)
def test_an_empty_or_short_secret_is_named_by_its_place_and_never_told(
    tmp_path: Path, given: dict[str, Any], where: str
) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump({"m1": given}), encoding="utf-8")
    with pytest.raises(NotReady) as refused:
        read_sources(file)
    assert refused.value.message.startswith(f"sources.yaml: {where}")
    assert "short-secret" not in refused.value.message
    with pytest.raises(NotReady, match="readable YAML"):
        read_sources(tmp_path / "none.yaml")


def test_each_says_what_it_is_about() -> None:
    now = datetime.now(UTC)
    wishes = [read(source, "m1", body_of(source, now)).wish for source in SOURCES]
    swift, harbour, dispatched, received = wishes
    assert swift == LookAtParcel(merchant="m1", carrier="swift", tracking_no="SW-1")
    assert harbour == LookAtParcel(merchant="m1", carrier="harbour", tracking_no="HB-1")
    assert isinstance(dispatched, WatchParcel)
    assert dispatched.about == "shipment:m1:swift.SW-1"
    assert received == AskReturn(case_id="return:m1:R-1", request=Receive(warehouse="w1"))
    lines = [{"line": "1", "passed": 1, "photo": "p1.jpg"}]
    told = event(
        "return.inspected", {"case_id": "return:m1:R-1", "sequence": 2, "inspector": "i4", "lines": lines}
    )
    inspected = read("warehouse", "m1", json.dumps(told).encode()).wish
    assert isinstance(inspected, AskReturn)
    assert isinstance(inspected.request, Inspect)
    assert inspected.place == 2


def test_a_type_that_nobody_uses_wishes_nothing() -> None:
    told = read("shop", "m1", json.dumps(event("order.paid", {})).encode())
    assert (told.type, told.wish) == ("order.paid", None)


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("shop", b"nothing"),
        ("shop", b"[]"),
        ("shop", json.dumps(event("parcel.dispatched", {**PARCEL, "carrier": 7})).encode()),
        ("warehouse", json.dumps(event("return.received", {"case_id": "R-1", "warehouse": "w"})).encode()),
        ("warehouse", json.dumps(event("return.inspected", {"case_id": "return:m1:R-1"})).encode()),
        ("carriers/harbour", b'{"event": "x", "data": {"number": "a/../b"}}'),
    ],
)
def test_what_cannot_be_read_is_said_by_place_and_not_quoted(source: Source, body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="genuine and cannot be read") as refused:
        read(source, "m1", body)
    assert "A. Customer" not in refused.value.message


@pytest.mark.parametrize("case_id", ["return:m2:R-1", "complaint:m1:C-1"])
def test_a_warehouse_speaks_of_its_merchants_returns_alone(case_id: str) -> None:
    told = event("return.received", {"case_id": case_id, "warehouse": "w1"})
    with pytest.raises(CaseNotFound):
        read("warehouse", "m1", json.dumps(told).encode())
