"""The random cases of every kind."""

from typing import Any

from tests.domain.carrier_claims.dice import CLAIMS
from tests.domain.clock_stories import Driver
from tests.domain.complaints.dice import COMPLAINTS
from tests.domain.deliveries.dice import DELIVERIES
from tests.domain.improvements.dice import IMPROVEMENTS
from tests.domain.returns.dice import RETURNS
from tests.domain.shipments.dice import SHIPMENTS

DRIVERS: list[Driver[Any]] = [RETURNS, COMPLAINTS, DELIVERIES, CLAIMS, IMPROVEMENTS, SHIPMENTS]
