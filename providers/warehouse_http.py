"""The warehouse over HTTP."""

from typing import Literal

from domain.base import Model
from providers.http import HttpSystem
from providers.ports import Label, RepairRequest, RepairResult, SendBackRequest


class _Parcel(Model):
    carrier: str
    tracking_no: str
    url: str


class _Repair(Model):
    state: Literal["ordered", "repaired", "failed", "impossible"]
    reason: str = ""


class HttpWarehouse:
    """`WarehousePort` for a warehouse at one address."""

    def __init__(self, system: HttpSystem) -> None:
        self._system = system

    async def announce(self, merchant: str, case_id: str, carrier: str, tracking_no: str) -> None:
        """Tell the dock which parcel belongs to which case; again changes nothing."""
        body = {
            "merchant": merchant,
            "case_id": case_id,
            "carrier": carrier,
            "tracking_no": tracking_no,
        }
        await self._system.notify("a parcel's announcement", "/announcements", body)

    async def send_back(self, request: SendBackRequest) -> Label:
        """Send goods to the customer again, once per key."""
        parcel = await self._system.tell("a shipment to the customer", "/shipments", request, _Parcel)
        return Label(carrier=parcel.carrier, tracking_no=parcel.tracking_no, url=parcel.url)

    async def repair(self, request: RepairRequest) -> RepairResult | None:
        """Order a repair once per key; the same order again is answered with what became of it."""
        repair = await self._system.tell("a repair", "/repairs", request, _Repair)
        if repair.state == "ordered":
            return None
        return RepairResult(state=repair.state, reason=repair.reason)
