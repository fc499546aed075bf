"""The warehouse over HTTP: parcels announced to its dock, goods sent to customers again, repairs."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.carriers_state import Carriers
from sandbox.faults import Faults
from sandbox.http import Refusal, answer, answer_all, not_found, read
from sandbox.journal import Journal
from sandbox.messages import (
    Announcement,
    LabelOrder,
    ParcelLabel,
    Repair,
    RepairNow,
    RepairOrder,
    SendBack,
    Shipment,
    WorkshopSays,
)


class Announced(Announcement):
    """The dock knows whose parcel it will be."""

    entry: Literal["announced"] = "announced"


class Sent(Shipment):
    """Goods left for the customer."""

    entry: Literal["sent"] = "sent"


class Ordered(RepairOrder):
    """The workshop has goods to repair, or is done with them."""

    entry: Literal["repair"] = "repair"


Entry = Announced | Sent | Ordered
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Warehouse:
    """The warehouse's memory, rebuilt from its journal."""

    def __init__(self, journal: Journal[Entry], carriers: Carriers) -> None:
        self._announced: dict[str, Announced] = {}
        self.sent: dict[tuple[str, str], Sent] = {}
        self.repairs: dict[tuple[str, str], Ordered] = {}
        self._journal = journal
        self._carriers = carriers
        for entry in journal.replay():
            self._apply(entry)

    def announce(self, announcement: Announcement) -> None:
        """Expect a parcel; the same announcement again changes nothing."""
        announced = Announced(**announcement.model_dump())
        if announced.model_dump_json() not in self._announced:
            self._record(announced)

    def announced(self) -> list[Announced]:
        """The parcels expected, oldest announcement first."""
        return list(self._announced.values())

    def send(self, asked: SendBack) -> ParcelLabel:
        """Send goods to the customer once per key, by `harbour`; raises `Refusal`."""
        first = self.sent.get((asked.merchant, asked.key))
        if first is not None:
            if SendBack.model_validate(first.model_dump(include=set(SendBack.model_fields))) != asked:
                raise Refusal(409, "idempotency_conflict", "this key was used with other content")
            return first.parcel
        order = LabelOrder(key=f"warehouse:{asked.key}"[:200], merchant=asked.merchant, order_id="send-back")
        parcel = self._carriers.label("harbour", order)
        self._record(Sent(**asked.model_dump(), parcel=parcel))
        return parcel

    def repair(self, asked: Repair) -> Ordered:
        """Have goods repaired once per key, and say what became of it; raises `Refusal`."""
        known = self.repairs.get((asked.merchant, asked.key))
        if known is None:
            self._record(Ordered(**asked.model_dump()))
        elif Repair.model_validate(known.model_dump(include=set(Repair.model_fields))) != asked:
            raise Refusal(409, "idempotency_conflict", "this key was used with other content")
        return self.repairs[(asked.merchant, asked.key)]

    def finish(self, merchant: str, key: str, said: WorkshopSays) -> Ordered:
        """The workshop is done; raises `Refusal` for a repair that nobody ordered."""
        known = self.repairs.get((merchant, key))
        if known is None:
            raise not_found("repair")
        self._record(known.model_copy(update=said.model_dump()))
        return self.repairs[(merchant, key)]

    def _record(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, Announced):
            self._announced[entry.model_dump_json()] = entry
        elif isinstance(entry, Ordered):
            self.repairs[(entry.merchant, entry.key)] = entry
        else:
            self.sent[(entry.merchant, entry.key)] = entry


def warehouse_routes(warehouse: Warehouse, faults: Faults) -> list[Route]:
    """The warehouse's doors; those that a real one has are behind the faults."""

    async def announce(request: Request) -> Response:
        warehouse.announce(await read(request, Announcement))
        return Response(status_code=204)

    async def send(request: Request) -> Response:
        return answer(warehouse.send(await read(request, SendBack)))

    async def repair(request: Request) -> Response:
        order = warehouse.repair(await read(request, Repair))
        return answer(RepairNow(state=order.state, reason=order.reason))

    async def finish(request: Request) -> Response:
        said = await read(request, WorkshopSays)
        return answer(warehouse.finish(request.path_params["merchant"], request.path_params["key"], said))

    async def repairs(_: Request) -> Response:
        return answer_all("repairs", list(warehouse.repairs.values()))

    async def announcements(_: Request) -> Response:
        return answer_all("announcements", warehouse.announced())

    async def shipments(_: Request) -> Response:
        return answer_all("shipments", list(warehouse.sent.values()))

    return [
        Route("/announcements", faults.guard("warehouse", "announce", announce), methods=["POST"]),
        Route("/announcements", announcements, methods=["GET"]),
        Route("/shipments", faults.guard("warehouse", "send_back", send), methods=["POST"]),
        Route("/shipments", shipments, methods=["GET"]),
        Route("/repairs", faults.guard("warehouse", "repair", repair), methods=["POST"]),
        Route("/repairs", repairs, methods=["GET"]),
        Route("/merchants/{merchant}/repairs/{key}", finish, methods=["PUT"]),
    ]
