"""What parcels ask of the world: their watch, what went wrong with them, claims, the weather."""

from collections.abc import Callable
from typing import Any

from temporalio.client import Client

from activities.carrier_claims import ClaimActivities
from activities.deliveries import DeliveryActivities
from activities.shipments import ShipmentActivities
from activities.weather import WeatherActivities
from providers.settings import Providers
from store.carrier_income import CarrierIncome
from store.case_archive import CaseArchive
from store.claims import Claims
from store.ledger import Ledger
from store.policy_library import PolicyLibrary
from store.pool import Pool
from store.weather import WeatherWindows


def parcel_activities(
    client: Client, pool: Pool, providers: Providers, library: PolicyLibrary, archive: CaseArchive
) -> list[Callable[..., Any]]:
    """The activities of `ShipmentWatch`, `DeliveryException`, `CarrierClaim` and `WeatherRelief`."""
    shipments = ShipmentActivities(providers.carriers, providers.shop, library, archive)
    deliveries = DeliveryActivities(
        providers.shop, providers.carriers, library, archive, Claims(pool), Ledger(pool)
    )
    claims = ClaimActivities(providers.claims, CarrierIncome(pool))
    weather = WeatherActivities(client, library, WeatherWindows(pool))
    return [
        shipments.prepare_shipment,
        shipments.watch_parcel,
        deliveries.prepare_delivery,
        deliveries.restore_delivery,
        deliveries.prepare_claim,
        claims.file_claim,
        claims.follow_claim,
        claims.withdraw_claim,
        claims.book_income,
        weather.open_window,
        weather.relieve_page,
        weather.move_window,
        weather.end_window,
    ]
