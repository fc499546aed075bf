"""The carriers' claims desks: claims filed under a key, and what the desk is told to answer to them."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.base import Instant, Model
from domain.carrier_claims.requests import ClaimFiling, ClaimReply, ReplyState
from sandbox.carriers_state import Carriers
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.http import Refusal, answer, not_found, read
from sandbox.journal import Journal

TOO_LATE, WITHDRAWN = "claim_too_late", "claim_withdrawn"


class Filed(Model):
    """A claim, or what is new of it, came in."""

    entry: Literal["filed"] = "filed"
    carrier: str
    filing: ClaimFiling
    at: Instant


class Verdict(Model):
    """What the desk says to a claim from now on; `refused`: it takes no such claim at all."""

    state: ReplyState
    amount_minor: int | None = None
    reason: str | None = None


class Answered(Verdict):
    """The desk was told what to say."""

    entry: Literal["answered"] = "answered"
    carrier: str
    merchant: str
    key: str
    at: Instant


Entry = Filed | Answered
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class ClaimsDesk:
    """All claims, rebuilt from their journal. A claim is known by carrier, merchant and key."""

    def __init__(self, journal: Journal[Entry], carriers: Carriers) -> None:
        self._journal = journal
        self._carriers = carriers
        self._filed: dict[tuple[str, str, str], Filed] = {}
        self._said: dict[tuple[str, str, str], Answered] = {}
        for entry in journal.replay():
            self._apply(entry)

    def file(self, carrier: str, filing: ClaimFiling, clock: Clock) -> ClaimReply:
        """Take a claim once per key and revision; raises `Refusal` for a parcel that nobody knows."""
        self._carriers.scans(carrier, filing.tracking_no, clock.now())
        name = (carrier, filing.merchant, filing.key)
        known = self._filed.get(name)
        if known is not None and known.filing.revision == filing.revision and known.filing != filing:
            raise Refusal(409, "idempotency_conflict", "this revision was filed with other content")
        if known is None or known.filing.revision < filing.revision:
            self._record(Filed(carrier=carrier, filing=filing, at=clock.now()))
        return self.find(*name)

    def find(self, carrier: str, merchant: str, key: str) -> ClaimReply:
        """The claim as the desk sees it; what was said to an earlier revision no longer holds."""
        filed = self._filed.get((carrier, merchant, key))
        if filed is None:
            raise not_found("claim")
        said = self._said.get((carrier, merchant, key))
        holds = said is not None and said.at >= filed.at
        return ClaimReply(
            reference=f"{carrier[:2].upper()}-{filed.filing.key}",
            state=said.state if said and holds else "filed",
            revision=filed.filing.revision,
            amount_minor=said.amount_minor if said and holds else None,
            reason=said.reason if said and holds else None,
            at=said.at if said and holds else filed.at,
        )

    def say(self, carrier: str, merchant: str, key: str, verdict: Verdict, clock: Clock) -> None:
        """Answer a claim from now on; raises `Refusal` for one that was never filed, or is withdrawn."""
        if self.find(carrier, merchant, key).state == "withdrawn":
            raise Refusal(409, WITHDRAWN, "nobody claims this any more")
        said = {"carrier": carrier, "merchant": merchant, "key": key, "at": clock.now()}
        self._record(Answered.model_validate({**verdict.model_dump(exclude={"entry"}), **said}))

    def withdraw(self, carrier: str, merchant: str, key: str, clock: Clock) -> ClaimReply:
        """Take a claim back; what was paid stays paid. Raises `Refusal` for one that was never filed."""
        if self.find(carrier, merchant, key).state not in ("paid", "withdrawn"):
            self.say(carrier, merchant, key, Verdict(state="withdrawn"), clock)
        return self.find(carrier, merchant, key)

    def _record(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, Filed):
            self._filed[entry.carrier, entry.filing.merchant, entry.filing.key] = entry
        else:
            self._said[entry.carrier, entry.merchant, entry.key] = entry


def claims_routes(desk: ClaimsDesk, clock: Clock, faults: Faults) -> list[Route]:
    """The doors of the claims desks; `PUT …/answer` is the knob that decides."""

    async def file(request: Request) -> Response:
        return answer(desk.file(request.path_params["carrier"], await read(request, ClaimFiling), clock))

    async def find(request: Request) -> Response:
        path = request.path_params
        return answer(desk.find(path["carrier"], path["merchant"], path["key"]))

    async def withdraw(request: Request) -> Response:
        path = request.path_params
        return answer(desk.withdraw(path["carrier"], path["merchant"], path["key"], clock))

    async def say(request: Request) -> Response:
        path = request.path_params
        desk.say(path["carrier"], path["merchant"], path["key"], await read(request, Verdict), clock)
        return Response(status_code=204)

    claim = "/{carrier}/claims/{merchant}/{key}"
    return [
        Route("/{carrier}/claims", faults.guard("carriers", "file_claim", file), methods=["POST"]),
        Route(claim, faults.guard("carriers", "find_claim", find), methods=["GET"]),
        Route(f"{claim}/withdraw", faults.guard("carriers", "withdraw_claim", withdraw), methods=["POST"]),
        Route(f"{claim}/answer", say, methods=["PUT"]),
    ]
