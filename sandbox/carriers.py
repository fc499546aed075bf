"""Two carriers over HTTP, each with its own words and its own shape of answer."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.carriers_state import Carriers, NativeScan
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.http import answer, read
from sandbox.messages import LabelOrder, Scan
from sandbox.senders import Senders


def carrier_routes(carriers: Carriers, clock: Clock, faults: Faults, senders: Senders) -> list[Route]:
    """The carriers' doors; those that real carriers have are behind the faults."""

    async def track(request: Request) -> Response:
        carrier, number = request.path_params["carrier"], request.path_params["tracking_no"]
        scans = carriers.scans(carrier, number, clock.now())
        shape = _swift if carrier == "swift" else _harbour
        return JSONResponse(shape(number, scans))

    async def label(request: Request) -> Response:
        return answer(carriers.label(request.path_params["carrier"], await read(request, LabelOrder)))

    async def register(request: Request) -> Response:
        carriers.register(request.path_params["carrier"], request.path_params["tracking_no"])
        return Response(status_code=204)

    async def scan(request: Request) -> Response:
        path, made = request.path_params, await read(request, Scan)
        carriers.scan(path["carrier"], path["tracking_no"], made, clock.now())
        senders.tell_scan(path["carrier"], path["tracking_no"], made)
        return Response(status_code=204)

    parcel = "/{carrier}/parcels/{tracking_no:path}"
    return [
        Route(parcel, faults.guard("carriers", "track", track), methods=["GET"]),
        Route("/{carrier}/labels", faults.guard("carriers", "label", label), methods=["POST"]),
        Route(parcel, register, methods=["PUT"]),
        Route(f"{parcel}/scans", scan, methods=["POST"]),
    ]


def _swift(number: str, scans: list[NativeScan]) -> dict[str, Any]:
    """AfterShip's shape: checkpoints in the order reported, tag and subtag."""
    checkpoints = [
        {
            "checkpoint_time": scan.at.isoformat(),
            "tag": scan.code.split("_")[0],
            "subtag": scan.code,
            "message": scan.text,
        }
        for scan in scans
    ]
    tag = checkpoints[-1]["tag"] if checkpoints else "Pending"
    return {"tracking": {"tracking_number": number, "slug": "swift", "tag": tag, "checkpoints": checkpoints}}


def _harbour(number: str, scans: list[NativeScan]) -> dict[str, Any]:
    """17TRACK's shape: events with the newest report first, nested under a provider."""
    events = [
        {"time_utc": scan.at.isoformat(), "sub_status": scan.code, "description": scan.text}
        for scan in reversed(scans)
    ]
    latest = events[0]["sub_status"] if events else "NotFound_Other"
    status = {"status": latest.split("_")[0], "sub_status": latest}
    tracking = {"providers": [{"provider": {"name": "Harbour"}, "events": events}]}
    return {"number": number, "track_info": {"latest_status": status, "tracking": tracking}}
