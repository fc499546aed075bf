"""One cycle of the reconciler: gateways are asked about refunds, what differs is settled or written down.

It stands outside Temporal and moves no money: what a refund's own workflow can settle, that is told to look.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from activities.gateway import Gateway
from domain.base import Model
from domain.errors import AnswerDiffers, CaseworkError, RefundNotFound, StoreUnavailable
from domain.reconciliation import Finding, Theirs, compare, overdue, stopped
from domain.reconciliation_tasks import Task
from domain.refunds import OPEN_STATES, RefundRow
from providers.ports import PaymentRails
from store.ledger import Ledger
from store.pool import Pool
from store.reconciliation import Looks, Pauses, Unheard
from store.reconciliation_tasks import ReconciliationTasks

T = TypeVar("T")

UNANSWERED_MOST = 3
"""A merchant's gateway that did not answer so often is left alone for the rest of the cycle."""


class Bounds(Model):
    """How much a cycle looks at, and how long it waits before a difference is somebody's."""

    grace: timedelta
    """A refund is left in peace for so long; its workflow is at it."""
    patience: timedelta
    """How long a workflow that was told has, and how long one answer must hold."""
    window: timedelta
    """Refunds that ended within it are compared again,"""
    every: timedelta
    """each so often."""
    begun: timedelta
    """One whose case did not hear is begun again after it, then after twice as long, up to `every`."""
    overdue: timedelta
    """On its way for longer, it is somebody's."""
    most: int
    """So many refunds on their way, and as many that ended, per cycle."""
    at_once: int
    """So many questions at a time."""


class Cycle(Model):
    """What came of a cycle. `skipped`: another process was at it."""

    skipped: bool = False
    looked: int = 0
    unanswered: int = 0
    hinted: int = 0
    begun: int = 0
    """Refunds of which their cases had heard nothing, and whose workflows were gone."""
    temporal_answers: bool = True
    found: list[Task] = []
    """Every difference that is there, with those that their workflows may yet settle."""
    opened: list[Task] = []
    """Those that became somebody's in this cycle."""


class RefundWorkflows(Protocol):
    """The refunds' workflows. Both raise a typed error where Temporal does not answer."""

    async def runs(self, refund_id: str) -> bool:
        """Whether it runs."""
        ...

    async def look(self, refund_id: str) -> None:
        """Have it look at the gateway now; one that does not run is begun again."""
        ...

    async def begin(self, case_id: str, seq: int) -> bool:
        """Have a case's refund begun again unless it runs; whether it was."""
        ...


class _Look(Model):
    """What was seen of one refund. `compared`: what is not found any more is over."""

    row: RefundRow
    findings: list[Finding] = []
    compared: bool = False
    unanswered: bool = False


class Reconciler:
    """Compares and tells; only one process at a time does."""

    def __init__(self, pool: Pool, rails: PaymentRails, workflows: RefundWorkflows, bounds: Bounds) -> None:
        self._looks = Looks(pool)
        self._tasks = ReconciliationTasks(pool)
        self._gateway = Gateway(Ledger(pool), rails)
        self._workflows = workflows
        self._bounds = bounds

    async def cycle(self, now: datetime, merchant: str | None = None) -> Cycle:
        """Compare what is due, of everybody or of one merchant.

        Raises `StoreUnavailable`; other systems may be away.
        """
        async with self._looks.one_cycle() as held:
            if not held:
                return Cycle(skipped=True)
            bounds = self._bounds
            due = [
                *await self._looks.on_their_way(now, bounds.grace, bounds.most, merchant),
                *await self._looks.ended(now, bounds.window, bounds.every, bounds.most, merchant),
            ]
            rows = list({row.key: row for row in due}.values())  # one may end between the two
            round_ = _Round(self._gateway, self._looks, self._tasks, self._workflows, bounds, now)
            pauses = Pauses(bounds.begun, bounds.every)
            unheard = await self._looks.unheard(now, bounds.grace, pauses, bounds.most, merchant)
            return await round_.go(rows, unheard, merchant)


