"""The errors that callers meet: one tree, each with a stable code that `docs/errors.md` explains."""

from typing import Any, ClassVar


class CaseworkError(Exception):
    """Something went wrong in the case desk."""

    code: ClassVar[str] = "casework_error"

    def __init__(self, message: str | None = None, /, **detail: Any) -> None:
        self.message = message or (self.__doc__ or self.code).strip()
        self.detail = detail
        super().__init__(self.message)


class InvalidRequest(CaseworkError):
    """The request is malformed."""

    code = "invalid_request"


class UnsupportedSchema(InvalidRequest):
    """The message's schema version is newer than this program; upgrade it or send an older version."""

    code = "unsupported_schema"


class StatementInvalid(InvalidRequest):
    """The statement cannot be read as a whole, so nothing of it is taken; the message says where."""

    code = "statement_invalid"


class StatementOfAnother(InvalidRequest):
    """The statement is not this merchant's, so nothing of it is taken; the message says what shows it."""

    code = "statement_of_another"


class InvalidQuery(InvalidRequest):
    """The words to look for cannot be understood; the message says why."""

    code = "invalid_query"


class Refused(CaseworkError):
    """The request is well formed, but the case's rules do not allow it."""

    code = "refused"


class WrongStage(Refused):
    """The case is in a stage that does not allow this."""

    code = "wrong_stage"


class CaseClosed(Refused):
    """The case is closed; open a new one or reopen it."""

    code = "case_closed"


class CaseChanged(Refused):
    """The case has gone on since it was read; read it again and ask as it is now."""

    code = "case_changed"


class LinkRefused(Refused):
    """These two cases cannot be linked so."""

    code = "link_refused"


class UnknownTeam(Refused):
    """The case's policy knows no such team."""

    code = "unknown_team"


class TransferLimit(Refused):
    """The case was passed on as often as its policy allows; the team that has it keeps it."""

    code = "transfer_limit"


class ApprovalNeeded(Refused):
    """This needs the word of somebody who may allow or decide it."""

    code = "approval_needed"


class ChildrenOpen(Refused):
    """Something that the case set going has not ended yet."""

    code = "children_open"


class MeasureRefused(Refused):
    """This measure is not possible for this complaint."""

    code = "measure_refused"


class Forbidden(Refused):
    """This is for another role than the one that asks."""

    code = "forbidden"


class SelfApproval(Forbidden):
    """Whoever asked for a refund, or fixed its amount, does not approve it."""

    code = "self_approval"


class AlreadyDecided(Refused):
    """A second person has said yes or no to this refund already."""

    code = "already_decided"


class ApprovalStale(Refused):
    """What was approved is not what would be paid."""

    code = "approval_stale"


class ApprovalNotAsked(Refused):
    """This refund waits for nobody's approval."""

    code = "approval_not_asked"


class QuantityExceeds(Refused):
    """More units than were bought, returned or received."""

    code = "quantity_exceeds"


class IdempotencyConflict(Refused):
    """The same key was used before with other content; send the first content again or take a new key."""

    code = "idempotency_conflict"


class NotFound(CaseworkError):
    """There is no such thing."""

    code = "not_found"


class CaseNotFound(NotFound):
    """There is no case with this id."""

    code = "case_not_found"


class RefundNotFound(NotFound):
    """There is no refund with this id."""

    code = "refund_not_found"


class OrderNotFound(NotFound):
    """This merchant has no order with this number."""

    code = "order_not_found"


class UnknownMember(NotFound):
    """The staff has no such member."""

    code = "unknown_member"


class ParcelNotFound(NotFound):
    """The carrier knows no parcel with this number."""

    code = "parcel_not_found"


class UnknownRegion(NotFound):
    """The policy's table of regions does not have this one."""

    code = "unknown_region"


class UnknownPolicy(NotFound):
    """There is no policy with this name or hash."""

    code = "unknown_policy"


class UnknownCalendar(NotFound):
    """There is no calendar with this name."""

    code = "unknown_calendar"


class EndlessCalendar(InvalidRequest):
    """The calendar has no shift in the future, so the deadline would never come."""

    code = "endless_calendar"


class OverCap(Refused):
    """The refund would exceed what was captured for the order less what is refunded or reserved."""

    code = "over_cap"


class PaymentDisputed(Refused):
    """The customer's bank asks this payment back, or has taken it: refunding it too would pay twice."""

    code = "payment_disputed"


class OverBudget(Refused):
    """More compensation or vouchers than the policy gives for the order, or the customer within its time."""

    code = "over_budget"


class CustomerWordMissing(Refused):
    """Money may go another way than it was paid only with the customer's word, and there is none."""

    code = "customer_word_missing"


class StreamConflict(CaseworkError):
    """Events arrived for a place in the stream that cannot take them: a gap, or another attempt's account."""

    code = "stream_conflict"


class StoreUnavailable(CaseworkError):
    """The event store did not answer; whether it recorded is unknown, and asking again is safe."""

    code = "store_unavailable"


class CurrencyMismatch(Refused):
    """The refund's currency is not the one that the order was paid in."""

    code = "currency_mismatch"


class LedgerConflict(CaseworkError):
    """A provider now says the opposite of a refund's final state; a person has to compare both books."""

    code = "ledger_conflict"


class ProviderUnavailable(CaseworkError):
    """An outside system did not answer, or answered with a fault; whether it acted is unknown."""

    code = "provider_unavailable"


class AnswerDiffers(ProviderUnavailable):
    """The gateway knows the refund over another amount or in another currency: its answer is not taken."""

    code = "answer_differs"


class ProviderRefused(CaseworkError):
    """An outside system answered and said no."""

    code = "provider_refused"


class AmountNotPayable(ProviderRefused):
    """The gateway can never pay this amount in this currency exactly."""

    code = "amount_not_payable"


class WebhookRefused(CaseworkError):
    """A webhook is not believed; nothing was changed."""

    code = "webhook_refused"


class WebhookUnsigned(WebhookRefused):
    """The webhook carries no signature."""

    code = "webhook_unsigned"


class WebhookForged(WebhookRefused):
    """The webhook's signature is not its sender's, or not of what it says."""

    code = "webhook_forged"


class WebhookStale(WebhookRefused):
    """The webhook was signed too long ago, or in the future."""

    code = "webhook_stale"


class WebhookTooLarge(WebhookRefused):
    """The webhook's body is larger than any sender's."""

    code = "webhook_too_large"


class OutOfStock(ProviderRefused):
    """The goods for the exchange are not in stock."""

    code = "out_of_stock"


class NotReady(CaseworkError):
    """Something that must hold before work starts does not hold; the message says what to do."""

    code = "not_ready"


class NoAnswer(CaseworkError):
    """The case did not answer in time but may have done what was asked; send it again with the same key."""

    code = "no_answer"


ANSWERS = (Refused, InvalidRequest, NotFound, ProviderRefused)
"""What stays the same however often one asks; after any other error it may be asked again."""
