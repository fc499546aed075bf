"""A replay of a file: the contract's own shape, times with the offset of the shipping, and bad input."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.invalid import where_and_why
from domain.parcels import WatchReplay, replay_watch
from domain.schemas import schema_of

SHIPMENT: dict[str, Any] = {
    "tracking_no": "SW1",
    "shipped_at": "2026-11-11T18:00:00+08:00",
    "promised_by": "2026-11-13T18:00:00+08:00",
    "scans": [
        {"at": "2026-11-16T09:00:00Z", "status": "delivered"},
        {"at": "2026-11-11T11:00:00Z", "status": "picked_up", "reason": None},
    ],
}
FILE: dict[str, Any] = {
    "thresholds": {"no_pickup": "24h", "stall": "48h", "late": "24h", "lost": None},
    "shipments": [SHIPMENT],
    "as_of": "2026-11-20T00:00:00+08:00",
}


def answer(content: dict[str, Any]) -> Any:
    return replay_watch(WatchReplay.model_validate(content)).model_dump(mode="json")["shipments"]


def test_times_have_the_offset_of_the_shipping_wherever_the_scan_was_made() -> None:
    assert answer(FILE) == [
        {
            "tracking_no": "SW1",
            "status": "delivered",
            "exceptions": [
                {
                    "kind": "stalled",
                    "raised_at": "2026-11-13T19:00:00+08:00",
                    "cleared_at": "2026-11-16T17:00:00+08:00",
                },
                {
                    "kind": "late",
                    "raised_at": "2026-11-14T18:00:00+08:00",
                    "cleared_at": "2026-11-16T17:00:00+08:00",
                },
            ],
        }
    ]


def test_a_moment_before_the_last_scan() -> None:
    [row] = answer(FILE | {"as_of": "2026-11-14T12:00:00+08:00"})
    stalled = {"kind": "stalled", "raised_at": "2026-11-13T19:00:00+08:00", "cleared_at": None}
    assert (row["status"], row["exceptions"]) == ("picked_up", [stalled])


def test_shipments_keep_the_order_of_the_file_and_may_share_a_number() -> None:
    others: list[dict[str, Any]] = [
        SHIPMENT,
        SHIPMENT | {"scans": [], "promised_by": None},
        SHIPMENT | {"tracking_no": "A"},
    ]
    rows = answer(FILE | {"shipments": others})
    assert [(row["tracking_no"], row["status"]) for row in rows] == [
        ("SW1", "delivered"),
        ("SW1", "registered"),
        ("A", "delivered"),
    ]


SCAN = SHIPMENT["scans"][0]


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ({"colour": "red"}, "colour", "Extra inputs"),
        ({"as_of": "2026-11-20T00:00:00"}, "as_of", "timezone"),
        ({"as_of": "9999-11-20T00:00:00Z"}, "as_of", "between the years"),
        ({"thresholds": {"no_pickup": "24h", "stall": "48h", "late": "24h"}}, "thresholds.lost", "required"),
        ({"thresholds": FILE["thresholds"] | {"stall": "-4h"}}, "thresholds.stall", "whole number"),
        ({"thresholds": FILE["thresholds"] | {"stall": 4}}, "thresholds.stall", "string"),
        ({"shipments": [SHIPMENT | {"tracking_no": ""}]}, "shipments.0.tracking_no", "at least 1"),
        ({"shipments": [SHIPMENT | {"shipped_at": None}]}, "shipments.0.shipped_at", "datetime"),
        (
            {"shipments": [SHIPMENT, SHIPMENT | {"scans": [SCAN | {"at": 5}]}]},
            "shipments.1.scans.0.at",
            "like",
        ),
        (
            {"shipments": [SHIPMENT | {"scans": [SCAN | {"at": "1763283600"}]}]},
            "shipments.0.scans.0.at",
            "must be a time like",
        ),
        (
            {"shipments": [SHIPMENT | {"scans": [SCAN | {"at": "0001-01-01T00:00:00+08:00"}]}]},
            "shipments.0.scans.0.at",
            "between the years",
        ),
        (
            {"shipments": [SHIPMENT | {"scans": [SCAN | {"status": "teleported"}]}]},
            "shipments.0.scans.0.status",
            "'registered'",
        ),
        (
            {"shipments": [SHIPMENT | {"scans": [SCAN | {"seen_by": "x"}]}]},
            "shipments.0.scans.0.seen_by",
            "Extra",
        ),
    ],
)
def test_bad_input_is_named_by_its_place(content: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WatchReplay.model_validate(FILE | content)
    where, why = where_and_why(refused.value)
    assert where == place
    assert words in why


def test_the_schemas_say_what_may_be_null_and_which_statuses_there_are() -> None:
    thresholds = schema_of("watch-replay")["$defs"]["Thresholds"]
    assert thresholds["required"] == ["no_pickup", "stall", "late", "lost"]
    assert {"type": "null"} in thresholds["properties"]["stall"]["anyOf"]
    row = schema_of("watch-replay-answer")["$defs"]["ShipmentRow"]["properties"]
    assert {"registered", "delivered", "returned"} <= set(row["status"]["enum"])
