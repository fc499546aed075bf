"""What is played beside the returns: always the same, and every way that it can go is in it."""

from collections import Counter
from typing import get_args

import pytest

from demo.complaint_script import ComplaintTurn
from demo.expected import Expected
from demo.parcel_script import (
    PARCELS,
    STRUCK_CARRIER,
    STRUCK_REGION,
    TROUBLES,
    ClaimTurn,
    ParcelPlay,
    ParcelTurn,
    parcel_of,
)
from demo.setting import programme
from demo.storm import ANNOUNCED_FOR, LASTS
from domain.orders import IntakeChannel

PLAYED = programme(window_days=7)


def test_the_same_programme_every_time() -> None:
    assert programme(window_days=7) == PLAYED


def test_no_order_has_two_parts_of_the_day() -> None:
    """Else one could take the units or the money that another one counts on."""
    orders = Counter(
        play.order.order_id for play in (*{p.order.order_id: p for p in PLAYED.returns}.values(),
                                         *PLAYED.parcels, *PLAYED.complaints)
    )  # fmt: skip
    assert set(orders.values()) == {1}


@pytest.mark.parametrize("play", [p for p in PLAYED.parcels if p.trouble], ids=lambda p: p.turn)
def test_what_a_late_watch_opens_beside_a_customers_report_is_not_the_scripts(play: ParcelPlay) -> None:
    by_watch, reported = f"delivery:gifts:{play.number}-1", f"delivery:gifts:{play.report_number}"
    is_reported = play.turn in ("short", "not_received")
    assert play.foresees(by_watch) == play.foresees(f"{by_watch}-C1") == (not is_reported)
    assert play.foresees(reported)
    assert play.foresees(f"claim:gifts:{play.report_number}-C1")


def test_there_are_two_complaints_on_every_channel_and_every_turn() -> None:
    channels = Counter(play.channel for play in PLAYED.complaints)
    assert channels == dict.fromkeys(get_args(IntakeChannel), 2)
    turns = Counter(play.turn for play in PLAYED.complaints)
    assert set(turns) == set(get_args(ComplaintTurn))
    assert turns["twice_around"] == 1
    assert {play.is_answered_late for play in PLAYED.complaints} == {True, False}


def test_parcels_go_in_every_way_and_each_claim_is_answered_in_another() -> None:
    assert len(PLAYED.parcels) == PARCELS
    assert {play.turn for play in PLAYED.parcels} == set(get_args(ParcelTurn))
    assert {play.order.order_id for play in PLAYED.parcels if play.trouble} == TROUBLES.keys()
    assert {trouble.claim for trouble in TROUBLES.values()} == {None, *get_args(ClaimTurn)}


def test_the_storm_touches_the_parcels_that_wait_for_its_end_and_no_others() -> None:
    """It is prolonged once announced, and no trouble is under it."""
    struck = [
        play for play in PLAYED.parcels if (play.carrier, play.destination) == (STRUCK_CARRIER, STRUCK_REGION)
    ]
    assert {play.turn for play in struck} == {"storm"}
    assert len(struck) >= 3
    assert ANNOUNCED_FOR < LASTS


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        (["return:g:1", "delivery:g:swift.P1-3"], ["a claim of swift.P1"]),
        (["delivery:g:swift.P1-1", "claim:g:swift.P1-1-C1"], ["return:g:1"]),
        (["return:g:1", "delivery:g:swift.P1-2", "claim:g:swift.P1-2-C1"], []),
        (["return:g:1", "delivery:g:swift.P11-2", "claim:g:swift.P1-2-C1"], ["a delivery of swift.P1"]),
    ],
)
def test_what_goes_wrong_with_a_parcel_is_known_by_the_parcel(found: list[str], missing: list[str]) -> None:
    expected = Expected(
        case_ids=("return:g:1",), of_parcels=(("delivery", "swift.P1"), ("claim", "swift.P1"))
    )
    assert expected.missing(found) == missing


def test_a_case_is_numbered_after_its_parcel() -> None:
    names = ("shipment:gifts:swift.P1", "delivery:gifts:swift.P1-2", "claim:gifts:swift.P1-2-C1")
    assert {parcel_of(name) for name in names} == {"swift.P1"}