class _Round:
    """One cycle over some refunds; keeps who did not answer in it."""

    def __init__(
        self,
        gateway: Gateway,
        looks: Looks,
        tasks: ReconciliationTasks,
        workflows: RefundWorkflows,
        bounds: Bounds,
        now: datetime,
    ) -> None:
        self._gateway = gateway
        self._looks = looks
        self._tasks = tasks
        self._workflows = workflows
        self._bounds = bounds
        self._now = now
        self._unanswered: Counter[tuple[str, str]] = Counter()
        self._temporal_answers = True

    async def go(self, rows: Sequence[RefundRow], unheard: Sequence[Unheard], merchant: str | None) -> Cycle:
        """Compare these; of the other differences those of everybody, or of one merchant."""
        looks = await self._at_once(self._look, rows)
        findings = [found for look in looks for found in look.findings]
        compared = [look.row.key for look in looks if look.compared]
        seen = await self._tasks.see(findings, self._now)
        await self._tasks.gone(compared, findings, self._now)
        still = await self._tasks.judge_statements_again(self._now, merchant)
        hinted = await self._hint([task for task in (*seen, *still) if task.is_to_be_told])
        begun = await self._at_once(self._begun, unheard)
        await self._looks.unheard_looked([*zip(unheard, begun, strict=True)], self._now, self._bounds.window)
        late = await self._tasks.open_late(self._now, self._bounds.patience, merchant)
        # Also those without an answer: a gateway that is away must not take the turns of the others.
        await self._looks.looked([look.row.key for look in looks], self._now, self._bounds.window)
        at_once = [task for task in seen if task.opened_at == self._now]
        return Cycle(
            looked=len(looks),
            unanswered=sum(look.unanswered for look in looks),
            hinted=hinted,
            begun=sum(begun),
            temporal_answers=self._temporal_answers,
            found=[*seen, *still],
            opened=[*at_once, *late],
        )

    async def _look(self, row: RefundRow) -> _Look:
        """One refund; one whose workflow is gone needs no answer, that workflow asks by itself."""
        late = overdue(row, self._now, self._bounds.overdue)
        findings = [late] if late is not None else []
        if row.state in OPEN_STATES and not await self._runs(row.refund_id):
            return _Look(row=row, findings=[*findings, stopped(row)])
        if row.first_sent_at is None:
            return _Look(row=row, findings=findings, compared=True)
        gateway = (row.provider, row.merchant)
        if self._unanswered[gateway] >= UNANSWERED_MOST:
            return _Look(row=row, findings=findings, unanswered=True)
        try:
            theirs = await self._ask(row)
        except CaseworkError:
            self._unanswered[gateway] += 1
            return _Look(row=row, findings=findings, unanswered=True)
        found = compare(row, theirs)
        return _Look(row=row, findings=[*findings, found] if found else findings, compared=True)

    async def _ask(self, row: RefundRow) -> Theirs | None:
        """The gateway's word, asked and never paid."""
        try:
            reply = await self._gateway.find(row)
        except AnswerDiffers as told:
            said = {name: value for name, value in told.detail.items() if name != "system"}
            return Theirs.model_validate({**said, "key": row.key})
        return reply and Theirs(ref=reply.provider_ref, key=row.key, state=reply.state)

    async def _runs(self, refund_id: str) -> bool:
        """Whether its workflow runs; while Temporal is away all are taken to."""
        try:
            return not self._temporal_answers or await self._workflows.runs(refund_id)
        except CaseworkError:
            self._temporal_answers = False
            return True

    async def _hint(self, tasks: Sequence[Task]) -> int:
        """Tell each refund's workflow once, whatever number of its parts differ."""
        wanted = {task.refund_id: task for task in tasks if task.refund_id}
        told = await self._at_once(self._told, list(wanted))
        for task in tasks:
            if task.refund_id in told:
                await self._tasks.hinted(task, self._now)
        return sum(each is not None for each in told)

    async def _told(self, refund_id: str) -> str | None:
        if not self._temporal_answers:
            return None
        try:
            await self._workflows.look(refund_id)
        except RefundNotFound:
            return refund_id  # it cannot be told: after its time it is somebody's
        except StoreUnavailable:
            return None
        except CaseworkError:
            self._temporal_answers = False
            return None
        return refund_id

    async def _begun(self, refund: Unheard) -> bool:
        if not self._temporal_answers:
            return False
        try:
            return await self._workflows.begin(refund.case_id, refund.seq)
        except (RefundNotFound, StoreUnavailable):
            return False
        except CaseworkError:
            self._temporal_answers = False
            return False

    async def _at_once(self, work: Callable[..., Awaitable[T]], items: Sequence[object]) -> list[T]:
        """Do it for all, some at a time, in their order."""
        bound = asyncio.Semaphore(self._bounds.at_once)

        async def one(item: object) -> T:
            async with bound:
                return await work(item)

        async with asyncio.TaskGroup() as group:
            running = [group.create_task(one(item)) for item in items]
        return [each.result() for each in running]
