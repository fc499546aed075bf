"""Given a promise and scans, when one looks at a moment, then these exceptions (contracts §3)."""

import pytest

from domain.parcels import course
from tests.domain.parcels.journeys import OFF, Row, hour, journey, rows_of, scan, scans, seen_at

SILENCE: list[tuple[str, dict[float, str], float, list[Row]]] = [
    ("nothing is raised before the threshold", {}, 23.99, []),
    ("it is raised at the instant of the threshold", {}, 24, [("not_picked_up", 24, None)]),
    ("a scan at the very instant is in time", {24: "picked_up"}, 30, []),
    ("the first scan clears it", {25: "picked_up"}, 30, [("not_picked_up", 24, 25)]),
    ("any scan after shipping will do", {2: "registered"}, 30, []),
    ("registered before shipping says nothing", {-5: "registered"}, 24, [("not_picked_up", 24, None)]),
    ("held before shipping neither", {-5: "held customs_delay"}, 24, [("not_picked_up", 24, None)]),
    ("the carrier had it before the shop noted it", {-5: "picked_up"}, 43, [("stalled", 43, None)]),
    ("registered, and then silent", {2: "registered"}, 50, [("stalled", 50, None)]),
    ("a stall begins at the last scan", {1: "picked_up", 9: "in_transit"}, 57, [("stalled", 57, None)]),
    ("the next scan clears it", {1: "picked_up", 60: "held"}, 61, [("stalled", 49, 60)]),
    ("a scan in time is no stall", {1: "picked_up", 49: "in_transit"}, 50, []),
    (
        "several silences, several rows",
        {1: "picked_up", 60: "in_transit", 120: "in_transit"},
        130,
        [("stalled", 49, 60), ("stalled", 108, 120)],
    ),
    ("without a scan it is lost, not stalled", {}, 168, [("not_picked_up", 24, None), ("lost", 168, None)]),
    (
        "lost is longer than stalled",
        {1: "picked_up"},
        169,
        [("stalled", 49, None), ("lost", 169, None)],
    ),
    (
        "found again, and silent again",
        {1: "picked_up", 200: "in_transit"},
        400,
        [("stalled", 49, 200), ("lost", 169, 200), ("stalled", 248, None), ("lost", 368, None)],
    ),
    ("a carrier's word that it saw nothing is no scan", {20: "stalled"}, 24, [("not_picked_up", 24, None)]),
    (
        "nor does it end a silence",
        {1: "picked_up", 60: "stalled expired"},
        61,
        [("stalled", 49, None)],
    ),
    ("waiting to be fetched is silence too", {1: "ready_for_pickup"}, 49, [("stalled", 49, None)]),
    ("scans of the future are not known yet", {1: "picked_up", 60: "delivered"}, 50, [("stalled", 49, None)]),
    ("after delivery nothing is raised", {1: "picked_up", 5: "delivered"}, 900, []),
    ("nor after the return", {1: "picked_up", 5: "returned"}, 900, []),
    (
        "nor by what comes after delivery",
        {1: "picked_up", 5: "delivered", 6: "exception carrier_damaged_parcel", 7: "attempt_failed"},
        900,
        [],
    ),
]


@pytest.mark.parametrize(
    ("said", "as_of", "expected"), [row[1:] for row in SILENCE], ids=[row[0] for row in SILENCE]
)
def test_silence(said: dict[float, str], as_of: float, expected: list[Row]) -> None:
    assert seen_at(as_of, journey(), scans(said)) == expected


