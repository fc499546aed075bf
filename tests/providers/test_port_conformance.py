"""Every port against the sandbox under every fault: an outage is told as one, and asking again acts once."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from domain.carrier_claims.requests import ClaimFiling
from domain.errors import ProviderRefused, ProviderUnavailable
from domain.notice_kinds import Channel
from providers.ports import (
    ExchangeLine,
    ExchangeRequest,
    LabelRequest,
    Message,
    PaymentOrder,
    RepairRequest,
    SendBackRequest,
)
from providers.settings import Providers, build_providers
from sandbox.claims_desk import Verdict
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.messages import Contact, FaultKind, FaultRule, Scan
from tests.sandbox_fixtures import make_order, provider_settings

HTTP_FAULTS: tuple[FaultKind, ...] = (
    "lost_before",
    "lost_after",
    "error_before",
    "error_after",
    "slow",
    "down",
)
SMTP_FAULTS: tuple[FaultKind, ...] = ("lost_after", "slow", "down")
LINES = [ExchangeLine(line="1", sku="CUP-01", quantity=1)]
PHONE, MAILBOX, TOKEN = "+447700900123", "customer-c1@shop.example", "push-c1"


@dataclass(frozen=True)
class Ask:
    """Something a port is asked, and how often it took effect as the sandbox tells it; None: it has none."""

    part: str
    ask: Callable[[Providers, str], Awaitable[Any]]
    effects: Callable[[SandboxClient, str], Awaitable[int]] | None = None


def send(channel: Channel, to: str) -> Callable[[Providers, str], Awaitable[Any]]:
    return lambda ports, m: ports.messages[channel].send(
        Message(notice_id=f"{m}:{channel}", to=to, subject="About your return", body="It has arrived.")
    )


async def payments(world: SandboxClient, merchant: str) -> int:
    return len([movement for movement in await world.journal() if movement.merchant == merchant])


async def exchanges(world: SandboxClient, merchant: str) -> int:
    return len([placed for placed in await world.exchanges() if placed.merchant == merchant])


async def announcements(world: SandboxClient, merchant: str) -> int:
    return len([made for made in await world.announcements() if made.merchant == merchant])


async def shipments(world: SandboxClient, merchant: str) -> int:
    return len([sent for sent in await world.shipments() if sent.merchant == merchant])


async def claims(world: SandboxClient, merchant: str) -> int:
    return (await world.claim("harbour", merchant, "cl-1")).revision


def filing(merchant: str, **changes: Any) -> ClaimFiling:
    given = {
        "key": "cl-1",
        "revision": 1,
        "merchant": merchant,
        "tracking_no": f"H-{merchant}",
        "exception": "loss",
        "amount_minor": 600,
        "currency": "CNY",
    }
    return ClaimFiling.model_validate({**given, **changes})


async def repairs(world: SandboxClient, merchant: str) -> int:
    return len([order for order in await world.repairs() if order.merchant == merchant])


def messages(channel: Channel) -> Callable[[SandboxClient, str], Awaitable[int]]:
    async def arrived(world: SandboxClient, merchant: str) -> int:
        return len(await world.inbox(channel, notice_id=f"{merchant}:{channel}"))

    return arrived


def payment(merchant: str, key: str = "rf-1") -> PaymentOrder:
    return PaymentOrder(
        key=key,
        merchant=merchant,
        order_id="SO-1",
        payment_id="SO-1",
        paid_minor=10000,
        amount_minor=600,
        currency="CNY",
    )


ASKS: dict[str, Ask] = {
    "order": Ask("shop", lambda ports, m: ports.shop.order(m, "SO-1")),
    "contact": Ask("shop", lambda ports, m: ports.shop.contact(m, "c1")),
    "exchange": Ask(
        "shop",
        lambda ports, m: ports.shop.exchange(
            ExchangeRequest(key="ex-1", merchant=m, order_id="SO-1", lines=LINES)
        ),
        exchanges,
    ),
    "refund": Ask(
        "payments",
        lambda ports, m: ports.payments.of(m).refund(payment(m)),
        payments,
    ),
    "find": Ask("payments", lambda ports, m: ports.payments.of(m).find(payment(m, "rf-none"))),
    "track": Ask("carriers", lambda ports, m: ports.carriers.track("harbour", f"H-{m}")),
    "label": Ask(
        "carriers",
        lambda ports, m: ports.carriers.create_label(LabelRequest(key="l-1", merchant=m, order_id="SO-1")),
    ),
    "file_claim": Ask("carriers", lambda ports, m: ports.claims.file("harbour", filing(m)), claims),
    "find_claim": Ask("carriers", lambda ports, m: ports.claims.find("harbour", m, "cl-none")),
    "withdraw_claim": Ask("carriers", lambda ports, m: ports.claims.withdraw("harbour", m, "cl-none")),
    "announce": Ask(
        "warehouse",
        lambda ports, m: ports.warehouse.announce(m, f"return:{m}:1", "swift", "SW1"),
        announcements,
    ),
    "send_back": Ask(
        "warehouse",
        lambda ports, m: ports.warehouse.send_back(
            SendBackRequest(key="sb-1", merchant=m, case_id=f"return:{m}:1", lines=LINES)
        ),
        shipments,
    ),
    "repair": Ask(
        "warehouse",
        lambda ports, m: ports.warehouse.repair(
            RepairRequest(key="rp-1", merchant=m, case_id=f"return:{m}:1", lines=LINES)
        ),
        repairs,
    ),
    "sms": Ask("sms", send("sms", PHONE), messages("sms")),
    "push": Ask("push", send("push", TOKEN), messages("push")),
    "email": Ask("email", send("email", MAILBOX), messages("email")),
}
CASES = [
    pytest.param(name, kind, id=f"{name}-{kind}")
    for name, asked in ASKS.items()
    for kind in (SMTP_FAULTS if asked.part == "email" else HTTP_FAULTS)
]


@pytest_asyncio.fixture(scope="module")
async def impatient(sandbox_process: SandboxProcess) -> AsyncGenerator[Providers, None]:
    """Ports that wait a second at most."""
    wired = build_providers(provider_settings(sandbox_process, provider_timeout_seconds=1))
    yield wired
    await wired.close()


@pytest_asyncio.fixture
async def known(sandbox: SandboxClient, merchant: str) -> str:
    """A merchant whose order, customer and parcel the sandbox knows."""
    await sandbox.put_order(make_order(merchant))
    await sandbox.put_contact(merchant, "c1", Contact(name="Customer 1", email=MAILBOX, phone=PHONE))
    await sandbox.register_parcel("harbour", f"H-{merchant}", Scan(status="picked_up"))
    return merchant


@pytest.mark.parametrize(("name", "kind"), CASES)
async def test_an_outage_is_unavailable_and_asking_again_acts_once(
    sandbox: SandboxClient, providers: Providers, impatient: Providers, known: str, name: str, kind: FaultKind
):
    asked = ASKS[name]
    await sandbox.set_faults(asked.part, FaultRule(kind=kind, first=1, delay_seconds=60))
    with pytest.raises(ProviderUnavailable) as outage:
        await asked.ask(impatient if kind == "slow" else providers, known)
    told = f"{outage.value} {outage.value.detail}"
    assert not [secret for secret in (PHONE, MAILBOX, TOKEN, "c1", "Customer 1") if secret in told]
    [fault] = await sandbox.faults(asked.part)
    assert fault.fired == 1
    first, second = await asked.ask(providers, known), await asked.ask(providers, known)
    assert first == second
    if asked.effects is not None:
        assert await asked.effects(sandbox, known) == 1


async def test_a_claim_is_filed_answered_and_withdrawn_once(
    sandbox: SandboxClient, providers: Providers, known: str
):
    assert await providers.claims.find("harbour", known, "cl-1") is None
    first = await providers.claims.file("harbour", filing(known))
    assert (first.state, first.revision) == ("filed", 1)
    await sandbox.answer_claim("harbour", known, "cl-1", Verdict(state="denied", reason="well packed?"))
    found = await providers.claims.find("harbour", known, "cl-1")
    assert found is not None
    assert (found.state, found.reason, found.reference) == ("denied", "well packed?", first.reference)
    again = await providers.claims.file("harbour", filing(known, revision=2, appeal="see the photo"))
    assert (again.state, again.revision, again.reference) == ("filed", 2, first.reference)
    taken_back = await providers.claims.withdraw("harbour", known, "cl-1")
    assert taken_back is not None
    assert taken_back.state == "withdrawn"
    assert await providers.claims.withdraw("harbour", known, "cl-1") == taken_back
    assert await providers.claims.find("harbour", known, "cl-1") == taken_back
    assert not await sandbox.answer_claim("harbour", known, "cl-1", Verdict(state="paid", amount_minor=9))


async def test_a_claim_that_is_paid_is_not_taken_back(
    sandbox: SandboxClient, providers: Providers, known: str
):
    await providers.claims.file("harbour", filing(known))
    await sandbox.answer_claim("harbour", known, "cl-1", Verdict(state="paid", amount_minor=9))
    told = await providers.claims.withdraw("harbour", known, "cl-1")
    assert told is not None
    assert (told.state, told.amount_minor) == ("paid", 9)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"amount_minor": 700}, "idempotency_conflict"), ({"tracking_no": "H-0000"}, "not_found")],
)
async def test_a_carrier_refuses_what_is_no_claim_of_ours(
    providers: Providers, known: str, changes: dict[str, Any], reason: str
):
    await providers.claims.file("harbour", filing(known))
    with pytest.raises(ProviderRefused) as refused:
        await providers.claims.file("harbour", filing(known, **changes))
    assert refused.value.detail["reason"] == reason
