"""The outside world put together: every part with its journal, under one HTTP address."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from domain.base import Model
from sandbox import carriers_state, claims_desk, inbox, oidc_state, payments_state, shop_state, warehouse
from sandbox.carriers import carrier_routes
from sandbox.carriers_state import Carriers
from sandbox.claims_desk import ClaimsDesk, claims_routes
from sandbox.clock import Clock
from sandbox.dialects import accounts
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.alipay import AlipayDoors
from sandbox.dialects.stripe import StripeDoors
from sandbox.dialects.wechat import WechatDoors
from sandbox.faults import EMAIL_KINDS, GATEWAY_ONLY, PARTS, Faults
from sandbox.http import Refusal, answer, answer_all, not_found, read, say_refusal
from sandbox.inbox import Inbox, inbox_routes
from sandbox.journal import Journal
from sandbox.messages import FaultRules
from sandbox.oidc import MOUNT as OIDC
from sandbox.oidc import OidcDoors
from sandbox.oidc_state import Oidc
from sandbox.payments import PaymentDoors
from sandbox.payments_state import Payments
from sandbox.senders import Senders
from sandbox.shop import ShopDoors
from sandbox.shop_state import Shop
from sandbox.warehouse import Warehouse, warehouse_routes
from sandbox.webhooks import Webhooks


@dataclass(frozen=True)
class World:
    """The parts of the sandbox, rebuilt from what lies in one folder."""

    clock: Clock
    faults: Faults
    shop: Shop
    payments: Payments
    accounts: Accounts
    carriers: Carriers
    warehouse: Warehouse
    claims: ClaimsDesk
    inbox: Inbox
    oidc: Oidc


def open_world(state: Path) -> World:
    """The world as its journals in the folder tell it; an empty folder is a new world."""
    shop = Shop(Journal(state / "shop.jsonl", shop_state.ENTRIES))
    carriers = Carriers(Journal(state / "carriers.jsonl", carriers_state.ENTRIES))
    money = Journal(state / "payments.jsonl", payments_state.ENTRIES, durable=True)
    return World(
        clock=Clock(),
        faults=Faults(),
        shop=shop,
        payments=Payments(money, shop.captured),
        accounts=Accounts(Journal(state / "accounts.jsonl", accounts.ENTRIES)),
        carriers=carriers,
        warehouse=Warehouse(Journal(state / "warehouse.jsonl", warehouse.ENTRIES), carriers),
        claims=ClaimsDesk(Journal(state / "claims.jsonl", claims_desk.ENTRIES), carriers),
        inbox=Inbox(Journal(state / "inbox.jsonl", inbox.ENTRIES)),
        oidc=Oidc(Journal(state / "oidc.jsonl", oidc_state.ENTRIES)),
    )


def build_app(world: World) -> Starlette:
    """The world over HTTP."""
    clock, faults, senders = world.clock, world.faults, Senders()
    routes: list[BaseRoute] = [
        Mount("/shop", routes=[*ShopDoors(world.shop, faults).routes(), senders.teller("shop")]),
        Mount("/payments/stripe", routes=StripeDoors(world.payments, world.accounts, clock, faults).routes()),
        Mount("/payments/wechat", routes=WechatDoors(world.payments, world.accounts, clock, faults).routes()),
        Mount("/payments/alipay", routes=AlipayDoors(world.payments, world.accounts, clock, faults).routes()),
        Mount("/payments/accounts", routes=_account_routes(world.accounts)),
        Mount(
            "/payments",
            routes=[
                *Webhooks(world.payments, world.accounts, clock).routes(),
                *PaymentDoors(world.payments, clock, faults).routes(),
            ],
        ),
        Mount(
            "/carriers",
            routes=[
                *claims_routes(world.claims, clock, faults),
                *carrier_routes(world.carriers, clock, faults, senders),
            ],
        ),
        Mount("/warehouse", routes=[*warehouse_routes(world.warehouse, faults), senders.teller("warehouse")]),
        Mount("/webhooks", routes=senders.routes()),
        Mount("/inbox", routes=inbox_routes(world.inbox, clock, faults)),
        Mount(OIDC, routes=OidcDoors(world.oidc, faults).routes()),
        Mount("/faults", routes=_fault_routes(faults)),
        Mount("/clock", routes=_clock_routes(clock)),
    ]

    async def refuse(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return say_refusal(error)

    return Starlette(routes=routes, exception_handlers={Refusal: refuse})


def _account_routes(kept: Accounts) -> list[BaseRoute]:
    async def get(request: Request) -> Response:
        return answer(kept.credentials(request.path_params["merchant"]))

    return [Route("/{merchant}", get, methods=["GET"])]


def _fault_routes(faults: Faults) -> list[BaseRoute]:
    def part(request: Request) -> str:
        if request.path_params["part"] not in PARTS:
            raise not_found(f"part; there are {', '.join(PARTS)}")
        return request.path_params["part"]

    async def put(request: Request) -> Response:
        name, rules = part(request), (await read(request, FaultRules)).rules
        for rule in rules:
            if not _possible(name, rule.kind):
                raise Refusal(400, "invalid_request", f"rules: {name} has no fault {rule.kind}")
        faults.put(name, rules)
        return Response(status_code=204)

    async def get(request: Request) -> Response:
        return answer_all("rules", faults.report(part(request)))

    return [Route("/{part}", put, methods=["PUT"]), Route("/{part}", get, methods=["GET"])]


def _possible(part: str, kind: str) -> bool:
    """Whether the part can fail so: mail speaks no HTTP, and only a gateway has keys to forget."""
    if part == "email":
        return kind in EMAIL_KINDS
    return part == "payments" or kind not in GATEWAY_ONLY


class Now(Model):
    """What time it is to be."""

    now: AwareDatetime


def _clock_routes(clock: Clock) -> list[BaseRoute]:
    async def get(_: Request) -> Response:
        return JSONResponse({"now": clock.now().isoformat()})

    async def put(request: Request) -> Response:
        clock.set((await read(request, Now)).now)
        return JSONResponse({"now": clock.now().isoformat()})

    return [Route("/", get, methods=["GET"]), Route("/", put, methods=["PUT"])]
