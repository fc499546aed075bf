"""What a test does to both books in one line each: pay as the desk does, plant a difference, compare."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from domain.reconciliation_tasks import Task
from domain.refunds import RefundIntent, RefundRow, RefundState
from domain.statements import Rail
from providers.ports import PaymentOrder, PaymentRails
from providers.statements import read_statement
from sandbox.client import SandboxClient
from sandbox.payment_messages import Capture
from starters.reconciling import Bounds, Cycle, Reconciler
from starters.refund_runs import RefundRuns
from starters.settings import Settings
from store.ledger import Ledger
from store.pool import Pool
from store.reconciliation_tasks import ReconciliationTasks
from store.statements import Statements, Taken
from tests.providers.rails import account_of, rails_over

BOUNDS = Bounds(
    grace=timedelta(0),
    patience=timedelta(minutes=10),
    window=timedelta(days=3),
    every=timedelta(0),
    begun=timedelta(0),
    overdue=timedelta(hours=24),
    most=100,
    at_once=4,
)
NOBODY_THERE = "127.0.0.1:1"
ORDER_MINOR = 100_000


@dataclass
class Books:
    """A ledger, a gateway in one dialect, and a reconciler whose Temporal is away."""

    pool: Pool
    sandbox: SandboxClient
    merchant: str
    rail: Rail
    now: datetime
    rails: PaymentRails
    workflows: RefundRuns
    ledger: Ledger
    reconciler: Reconciler
    tasks: ReconciliationTasks
    numbers: int = 0

    @classmethod
    @asynccontextmanager
    async def at(
        cls, pool: Pool, sandbox: SandboxClient, merchant: str, rail: Rail, now: datetime
    ) -> AsyncGenerator[Self]:
        """Books over this store and this gateway."""
        account = account_of(rail, await sandbox.credentials(merchant), sandbox.url)
        async with rails_over(account, merchant=merchant) as rails:
            runs = RefundRuns(Settings(running_temporal=NOBODY_THERE), pool)
            reconciler = Reconciler(pool, rails, runs, BOUNDS)
            ledger = Ledger(pool)
            yield cls(
                pool, sandbox, merchant, rail, now, rails, runs, ledger, reconciler, ReconciliationTasks(pool)
            )

    async def sent(self, amount_minor: int = 600) -> RefundRow:
        """A refund of an order of its own that the gateway paid, and whose answer was lost."""
        self.numbers += 1
        order_id, number = f"SO-{self.numbers}", str(self.numbers)
        await self.captured(order_id)
        await self.ledger.open_budget(self.merchant, order_id, "CNY", ORDER_MINOR)
        intent = RefundIntent(
            refund_id=f"refund:{self.merchant}:{number}:1",
            key=f"rf-{self.merchant}-{number}-1",
            case_id=f"return:{self.merchant}:{number}",
            seq=1,
            merchant=self.merchant,
            order_id=order_id,
            amount_minor=amount_minor,
            currency="CNY",
            provider=self.rail,
        )
        await self.ledger.reserve(intent)
        row = await self.ledger.mark_sent(intent.key, self.now)
        await self.rails.of(self.merchant, self.rail).refund(self.asked(row))
        return row

    async def captured(self, order_id: str) -> None:
        """An order that the customer paid at the gateway."""
        await self.sandbox.put_capture(
            Capture(merchant=self.merchant, order_id=order_id, amount_minor=ORDER_MINOR, currency="CNY")
        )

    async def paid(self, amount_minor: int = 600) -> RefundRow:
        """A refund that both books have as settled."""
        row = await self.sent(amount_minor)
        found = await self.rails.of(self.merchant, self.rail).find(self.asked(row))
        assert found is not None
        return await self.written(row, "settled", provider_ref=found.provider_ref)

    async def written(self, row: RefundRow, state: RefundState, **more: Any) -> RefundRow:
        """What the ledger says of it from now on."""
        return await self.ledger.record(row.key, state, self.now, **more)

    def asked(self, row: RefundRow) -> PaymentOrder:
        """The refund as the gateway hears of it."""
        return PaymentOrder(
            key=row.key,
            merchant=self.merchant,
            order_id=row.order_id,
            payment_id=row.order_id,
            paid_minor=ORDER_MINOR,
            amount_minor=row.amount_minor,
            currency=row.currency,
        )

    async def by_hand(self, order_id: str = "SO-1", amount_minor: int = 700) -> str:
        """A refund that somebody makes at the gateway; its number there."""
        body = {"key": "hand-1", "order_id": order_id, "amount_minor": amount_minor, "currency": "CNY"}
        made = await self.sandbox.request("POST", f"/payments/merchants/{self.merchant}/refunds", body)
        assert made.is_success, made.text
        return f"2026{order_id}/hand-1" if self.rail == "alipay" else made.json()["ref"]

    async def cycle(self, after: timedelta = timedelta(0)) -> Cycle:
        """A cycle of the reconciler, so much later than the day's noon."""
        return await self.reconciler.cycle(self.now + after)

    async def file(self) -> bytes:
        """The gateway's statement of the day."""
        return await self.sandbox.statement(self.rail, self.merchant, self.now.date())

    async def take(self, content: bytes | None = None, after: timedelta = timedelta(0)) -> Taken:
        """Take the day's statement, or another file."""
        content = await self.file() if content is None else content
        statement = read_statement(content, self.rail, self.merchant, self.now.date())
        return await Statements(self.pool).take(statement, self.now + after)

    async def open(self) -> list[Task]:
        """What is a person's."""
        return await self.tasks.list()

    async def money(self) -> list[str]:
        """Everything that the ledger and the streams hold."""
        tables = ("refunds", "order_budgets", "order_payments", "events", "outbox")
        held: list[str] = []
        for table in tables:
            rows = await self.pool.fetch(f"SELECT {table}::text AS row FROM {table} ORDER BY 1")
            held += [f"{table} {row['row']}" for row in rows]
        return held


def kinds(tasks: list[Task]) -> list[str]:
    """Of differences, in an order of their own."""
    return sorted(task.kind for task in tasks)
