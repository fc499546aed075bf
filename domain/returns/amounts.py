"""What goes back in money: unit numbers of order lines valued so that parts always add up (contracts §2)."""

from collections.abc import Iterable, Mapping, Sequence

from domain.base import AmountMinor, Currency, Model
from domain.errors import QuantityExceeds
from domain.orders import Order, OrderLine
from domain.records import UnitRange

Units = Mapping[str, Sequence[UnitRange]]
"""Order line to the unit numbers meant, as ranges that do not overlap."""


class RefundPreview(Model):
    """What would be paid back, before anything is decided."""

    goods_minor: AmountMinor
    outbound_freight_minor: AmountMinor
    total_minor: AmountMinor
    currency: Currency


class RefundAmounts(RefundPreview):
    """What is paid back: the preview, and what the customer laid out for the way back."""

    return_freight_minor: AmountMinor = 0


def units_value(line: OrderLine, units: Iterable[UnitRange]) -> int:
    """What the customer paid for these units of the line.

    Units a+1…b are worth `floor(p·b/q) - floor(p·a/q)`, so any way to split a line adds up to what was paid.
    Raises `QuantityExceeds` for a unit number that the line does not have.
    """
    total = 0
    for part in units:
        if part.first < 1 or part.last > line.quantity:
            raise QuantityExceeds(
                f"line {line.line} has units 1 to {line.quantity}, not {part.first} to {part.last}"
            )
        total += line.paid_minor * part.last // line.quantity
        total -= line.paid_minor * (part.first - 1) // line.quantity
    return total


def goods_value(order: Order, units: Units) -> int:
    """What the customer paid for these units, over all lines; lines that are not named count nothing."""
    return sum(units_value(line, units.get(line.line, ())) for line in order.lines)


def lowest_free(quantity: int, taken: Iterable[UnitRange], wanted: int) -> list[UnitRange]:
    """The `wanted` lowest unit numbers that nobody has taken; fewer when fewer are left."""
    free: list[UnitRange] = []
    first = 1
    for part in [
        *sorted(taken, key=lambda part: part.first),
        UnitRange(first=quantity + 1, last=quantity + 1),
    ]:
        last = min(part.first - 1, quantity, first + wanted - 1)
        if last >= first:
            free.append(UnitRange(first=first, last=last))
            wanted -= last - first + 1
        first = max(first, part.last + 1)
    return free


def is_whole_order(order: Order, units: Units) -> bool:
    """Whether these units are every unit of every line."""
    return all(sum(part.count for part in units.get(line.line, ())) == line.quantity for line in order.lines)


def preview(order: Order, units: Units, *, outbound_freight_back: bool) -> RefundPreview:
    """The refund for these units; with the outbound freight only when they are the whole order.

    "The whole order" means these very units: what another case holds or was paid for earlier does not count.
    Two cases that share an order can therefore never both be given its freight.
    """
    goods = goods_value(order, units)
    freight = order.freight_paid_minor if outbound_freight_back and is_whole_order(order, units) else 0
    return RefundPreview(
        goods_minor=goods,
        outbound_freight_minor=freight,
        total_minor=goods + freight,
        currency=order.currency,
    )


def less(refund: RefundAmounts, paid_minor: int) -> RefundAmounts:
    """What is left of a refund when some was paid before: for goods first, then for the way there."""
    parts = {"goods_minor": 0, "outbound_freight_minor": 0, "return_freight_minor": 0}
    for name in parts:
        worth = getattr(refund, name)
        parts[name] = max(worth - paid_minor, 0)
        paid_minor = max(paid_minor - worth, 0)
    return RefundAmounts(**parts, total_minor=sum(parts.values()), currency=refund.currency)


def up_to(refund: RefundAmounts, total_minor: int) -> RefundAmounts:
    """So much of a refund: for goods first, then for the way there."""
    parts = {"goods_minor": 0, "outbound_freight_minor": 0, "return_freight_minor": 0}
    left = total_minor
    for name in parts:
        parts[name] = min(getattr(refund, name), left)
        left -= parts[name]
    return RefundAmounts(**parts, total_minor=sum(parts.values()), currency=refund.currency)


def with_return_freight(refund: RefundPreview, paid_minor: int, cap_minor: int) -> RefundAmounts:
    """The refund plus the return freight that the customer laid out, up to the policy's cap."""
    freight = min(paid_minor, cap_minor)
    return RefundAmounts(
        goods_minor=refund.goods_minor,
        outbound_freight_minor=refund.outbound_freight_minor,
        return_freight_minor=freight,
        total_minor=refund.goods_minor + refund.outbound_freight_minor + freight,
        currency=refund.currency,
    )
