"""Who answers for a reason."""

import pytest

from domain.parcels import party_of
from providers.carrier_codes import code_table


@pytest.mark.parametrize(
    ("reason", "party"),
    [
        ("carrier_damaged_parcel", "carrier"),
        ("retailer_cancelled", "retailer"),
        ("consignee_refused", "consignee"),
        ("customs_delay", "customs"),
        ("weather_delay", "weather"),
        ("wrong_delivery", "carrier"),
        ("signed_not_received", "carrier"),
        ("short_contents", "unknown"),
        ("carrier", "unknown"),
        ("Exception_099", "unknown"),
        (None, "unknown"),
    ],
)
def test_l6_the_prefix_is_the_responsible_party(reason: str | None, party: str) -> None:
    assert party_of(reason) == party


@pytest.mark.parametrize("carrier", ["swift", "harbour"])
def test_every_reason_of_a_carriers_table_has_a_party(carrier: str) -> None:
    reasons = {reason for _, reason in code_table(carrier).codes.values() if reason}
    assert {reason for reason in reasons if party_of(reason) == "unknown"} == set()
