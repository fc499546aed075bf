"""A typed client of the sandbox's knobs and records, for tests, the demo and the bench."""

from datetime import date, datetime
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel

from domain.carrier_claims.requests import ClaimReply
from domain.orders import Order
from sandbox.claims_desk import Verdict
from sandbox.dialects.accounts import Credentials
from sandbox.messages import (
    ActiveFault,
    Announcement,
    Arrived,
    Contact,
    Dead,
    ExchangeOrder,
    FaultRule,
    FaultRules,
    InboxChannel,
    RepairOrder,
    Scan,
    Shipment,
    SourceEvent,
    SourceSent,
    Stock,
    Voucher,
    WorkshopSays,
)
from sandbox.oidc_messages import Algorithm, OidcPerson, RotateKey, TokenOrder
from sandbox.payment_messages import (
    Capture,
    Delivery,
    Dialect,
    Dispute,
    GatewaySettings,
    Movement,
    Refund,
    WebhookSettings,
)

M = TypeVar("M", bound=BaseModel)

TIMEOUT_SECONDS = 30.0
CONFLICT = 409


class SandboxClient:
    """Sets the outside world up and looks at what happened in it. An answer of 4xx or 5xx is raised."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # plain HTTP on the loopback: loading certificates would take longer than most tests
        transport = httpx2.AsyncHTTPTransport(verify=False)
        self._http = httpx2.AsyncClient(base_url=self.url, timeout=TIMEOUT_SECONDS, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def put_order(self, order: Order) -> None:
        """Give the shop an order."""
        await self._send("PUT", _path("shop", "merchants", order.merchant, "orders", order.order_id), order)

    async def order(self, merchant: str, order_id: str) -> Order:
        """The shop's order."""
        return Order.model_validate(await self._get(_path("shop", "merchants", merchant, "orders", order_id)))

    async def put_contact(self, merchant: str, customer_id: str, contact: Contact) -> None:
        """Tell the shop how a customer is reached."""
        await self._send("PUT", _path("shop", "merchants", merchant, "customers", customer_id), contact)

    async def set_stock(self, merchant: str, sku: str, quantity: int | None) -> None:
        """Count a shelf; None: it never runs out."""
        await self._send("PUT", _path("shop", "merchants", merchant, "stock", sku), Stock(quantity=quantity))

    async def stock(self, merchant: str, sku: str) -> int | None:
        """What is on the shelf."""
        return (await self._get(_path("shop", "merchants", merchant, "stock", sku)))["quantity"]

    async def exchanges(self) -> list[ExchangeOrder]:
        """The replacement orders placed."""
        return await self._all("/shop/exchanges", ExchangeOrder)

    async def vouchers(self) -> list[Voucher]:
        """All vouchers that the shop gave."""
        return await self._all("/shop/vouchers", Voucher, "vouchers")

    async def put_capture(self, capture: Capture) -> None:
        """Say what was captured for an order that the shop doesn't know, or another amount."""
        await self._send("PUT", "/payments/captures", capture)

    async def credentials(self, merchant: str) -> Credentials:
        """What the merchant would get from the providers' consoles."""
        return Credentials.model_validate(await self._get(_path("payments", "accounts", merchant)))

    async def put_person(self, person: OidcPerson) -> None:
        """Let somebody sign in."""
        await self._send("PUT", _path("oidc", "people", person.sub), person)

    async def token(self, order: TokenOrder) -> str:
        """A token of the sign-in provider, without anybody signing in."""
        return (await self._send("POST", "/oidc/tokens", order))["token"]

    async def rotate_key(self, alg: Algorithm = "RS256") -> None:
        """Let the sign-in provider sign with a new key; the one before is forgotten."""
        await self._send("POST", "/oidc/keys/rotate", RotateKey(alg=alg))

    async def set_gateway(
        self, *, settle_after_seconds: float | None = 0, key_window_seconds: float = 24 * 3600
    ) -> None:
        """Let refunds settle after a while (None: by command) and keys be forgotten after a window."""
        settings = GatewaySettings(
            settle_after_seconds=settle_after_seconds, key_window_seconds=key_window_seconds
        )
        await self._send("PUT", "/payments/settings", settings)

    async def set_webhooks(self, settings: WebhookSettings | None = None) -> None:
        """Where webhooks go from now on, and what befalls them; without settings none are sent."""
        await self._send("PUT", "/payments/webhooks", settings or WebhookSettings())

    async def webhooks(self) -> list[Delivery]:
        """Every webhook that left, and how it was answered."""
        return await self._all("/payments/webhooks", Delivery)

    async def settle(self, merchant: str, key: str) -> Refund:
        """Let a pending refund settle."""
        return Refund.model_validate(await self._send("POST", _refund(merchant, key, "settle")))

    async def fail(self, merchant: str, key: str, reason: str = "account_closed") -> Refund:
        """Let a refund fail, even one that had settled."""
        answer = await self._send("POST", _refund(merchant, key, "fail"), {"reason": reason})
        return Refund.model_validate(answer)

    async def prune_key(self, merchant: str, key: str) -> None:
        """Let the gateway forget a key: the next refund with it pays again."""
        await self._send("POST", _refund(merchant, key, "prune"))

    async def dispute(
        self,
        merchant: str,
        payment_id: str,
        state: Literal["open", "won", "lost"] = "open",
        dialect: Dialect = "sandbox",
    ) -> None:
        """Let a payment be disputed, or that dispute end: nothing is refunded of it unless it is won."""
        where = _path("payments", "merchants", merchant, "payments", payment_id, "dispute")
        await self._send("PUT", where, Dispute(state=state, dialect=dialect))

    async def forget_refund(self, merchant: str, key: str) -> None:
        """Plant a refund that the gateway does not know."""
        await self._send("POST", _refund(merchant, key, "forget"))

    async def amend_refund(self, merchant: str, key: str, amount_minor: int) -> Refund:
        """Plant another amount in the gateway's record of a refund."""
        answer = await self._send("POST", _refund(merchant, key, "amend"), {"amount_minor": amount_minor})
        return Refund.model_validate(answer)

    async def statement(self, dialect: str, merchant: str, day: date) -> bytes:
        """The gateway's statement of a day, as this provider writes it."""
        where = _path("payments", "statements", dialect, merchant)
        return (await self._http.get(where, params={"day": day.isoformat()})).raise_for_status().content

    async def journal(self) -> list[Movement]:
        """Every movement of money, oldest first."""
        return await self._all("/payments/journal", Movement, "movements")

    async def refunds(self) -> list[Refund]:
        """Every refund the gateway took on, whatever became of it."""
        return await self._all("/payments/refunds", Refund)

    async def register_parcel(self, carrier: str, tracking_no: str, *scans: Scan) -> None:
        """Let a carrier know a parcel, with scans made or scheduled."""
        await self._send("PUT", _path("carriers", carrier, "parcels", tracking_no))
        for scan in scans:
            await self.push_scan(carrier, tracking_no, scan)

    async def push_scan(self, carrier: str, tracking_no: str, scan: Scan) -> None:
        """Let a carrier scan a parcel, now or at the scan's time, past or future."""
        await self._send("POST", _path("carriers", carrier, "parcels", tracking_no, "scans"), scan)

    async def answer_claim(self, carrier: str, merchant: str, key: str, verdict: Verdict) -> bool:
        """Let a carrier's claims desk answer a claim from now on; False for one that is withdrawn by now."""
        where = _path("carriers", carrier, "claims", merchant, key, "answer")
        response = await self.request("PUT", where, verdict)
        if response.status_code == CONFLICT:
            return False
        response.raise_for_status()
        return True

    async def claim(self, carrier: str, merchant: str, key: str) -> ClaimReply:
        """A claim as its carrier sees it."""
        found = await self._get(_path("carriers", carrier, "claims", merchant, key))
        return ClaimReply.model_validate(found)

    async def announcements(self) -> list[Announcement]:
        """The parcels that the warehouse expects."""
        return await self._all("/warehouse/announcements", Announcement)

    async def shipments(self) -> list[Shipment]:
        """What the warehouse sent to customers again."""
        return await self._all("/warehouse/shipments", Shipment)

    async def repairs(self) -> list[RepairOrder]:
        """The repairs that the workshop was asked for."""
        return await self._all("/warehouse/repairs", RepairOrder)

    async def finish_repair(
        self, merchant: str, key: str, state: Literal["repaired", "failed", "impossible"], reason: str = ""
    ) -> None:
        """Let the workshop be done with a repair."""
        said = WorkshopSays(state=state, reason=reason)
        await self._send("PUT", _path("warehouse", "merchants", merchant, "repairs", key), said)

    async def tell(self, source: Literal["shop", "warehouse"], merchant: str, told: SourceEvent) -> None:
        """Let the shop or the warehouse tell the desk something by webhook."""
        await self._send("POST", _path(source, "merchants", merchant, "webhooks"), told)

    async def set_source_webhooks(self, settings: WebhookSettings | None = None) -> None:
        """Where the webhooks of carriers, shop and warehouse go from now on, and what befalls them."""
        await self._send("PUT", "/webhooks/", settings or WebhookSettings())

    async def source_webhooks(self) -> list[SourceSent]:
        """Every one of them that left, and how it was answered."""
        return await self._all("/webhooks/", SourceSent, "webhooks")

    async def inbox(
        self, channel: InboxChannel | None = None, *, to: str | None = None, notice_id: str | None = None
    ) -> list[Arrived]:
        """What customers received, each notice once."""
        wanted = {"channel": channel, "to": to, "notice_id": notice_id}
        query = {name: value for name, value in wanted.items() if value is not None}
        return await self._all("/inbox/", Arrived, "messages", query)

    async def set_dead(self, channel: InboxChannel, to: str, *, dead: bool = True) -> None:
        """Let messages to an address bounce, or arrive again."""
        await self._send("PUT", "/inbox/dead", Dead(channel=channel, to=to, dead=dead))

    async def set_faults(self, part: str, *rules: FaultRule) -> None:
        """These are the part's faults from now on; none makes it healthy."""
        await self._send("PUT", _path("faults", part), FaultRules(rules=list(rules)))

    async def faults(self, part: str) -> list[ActiveFault]:
        """The part's faults and how often each struck."""
        return await self._all(_path("faults", part), ActiveFault, "rules")

    async def now(self) -> datetime:
        """What time it is in the sandbox."""
        return datetime.fromisoformat((await self._get("/clock/"))["now"])

    async def set_now(self, now: datetime) -> None:
        """Move the sandbox's clock; it runs on from there."""
        await self._send("PUT", "/clock/", {"now": now.isoformat()})

    async def request(
        self, method: Literal["GET", "PUT", "POST"], path: str, body: BaseModel | dict[str, Any] | None = None
    ) -> httpx2.Response:
        """Any request to any part, and its answer whatever it is."""
        content = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        return await self._http.request(method, path, json=content)

    async def _get(self, path: str, query: dict[str, str] | None = None) -> Any:
        response = await self._http.get(path, params=query)
        return response.raise_for_status().json()

    async def _all(
        self, path: str, model: type[M], name: str | None = None, query: dict[str, str] | None = None
    ) -> list[M]:
        answer = await self._get(path, query)
        return [model.model_validate(item) for item in answer[name or path.rsplit("/", 1)[-1]]]

    async def _send(
        self, method: Literal["PUT", "POST"], path: str, body: BaseModel | dict[str, Any] | None = None
    ) -> Any:
        response = (await self.request(method, path, body)).raise_for_status()
        return response.json() if response.content else None


def _path(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _refund(merchant: str, key: str, command: str) -> str:
    return _path("payments", "merchants", merchant, "refunds", key, command)
