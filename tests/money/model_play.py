"""A world played to its end: cases that want money, second persons, disputes, money that comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.approvals import ApprovalActivities, Decision
from activities.late_truth import LateTruth
from activities.refunds import RefundActivities, Resolution
from domain.approvals import Approval
from domain.disputes import Dispute
from domain.errors import IdempotencyConflict, PaymentDisputed, StoreUnavailable
from domain.refunds import PayRefund, RefundOutcome, Reservation
from store.approvals import Approvals
from store.ledger import Ledger
from tests.money.invariants import Evidence
from tests.money.model_gateway import ModelRails
from tests.money.model_ledger import ModelLedger
from tests.money.model_merchant import AMOUNTS, MERCHANT, ORDERS, PAID_MINOR, Merchant
from tests.money.model_people import EVERYBODY, LIBRARY, People
from tests.money.world import HEARTBEAT_TIMEOUT, Cases, Killed, World, straggles

Work = Callable[[Any], Awaitable[Any]]

NUMBERS_MAX = 3
"""How often a case asks for money at most."""
WORDS_MAX = 30
HOUR, DAY = 60, 24 * 60
LONG = timedelta(days=20)
"""By then all that pends has ended, and all that comes back has come."""


class Play:
    """What happens is the dice's; how it is done is the activities'."""

    def __init__(self, seed: int) -> None:
        self.world = world = World.of(seed)
        self.merchant = Merchant.drawn(world.dice)
        self.ledger, self.cases = ModelLedger(world), Cases(world)
        self.evidence = Evidence(world, self.merchant, self.ledger, self.cases)
        self.rails = self.evidence.rails = ModelRails.drawn(world, self.evidence.sees)
        self._people = People(world, self.merchant, self.rails)
        ledger = cast("Ledger", self.ledger)
        self._refunds = RefundActivities(ledger, self.rails, self.cases, lambda: world.now)
        self._late = LateTruth(ledger, self.rails, self.cases)
        approvals = cast("Approvals", SimpleNamespace(get=self.ledger.approval, decide=self.ledger.decide))
        self._approvals = ApprovalActivities(approvals, EVERYBODY, LIBRARY, self.cases)
        self._stragglers: list[asyncio.Task[object]] = []

    async def run(self) -> list[str]:
        """What must never be, and was."""
        dice = self.world.dice
        for order_id, payments in self.merchant.payments.items():
            self.ledger.books.open((MERCHANT, order_id), "CNY", PAID_MINOR, payments)
        cases = [self._case(number) for number in range(dice.randrange(1, 5))]
        disputes = [self._dispute(number) for number in range(dice.choice((0, 0, 1, 2)))]
        await asyncio.gather(*cases, *disputes)
        await asyncio.sleep(LONG.total_seconds())
        for order in self.evidence.orders.values():
            await self._hint(order)
        await asyncio.gather(*self._stragglers)
        return self.evidence.problems()

    async def _case(self, number: int) -> None:
        """One refund after the other, each under the next number: edited, or because money came back."""
        world = self.world
        await world.sleep(3 * HOUR)
        order = self.merchant.refund(number)
        for seq in range(1, NUMBERS_MAX + 1):
            order = order.model_copy(update={"seq": seq})
            self.evidence.orders[order.refund_id] = order
            await self._refund(order)
            for _ in range(world.dice.randrange(3)):
                await world.sleep(2 * DAY)
                await asyncio.gather(*(self._hint(order) for _ in range(world.dice.choice((1, 1, 2)))))
            if self.cases.last(order) == "settled" or world.happens(0.3):
                return
            order = order.model_copy(update={"amount_minor": world.dice.choice(AMOUNTS)})
            if order.purpose == "refund" and world.happens(0.3):
                order = order.model_copy(update={"way": "voucher", "customer_says": "call 1"})

    async def _refund(self, order: PayRefund) -> None:
        """As the workflow `Refund`."""
        reservation = Reservation(order=order, at=self.world.now)
        reserved = await self._attempts(self._refunds.reserve_refund, reservation)
        if isinstance(reserved, ApplicationError):
            self.evidence.refused[order.key] = str(reserved.type)
            return
        if self.world.happens(0.2):
            await self._edited(order)
        if isinstance(reserved, Approval) and not await self._second_person(order, reserved):
            return
        await self._pay(order.agreed)

    async def _edited(self, order: PayRefund) -> None:
        """A reset case that reckons another amount for the same number: the first stays."""
        other = order.model_copy(update={"amount_minor": order.amount_minor + 1})
        again = await self._attempts(
            self._refunds.reserve_refund, Reservation(order=other, at=self.world.now)
        )
        if not isinstance(again, ApplicationError) or again.type != IdempotencyConflict.code:
            self.evidence.found.append(f"{order.key} was edited")

    async def _second_person(self, order: PayRefund, asked: Approval) -> bool:
        """Somebody says yes or no, at last; sometimes two at once."""
        for attempt in range(WORDS_MAX):
            await self.world.sleep(10 * HOUR)
            people = range(self.world.dice.choice((1, 1, 2)))
            words = [self._word(order, asked, f"{attempt}-{who}") for who in people]
            answers = [each for each in await asyncio.gather(*words) if each is not None]
            if answers:
                return answers[0].state == "approved"
        return False

    async def _word(self, order: PayRefund, asked: Approval, key: str) -> Approval | None:
        said = self._people.word_on(order, asked)
        decision = Decision(order=order, word=said.word, key=key, at=self.world.now)
        answer = await self._attempts(self._approvals.decide_refund, decision)
        if not isinstance(answer, Approval):
            return None
        self.evidence.said.append(said)
        return answer

    async def _pay(self, order: PayRefund) -> None:
        outcome = await self._attempts(self._refunds.pay_refund, order)
        while outcome.state == "held":
            await asyncio.sleep(3600)
            await self.world.sleep(DAY)
            outcome = await self._looked_into(order, outcome)
        self.evidence.outcomes[order.key] = outcome

    async def _looked_into(self, order: PayRefund, held: RefundOutcome) -> RefundOutcome:
        """A person asks, or the refund is told that there is news."""
        word = self._people.word_on_held(order, held.part)
        if held.reason == PaymentDisputed.code:
            state = self._dispute_of(order, held.part)
            if state == "open" or word is None:
                return held
            if state is None or word.paid:
                return await self._attempts(self._refunds.pay_refund, order)
        elif self.world.happens(0.3):
            return await self._attempts(self._late.ask_about_held, order)
        if word is None:
            return held
        resolution = Resolution(order=order, word=word, part=held.part)
        return await self._attempts(self._refunds.resolve_refund, resolution)

    def _dispute_of(self, order: PayRefund, part: int) -> str | None:
        row = self.ledger.rows[order.key_of(part)]
        found = self.ledger.books.of_payment(MERCHANT, row.payment_id or row.order_id)
        return next((each.state for each in found if each.state != "won"), None)

    async def _hint(self, order: PayRefund) -> None:
        """News of it, whether there are any or not."""
        looked = await self._attempts(self._late.look_again, order.agreed)
        if isinstance(looked, RefundOutcome) and order.key in self.evidence.outcomes:
            self.evidence.outcomes[order.key] = looked

    async def _dispute(self, number: int) -> None:
        """A bank asks a payment back; what is told of it may come in any order, and twice."""
        world, dice = self.world, self.world.dice
        payment_id = self.merchant.payment_of(dice.choice(ORDERS))
        await world.sleep(DAY)
        opened = self.merchant.dispute(number, payment_id, world.now)
        ended = self.merchant.dispute(
            number, payment_id, world.now + timedelta(hours=1), dice.choice(("won", "won", "lost"))
        )
        orders = ([opened, ended], [opened, opened, ended], [ended, opened], [opened, ended, opened])
        for each in dice.choice(orders):
            await self._note(each)
            await world.sleep(2 * DAY)

    async def _note(self, dispute: Dispute) -> None:
        if dispute.state == "won":  # it may be paid again as soon as that is written, whoever dies then
            self.evidence.told(dispute)
        while True:
            try:
                await self.ledger.note(dispute)
            except (Killed, StoreUnavailable):
                await asyncio.sleep(HEARTBEAT_TIMEOUT.total_seconds())
            else:
                self.evidence.told(dispute)
                return

    async def _attempts(self, work: Work, given: object) -> Any:
        """As the server does it: again when one dies or says when, and sometimes beside a slow one."""
        for attempt in count(1):
            is_believed_dead = self.world.happens(self.world.odds.straggles)
            task = asyncio.create_task(self._attempt(attempt, work, given, is_believed_dead))
            if is_believed_dead:
                self._stragglers.append(task)
                await asyncio.sleep(HEARTBEAT_TIMEOUT.total_seconds())
                continue
            ended = await task
            if not isinstance(ended, Killed | ApplicationError):
                return ended
            if isinstance(ended, ApplicationError) and ended.non_retryable:
                return ended
            wait = getattr(ended, "next_retry_delay", None) or HEARTBEAT_TIMEOUT
            await asyncio.sleep(wait.total_seconds())
        return None

    async def _attempt(self, attempt: int, work: Work, given: object, is_believed_dead: bool) -> object:
        """What it gives, or what it ended by."""
        straggles.set(is_believed_dead)
        environment = ActivityEnvironment()
        now = self.world.now
        environment.info = replace(
            environment.info, attempt=attempt, current_attempt_scheduled_time=now, started_time=now
        )
        try:
            return await environment.run(work, given)
        except (Killed, ApplicationError) as ended:
            return ended
