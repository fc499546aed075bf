"""Labels, replacements, repairs and goods that go back: what shop, carriers and warehouse do for a case."""

import asyncio

from temporalio import activity

from activities.clock import scheduled_at
from activities.failures import come_again, typed_failures
from domain.base import Model
from domain.errors import OutOfStock, ProviderRefused, ProviderUnavailable
from domain.returns.repairs import WorkshopSays
from domain.returns.requests import Goods, WantedLabel, WantedParcel, WantedRepair
from domain.sla import parse_duration
from providers.ports import (
    CarrierPort,
    ExchangeLine,
    ExchangeRequest,
    Label,
    LabelRequest,
    RepairRequest,
    SendBackRequest,
    ShopPort,
    WarehousePort,
)


class RepairEnded(Model):
    """What the workshop made of a repair."""

    said: WorkshopSays
    reason: str = ""


class FulfilmentActivities:
    """Each request carries a key, so that an attempt that is repeated after a crash does nothing more."""

    def __init__(self, shop: ShopPort, carriers: CarrierPort, warehouse: WarehousePort) -> None:
        self._shop = shop
        self._carriers = carriers
        self._warehouse = warehouse

    @activity.defn
    @typed_failures
    async def make_label(self, wanted: WantedLabel) -> Label:
        """A prepaid label."""
        return await self._carriers.create_label(LabelRequest.model_validate(wanted.model_dump()))

    @activity.defn
    @typed_failures
    async def send_back(self, wanted: WantedParcel) -> Label:
        """Goods that did not pass go to the customer again; the case waits for it, refused or not."""
        parcel = SendBackRequest(
            key=wanted.key, merchant=wanted.merchant, case_id=wanted.case_id, lines=_lines(wanted.goods)
        )
        try:
            return await self._warehouse.send_back(parcel)
        except ProviderRefused as error:
            # The goods are there and the customer's: people settle that, then the case goes on.
            raise ProviderUnavailable(f"the warehouse refuses to send: {error.message}") from None

    @activity.defn
    @typed_failures
    async def repair_goods(self, wanted: WantedRepair) -> RepairEnded:
        """Have goods repaired; while the workshop is at it, fail benignly and ask again later.

        A workshop that does not take the order cannot repair the goods.
        """
        order = RepairRequest(
            key=wanted.key, merchant=wanted.merchant, case_id=wanted.case_id, lines=_lines(wanted.goods)
        )
        try:
            result = await self._warehouse.repair(order)
        except ProviderRefused as error:
            return RepairEnded(said="impossible", reason=str(error.detail.get("reason", error.code)))
        if result is None:
            raise come_again("still being repaired", "still_repairing", parse_duration(wanted.ask_every))
        return RepairEnded(said=result.state, reason=result.reason)

    @activity.defn
    @typed_failures
    async def place_exchange(self, wanted: WantedParcel) -> str:
        """Order the replacement, give its order number; raises `out_of_stock`, at the end of a waiting."""
        order = ExchangeRequest(
            key=wanted.key, merchant=wanted.merchant, order_id=wanted.order_id, lines=_lines(wanted.goods)
        )
        ordering = asyncio.ensure_future(self._shop.exchange(order))
        try:
            return await asyncio.shield(ordering)
        except asyncio.CancelledError:
            # The case wants the money instead; it has to know whether the goods are ordered by now.
            return await ordering
        except OutOfStock:
            if wanted.wait_until is None or wanted.retry_every is None or scheduled_at() >= wanted.wait_until:
                raise
            delay = min(parse_duration(wanted.retry_every), wanted.wait_until - scheduled_at())
            raise come_again("still out of stock", "still_out_of_stock", delay) from None


def _lines(wanted: list[Goods]) -> list[ExchangeLine]:
    return [ExchangeLine.model_validate(goods.model_dump()) for goods in wanted]