EVERY_DAY: dict[float, str] = {float(hours): "in_transit" for hours in range(0, 200, 24)}
LATE: list[tuple[str, float | None, dict[float, str], float, list[Row]]] = [
    ("not late before the threshold", 48, {}, 71.9, []),
    ("late at the instant of the threshold", 48, {}, 72, [("late", 72, None)]),
    ("delivered at the very instant", 48, {72: "delivered"}, 90, []),
    ("cleared by the delivery", 48, {73: "out_for_delivery", 75: "delivered"}, 90, [("late", 72, 75)]),
    (
        "fetched from the pickup point, not brought there",
        48,
        {70: "ready_for_pickup"},
        90,
        [("late", 72, None)],
    ),
    (
        "cleared by the return",
        48,
        {70: "returning", 80: "returned"},
        90,
        [("returning", 70, 80), ("late", 72, 80)],
    ),
    ("returned in time", 48, {70: "returned"}, 90, []),
    ("without a promise never", None, {}, 190, []),
    ("a promise from before the shipping", -48, {}, 1, [("late", -24, None)]),
]


@pytest.mark.parametrize(
    ("promised", "said", "as_of", "expected"), [row[1:] for row in LATE], ids=[row[0] for row in LATE]
)
def test_late(promised: float | None, said: dict[float, str], as_of: float, expected: list[Row]) -> None:
    assert seen_at(as_of, journey(promised), scans(EVERY_DAY | said)) == expected


SAID: list[tuple[str, dict[float, str], list[Row]]] = [
    ("damage by its reason", {2: "exception carrier_damaged_parcel"}, [("damage", 2, None)]),
    ("whatever the status", {2: "in_transit carrier_damaged_parcel"}, [("damage", 2, None)]),
    (
        "no scan mends it",
        {2: "held carrier_damaged_parcel", 3: "in_transit", 4: "delivered"},
        [("damage", 2, None)],
    ),
    ("short contents are damage", {2: "delivered short_contents"}, [("damage", 2, None)]),
    ("loss by its reason", {2: "exception carrier_parcel_lost"}, [("loss", 2, None)]),
    ("a destroyed parcel is lost", {2: "exception carrier_parcel_destroyed"}, [("loss", 2, None)]),
    ("found again", {2: "exception carrier_parcel_lost", 9: "registered"}, [("loss", 2, 9)]),
    (
        "said twice, it is one loss",
        {2: "exception carrier_parcel_lost", 5: "exception carrier_parcel_destroyed", 9: "held"},
        [("loss", 2, 9)],
    ),
    ("delivered to the wrong place", {2: "delivered wrong_delivery"}, [("wrong_delivery", 2, None)]),
    ("signed, but not received", {2: "delivered signed_not_received"}, [("wrong_delivery", 2, None)]),
    (
        "fetched from there and brought",
        {2: "delivered wrong_delivery", 5: "in_transit", 9: "delivered"},
        [("wrong_delivery", 2, 9)],
    ),
    (
        "repeated, it is not right",
        {2: "delivered wrong_delivery", 5: "delivered wrong_delivery"},
        [("wrong_delivery", 2, None)],
    ),
    ("a failed attempt by its status", {2: "attempt_failed"}, [("attempt_failed", 2, None)]),
    ("not at home, says an exception", {2: "exception consignee_not_home"}, [("attempt_failed", 2, None)]),
    ("left with a neighbour is delivered", {2: "delivered consignee_not_home"}, []),
    ("held for the consignee's payment is held", {2: "held consignee_payment_due"}, []),
    ("an exception without a reason is none of ours", {2: "exception"}, []),
    ("nor one with a reason that we do not know", {2: "exception Exception_099"}, []),
    (
        "back at the depot it is still not delivered",
        {2: "attempt_failed", 5: "in_transit"},
        [("attempt_failed", 2, None)],
    ),
    (
        "every attempt that fails",
        {2: "attempt_failed", 20: "out_for_delivery", 25: "attempt_failed", 40: "ready_for_pickup"},
        [("attempt_failed", 2, 20), ("attempt_failed", 25, 40)],
    ),
    (
        "told twice, it failed once",
        {2: "attempt_failed", 3: "attempt_failed consignee_not_home"},
        [("attempt_failed", 2, None)],
    ),
    (
        "refused, it comes back",
        {2: "attempt_failed", 5: "returning consignee_refused"},
        [("attempt_failed", 2, 5), ("returning", 5, None)],
    ),
    (
        "on the way back it moves on",
        {2: "returning", 5: "in_transit", 9: "out_for_delivery"},
        [("returning", 2, None)],
    ),
    ("it has come back", {2: "returning", 9: "returned"}, [("returning", 2, 9)]),
    ("delivered after all", {2: "returning", 9: "delivered"}, [("returning", 2, 9)]),
    (
        "two at once stand in the order of kinds",
        {2: "returning carrier_damaged_parcel"},
        [("damage", 2, None), ("returning", 2, None)],
    ),
]


