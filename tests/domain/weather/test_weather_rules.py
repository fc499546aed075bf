"""Regions, lanes, windows, and who carries where when the weather strikes (sop L7)."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import CaseworkError, IdempotencyConflict, InvalidRequest, UnknownRegion
from domain.policy import Policy
from domain.policy.claim_rules import CarrierClaimRules
from domain.regions import lane
from domain.weather.messages import AnnounceWeather, Window, relief_for
from domain.weather.rules import check_same, check_span, check_window, resting_clocks, rules_of
from tests.domain.returns.given import CONTENT, OPENED_AT

POLICY = Policy.model_validate(CONTENT)
NOW = OPENED_AT


def storm(**changes: Any) -> AnnounceWeather:
    """A typhoon for two days."""
    given = {"name": "t1", "region": "CN-33", "reason": "typhoon", "by": "ops", "carriers": ["swift"]}
    span = {"since": NOW, "until": NOW + timedelta(days=2)}
    return AnnounceWeather.model_validate({**given, **span, **changes})


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [("CN-44", "CN-33", "CN-44>CN-33"), (None, "CN-33", None), ("CN-44", None, None)],
)
def test_a_lane_needs_both_ends(origin: str | None, destination: str | None, expected: str | None) -> None:
    assert lane(origin, destination) == expected


def test_other_carriers_are_those_of_the_region_that_are_not_struck() -> None:
    weather = rules_of(POLICY)
    assert weather.proposals("CN-33", ("swift",)) == ("harbour",)
    assert weather.proposals("CN-46", ("swift",)) == ()


def test_a_carrier_that_is_not_named_has_the_others_terms() -> None:
    rules = CarrierClaimRules.model_validate(CONTENT["carrier_claims"])
    assert rules.terms_of("harbour").file_within == "60 days"
    assert rules.terms_of("nobody") == rules.others


def test_a_window_has_a_name_per_merchant() -> None:
    assert storm().window_id == "weather:all:t1"
    assert storm(merchant="m1").window_id == "weather:m1:t1"


def test_a_window_that_can_be_announced() -> None:
    check_window(storm(), rules_of(POLICY), NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"region": "CN-99"}, UnknownRegion),
        ({"since": NOW - timedelta(days=2), "until": NOW}, InvalidRequest),
        ({"until": NOW + timedelta(days=31)}, InvalidRequest),
    ],
)
def test_a_window_that_cannot_be(changes: dict[str, Any], error: type[CaseworkError]) -> None:
    with pytest.raises(error):
        check_window(storm(**changes), rules_of(POLICY), NOW)


def test_a_span_ends_after_it_begins() -> None:
    with pytest.raises(ValidationError, match="later than"):
        storm(until=NOW)
    with pytest.raises(InvalidRequest, match="before it begins"):
        check_span(NOW, NOW, "30d")


def test_a_policy_without_weather_says_so() -> None:
    without = Policy.model_validate({name: value for name, value in CONTENT.items() if name != "weather"})
    with pytest.raises(InvalidRequest, match="no section weather"):
        rules_of(without)


def test_the_same_window_again_is_the_same_also_when_its_end_was_moved() -> None:
    check_same(storm(), storm(until=NOW + timedelta(days=5), by="another"))
    with pytest.raises(IdempotencyConflict):
        check_same(storm(), storm(carriers=[]))


def test_the_clocks_that_rest_are_those_that_the_policy_pauses() -> None:
    assert set(resting_clocks(POLICY)) >= {"delivery.carrier_answer", "delivery.resolution"}
    assert "delivery.contact" not in resting_clocks(POLICY)


def test_what_a_case_is_told_of_a_window() -> None:
    window = Window(
        window_id="weather:m1:t1",
        region="CN-33",
        reason="typhoon",
        since=NOW,
        until=NOW + timedelta(days=2),
        proposals=["harbour"],
    )
    relief = relief_for(window, "ops", tell=False)
    assert (relief.window, relief.carriers, relief.tell) == ("t1", ["harbour"], False)
