"""The story of a refund: reserve, ask a second person where it is large, pay, report (sop R7; design §5)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.names import REFUND
from workflows.local_first import local_first
from workflows.options import UNTIL_DONE, UNTIL_NEWS
from workflows.refusals import NOTHING, parse, refusal, refusing, update_id

with workflow.unsafe.imports_passed_through():
    from activities.approvals import ApprovalActivities, Decision, outcome_of
    from activities.late_truth import LateTruth
    from activities.refunds import RefundActivities, Report, Resolution
    from domain.approvals import Approval, check_decision
    from domain.errors import ApprovalNotAsked, InvalidRequest, PaymentDisputed, WrongStage
    from domain.refunds import DecideRefund, PayRefund, RefundOutcome, Reservation, ResolveRefund

UNKNOWN = "the provider does not know `{}`: ask them, then send `resolve`"
DISPUTED = "nothing is sent of `{}`, its payment is disputed: won, send `provider_news`; lost, send `resolve`"


@workflow.defn(name=REFUND)
class Refund:
    """Pays one refund at most once and tells its case, in whatever run that case then is.

    Signal `provider_news`: the provider may know more by now, so it is asked at once, also of a refund that
    has ended: the signal starts it anew. It says nothing else, and is believed in nothing.
    Update `decide`: a second person says yes or no to a refund that is above a limit.
    Update `resolve`: a person says what became of a refund that the provider no longer knows.
    """

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._start = start
        self._order: PayRefund | None = None
        self._reserved = False
        self._asked: Approval | None = None
        self._held = False
        self._is_disputed = False
        self._word: ResolveRefund | None = None
        self._news = False

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> RefundOutcome:
        """Ledger before money; what is not certain is asked about until it is."""
        order = parse(PayRefund, self._start)
        if order.refund_id != workflow.info().workflow_id:
            raise refusal(InvalidRequest(f"the workflow id must be {order.refund_id}"))
        self._order = order
        outcome = await self._looked_again(order) or await self._from_the_start(order)
        while self._news:
            outcome = await self._looked_again(order) or outcome
        self._tell_page(outcome.state)  # why may be in a person's words, so it stays in the ledger
        await workflow.wait_condition(workflow.all_handlers_finished)
        return outcome

    async def _from_the_start(self, order: PayRefund) -> RefundOutcome:
        self._tell_page("being reserved", "the ledger takes it from the order's budget, then it is paid")
        try:
            await self._reserve(order)
        except ApplicationError as refused:
            return await self._refused(order, refused)
        return await self._declined(order) or await self._pay(order.agreed)

    async def _looked_again(self, order: PayRefund) -> RefundOutcome | None:
        """On news of a refund that has ended: whether its money came back. None for one that has not."""
        if not self._news:
            return None
        self._news = False
        self._tell_page("looked at again", "the provider's word; nothing is paid by that")
        return await workflow.execute_activity_method(
            LateTruth.look_again,
            order.agreed,
            summary=f"ask what became of {order.key}",
            **UNTIL_DONE,
        )

    async def _reserve(self, order: PayRefund) -> None:
        reservation = Reservation(order=order, at=workflow.now())
        what = f"reserve {order.amount_minor} {order.currency} of the order's budget"
        try:
            self._asked = await local_first(RefundActivities.reserve_refund, reservation, what)
        finally:
            self._reserved = True

    async def _declined(self, order: PayRefund) -> RefundOutcome | None:
        """Wait for the second person, where one was asked; None when the refund may be paid."""
        if self._asked is None:
            return None
        why = ", ".join(each.replace("_", " ") for each in self._asked.why)
        self._tell_page(
            f"waits for a second person: above the limit of {why}",
            f"somebody says yes or no, `casework approvals show {order.refund_id}`",
        )
        await workflow.wait_condition(lambda: self._asked is not None and self._asked.state != "asked")
        outcome = outcome_of(self._asked)
        return outcome if outcome.state == "failed" else None

    async def _pay(self, order: PayRefund) -> RefundOutcome:
        self._tell_page("being paid", "the provider's word; it is asked again until that is certain")
        outcome = await self._paid(order)
        while outcome.state == "held":
            outcome = await self._ask_a_person(order, outcome)
        return outcome

    async def _paid(self, order: PayRefund) -> RefundOutcome:
        """What the provider says at last. News end the wait for the next look, which may be an hour away."""
        while True:
            self._news = False
            paying = workflow.start_activity_method(
                RefundActivities.pay_refund,
                order,
                summary=f"pay {order.key} once",
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                **UNTIL_NEWS,
            )
            await workflow.wait_condition(lambda paying=paying: paying.done() or self._news)
            if not paying.done():
                paying.cancel()
            try:
                return await paying
            except ActivityError as error:
                if not is_cancelled_exception(error):
                    raise

    async def _ask_a_person(self, order: PayRefund, outcome: RefundOutcome) -> RefundOutcome:
        key = order.key_of(outcome.part)
        self._held, self._word = True, None
        self._is_disputed = outcome.reason == PaymentDisputed.code
        self._tell_page("held", DISPUTED.format(key) if self._is_disputed else UNKNOWN.format(key))
        await workflow.wait_condition(lambda: self._word is not None or self._news)
        self._held = False
        if self._word is None:
            self._news = False
            self._tell_page("looked at again", "the provider's word on what is held")
            if self._is_disputed:  # by now it may be won, and so be paid
                return await self._paid(order)
            return await workflow.execute_activity_method(
                LateTruth.ask_about_held, order, summary=f"ask once more about {order.key}", **UNTIL_DONE
            )
        self._tell_page("being paid", f"the ledger takes the word on `{key}`")
        return await workflow.execute_activity_method(
            RefundActivities.resolve_refund,
            Resolution(order=order, word=self._word, part=outcome.part),
            summary=f"write down what became of {key}",
            **UNTIL_DONE,
        )

    async def _refused(self, order: PayRefund, refused: ApplicationError) -> RefundOutcome:
        """The ledger said no, so nothing was sent."""
        outcome = RefundOutcome(state="failed", at=workflow.now(), reason=refused.type)
        await workflow.execute_activity_method(
            RefundActivities.report_refund,
            Report(order=order, outcome=outcome),
            summary=f"tell the case that {order.key} is refused: {outcome.reason}",
            **UNTIL_DONE,
        )
        return outcome

    def _tell_page(self, stage: str, coming: str | None = None) -> None:
        """What Temporal UI shows: where it is, the money, whose it is, what is next. No personal data."""
        assert self._order is not None
        order = self._order
        page = (
            f"**Refund {order.seq}: {stage}**\n\n"
            f"{order.amount_minor} {order.currency} (minor units), key `{order.key}`, of `{order.case_id}`"
        )
        workflow.set_current_details(f"{page}\n\nNext: {coming}" if coming else page)

    @workflow.signal(description="The provider may know more by now: ask it.")
    def provider_news(self) -> None:
        """Note that there is news."""
        self._news = True

    @workflow.update(description="A second person says yes or no to a refund above a limit.")
    async def decide(self, message: Any) -> Approval:
        """Take the word, once it is in the ledger."""
        word = parse(DecideRefund, message)
        await workflow.wait_condition(lambda: self._reserved)
        self._check_word(word)
        assert self._order is not None
        decision = Decision(order=self._order, word=word, key=update_id(), at=workflow.now())
        what = f"{word.by} says {'yes' if word.approve else 'no'}"
        decided = await local_first(ApprovalActivities.decide_refund, decision, what)
        self._asked = decided
        return decided

    @decide.validator
    def _check_decide(self, message: Any) -> None:
        word = parse(DecideRefund, message)
        if self._reserved:
            self._check_word(word)

    def _check_word(self, word: DecideRefund) -> None:
        """What the refund knows by itself; who may, and the last word, are the ledger's."""
        if self._asked is None:
            raise refusal(ApprovalNotAsked())
        if not self._asked.is_answered_by(word, update_id()):
            with refusing():
                check_decision(self._asked, word)

    @workflow.update(description="A person says what became of a refund that the provider does not know.")
    async def resolve(self, message: Any) -> None:
        """Take the word."""
        self._word = parse(ResolveRefund, message)

    @resolve.validator
    def _check_resolve(self, message: Any) -> None:
        word = parse(ResolveRefund, message)
        if not self._held or self._word is not None:
            raise refusal(WrongStage("this refund is not held for a person"))
        if self._is_disputed and word.paid:  # what the provider paid it also knows: a hint finds it
            raise refusal(
                PaymentDisputed("nothing is paid while the payment is disputed; send `provider_news`")
            )