@pytest.mark.parametrize(("said", "expected"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_what_a_scan_says(said: dict[float, str], expected: list[Row]) -> None:
    assert seen_at(45, journey(), scans(said)) == expected


@pytest.mark.parametrize("off", ["no_pickup", "stall", "late", "lost"])
def test_a_threshold_that_is_null_is_off(off: str) -> None:
    kind = {"no_pickup": "not_picked_up", "stall": "stalled"}.get(off, off)
    silent = [{}, {1.0: "picked_up"}]
    every = {row[0] for said in silent for row in seen_at(900, journey(1), scans(said))}
    left = {row[0] for said in silent for row in seen_at(900, journey(1, **{off: None}), scans(said))}
    assert every - left == {kind}


def test_with_all_thresholds_off_only_scans_raise() -> None:
    assert seen_at(900, journey(1, **OFF.model_dump()), [scan(2, "attempt_failed")]) == [
        ("attempt_failed", 2, None)
    ]


@pytest.mark.parametrize(
    ("said", "as_of", "status"),
    [
        ({}, 9, "registered"),
        ({1: "picked_up", 9: "held"}, 8, "picked_up"),
        ({1: "picked_up", 9: "held"}, 9, "held"),
        ({1: "picked_up", 9: "stalled"}, 900, "picked_up"),
        ({1: "delivered", 2: "returning"}, 9, "returning"),
    ],
)
def test_the_status_is_that_of_the_last_scan(said: dict[float, str], as_of: float, status: str) -> None:
    assert course(journey(), scans(said), hour(as_of)).status == status


def test_scans_of_one_instant_are_taken_in_the_order_of_a_journey() -> None:
    """Delivered is the last word, and what is said of the same instant still counts."""
    said = [scan(9, "delivered"), scan(9, "exception carrier_damaged_parcel"), scan(9, "out_for_delivery")]
    found = course(journey(), said, hour(20))
    assert (found.status, rows_of(found), found.ended_at) == ("delivered", [("damage", 9, None)], hour(9))


@pytest.mark.parametrize(
    ("said", "as_of", "next_at"),
    [
        ({}, 0, 24),
        ({}, 24, 72),
        ({}, 72, 168),
        ({}, 168, None),
        ({1: "picked_up"}, 2, 49),
        ({1: "picked_up", 50: "delivered"}, 49.5, 72),
        ({1: "picked_up", 50: "delivered"}, 50, None),
    ],
)
def test_the_next_instant_at_which_time_alone_raises_something(
    said: dict[float, str], as_of: float, next_at: float | None
) -> None:
    found = course(journey(48), scans(said), hour(as_of)).next_at
    assert found == (None if next_at is None else hour(next_at))


def test_milestones_are_dated_by_their_first_scan() -> None:
    said = {
        1: "registered",
        2: "in_transit",
        3: "out_for_delivery",
        4: "attempt_failed",
        5: "out_for_delivery",
    }
    found = course(journey(), scans({**said, 6: "ready_for_pickup", 9: "delivered"}), hour(20))
    expected = {"picked_up": 2, "out_for_delivery": 3, "arrived": 6, "delivered": 9}
    assert found.milestones == {name: hour(hours) for name, hours in expected.items()}
