"""Where customers' messages arrive: SMS and push over HTTP, e-mail from the SMTP sink."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults, Handler
from sandbox.http import Refusal, answer_all, read
from sandbox.journal import Journal
from sandbox.messages import Arrived, Dead, InboxChannel, Notice

DEAD_CODES: dict[InboxChannel, tuple[int, str]] = {
    "sms": (422, "dead_number"),
    "push": (410, "dead_token"),
    "email": (422, "bounced"),
}


class Received(Arrived):
    """A message arrived, for the first time or again."""

    entry: Literal["received"] = "received"


class DeadSet(Dead):
    """Somebody can no longer be reached at an address, or can again."""

    entry: Literal["dead"] = "dead"


Entry = Received | DeadSet
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Inbox:
    """Everybody's inbox, rebuilt from its journal. A repeat of a notice is counted, not shown twice."""

    def __init__(self, journal: Journal[Entry]) -> None:
        self._journal = journal
        self._arrived: dict[tuple[InboxChannel, str], Arrived] = {}
        self._dead: set[tuple[InboxChannel, str]] = set()
        for entry in journal.replay():
            self._apply(entry)

    def receive(self, channel: InboxChannel, notice: Notice, now: datetime) -> Arrived:
        """Put a message into the inbox; raises `Refusal` for a dead address."""
        if self.is_dead(channel, notice.to):
            status, code = DEAD_CODES[channel]
            raise Refusal(status, code, "nobody can be reached there")
        first = self._arrived.get((channel, notice.notice_id))
        ref = first.ref if first else f"{channel}-{len(self._arrived) + 1:06d}"
        self._record(Received(**notice.model_dump(), channel=channel, ref=ref, at=now))
        return self._arrived[(channel, notice.notice_id)]

    def is_dead(self, channel: InboxChannel, to: str) -> bool:
        """Whether messages to this address bounce."""
        return (channel, to) in self._dead

    def set_dead(self, dead: Dead) -> None:
        """Let messages to an address bounce, or arrive again."""
        self._record(DeadSet(**dead.model_dump()))

    def messages(self, **wanted: str) -> list[Arrived]:
        """What arrived, oldest first, that has these values in its fields."""
        return [
            message
            for message in self._arrived.values()
            if all(getattr(message, field) == value for field, value in wanted.items())
        ]

    def _record(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, DeadSet):
            (self._dead.add if entry.dead else self._dead.discard)((entry.channel, entry.to))
            return
        key = (entry.channel, entry.notice_id)
        first = self._arrived.get(key)
        if first is None:
            self._arrived[key] = Arrived.model_validate(entry.model_dump(exclude={"entry"}))
        else:
            self._arrived[key] = first.model_copy(update={"handed_over": first.handed_over + 1})


def inbox_routes(inbox: Inbox, clock: Clock, faults: Faults) -> list[Route]:
    """The receivers of SMS and push, and the reading of what arrived."""

    def receiver(channel: InboxChannel) -> Handler:
        async def receive(request: Request) -> Response:
            arrived = inbox.receive(channel, await read(request, Notice), clock.now())
            return JSONResponse({"id": arrived.ref})

        return faults.guard(channel, "send", receive)

    async def show(request: Request) -> Response:
        asked = dict(request.query_params) | request.path_params
        wanted = {name: str(asked[name]) for name in ("channel", "to", "notice_id") if name in asked}
        return answer_all("messages", inbox.messages(**wanted))

    async def set_dead(request: Request) -> Response:
        inbox.set_dead(await read(request, Dead))
        return Response(status_code=204)

    return [
        Route("/sms/messages", receiver("sms"), methods=["POST"]),
        Route("/push/messages", receiver("push"), methods=["POST"]),
        Route("/dead", set_dead, methods=["PUT"]),
        Route("/", show, methods=["GET"]),
        Route("/{channel}", show, methods=["GET"]),
    ]
