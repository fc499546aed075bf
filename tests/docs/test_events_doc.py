"""docs/events.md says of every stored event what the code does."""

import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from domain.kinds import KINDS
from domain.policy.events import KNOWN_EVENTS
from domain.records import UnitRange
from domain.refund_events import REFUND_EVENTS
from domain.refunds import (
    DecideRefund,
    PayRefund,
    RefundOutcome,
    RefundRow,
    approval_asked,
    decided,
    ended,
    requested,
)
from domain.returns.events import AppliedLine, InspectedUnits, ReceivedLine
from tests.docs.documents import read, rows

TEXT = read("docs/events.md")
PAYLOADS = {name: event for kind in KINDS.values() for name, event in kind.fold.payloads.items()}
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def told(cell: str) -> set[str]:
    """The names in backticks."""
    return set(re.findall(r"`([\w?]+)`", cell))


def table(prefixes: tuple[str, ...]) -> dict[str, tuple[int, set[str]]]:
    """Event to version and fields, as the page has them."""
    found = {
        cells[0].strip("`"): (cells[1], told(cells[3])) for cells in rows(TEXT, 4) if cells[0].startswith("`")
    }
    return {
        name: (int(version), names) for name, (version, names) in found.items() if name.startswith(prefixes)
    }


def fields(model: type[BaseModel]) -> set[str]:
    """The fields of a payload; those with a default end in `?`."""
    return {name if field.is_required() else f"{name}?" for name, field in model.model_fields.items()}


def test_every_event_of_a_case_stands_there_with_its_version_and_fields() -> None:
    expected = {name: (event.version, fields(event)) for name, event in PAYLOADS.items()}
    assert table((*(f"{kind}." for kind in KINDS), "notice.", "clock.", "case.")) == expected


def test_every_event_of_a_refund_stands_there_with_its_fields() -> None:
    order: dict[str, Any] = {
        "case_id": "return:m1:R-1",
        "merchant": "m1",
        "number": "R-1",
        "seq": 1,
        "order_id": "SO-1",
        "amount_minor": 1,
        "currency": "CNY",
        "rules": {"key_window_margin": "1h", "poll_first": "30s", "poll_max": "1h"},
    }
    paid = PayRefund.model_validate(order)
    [first] = requested(paid, NOW).events
    others: list[dict[str, Any]] = [{"purpose": "voucher"}, {"way": "voucher", "customer_says": "call 4711"}]
    rare = [requested(paid.model_copy(update=other), NOW).events[0].data for other in others]
    sometimes = {f"{name}?" for data in rare for name in set(data) - set(first.data)}
    expected = {first.type: (first.version, {*first.data, *sometimes})}
    part = RefundRow(**paid.intent("sandbox").model_dump(), state="sent", state_since=NOW)
    part = part.model_copy(update={"payment_id": "P-1"})
    for state in ("settled", "failed", "returned"):
        outcome = RefundOutcome(state=state, at=NOW, provider_ref="r1", reason="x")
        [last] = ended(paid, 2, outcome, row=part).events
        expected[last.type] = (last.version, {f"{name}?" for name in last.data})
    [question] = approval_asked(paid, NOW, "0" * 16, ["refund"]).events
    expected[question.type] = (1, {*question.data, "requested_by?", "edited_by?"})
    for approve in (True, False):
        word = DecideRefund(by="sv-01", approve=approve, hash="0" * 16, reason="seen")
        said = decided(paid, word, NOW, [part]).events[0]
        optional = {"reason"} if approve else set[str]()
        expected[said.type] = (1, {f"{name}?" if name in optional else name for name in said.data})
    assert table(("refund.",)) == expected


def test_what_a_refunds_events_say_is_what_others_are_told_of_them() -> None:
    expected = {event.name: (event.version, fields(event)) for event in REFUND_EVENTS}
    assert table(("refund.",)) == expected


def test_the_nested_rows_have_their_fields() -> None:
    nested = [told(cells[2]) for cells in rows(TEXT, 3)]
    for model in (AppliedLine, ReceivedLine, InspectedUnits, UnitRange):
        assert fields(model) in nested


def test_every_outcome_stands_there() -> None:
    outcomes = PAYLOADS["return.closed"].model_json_schema()["properties"]["outcome"]["enum"]
    sentence = TEXT.partition("one of these outcomes")[2].partition("\n\n")[0]
    assert set(outcomes) <= told(sentence)


def test_what_a_policy_may_listen_to_stands_there() -> None:
    assert set(table((*(f"{kind}." for kind in KINDS), "case."))) == KNOWN_EVENTS
