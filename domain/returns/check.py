"""The file of `./casework return check` and its answer (contracts §2)."""

from collections.abc import Mapping

from pydantic import Field

from domain.base import Instant, Model, Slug
from domain.orders import Language, Order, ReturnRequest
from domain.policy.return_rules import Payer, ReturnRules
from domain.records import UnitRange
from domain.returns.amounts import RefundPreview
from domain.returns.eligibility import Deadlines, Decision, judge, order_line
from domain.returns.wording import Code
from domain.sla import Calendar


class AlreadyRefunded(Model):
    """How many units of a line were paid back before; they are its first ones."""

    line: Slug
    quantity: int = Field(strict=True, ge=0)


class ReturnCheck(Model):
    """The question. `policy` is a file or the name of a shipped policy, `language` that of the messages."""

    policy: str
    asked_at: Instant
    order: Order
    request: ReturnRequest
    already_refunded: list[AlreadyRefunded] = []
    language: Language = "en"


class LineAnswer(Model):
    """A line of the answer."""

    line: str
    decision: Decision
    code: Code
    message: str


class ReturnCheckAnswer(Model):
    """The answer; `refund` covers the lines that are not refused."""

    decision: Decision
    lines: list[LineAnswer]
    refund: RefundPreview
    return_freight_payer: Payer
    deadlines: Deadlines


def check(asked: ReturnCheck, rules: ReturnRules, calendars: Mapping[str, Calendar]) -> ReturnCheckAnswer:
    """Answer the file under a policy's rules. Raises `InvalidRequest` for lines not on the order."""
    refunded: dict[str, int] = {}
    for index, earlier in enumerate(asked.already_refunded):
        order_line(asked.order, earlier.line, f"already_refunded.{index}.line")
        refunded[earlier.line] = refunded.get(earlier.line, 0) + earlier.quantity
    verdict = judge(
        asked.order,
        asked.request,
        asked.asked_at,
        rules,
        calendars,
        taken={line: [UnitRange(first=1, last=count)] for line, count in refunded.items() if count},
        language=asked.language,
    )
    return ReturnCheckAnswer(
        decision=verdict.decision,
        lines=[
            LineAnswer(line=line.line, decision=line.decision, code=line.code, message=line.message)
            for line in verdict.lines
        ],
        refund=verdict.refund,
        return_freight_payer=verdict.return_freight_payer,
        deadlines=verdict.deadlines,
    )
