"""May this be returned, and what would be paid: an application judged by line (sop R1-R4, contracts §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.base import Instant, Model, Quantity, Slug
from domain.errors import InvalidRequest
from domain.orders import IntakeChannel, Language, Order, OrderLine, Reason, RequestedLine, ReturnRequest
from domain.policy.periods import period_end
from domain.policy.return_rules import Payer, ReasonRules, ReturnRules
from domain.records import UnitRange
from domain.returns.amounts import RefundPreview, Units, lowest_free, preview
from domain.returns.offers import check_request
from domain.returns.window import Window, window_of
from domain.returns.wording import Code, message
from domain.sla import Calendar

Decision = Literal["accept", "refuse", "review"]


class Deadlines(Model):
    """The first instants that are too late; None where nothing runs: not received yet, or refused."""

    apply_by: Instant | None
    ship_back_by: Instant | None


class LineVerdict(Model):
    """A line of the application, judged; `units` are those that it would take, none when refused."""

    line: Slug
    quantity: Quantity
    reason: Reason
    decision: Decision
    code: Code
    message: str
    units: list[UnitRange]
    part: str | None = None


class Verdict(Model):
    """An application, judged. `refund` covers the lines that are not refused."""

    decision: Decision
    lines: list[LineVerdict] = Field(min_length=1)
    refund: RefundPreview
    return_freight_payer: Payer
    deadlines: Deadlines


@dataclass(frozen=True)
class _Look:
    """What the rules say of a line before a person is asked."""

    wanted: RequestedLine
    title: str
    code: Code
    units: list[UnitRange]
    left: int


def judge(
    order: Order,
    request: ReturnRequest,
    asked_at: datetime,
    rules: ReturnRules,
    calendars: Mapping[str, Calendar],
    *,
    taken: Units | None = None,
    language: Language = "en",
    channel: IntakeChannel | None = None,
) -> Verdict:
    """Judge an application.

    `taken` are the units that were paid back before or that other cases hold. A line that is named twice is
    judged twice: what its first row takes is gone for the second. Raises `InvalidRequest` for a line that the
    order does not have, or has twice, and for a kind of request that the policy does not offer.
    """
    check_request(request, rules)
    window = window_of(order, rules.window_of(request.kind), calendars)
    looks = _look(order, request, rules, taken or {}, is_late=window.is_over(asked_at))
    kept = [look for look in looks if look.code == "ok"]
    groups = [rules.reasons.of(look.wanted.reason) for look in kept or looks]
    refund = preview(
        order,
        _units(kept),
        outbound_freight_back=all(group.outbound_freight_back for group in groups),
    )
    lines = [
        _verdict(look, _decision(look, order, request, rules, channel, refund), language, window)
        for look in looks
    ]
    return Verdict(
        decision=_whole(lines),
        lines=lines,
        refund=refund,
        return_freight_payer=_freight_payer(groups),
        deadlines=Deadlines(
            apply_by=window.ends_at,
            ship_back_by=period_end(rules.ship_back.within, asked_at, order.timezone) if kept else None,
        ),
    )


def order_line(order: Order, name: str, where: str) -> OrderLine:
    """The order's line. Raises `InvalidRequest`, naming the place, when there is none or more than one."""
    lines = [line for line in order.lines if line.line == name]
    if len(lines) > 1:
        raise InvalidRequest(
            f"order.lines: line {name} is there {len(lines)} times; give each its own number"
        )
    if not lines:
        known = ", ".join(line.line for line in order.lines)
        raise InvalidRequest(f"{where}: the order has no line {name}; it has {known}")
    return lines[0]


def _look(
    order: Order, request: ReturnRequest, rules: ReturnRules, taken: Units, *, is_late: bool
) -> list[_Look]:
    gone: dict[str, list[UnitRange]] = {line: list(units) for line, units in taken.items()}
    looks: list[_Look] = []
    for index, wanted in enumerate(request.lines):
        line = order_line(order, wanted.line, f"request.lines.{index}.line")
        held = gone.setdefault(line.line, [])
        left = sum(units.count for units in lowest_free(line.quantity, held, line.quantity))
        code = _code(line, wanted, rules.reasons.of(wanted.reason), request, is_late, left)
        units = lowest_free(line.quantity, held, wanted.quantity) if code == "ok" else []
        held.extend(units)
        looks.append(_Look(wanted=wanted, title=line.title, code=code, units=units, left=left))
    return looks


def _code(
    line: OrderLine,
    wanted: RequestedLine,
    rules: ReasonRules,
    request: ReturnRequest,
    is_late: bool,
    left: int,
) -> Code:
    """The first that speaks against the line, in the contract's order."""
    is_special = line.category in rules.excludes or (
        line.no_return_confirmed and line.category in rules.excludes_if_confirmed
    )
    found: tuple[tuple[Code, bool], ...] = (
        ("window_closed", rules.within_window and is_late),
        ("used", "unused" in rules.requires and wanted.condition != "unused"),
        ("packaging_incomplete", "packaging" in rules.requires and not wanted.packaging_intact),
        ("accessories_missing", "accessories" in rules.requires and not wanted.accessories_complete),
        ("no_proof", "proof" in rules.requires and not request.proof_of_purchase),
        ("special_goods", is_special),
        ("quantity_exceeds_bought", wanted.quantity > left),
    )
    for code, applies in found:
        if applies:
            return code
    return "ok"


def _decision(
    look: _Look,
    order: Order,
    request: ReturnRequest,
    rules: ReturnRules,
    channel: IntakeChannel | None,
    refund: RefundPreview,
) -> Decision:
    if look.code != "ok":
        return "refuse"
    goods = (refund.goods_minor, refund.currency)
    automatic = rules.needs_no_review(request.kind, look.wanted.reason, order.customer_tier, channel, goods)
    return "accept" if automatic else "review"


def _verdict(look: _Look, decision: Decision, language: Language, window: Window) -> LineVerdict:
    return LineVerdict(
        line=look.wanted.line,
        quantity=look.wanted.quantity,
        reason=look.wanted.reason,
        decision=decision,
        code=look.code,
        message=message(
            "review" if decision == "review" else look.code,
            language,
            title=look.title,
            last_day=window.last_day.isoformat() if window.last_day else "",
            left=look.left,
        ),
        units=look.units,
        part=look.wanted.part,
    )


def _units(looks: Sequence[_Look]) -> dict[str, list[UnitRange]]:
    units: dict[str, list[UnitRange]] = {}
    for look in looks:
        units.setdefault(look.wanted.line, []).extend(look.units)
    return units


def _whole(lines: Sequence[LineVerdict]) -> Decision:
    weight: dict[Decision, int] = {"refuse": 0, "accept": 1, "review": 2}
    return max((line.decision for line in lines), key=weight.__getitem__)


def _freight_payer(groups: Sequence[ReasonRules]) -> Payer:
    """One parcel, one payer: the platform as soon as one line is not the customer's own wish."""
    payers = {group.return_freight_payer for group in groups}
    return "platform" if "platform" in payers else "customer"
